"""A camera that is covered, knocked, frozen or in the dark says so; night, lamps and people are no problem."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_script import Act
from custom_components.localcam.engine.motion import CameraProblem
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

from .rooms import act, room

type Luma = npt.NDArray[np.uint8]

FROM_S = 8.0


def problems(picture: Callable[[float], Luma], until_s: float) -> dict[CameraProblem, float]:
    """Which problems were told, and when first, of pictures at 10 per second."""
    watcher = MotionWatcher(DetectSettings(), None, lambda: "event")
    told: dict[CameraProblem, float] = {}
    for index in range(int(until_s * 10)):
        watcher.look(Frame(luma=picture(index / 10), captured_at_s=index / 10))
        if watcher.problem is not None:
            told.setdefault(watcher.problem, index / 10)
    return told


def from_then_on(other: Callable[[Luma], Luma]) -> Callable[[float], Luma]:
    watched = room()

    def picture(at_s: float) -> Luma:
        luma = watched.picture(at_s)[0]
        return luma if at_s < FROM_S else other(luma)

    return picture


def snowy(level: int) -> Callable[[Luma], Luma]:
    noise = np.random.default_rng(3)
    return lambda luma: np.clip(noise.normal(level, 1.5, luma.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("level", [60, 140])
def test_a_hand_or_cloth_over_the_lens_is_told(level: int) -> None:
    told = problems(from_then_on(snowy(level)), 14)
    assert set(told) == {CameraProblem.COVERED}
    assert told[CameraProblem.COVERED] < FROM_S + 4


def test_a_black_picture_is_dark() -> None:
    told = problems(from_then_on(snowy(17)), 14)
    assert set(told) == {CameraProblem.DARK}


def test_a_knocked_camera_is_told() -> None:
    told = problems(from_then_on(lambda luma: np.roll(luma, (25, 70), axis=(0, 1))), 14)
    assert set(told) == {CameraProblem.MOVED}
    assert told[CameraProblem.MOVED] < FROM_S + 4


def test_a_picture_that_stands_still_to_the_last_cell_is_frozen() -> None:
    last = room().picture(FROM_S)[0].copy()
    told = problems(from_then_on(lambda _luma: last), 35)
    assert set(told) == {CameraProblem.FROZEN}


@pytest.mark.parametrize("harmless", [Act.NIGHT, Act.LAMP, Act.PERSON, Act.TV, Act.CURTAIN])
def test_what_happens_in_a_room_is_no_problem(harmless: Act) -> None:
    watched = room(act(harmless, 6, 16, depth=2))
    assert problems(lambda at_s: watched.picture(at_s)[0], 24) == {}


def test_the_standard_programme_is_no_problem() -> None:
    watched = DemoRoom(2)
    assert problems(lambda at_s: watched.picture(at_s)[0], 60) == {}
