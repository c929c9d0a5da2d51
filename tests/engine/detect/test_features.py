"""A motion map in a handful of numbers."""

import numpy as np
import pytest

from custom_components.localcam.engine.detect.features import FEATURES_VERSION, NO_TRACE, REMEMBERED, measure
from custom_components.localcam.engine.values import MotionMap

CELLS = 90 * 160


def motion(row: int | None, column: int = 40, side: int = 6) -> MotionMap:
    """A square that moves, its corner at that cell."""
    moving = np.zeros((90, 160), np.bool_)
    if row is not None:
        moving[row : row + side, column : column + side] = True
    return MotionMap(
        changed=moving,
        moving=moving,
        excess=np.where(moving, np.float32(3), np.float32(0)),
        brightened_share=float(moving.mean()),
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
    assert features.values["lasting"] == 0


def test_a_thing_that_moves_on_is_lasting_from_its_second_picture() -> None:
    _, trace = measure(motion(16, 40), NO_TRACE)
    features, _ = measure(motion(16, 46), trace)
    assert features.values["lasting"] == 36 / CELLS


def test_two_of_three_pictures_are_enough() -> None:
    _, trace = measure(motion(16, 40), NO_TRACE)
    _, trace = measure(motion(None), trace)
    features, _ = measure(motion(16, 44), trace)
    assert features.values["lasting"] > 0


def test_flashes_far_apart_are_not_lasting() -> None:
    _, trace = measure(motion(16, 10), NO_TRACE)
    features, trace = measure(motion(60, 120), trace)
    assert features.values["lasting"] == 0
    for _ in range(REMEMBERED):
        _, trace = measure(motion(None), trace)
    features, _ = measure(motion(60, 120), trace)
    assert features.values["lasting"] == 0


def test_a_trace_of_another_size_of_picture_is_ignored() -> None:
    _, trace = measure(motion(16), NO_TRACE)
    small = np.ones((8, 8), np.bool_)
    features, _ = measure(
        MotionMap(
            changed=small,
            moving=small,
            excess=np.ones((8, 8), np.float32),
            brightened_share=1.0,
            lighting_changed=True,
            captured_at_s=0.0,
        ),
        trace,
    )
    assert features.values["lasting"] == 0
    assert features.values["lighting"] == 1
