"""Watching the empty room for a while sets what is usual there and how much of it is noise."""

from benchmarks import nuisances
from custom_components.localcam.engine.detect.event_machine import Ended, Started
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.demo_script import Act
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

from .rooms import act, room

TANK = nuisances.fish_tank(0.3, 0.4, 0.25, 4)


def alerts(*, calibrated: bool) -> int:
    """Events that alert while fish swim in their tank for 32 s, and nobody comes."""
    watched = room()
    watcher = MotionWatcher(DetectSettings(quiet_s=2), None, lambda: "event")
    found = 0
    for index in range(320):
        at_s = index / 10
        if calibrated and index == 1:
            watcher.calibrate(20)
        luma = watched.picture(at_s)[0]
        told = watcher.look(Frame(luma=TANK(luma, at_s), captured_at_s=at_s))
        found += sum(isinstance(each, Started) and each.kind.alerts for each in told)
    return found


def test_what_swims_while_calibrating_is_the_rooms_noise() -> None:
    assert alerts(calibrated=True) == 0
    assert alerts(calibrated=False) > 0


def test_calibrating_ends_the_open_event_and_somebody_is_seen_afterwards() -> None:
    watched = room(act(Act.PERSON, 2, 8), act(Act.PERSON, 31, 38))
    watcher = MotionWatcher(DetectSettings(), None, lambda: "event")
    starts: list[float] = []
    for index in range(380):
        at_s = index / 10
        if index == 50:
            assert [type(told) for told in watcher.calibrate(20)] == [Ended]
        told = watcher.look(Frame(luma=watched.picture(at_s)[0], captured_at_s=at_s))
        starts += [each.at_s for each in told if isinstance(each, Started) and each.kind.alerts]
        assert watcher.calibrating == (at_s < 1 or 5 <= at_s < 24.9), at_s
    assert len(starts) == 2
    assert 31 <= starts[1] < 32.5
