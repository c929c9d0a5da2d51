"""Block sums and window sums agree with the plain way of computing them."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.localcam.engine.detect.cells import WEIGHT, WINDOW, CellReader, WindowSum


@pytest.mark.parametrize(("height_px", "width_px", "side"), [(360, 640, 4), (288, 352, 3), (90, 160, 1)])
def test_a_cell_is_the_mean_of_its_pixels(height_px: int, width_px: int, side: int) -> None:
    luma = np.random.default_rng(1).integers(0, 256, (height_px, width_px)).astype(np.uint8)
    reader = CellReader(height_px, width_px)
    cells = np.empty((reader.rows, reader.columns), np.float32)
    reader.read(luma, cells)
    rows, columns = height_px // side, width_px // side
    plain = luma[: rows * side, : columns * side].reshape(rows, side, columns, side).mean(axis=(1, 3))
    np.testing.assert_allclose(cells, plain, rtol=1e-5)


def test_white_does_not_overflow() -> None:
    reader = CellReader(2160, 3840)
    cells = np.empty((reader.rows, reader.columns), np.float32)
    reader.read(np.full((2160, 3840), 255, np.uint8), cells)
    assert (cells == 255).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_windows_go_on_beyond_the_edge(rows: int, columns: int, seed: int) -> None:
    grid = np.random.default_rng(seed).uniform(0, 255, (rows, columns)).astype(np.float32)
    profile = np.array([1, 2, 2, 2, 2, 2, 2, 2, 1], np.float32)
    padded = np.pad(grid, WINDOW // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (WINDOW, WINDOW))
    plain = (windows * np.outer(profile, profile)).sum(axis=(2, 3))
    assert np.outer(profile, profile).sum() == WEIGHT
    np.testing.assert_allclose(WindowSum(rows, columns).of(grid), plain, rtol=1e-5)


def test_a_mirrored_grid_has_exactly_mirrored_sums() -> None:
    sixteenths = np.random.default_rng(2).integers(0, 4081, (90, 160)).astype(np.float32)
    grid = np.multiply(sixteenths, np.float32(1 / 16), dtype=np.float32)
    sums = WindowSum(90, 160).of(grid).copy()
    assert (WindowSum(90, 160).of(grid[:, ::-1]) == sums[:, ::-1]).all()
