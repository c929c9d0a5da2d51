"""Where a frame moved against the learned room."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from custom_components.localcam.engine.detect.difference import DifferenceDetector
from custom_components.localcam.engine.ingest.demo_script import Act
from custom_components.localcam.engine.motion import MotionMap
from custom_components.localcam.engine.values import Frame

from .rooms import act, room


def play(detector: DifferenceDetector, lumas: list[npt.NDArray[np.uint8]], *, from_s: float = 0.0) -> MotionMap:
    """Look at the pictures at 10 per second; the last map."""
    for index, luma in enumerate(lumas):
        seen = detector.look(Frame(luma=luma, captured_at_s=from_s + index / 10))
    return seen


def walk(until_s: float = 7.0) -> list[npt.NDArray[np.uint8]]:
    watched = room(act(Act.PERSON, 3, 10, depth=2))
    return [watched.picture(index / 10)[0].copy() for index in range(int(until_s * 10))]


def test_the_map_shows_where_the_person_is() -> None:
    pictures = walk()
    seen = play(DifferenceDetector(5), pictures)
    assert seen.moving.shape == (90, 160)
    rows, columns = np.nonzero(seen.moving)
    # After 4 of 7 s of a walk from the left edge to the right one: a little right of the middle.
    assert 70 < columns.mean() < 110
    assert rows.max() - rows.min() > 30
    assert seen.moving.mean() < 0.12
    assert not seen.lighting_changed


def test_mirrored_pictures_give_mirrored_maps() -> None:
    pictures = walk()
    seen = play(DifferenceDetector(5), pictures).moving.copy()
    mirrored = play(DifferenceDetector(5), [picture[:, ::-1] for picture in pictures]).moving
    assert seen.any()
    assert (seen == mirrored[:, ::-1]).all()


def test_more_sensitive_never_sees_less() -> None:
    pictures = walk()
    maps = [play(DifferenceDetector(sensitivity), pictures).moving.copy() for sensitivity in range(1, 11)]
    for less, more in itertools.pairwise(maps):
        assert not (less & ~more).any()
    assert maps[0].sum() < maps[-1].sum()


def test_the_first_second_only_teaches() -> None:
    detector = DifferenceDetector(10)
    noise = np.random.default_rng(1)
    for index in range(9):
        seen = detector.look(Frame(luma=noise.integers(0, 255, (90, 160)).astype(np.uint8), captured_at_s=index / 10))
        assert not seen.changed.any()
        assert not detector.suspects


def test_a_new_size_of_picture_starts_anew() -> None:
    detector = DifferenceDetector(5)
    play(detector, walk(2.0))
    seen = detector.look(Frame(luma=np.full((288, 352), 200, np.uint8), captured_at_s=2.1))
    assert seen.changed.shape == (96, 117)
    assert not seen.changed.any()


@pytest.mark.parametrize("size", [(360, 640), (1080, 1920), (288, 352), (120, 160), (1080, 960), (9, 11)])
def test_pictures_of_any_size_are_looked_at(size: tuple[int, int]) -> None:
    detector = DifferenceDetector(5)
    grey = np.full(size, 90, np.uint8)
    play(detector, [grey] * 20)
    brighter = grey.copy()
    brighter[: size[0] // 2, : size[1] // 3] = 180
    seen = detector.look(Frame(luma=brighter, captured_at_s=2.0))
    assert seen.moving.any() or min(size) < 20


def test_rows_that_lie_apart_in_memory_are_read_in_place() -> None:
    padded = np.zeros((360, 704), np.uint8)
    pictures = walk()
    apart, together = DifferenceDetector(5), DifferenceDetector(5)
    for index, picture in enumerate(pictures):
        padded[:, :640] = picture
        first = apart.look(Frame(luma=padded[:, :640], captured_at_s=index / 10))
        second = together.look(Frame(luma=picture, captured_at_s=index / 10))
        assert (first.moving == second.moving).all()


def test_a_lamp_is_a_change_of_light_and_is_absorbed() -> None:
    dark = room().picture(1)[0].copy()
    bright = np.minimum(dark.astype(np.float32) * 1.4, 255).astype(np.uint8)
    detector = DifferenceDetector(5)
    play(detector, [dark] * 30)
    seen = detector.look(Frame(luma=bright, captured_at_s=3.0))
    assert seen.lighting_changed
    assert seen.brightened_share > 0.35
    seen = play(detector, [bright] * 20, from_s=3.1)
    assert not seen.lighting_changed
    assert seen.brightened_share < 0.02


def test_what_somebody_left_behind_is_absorbed() -> None:
    empty = room().picture(1)[0].copy()
    with_box = empty.copy()
    with_box[250:300, 100:160] = np.where(np.indices((50, 60)).sum(axis=0) // 8 % 2, 220, 30)
    detector = DifferenceDetector(5)
    play(detector, [empty] * 30)
    seen = detector.look(Frame(luma=with_box, captured_at_s=3.0))
    assert seen.moving.sum() > 100
    seen = play(detector, [with_box] * 5, from_s=3.1)
    assert not seen.moving.any()
    seen = play(detector, [with_box] * 200, from_s=3.6)
    assert not seen.changed.any()
