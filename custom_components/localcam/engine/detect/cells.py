"""The picture as a grid of cells: block sums of a luma plane as logarithms of brightness, in 16 bits and in place.

On a logarithmic scale another light adds the same to each cell that it falls on, so that what was learned of a room,
what changed in it and what of that is texture are sums and differences of small integers.
"""

import math

import numpy as np
import numpy.typing as npt

from .squares import SQUARE

type Grid = npt.NDArray[np.int16]
"""Shape (rows, columns) rounded up to whole squares; in UNIT-ths of a natural logarithm where it is a brightness or a
difference of two."""
type Floats = npt.NDArray[np.float32]

CELLS = 160 * 90
"""About how many cells a picture is looked at in, whatever its size and shape."""
SAMPLES = 4
"""Rows and columns that are read of a cell; larger cells are read with gaps."""
UNIT = 2048
DARK = 12.0
"""Added to brightness before its logarithm is taken: what is darker than this varies little, noise included."""
BRIGHTEST = round(UNIT * math.log((255 + DARK) / DARK))
"""The logarithm of white; that of black is 0."""
FOUR_ONES = np.uint64(0x0001_0001_0001_0001)
TOP_SUM = np.uint64(48)
"""Four 16-bit numbers in one of 64 bits, times FOUR_ONES, have their sum in the top 16 bits: at most 16 * 255."""


class CellReader:
    """Pictures of one size -> logarithm of each cell's mean brightness."""

    def __init__(self, height_px: int, width_px: int) -> None:
        side = max(1, round(math.sqrt(height_px * width_px / CELLS)))
        self.rows, self.columns = max(1, height_px // side), max(1, width_px // side)
        self.shape = -(-self.rows // SQUARE) * SQUARE, -(-self.columns // SQUARE) * SQUARE
        self._side = side
        step = max(1, side // SAMPLES)
        self._offsets = range(0, min(side, SAMPLES * step), step)
        used_px = self.columns * side
        cells = self.shape[0] * self.shape[1]
        strip_bytes = 2 * self.rows * used_px
        size_bytes = -(-max(strip_bytes, 8 * cells) // 8) * 8
        # The sums' memory is lent between two pictures: see `spare`.
        first, second = (np.zeros(size_bytes, np.uint8) for _ in range(2))
        self._strips, self._more_strips = (
            whole[:strip_bytes].view(np.uint16).reshape(self.rows, used_px) for whole in (first, second)
        )
        self._used = slice(self.rows * side), slice(used_px)
        # Four neighbouring 16-bit sums are one 64-bit number; where these are a cell, one multiplication adds them.
        self._fours = self._strips.view(np.uint64) if side == SAMPLES == 4 else None
        self._sums = second[: 8 * self.rows * self.columns].view(np.int64).reshape(self.rows, self.columns)
        self.spare: tuple[Floats, Floats] = tuple(
            whole[: 4 * cells].view(np.float32).reshape(self.shape) for whole in (first, second)
        )
        """Two grids of numbers that anybody may write to; the next `read` does."""
        self._columns_read = np.zeros((self.rows, self.columns), np.int16)[:, :0] if self.columns % SQUARE == 0 else (
            np.zeros((self.rows, self.columns), np.int16)
        )
        brightness = np.arange(255 * len(self._offsets) ** 2 + 1) / len(self._offsets) ** 2
        self._logarithms: Grid = np.rint(UNIT * np.log((brightness + DARK) / DARK)).astype(np.int16)

    def read(self, luma: npt.NDArray[np.uint8], out: Grid) -> None:
        """Write each cell's logarithm to `out`, its edge beyond the picture's own cells; the luma is read in place."""
        rows, columns = self.rows, self.columns
        sums = self._sum(luma[self._used])
        if columns == out.shape[1]:
            self._logarithms.take(sums, out=out[:rows], mode="clip")
        else:
            self._logarithms.take(sums, out=self._columns_read, mode="clip")
            out[:rows, :columns] = self._columns_read
            out[:rows, columns:] = self._columns_read[:, -1:]
        out[rows:] = out[rows - 1]

    def _sum(self, used: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        side, strips, more = self._side, self._strips, self._more_strips
        first, *others = self._offsets
        np.copyto(strips, used[first::side])
        for offset in others:
            np.copyto(more, used[offset::side])
            np.add(strips, more, out=strips)
        if self._fours is not None:
            np.multiply(self._fours, FOUR_ONES, out=self._fours)
            np.right_shift(self._fours, TOP_SUM, out=self._fours)
            return self._fours.view(np.int64)
        np.copyto(self._sums, strips[:, first::side])
        for offset in others:
            np.add(self._sums, strips[:, offset::side], out=self._sums)
        return self._sums
