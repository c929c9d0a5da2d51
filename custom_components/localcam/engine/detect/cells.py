"""The picture as a grid of cells: block sums of a luma plane and sums over windows of a grid, without allocation."""

import math

import numpy as np
import numpy.typing as npt

type Grid = npt.NDArray[np.float32]

CELLS = 160 * 90
"""About how many cells a picture is looked at in, whatever its size and shape."""
SAMPLES = 4
"""Rows and columns that are read of a cell; larger cells are read with gaps."""
FOUR_ONES = np.uint64(0x0001_0001_0001_0001)
TOP_SUM = np.uint64(48)
"""Four 16-bit numbers in one of 64 bits, times FOUR_ONES, have their sum in the top 16 bits: at most 16 * 255."""
WINDOW = 8
"""Side of the window over which a cell's surroundings are summed, in cells."""


class CellReader:
    """Pictures of one size -> mean brightness of each cell."""

    def __init__(self, height_px: int, width_px: int) -> None:
        side = max(1, round(math.sqrt(height_px * width_px / CELLS)))
        self.rows, self.columns = max(1, height_px // side), max(1, width_px // side)
        self._side = side
        step = max(1, side // SAMPLES)
        self._offsets = range(0, min(side, SAMPLES * step), step)
        self._used_px = self.columns * side
        self._strips = np.empty((self.rows, self._used_px), np.uint16)
        self._sums = np.empty((self.rows, self.columns), np.uint16)
        # Four neighbouring 16-bit sums are one 64-bit number; where these are a cell, one multiplication adds them.
        self._fours = self._strips.view(np.uint64) if side == SAMPLES == 4 else None
        self._wide_sums = np.empty((self.rows, self.columns) if self._fours is not None else (0, 0), np.uint64)
        self._scale = np.float32(1 / len(self._offsets) ** 2)

    def read(self, luma: npt.NDArray[np.uint8], out: Grid) -> None:
        """Write each cell's mean, 0 to 255, to `out` of shape (rows, columns); the luma is read in place."""
        side, strips, sums = self._side, self._strips, self._sums
        end = self.rows * side
        first, *others = self._offsets
        np.copyto(strips, luma[first:end:side, : self._used_px])
        for offset in others:
            np.add(strips, luma[offset:end:side, : self._used_px], out=strips)
        if self._fours is not None:
            np.multiply(self._fours, FOUR_ONES, out=self._wide_sums)
            np.right_shift(self._wide_sums, TOP_SUM, out=self._wide_sums)
            np.copyto(out, self._wide_sums, casting="unsafe")
            np.multiply(out, self._scale, out=out)
            return
        np.copyto(sums, strips[:, first::side])
        for offset in others:
            np.add(sums, strips[:, offset::side], out=sums)
        np.multiply(sums, self._scale, out=out)


class WindowSum:
    """Sums over WINDOW x WINDOW cells around each cell of a grid of one shape.

    Beyond the grid its edge goes on, or there is nothing where `edge_goes_on` is False.
    """

    def __init__(
        self,
        rows: int,
        columns: int,
        dtype: type[np.float32 | np.uint8] = np.float32,
        *,
        edge_goes_on: bool = True,
    ) -> None:
        self._edge_goes_on = edge_goes_on
        # Sums of 2, then of 4, then of 8 by doubling: three additions each way instead of fourteen.
        self._rows, self._columns = rows, columns
        self._padded = np.zeros((rows + WINDOW - 1, columns + WINDOW - 1), dtype)
        self._down = [np.empty((rows + WINDOW - size, columns + WINDOW - 1), dtype) for size in (2, 4, 8)]
        self._across = [np.empty((rows, columns + WINDOW - size), dtype) for size in (2, 4, 8)]

    def of(self, grid: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """The sums, of the grid's shape; the array is written again by the next call."""
        padded, before = self._padded, WINDOW // 2 - 1
        rows, columns = slice(before, before + self._rows), slice(before, before + self._columns)
        padded[rows, columns] = grid
        if self._edge_goes_on:
            padded[:before, columns] = grid[0]
            padded[rows.stop :, columns] = grid[-1]
            padded[:, :before] = padded[:, before : before + 1]
            padded[:, columns.stop :] = padded[:, columns.stop - 1 : columns.stop]
        down = padded
        for step, out in zip((1, 2, 4), self._down, strict=True):
            down = np.add(down[:-step], down[step:], out=out)
        across = down
        for step, out in zip((1, 2, 4), self._across, strict=True):
            across = np.add(across[:, :-step], across[:, step:], out=out)
        return across
