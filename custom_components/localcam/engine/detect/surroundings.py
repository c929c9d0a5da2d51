"""What of a grid is texture: each cell against the weighted mean of its square and those around it.

A square counts four times, those beside it twice, those at its corners once; beyond the grid its edge goes on. A mean
for each square costs a sixteenth of one for each cell, and each square's window is its own for good.
"""

import numpy as np

from ..motion import SQUARE
from .cells import BRIGHTEST, FOUR_ONES, TOP_SUM, Grid
from .constants import SMALL, number
from .squares import Marks

FOURTH = SMALL[2]
WINDOW = number(np.uint64(6))
"""Powers of 2: four rows are added up, and then a window's sixteen squares of four columns each."""
BIAS = number(np.int16(BRIGHTEST))
"""What makes every mean of a grid's four rows 0 or more, so that sums of four of them carry nothing into the next."""

type _Views = tuple[Grid, Grid, Grid]
type _Scratch = tuple[Grid, Grid, Grid, Grid]


class Surroundings:
    """For grids of one shape, of numbers from -BRIGHTEST to BRIGHTEST; allocated once, views of its arrays included.

    The grids that are given must live as long as this does.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        rows, columns = shape
        down, across = rows // SQUARE, columns // SQUARE
        self._rows, self._pairs = (down, SQUARE, columns), (down, 2, 2 * columns)
        self._views: dict[int, _Views] = {}
        """Of each grid that was given, by its id: the upper two rows of each square, the lower two, and all four."""
        self._scratch: dict[int, _Scratch] = {}
        """Of each that is written to: all four rows; before that, room for the sums of two rows, and these."""
        self._strips = np.zeros((down, columns), np.int16)
        self._fours = self._strips.view(np.uint64)
        self._sums = np.zeros((down, across), np.uint64)
        wide = across + 2
        padded, spare = (np.zeros((down + 2) * wide, np.uint64) for _ in range(2))
        self._padded = padded.reshape(down + 2, wide)
        self._with_edges = np.pad(np.arange(down * across).reshape(down, across), 1, mode="edge")
        """Which square each of the padded ones is."""
        # Two neighbouring ones, and two such sums: weights of 1, 2 and 1, each way. In one run over all rows, numpy is
        # twice as fast as row by row; what adds a row's end to the next one's beginning is beyond the means' columns.
        # Two arrays take turns: they stay in the caches.
        self._turns = []
        size = padded.size
        for step in (wide, wide, 1, 1):
            self._turns.append((padded[: size - step], padded[step:size], spare[: size - step]))
            padded, spare = spare, padded
            size -= step
        self._means = padded[: down * wide]
        self._lanes = self._means.view(np.int16)
        self._wide = self._lanes.reshape(down, 1, SQUARE * wide)[:, :, :columns]

    def _of(self, grid: Grid) -> _Views:
        pairs = grid.reshape(self._pairs)
        views = self._views[id(grid)] = pairs[:, 0], pairs[:, 1], grid.reshape(self._rows)
        return views

    def _into(self, out: Grid) -> _Scratch:
        down, _, columns = self._rows
        two = out.reshape(-1)[: down * 2 * columns].reshape(down, 2 * columns)
        scratch = self._scratch[id(out)] = out.reshape(self._rows), two, two[:, :columns], two[:, columns:]
        return scratch

    def without(self, grid: Grid, out: Grid) -> None:
        """Write the grid's texture to `out`, which is another grid."""
        upper, lower, rows = self._views.get(id(grid)) or self._of(grid)
        written, two, left, right = self._scratch.get(id(out)) or self._into(out)
        strips, sums, means, lanes = self._strips, self._sums, self._means, self._lanes
        np.add(upper, lower, out=two)
        np.add(left, right, out=strips)
        np.right_shift(strips, FOURTH, out=strips)
        np.add(strips, BIAS, out=strips)
        np.multiply(self._fours, FOUR_ONES, out=sums)
        np.right_shift(sums, TOP_SUM, out=sums)
        sums.take(self._with_edges, out=self._padded, mode="clip")
        for one, other, pairs in self._turns:
            np.add(one, other, out=pairs)
        np.right_shift(means, WINDOW, out=means)
        np.multiply(means, FOUR_ONES, out=means)
        np.subtract(lanes, BIAS, out=lanes)
        np.subtract(rows, self._wide, out=written)

    def median_of(self, squares: Marks) -> float:
        """The median of those squares' means in the grid that was measured last; 0 for none."""
        sums = self._sums[squares]
        if not sums.size:
            return 0.0
        middle = sums.size // 2
        sums.partition(middle)
        return int(sums[middle]) / SQUARE - float(BIAS)

    @property
    def mean(self) -> float:
        """The mean of the grid that was measured last."""
        return int(np.add.reduce(self._sums, axis=None)) / self._sums.size / SQUARE - float(BIAS)
