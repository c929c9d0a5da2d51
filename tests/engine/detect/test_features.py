"""A motion map in a handful of numbers."""

import numpy as np
import pytest

from custom_components.localcam.engine.detect.features import FEATURES_VERSION, NO_TRACE, REMEMBERED, measure
from custom_components.localcam.engine.detect.squares import Squares
from custom_components.localcam.engine.motion import MotionMap

CELLS = 90 * 160
SQUARES = Squares((92, 160))


def motion(row: int | None, column: int = 40, side: int = 6, fresh: int = 0) -> MotionMap:
    """A square that moves, its corner at that cell; that many of its cells are in new places."""
    moving = np.zeros((90, 160), np.bool_)
    if row is not None:
        moving[row : row + side, column : column + side] = True
    counts = SQUARES.count(np.pad(moving, ((0, 2), (0, 0))))
    place, _ = SQUARES.densest(np.stack([counts, counts]))
    return MotionMap(
        changed=moving,
        near=counts > 0,
        moving_squares=counts,
        present_squares=np.zeros(SQUARES.shape, np.uint8),
        down=counts.sum(axis=1).tolist() if row is not None else [],
        across=counts.sum(axis=0).tolist() if row is not None else [],
        contrast=3.0 if row is not None else 0.0,
        cluster_share=place.cells / CELLS,
        present_share=0.0,
        moving_share=float(moving.mean()),
        fresh_share=fresh / CELLS,
        brightened_share=float(moving.mean()),
        darkened_share=0.0,
        lighting_changed=False,
        captured_at_s=0.0,
    )


def test_a_still_picture_has_no_motion_in_any_feature() -> None:
    features, _ = measure(motion(None), NO_TRACE)
    assert features.version == FEATURES_VERSION
    assert set(features.values.values()) == {0.0}


def test_area_cluster_and_contrast_of_one_thing() -> None:
    features, _ = measure(motion(16, 40), NO_TRACE)
    assert features.values["area"] == 36 / CELLS
    assert features.values["cluster"] == 36 / CELLS
    assert features.values["contrast"] == pytest.approx(3)
    assert features.values["entering"] == 0


def test_what_comes_in_over_the_edge_is_entering() -> None:
    features, _ = measure(motion(40, 0, 8), NO_TRACE)
    assert features.values["entering"] == 32 / CELLS
    assert features.values["area"] == 64 / CELLS


def test_a_thing_that_moves_on_advances_from_its_second_picture() -> None:
    features, trace = measure(motion(16, 40, fresh=36), NO_TRACE)
    assert features.values["advancing"] == 0
    features, _ = measure(motion(16, 44, fresh=24), trace)
    assert features.values["advancing"] == 24 / CELLS


def test_two_of_three_pictures_are_enough() -> None:
    _, trace = measure(motion(16, 40, fresh=30), NO_TRACE)
    _, trace = measure(motion(None), trace)
    features, _ = measure(motion(16, 44, fresh=20), trace)
    assert features.values["advancing"] == 20 / CELLS


def test_what_changes_at_a_stroke_and_rarely_does_not_advance() -> None:
    _, trace = measure(motion(16, 10, fresh=36), NO_TRACE)
    for _ in range(REMEMBERED):
        features, trace = measure(motion(16, 10), trace)
        assert features.values["advancing"] == 0
    features, _ = measure(motion(16, 10, fresh=36), trace)
    assert features.values["advancing"] == 0
