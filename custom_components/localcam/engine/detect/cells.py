"""The picture as a grid of cells: block sums of a luma plane as logarithms of brightness, in 16 bits and in place.

On a logarithmic scale another light adds the same to each cell that it falls on, so that what was learned of a room,
what changed in it and what of that is texture are sums and differences of small integers.
"""

import math

import numpy as np
import numpy.typing as npt

from ..motion import SQUARE
from .constants import number

type Grid = npt.NDArray[np.int16]
"""Shape (rows, columns) rounded up to whole squares; in UNIT-ths of a natural logarithm where it is a brightness or a
difference of two."""
type Floats = npt.NDArray[np.float32]

CELLS = 160 * 90
"""About how many cells a picture is looked at in, whatever its size and shape."""
ROWS = COLUMNS = 4
"""At most as many rows and columns are read of a cell; larger cells are read with gaps."""
UNIT = 2048
DARK = 12.0
"""Added to brightness before its logarithm is taken: what is darker than this varies little, noise included."""
BRIGHTEST = round(UNIT * math.log((255 + DARK) / DARK))
"""The logarithm of white; that of black is 0."""
FOUR_ONES = number(np.uint64(0x0001_0001_0001_0001))
TOP_SUM = number(np.uint64(48))
"""Four 16-bit numbers in one of 64 bits, times FOUR_ONES, have their sum in the top 16 bits: at most 16 * 255."""


class CellReader:
    """Pictures of one size -> logarithm of each cell's mean brightness."""

    def __init__(self, height_px: int, width_px: int, cells: int = CELLS) -> None:
        side = max(1, round(math.sqrt(height_px * width_px / cells)))
        self.rows, self.columns = max(1, height_px // side), max(1, width_px // side)
        self.shape = -(-self.rows // SQUARE) * SQUARE, -(-self.columns // SQUARE) * SQUARE
        self._side = side
        self._rows_read, self._columns_read = _spread(side, ROWS), _spread(side, COLUMNS)
        used_px = self.columns * side
        self._used = slice(self.rows * side), slice(used_px)
        size = self.shape[0] * self.shape[1]
        # The strips' memory is lent between two pictures: see `spare`.
        memory = np.zeros(max(self.rows * used_px, 2 * size), np.uint16)
        self._strips = memory[: self.rows * used_px].reshape(self.rows, used_px)
        self.spare: Floats = memory[: 2 * size].view(np.float32).reshape(self.shape)
        """Anybody may write to it; the next `read` does."""
        # Four neighbouring 16-bit sums are one 64-bit number; where these are a cell, one multiplication adds them.
        self._fours = self._strips.view(np.uint64) if side == COLUMNS == 4 else None
        self._sums = (
            self._fours.view(np.int64) if self._fours is not None else np.zeros((self.rows, self.columns), np.int64)
        )
        self._narrow_sums = np.zeros((0, 0) if self._fours is not None else self._sums.shape, np.uint16)
        self._narrow: Grid = np.zeros((self.rows, self.columns) if self.columns % SQUARE else (0, 0), np.int16)
        samples = len(self._rows_read) * len(self._columns_read)
        brightness = np.arange(255 * samples + 1) / samples
        self._logarithms: Grid = np.rint(UNIT * np.log((brightness + DARK) / DARK)).astype(np.int16)

    def read(self, luma: npt.NDArray[np.uint8], out: Grid) -> None:
        """Write each cell's logarithm to `out`, its edge beyond the picture's own cells; the luma is read in place."""
        rows, columns = self.rows, self.columns
        self._add_up(luma[self._used])
        if columns == out.shape[1]:
            self._logarithms.take(self._sums, out=out[:rows], mode="clip")
        else:
            self._logarithms.take(self._sums, out=self._narrow, mode="clip")
            out[:rows, :columns] = self._narrow
            out[:rows, columns:] = self._narrow[:, -1:]
        if rows < out.shape[0]:
            out[rows:] = out[rows - 1]

    def _add_up(self, used: npt.NDArray[np.uint8]) -> None:
        side, strips = self._side, self._strips
        first, *others = [used[row::side] for row in self._rows_read]
        np.copyto(strips, first)
        for other in others:
            np.add(strips, other, out=strips)
        if self._fours is not None:
            np.multiply(self._fours, FOUR_ONES, out=self._fours)
            np.right_shift(self._fours, TOP_SUM, out=self._fours)
            return
        narrow = self._narrow_sums
        np.copyto(narrow, strips[:, self._columns_read[0] :: side])
        for column in self._columns_read[1:]:
            np.add(narrow, strips[:, column::side], out=narrow)
        np.copyto(self._sums, narrow)


def _spread(side: int, most: int) -> range:
    """At most so many of a cell's rows or columns, evenly apart."""
    step = max(1, side // most)
    return range(0, min(side, most * step), step)
