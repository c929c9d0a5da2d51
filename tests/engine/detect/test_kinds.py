"""What moves is told apart by rule, and what is no motion is an event all the same."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks import nuisances
from custom_components.localcam.engine.detect.event_machine import Started
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.demo_script import Act
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

from .rooms import act, room

type Luma = npt.NDArray[np.uint8]


def begun(picture: Callable[[float], Luma], until_s: float) -> list[tuple[float, Kind]]:
    """The events that began, and as what, of pictures at 10 per second."""
    watcher = MotionWatcher(DetectSettings(quiet_s=2), None, lambda: "event")
    found = []
    for index in range(int(until_s * 10)):
        told = watcher.look(Frame(luma=picture(index / 10), captured_at_s=index / 10))
        found += [(each.at_s, each.kind) for each in told if isinstance(each, Started)]
    return found


@pytest.mark.parametrize("what", [Act.LAMP, Act.NIGHT])
def test_a_change_of_light_is_an_event_of_its_own_kind_and_no_motion(what: Act) -> None:
    watched = room(act(what, 6, 14))
    found = begun(lambda at_s: watched.picture(at_s)[0], 18)
    assert {kind for _, kind in found} == {Kind.LIGHT}
    assert not any(kind.alerts for _, kind in found)
    assert any(6 <= at_s < 7 for at_s, _ in found)


def test_a_person_is_motion() -> None:
    watched = room(act(Act.PERSON, 6, 13))
    assert any(kind.alerts for _, kind in begun(lambda at_s: watched.picture(at_s)[0], 14))


def test_somebody_who_comes_right_after_the_light_is_motion() -> None:
    watched = room(act(Act.LAMP, 6, 30), act(Act.PERSON, 7.5, 14))
    kinds = [kind for _, kind in begun(lambda at_s: watched.picture(at_s)[0], 14)]
    assert kinds[0] is Kind.LIGHT
    assert kinds[1].alerts


def test_a_fan_that_runs_is_no_motion() -> None:
    watched = room()
    fan = nuisances.fan(0.5, 0.3, 0.1, 1.7)
    assert not any(kind.alerts for _, kind in begun(lambda at_s: fan(watched.picture(at_s)[0], at_s), 12))


def test_a_curtain_that_begins_to_wave_never_alerts() -> None:
    watched = room(act(Act.CURTAIN, 6, 16))
    found = begun(lambda at_s: watched.picture(at_s)[0], 16)
    assert Kind.CURTAIN in {kind for _, kind in found}
    assert not any(kind.alerts for _, kind in found)


def test_a_screen_never_alerts_and_somebody_who_passes_it_does() -> None:
    screen = nuisances.drawn(np.random.default_rng(3))["screen"]
    alone, passed = room(), room(act(Act.PERSON, 6, 12))
    assert not any(kind.alerts for _, kind in begun(lambda at_s: screen(alone.picture(at_s)[0], at_s), 9))
    found = begun(lambda at_s: screen(passed.picture(at_s)[0], at_s), 9)
    (began_at_s,) = (at_s for at_s, kind in found if kind.alerts)
    assert 6 < began_at_s < 7.5


def test_somebody_who_comes_while_the_whole_picture_darkens_is_noticed_meanwhile() -> None:
    watched = room(act(Act.PERSON, 6, 12, depth=2))

    def darkening(at_s: float) -> Luma:
        light = 1 - 0.5 * min(max(at_s - 5.8, 0) / 3, 1)
        return (16 + (watched.picture(at_s)[0].astype(np.float32) - 16) * np.float32(light)).astype(np.uint8)

    (began_at_s,) = (at_s for at_s, kind in begun(darkening, 11) if kind.alerts)
    assert began_at_s < 7.5
