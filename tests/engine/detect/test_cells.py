"""Block sums and what is texture agree with the plain way of computing them."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.localcam.engine.detect.cells import BRIGHTEST, DARK, UNIT, CellReader
from custom_components.localcam.engine.detect.surroundings import Surroundings


@pytest.mark.parametrize(("height_px", "width_px", "side"), [(360, 640, 4), (288, 352, 3), (90, 160, 1)])
def test_a_cell_is_the_logarithm_of_the_mean_of_its_pixels(height_px: int, width_px: int, side: int) -> None:
    luma = np.random.default_rng(1).integers(0, 256, (height_px, width_px)).astype(np.uint8)
    reader = CellReader(height_px, width_px)
    cells = np.empty(reader.shape, np.int16)
    reader.read(luma, cells)
    rows, columns = height_px // side, width_px // side
    plain = luma[: rows * side, : columns * side].reshape(rows, side, columns, side).mean(axis=(1, 3))
    expected = np.rint(UNIT * np.log((plain + DARK) / DARK))
    assert (reader.rows, reader.columns) == (rows, columns)
    np.testing.assert_array_equal(cells[:rows, :columns], expected)
    np.testing.assert_array_equal(cells[rows:, :columns], np.repeat(expected[-1:], cells.shape[0] - rows, axis=0))
    np.testing.assert_array_equal(
        cells[:, columns:], np.repeat(cells[:, columns - 1 : columns], 3, axis=1)[:, : cells.shape[1] - columns]
    )


def test_white_does_not_overflow() -> None:
    reader = CellReader(2160, 3840)
    cells = np.empty(reader.shape, np.int16)
    reader.read(np.full((2160, 3840), 255, np.uint8), cells)
    assert (cells == BRIGHTEST).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_texture_is_what_a_cell_has_beyond_the_squares_around_it(down: int, across: int, seed: int) -> None:
    grid = np.random.default_rng(seed).integers(-BRIGHTEST, BRIGHTEST + 1, (4 * down, 4 * across)).astype(np.int16)
    squares = np.pad(grid.reshape(down, 4, across, 4).mean(axis=(1, 3)), 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(squares, (3, 3))
    means = (windows * np.outer([1, 2, 1], [1, 2, 1])).sum(axis=(2, 3)) / 16
    texture = np.empty_like(grid)
    Surroundings(grid.shape).without(grid, out=texture)
    np.testing.assert_allclose(texture, grid - np.kron(means, np.ones((4, 4))), atol=2)


def test_a_mirrored_grid_has_exactly_mirrored_texture() -> None:
    grid = np.random.default_rng(2).integers(0, BRIGHTEST, (92, 160)).astype(np.int16)
    surroundings = Surroundings((92, 160))
    texture, mirrored = np.empty_like(grid), np.empty_like(grid)
    surroundings.without(grid, out=texture)
    surroundings.without(grid[:, ::-1].copy(), out=mirrored)
    assert (texture == mirrored[:, ::-1]).all()
