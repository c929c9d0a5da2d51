"""The detector in whole, watching the simulated room: people are seen, light and noise are not."""

import math

from hypothesis import given, settings, strategies as st
import numpy as np
import numpy.typing as npt
import pytest

from custom_components.localcam.engine.detect.event_machine import Ended, Started
from custom_components.localcam.engine.detect.sensitivity import SLOWEST_SHARE_PER_S, SURE_SIZES, thresholds
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_script import Act, standard_cycle
from custom_components.localcam.engine.motion import DetectorModel
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

from .rooms import act, room, starts


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("leftwards", [False, True])
def test_a_person_walking_through_is_seen_within_a_second(depth: int, leftwards: bool) -> None:
    watched = room(act(Act.PERSON, 5, 12, depth=depth, leftwards=leftwards))
    found = starts(lambda at_s: watched.picture(at_s)[0], 12)
    assert len(found) == 1
    assert 5 <= found[0] <= 6


def test_a_person_at_night_is_seen_within_a_second() -> None:
    watched = room(act(Act.NIGHT, 0, 20), act(Act.PERSON, 8, 15))
    (found,) = starts(lambda at_s: watched.picture(at_s)[0], 15)
    assert 8 <= found <= 9


def test_a_cat_is_seen() -> None:
    watched = room(act(Act.PET, 5, 10, depth=2))
    assert len(starts(lambda at_s: watched.picture(at_s)[0], 10)) == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_empty_noisy_room_is_quiet(seed: int) -> None:
    watched = room(seed=seed)
    assert starts(lambda at_s: watched.picture(at_s)[0], 30) == []


def test_night_noise_is_quiet() -> None:
    watched = room(act(Act.NIGHT, 0, 60))
    assert starts(lambda at_s: watched.picture(at_s)[0], 30) == []


@pytest.mark.parametrize("light", [Act.LAMP, Act.NIGHT])
def test_light_that_comes_and_goes_starts_nothing(light: Act) -> None:
    watched = room(act(light, 5, 20))
    assert starts(lambda at_s: watched.picture(at_s)[0], 26) == []


def test_a_television_is_learned_while_it_is_on() -> None:
    watched = room(act(Act.TV, 5, 60))
    found = starts(lambda at_s: watched.picture(at_s)[0], 60)
    assert all(at_s < 15 for at_s in found)


def test_somebody_who_walks_under_a_lamp_that_is_switched_is_seen() -> None:
    watched = room(act(Act.LAMP, 5, 30), act(Act.PERSON, 5.5, 12))
    found = starts(lambda at_s: watched.picture(at_s)[0], 12)
    assert found
    assert found[0] < 8


@pytest.mark.parametrize("seed", [1, 7])
def test_of_the_standard_programme_all_visits_are_seen_and_no_light(seed: int) -> None:
    watched = DemoRoom(seed)
    found = starts(lambda at_s: watched.picture(at_s)[0], 120)
    visits = [act for act in standard_cycle(seed, 0) if act.act in {Act.PERSON, Act.PET} and act.from_s < 120]
    for visit in visits:
        assert any(visit.from_s <= at_s < visit.until_s for at_s in found), visit
    # A curtain moves, and a screen that was just switched on does; neither is told from a person yet.
    moving = {Act.PERSON, Act.PET, Act.CURTAIN, Act.TV}
    for at_s in found:
        assert any(act.goes_on(at_s) for act in standard_cycle(seed, 0) if act.act in moving), at_s


@settings(max_examples=25, deadline=None)
@given(level=st.integers(0, 255), sensitivity=st.integers(1, 10))
def test_a_constant_picture_never_alarms(level: int, sensitivity: int) -> None:
    picture = np.full((90, 160), level, np.uint8)
    assert starts(lambda at_s: picture, 5, sensitivity) == []


@settings(max_examples=25, deadline=None)
@given(gain=st.floats(0.4, 1.8), offset=st.floats(-25, 40), sensitivity=st.integers(1, 10))
def test_a_global_gain_or_offset_never_alarms(gain: float, offset: float, sensitivity: int) -> None:
    before = room().picture(1)[0].copy()
    after = np.clip(before * gain + offset, 0, 255).astype(np.uint8)
    assert starts(lambda at_s: before if at_s < 3 else after, 7, sensitivity) == []


@settings(max_examples=15, deadline=None)
@given(
    sensitivity=st.integers(1, 10),
    rightwards=st.booleans(),
    row=st.floats(0.0, 1.0),
    speed=st.floats(1.0, 6.0),
    seed=st.integers(0, 99),
)
def test_a_textured_patch_larger_and_faster_than_documented_always_alarms(
    sensitivity: int, rightwards: bool, row: float, speed: float, seed: int
) -> None:
    """SURE_SIZES times the smallest area, at SLOWEST times `speed`, over a wall of another texture."""
    noise = np.random.default_rng(seed)
    wall = np.kron(noise.integers(90, 130, (45, 80)), np.ones((8, 8))).astype(np.uint8)
    side = math.ceil(math.sqrt(SURE_SIZES * thresholds(sensitivity).smallest_share * wall.size))
    patch = np.kron(noise.choice([20, 235], (60, 60)), np.ones((8, 8))).astype(np.uint8)[:side, :side]
    top = int(row * (360 - side))

    def picture(at_s: float) -> npt.NDArray[np.uint8]:
        luma = wall.copy()
        left = int((at_s - 3.0) * speed * SLOWEST_SHARE_PER_S * 640)
        if left >= 0 and left + side <= 640:
            there = slice(left, left + side) if rightwards else slice(640 - left - side, 640 - left)
            luma[top : top + side, there] = patch
        return luma

    assert len(starts(picture, 6, sensitivity)) == 1


def test_frames_are_wanted_five_times_a_second_and_ten_times_until_a_suspicion_is_decided() -> None:
    watched = room(act(Act.PERSON, 5, 12))
    watcher = MotionWatcher(DetectSettings(quiet_s=2), None, lambda: "event")
    looked: list[float] = []
    started_at_s = 0.0
    for index in range(15 * 14):
        at_s = index / 15
        if watcher.wants(at_s):
            looked.append(at_s)
            if watcher.look(Frame(luma=watched.picture(at_s)[0], captured_at_s=at_s)):
                started_at_s = started_at_s or at_s
    assert sum(2 <= at_s < 5 for at_s in looked) == 15
    assert 5 < started_at_s < 7
    assert sum(7 <= at_s < 10 for at_s in looked) in range(15, 18)
    assert sum(12.5 <= at_s < 13.5 for at_s in looked) >= 7  # every second frame of 15 fps


def test_the_strongest_frame_so_far_is_told_with_what_decided() -> None:
    watched = room(act(Act.PERSON, 3, 10))
    watcher = MotionWatcher(DetectSettings(quiet_s=2), None, lambda: "event")
    strongest: list[float] = []
    event = None
    for index in range(15 * 16):
        at_s = index / 15
        for told in watcher.look(Frame(luma=watched.picture(at_s)[0], captured_at_s=at_s)):
            if isinstance(told, Ended):
                event = told.event
            else:
                strongest.append(at_s)
                assert watcher.event is not None
                assert watcher.event.features == watcher.features
                assert watcher.motion is not None
                assert watcher.motion.moving.any()
    assert event is not None
    assert strongest[-1] == event.peak_at_s
    assert event.features.values["cluster"] > 0
    assert (event.threshold, event.sensitivity) == (0.5, 5)
    assert watcher.event is None


def test_a_lost_camera_ends_the_event_and_the_room_is_learned_anew() -> None:
    watched = room(act(Act.PERSON, 3, 10))
    watcher = MotionWatcher(DetectSettings(), None, lambda: "event")
    for index in range(15 * 6):
        watcher.look(Frame(luma=watched.picture(index / 15)[0], captured_at_s=index / 15))
    was_in_motion, told = watcher.in_motion, watcher.reset()
    assert was_in_motion
    assert [type(each) for each in told] == [Ended]
    assert not watcher.in_motion
    assert watcher.wants(0.0)


def test_another_sensitivity_applies_at_once_and_keeps_the_open_event() -> None:
    watched = room(act(Act.PERSON, 3, 10))
    watcher = MotionWatcher(DetectSettings(), None, lambda: "event")
    for index in range(15 * 6):
        watcher.look(Frame(luma=watched.picture(index / 15)[0], captured_at_s=index / 15))
    watcher.change(DetectSettings(sensitivity=1, quiet_s=1))
    assert watcher.in_motion
    assert [type(told) for told in watcher.tick(20.0)] == [Ended]


def test_a_learned_model_decides_in_the_place_of_the_built_in_rule() -> None:
    never = DetectorModel(version=4, features_version=2, threshold=0.5, weights={"bias": -20.0})
    watched = room(act(Act.PERSON, 3, 10))
    deaf = MotionWatcher(DetectSettings(), never, lambda: "event")
    for index in range(15 * 8):
        told = deaf.look(Frame(luma=watched.picture(index / 15)[0], captured_at_s=index / 15))
        assert not any(isinstance(transition, Started) for transition in told)
