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
WINDOW = 9
"""Side of the window that is a cell's surroundings, in cells."""
WEIGHT = 256
"""Of a window: its inner cells count four times, its edge twice, its corners once, so that the cell is its middle."""


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
        self._more_strips = np.empty_like(self._strips) if self._fours is not None else self._strips
        self._wide_sums = np.empty((self.rows, self.columns) if self._fours is not None else (0, 0), np.uint64)
        self._scale = np.float32(1 / len(self._offsets) ** 2)

    def read(self, luma: npt.NDArray[np.uint8], out: Grid) -> None:
        """Write each cell's mean, 0 to 255, to `out` of shape (rows, columns); the luma is read in place."""
        side, strips, sums = self._side, self._strips, self._sums
        end = self.rows * side
        first, *others = self._offsets
        if self._fours is not None:
            used = luma[:end, : self._used_px]
            np.add(used[0::4], used[1::4], out=strips, dtype=np.uint16)
            np.add(used[2::4], used[3::4], out=self._more_strips, dtype=np.uint16)
            np.add(strips, self._more_strips, out=strips)
            np.multiply(self._fours, FOUR_ONES, out=self._wide_sums)
            np.right_shift(self._wide_sums, TOP_SUM, out=self._wide_sums)
            np.copyto(out, self._wide_sums, casting="unsafe")
            np.multiply(out, self._scale, out=out)
            return
        np.copyto(strips, luma[first:end:side, : self._used_px])
        for offset in others:
            np.add(strips, luma[offset:end:side, : self._used_px], out=strips)
        np.copyto(sums, strips[:, first::side])
        for offset in others:
            np.add(sums, strips[:, offset::side], out=sums)
        np.multiply(sums, self._scale, out=out)


class WindowSum:
    """Weighted sums over the WINDOW x WINDOW cells around each cell of a grid; beyond the grid its edge goes on.

    The cell is exactly its window's middle, so that a mirrored grid has mirrored sums.
    """

    def __init__(self, rows: int, columns: int) -> None:
        # Sums of 2, then of 4, then of 8 by doubling, then of two neighbouring ones: four additions each way.
        self._rows, self._columns = rows, columns
        reach = WINDOW // 2
        self._inside = slice(reach, reach + rows), slice(reach, reach + columns)
        self._padded = np.zeros((rows + 2 * reach, columns + 2 * reach), np.float32)
        sides = [(step, 2 * reach + 1 - size) for step, size in ((1, 2), (2, 4), (4, 8), (1, 9))]
        self._down = [(step, np.empty((rows + more, columns + 2 * reach), np.float32)) for step, more in sides]
        self._across = [(step, np.empty((rows, columns + more), np.float32)) for step, more in sides]

    def of(self, grid: Grid) -> Grid:
        """The sums, of the grid's shape; the array is written again by the next call."""
        padded, (rows, columns) = self._padded, self._inside
        padded[rows, columns] = grid
        padded[: rows.start, columns] = grid[0]
        padded[rows.stop :, columns] = grid[-1]
        padded[:, : columns.start] = padded[:, columns.start : columns.start + 1]
        padded[:, columns.stop :] = padded[:, columns.stop - 1 : columns.stop]
        sums = padded
        for step, out in self._down:
            sums = np.add(sums[:-step], sums[step:], out=out)
        for step, out in self._across:
            sums = np.add(sums[:, :-step], sums[:, step:], out=out)
        return sums
