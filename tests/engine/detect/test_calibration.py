"""Watching the empty room for a while sets what is usual there and how much of it is noise."""

from functools import cache

import numpy as np
import pytest

from benchmarks import nuisances
from custom_components.localcam.engine.detect.event_machine import Started, Transition
from custom_components.localcam.engine.detect.noise_floor import STEP, pack, unpack
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.demo_script import Act, DemoAct
from custom_components.localcam.engine.motion import Calibration, CalibrationFault
from custom_components.localcam.engine.settings import NOISE_FLOOR_BYTES, DetectSettings
from custom_components.localcam.engine.values import Frame

from .rooms import act, room

UNTAUGHT = DetectSettings(quiet_s=2)
TANK = nuisances.fish_tank(0.3, 0.4, 0.25, 4)


@cache
def tank_film() -> tuple[Frame, ...]:
    """A room in which fish swim for 32 s, and nobody comes; five pictures a second."""
    watched = room()
    times = [index / 5 for index in range(160)]
    return tuple(Frame(luma=TANK(watched.picture(at_s)[0], at_s).copy(), captured_at_s=at_s) for at_s in times)


def alerts(*, calibrated: bool = False, settings: DetectSettings = UNTAUGHT) -> int:
    """Events that alert while fish swim in their tank for 32 s, and nobody comes."""
    watcher = MotionWatcher(settings, None, lambda: "event")
    found = 0
    for index, frame in enumerate(tank_film()):
        if calibrated and index == 1:
            watcher.calibrate(20)
        told = watcher.look(frame)
        found += sum(isinstance(each, Started) and each.kind.alerts for each in told)
    return found


def test_what_swims_while_calibrating_is_the_rooms_noise() -> None:
    assert alerts(calibrated=True) == 0
    assert alerts() > 0


class Watched:
    """A room that is looked at five times a second, and calibrated at a given time."""

    def __init__(self, *acts: DemoAct, at_s: float = 3) -> None:
        self._room = room(*acts)
        self._calibrated_at_s = at_s
        self.watcher = MotionWatcher(DetectSettings(quiet_s=2), None, lambda: "event")
        self.starts: list[float] = []
        """Of events that alert."""
        self.outcomes: list[tuple[float, Calibration]] = []

    def play(self, until_s: float) -> Watched:
        for index in range(round(until_s * 5)):
            at_s = index / 5
            told: tuple[Transition, ...] = ()
            if at_s == self._calibrated_at_s:
                told = self.watcher.calibrate(20)
            told += self.watcher.look(Frame(luma=self._room.picture(at_s)[0], captured_at_s=at_s))
            self.starts += [each.at_s for each in told if isinstance(each, Started) and each.kind.alerts]
            if (outcome := self.watcher.take_calibration()) is not None:
                self.outcomes.append((at_s, outcome))
        return self


def test_the_empty_room_is_learned_in_20_s_and_somebody_is_seen_afterwards() -> None:
    watched = Watched(act(Act.PERSON, 28, 35)).play(33)

    ((ended_at_s, outcome),) = watched.outcomes
    assert outcome.fault is None
    assert len(outcome.noise_floor) == NOISE_FLOOR_BYTES
    assert ended_at_s == pytest.approx(23, abs=0.3)
    (start,) = watched.starts
    assert 28 <= start < 29.5


@pytest.mark.parametrize(("kind", "depth"), [(Act.PERSON, 0), (Act.PERSON, 2), (Act.PET, 0), (Act.PET, 1)])
def test_somebody_who_walks_through_meanwhile_ends_it_and_is_seen(kind: Act, depth: int) -> None:
    watched = Watched(act(kind, 10, 17, depth=depth), act(Act.PERSON, 25, 32)).play(30)

    ((ended_at_s, outcome),) = watched.outcomes
    assert outcome == Calibration(fault=CalibrationFault.MOTION)
    assert 10 < ended_at_s < 17
    # What was learned before is still known: who comes later is seen at once.
    assert any(25 < start < 26.5 for start in watched.starts)


@pytest.mark.parametrize("change", [Act.LAMP, Act.NIGHT])
def test_a_lamp_that_is_switched_meanwhile_ends_it(change: Act) -> None:
    watched = Watched(act(change, 10, 40)).play(20)

    assert [outcome.fault for _, outcome in watched.outcomes] == [CalibrationFault.LIGHT]


@pytest.mark.parametrize("usual", [Act.TV, Act.CURTAIN])
def test_what_stays_in_its_place_is_learned(usual: Act) -> None:
    watched = Watched(act(usual, 5, 40)).play(26)

    assert [outcome.fault for _, outcome in watched.outcomes] == [None]
    noise_floor = watched.outcomes[0][1].noise_floor
    assert max(noise_floor[NOISE_FLOOR_BYTES // 2 :]) > 4


def test_a_camera_that_is_lost_meanwhile_learned_nothing() -> None:
    watched = Watched().play(10)
    watched.watcher.reset()

    assert watched.watcher.take_calibration() == Calibration(fault=CalibrationFault.LOST)
    assert watched.watcher.take_calibration() is None


def test_a_noise_floor_that_was_kept_is_as_good_as_a_new_one() -> None:
    learned = MotionWatcher(DetectSettings(quiet_s=2), None, lambda: "event")
    outcome = None
    for index, frame in enumerate(tank_film()):
        if index == 10:
            learned.calibrate(20)
        learned.look(frame)
        outcome = learned.take_calibration() or outcome
    assert outcome is not None
    assert outcome.fault is None

    again = DetectSettings(quiet_s=2, noise_floor=outcome.noise_floor)
    assert alerts(settings=again) == 0


def test_a_noise_floor_fits_a_picture_of_any_size_and_never_asks_for_less() -> None:
    rng = np.random.default_rng(1)
    for shape in ((90, 160), (68, 120), (1, 1), (24, 40)):
        brightness, texture = (rng.integers(0, 255 * STEP, shape, np.int16, endpoint=True) for _ in range(2))
        found = unpack(pack(brightness, texture), shape)
        assert (found[0] >= brightness).all()
        assert (found[1] >= texture).all()
        assert found[0].max() <= 255 * STEP
    nothing = np.zeros((3, 3), np.int16)
    assert not any(each.any() for each in unpack(pack(nothing, nothing), (3, 3)))
