"""Squares of cells: counts, neighbours, the densest place and surroundings are what they are by definition."""

from hypothesis import given, strategies as st
import numpy as np
import pytest

from custom_components.localcam.engine.detect.cells import BRIGHTEST, Grid
from custom_components.localcam.engine.detect.squares import Counts, Marks, Squares
from custom_components.localcam.engine.detect.surroundings import Surroundings
from custom_components.localcam.engine.motion import SQUARE

SHAPE = 5 * SQUARE, 7 * SQUARE
seeds = st.integers(0, 2**32 - 1)


def marks_of(seed: int) -> Marks:
    dice = np.random.default_rng(seed)
    return dice.random(SHAPE) < dice.random()


def naive_count(marks: Marks) -> Counts:
    down, across = SHAPE[0] // SQUARE, SHAPE[1] // SQUARE
    return marks.reshape(down, SQUARE, across, SQUARE).sum(axis=(1, 3)).astype(np.uint8)


@pytest.mark.parametrize("reach", [1, 3])
@given(seed=seeds)
def test_the_largest_nearby_is_that_of_the_window(seed: int, reach: int) -> None:
    squares = Squares(SHAPE)
    for turn in range(2):  # what one call leaves behind must not reach the next
        counts = naive_count(marks_of(seed + turn))
        wide = np.pad(counts, reach)
        side = 2 * reach + 1
        windows = np.lib.stride_tricks.sliding_window_view(wide, (side, side))
        np.testing.assert_array_equal(squares.around(counts, reach), windows.max(axis=(2, 3)))


@given(seed=seeds)
def test_the_densest_place_holds_the_most_marked_cells(seed: int) -> None:
    squares = Squares(SHAPE)
    counts = np.stack([naive_count(marks_of(seed)), naive_count(marks_of(seed + 1))])
    for each, place in zip(counts, squares.densest(counts), strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(each, (2, 2)).sum(axis=(2, 3))
        assert place.cells == windows.max()
        assert windows[place.row, place.column] == place.cells


def test_what_is_dense_only_across_the_ends_of_two_rows_is_no_place() -> None:
    counts = np.zeros((2, SHAPE[0] // SQUARE, SHAPE[1] // SQUARE), np.uint8)
    counts[:, 1, -1] = counts[:, 2, 0] = 16
    assert {place.cells for place in Squares(SHAPE).densest(counts)} == {16}


@given(seed=seeds)
def test_counts_of_grids_above_one_another_are_those_of_each(seed: int) -> None:
    squares = Squares(SHAPE)
    both = np.stack([marks_of(seed), marks_of(seed + 1)])
    np.testing.assert_array_equal(squares.count(both), np.concatenate([naive_count(both[0]), naive_count(both[1])]))
    np.testing.assert_array_equal(squares.count(both[1]), naive_count(both[1]))


@given(seed=seeds)
def test_of_grids_above_one_another_the_first_are_counted_alone(seed: int) -> None:
    squares = Squares(SHAPE)
    both = np.stack([marks_of(seed), marks_of(seed + 1)])
    counts = squares.count(both)
    both[:] = both[::-1].copy()
    squares.count(both, 1)
    down = SHAPE[0] // SQUARE
    np.testing.assert_array_equal(counts[:down], naive_count(both[0]))
    np.testing.assert_array_equal(counts[down:], naive_count(both[0]))


@given(seed=seeds)
def test_surroundings_know_means_and_medians_and_keep_nothing_of_the_grid_before(seed: int) -> None:
    surroundings, out = Surroundings(SHAPE), np.zeros(SHAPE, np.int16)
    dice = np.random.default_rng(seed)
    grids: list[Grid] = [dice.integers(-BRIGHTEST, BRIGHTEST, SHAPE, np.int16, endpoint=True) for _ in range(2)]
    for grid in grids:  # what one call leaves behind must not reach the next
        surroundings.without(grid, out=out)
        down, across = SHAPE[0] // SQUARE, SHAPE[1] // SQUARE
        means = grid.reshape(down, SQUARE, across, SQUARE).mean(axis=(1, 3))
        edged = np.pad(means, 1, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(edged, (3, 3))
        weighted = (windows * np.outer([1, 2, 1], [1, 2, 1])).sum(axis=(2, 3)) / 16
        expected = grid - np.kron(weighted, np.ones((SQUARE, SQUARE)))
        assert np.abs(out - expected).max() <= 2  # rounding
        assert surroundings.mean == pytest.approx(means.mean(), abs=1)
        chosen = naive_count(grid > 0) >= SQUARE
        if chosen.any():
            ordered = np.sort(means[chosen])
            assert surroundings.median_of(chosen) == pytest.approx(ordered[ordered.size // 2], abs=1)
    assert surroundings.median_of(np.zeros((down, across), np.bool_)) == 0
