"""Grids of cells in coarser squares: how many cells of each square are marked, and what lies next to what."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..motion import SQUARE
from .constants import number

FOUR_BYTES = number(np.uint32(0x0101_0101))
TOP_BYTE = 3
"""Four bytes in one number of 32 bits, times FOUR_BYTES, have their sum in the top byte, which comes last."""
ALL_BITS = number(np.uint64(0xFFFF_FFFF_FFFF_FFFF))

TOGETHER = 2
"""As many counts are looked through at once for their densest places."""

type _Views = tuple[Words, Words, Words, Words, Words, Words, Counts]
type Words = npt.NDArray[np.uint32]
type Grid = npt.NDArray[np.int16]
type Counts = npt.NDArray[np.uint8]
type Marks = npt.NDArray[np.bool_]


class Place(NamedTuple):
    """2 x 2 squares, or fewer where there are no more."""

    cells: int
    """Marked ones."""
    row: int
    column: int
    """Of its first square."""


NO_PLACE = Place(0, 0, 0)


class Squares:
    """Squares over grids of cells of one shape, both sides of which are whole squares.

    Allocated once, views of its arrays included: the grids of cells that are given must live as long as this does.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = down, across = shape[0] // SQUARE, shape[1] // SQUARE
        self._views: dict[tuple[int, int | None], _Views] = {}
        self._rows: dict[int, Words] = {}
        self._wide = np.zeros((down, across), np.uint32)
        self._wide_rows = self._wide[:, None, :]
        self._wider = np.zeros((down, across), np.uint64)
        self._around = {reach: _Around(self.shape, reach) for reach in (1, 3)}
        self._densest = _Densest(self.shape)

    def _of(self, cells: Marks, grids: int | None) -> _Views:
        down, across = self.shape
        if grids is not None:
            upper, lower, two, left, right, sums, counts = self._views.get((id(cells), None)) or self._of(cells, None)
            first = slice(grids * down)
            views = upper[first], lower[first], two[first], left[first], right[first], sums[first], counts[first]
            self._views[id(cells), grids] = views
            return views
        pairs = cells.view(np.uint32).reshape(-1, 2, 2 * across)
        two = np.zeros((pairs.shape[0], 2 * across), np.uint32)
        sums = np.zeros((pairs.shape[0], across), np.uint32)
        counts = sums.view(np.uint8).reshape(*sums.shape, SQUARE)[:, :, TOP_BYTE]
        views = pairs[:, 0], pairs[:, 1], two, two[:, :across], two[:, across:], sums, counts
        self._views[id(cells), None] = views
        return views

    def count(self, cells: Marks, grids: int | None = None) -> Counts:
        """How many cells of each square are marked, 0 to 16; written again by the next call with the same grid.

        The grids may be several, stacked, of which the first so many are counted.
        """
        upper, lower, two, left, right, sums, counts = self._views.get((id(cells), grids)) or self._of(cells, grids)
        # Four cells in a number each; no sum of four of their bytes overflows.
        np.add(upper, lower, out=two)
        np.add(left, right, out=sums)
        np.multiply(sums, FOUR_BYTES, out=sums)
        return counts

    def clip(self, cells: Marks, squares: Marks, out: Marks) -> None:
        """Write the marked cells of the marked squares to `out`."""
        np.multiply(squares, FOUR_BYTES, out=self._wide)
        np.bitwise_and(self._rows_of(cells), self._wide_rows, out=self._rows_of(out))

    def _rows_of(self, cells: Marks) -> Words:
        rows = self._rows.get(id(cells))
        if rows is None:
            rows = self._rows[id(cells)] = cells.view(np.uint32).reshape(self.shape[0], SQUARE, self.shape[1])
        return rows

    def replace(self, grid: Grid, squares: Marks, other: Grid) -> None:
        """Write the other grid's cells to those of the marked squares; the other grid is written to."""
        down, across = self.shape
        rows = down, SQUARE, across
        np.copyto(self._wider, squares)
        np.multiply(self._wider, ALL_BITS, out=self._wider)
        mask = self._wider[:, None, :]
        mine, others = (each.view(np.uint64).reshape(rows) for each in (grid, other))
        # mine ^ ((mine ^ others) & mask)
        np.bitwise_xor(others, mine, out=others)
        np.bitwise_and(others, mask, out=others)
        np.bitwise_xor(mine, others, out=mine)

    def around(self, counts: Counts, reach: int = 1) -> Counts:
        """The largest count within `reach` squares of each, 1 or 3; written again by the next call of that reach."""
        return self._around[reach].of(counts)

    def densest(self, counts: Counts) -> tuple[Place, ...]:
        """Of each of two, above one another: the place of 2 x 2 squares that holds the most marked cells."""
        return self._densest.of(counts)


class _Around:
    """The largest of the numbers near each square."""

    def __init__(self, shape: tuple[int, int], reach: int) -> None:
        down, across = shape
        wide = across + 2 * reach
        padded = np.zeros((down + 2 * reach, wide), np.uint8)
        self._inside = padded[reach:-reach, reach:-reach]
        self._turns = []
        # In one run over all rows: what joins a row's end to the next one's beginning is beyond the squares' columns.
        # Two arrays take turns: they stay in the caches.
        seen = padded.reshape(-1)
        down_rows, both_ways = (np.zeros(seen.size, np.uint8) for _ in range(2))
        size = seen.size
        for step in (1, 1) if reach == 1 else (1, 2, 3):  # windows of 2 and 3, or of 2, 4 and 7
            size -= step * wide
            self._turns.append((seen[:size], seen[step * wide :][:size], down_rows[:size]))
            self._turns.append((down_rows[: size - step], down_rows[step:size], both_ways[: size - step]))
            seen = both_ways
        self._largest = both_ways[:size].reshape(down, wide)[:, :across]

    def of(self, counts: Counts) -> Counts:
        self._inside[...] = counts
        for one, other, out in self._turns:
            np.maximum(one, other, out=out)
        return self._largest


class _Densest:
    """The place of 2 x 2 squares that holds the most, of each of TOGETHER counts above one another."""

    def __init__(self, shape: tuple[int, int]) -> None:
        down, across = shape
        self._shape = shape
        size, rows = down * across, (down - 1) * across
        pairs, places = (np.zeros(TOGETHER * size, np.uint8) for _ in range(2))
        # In one run over all rows, as above: what joins rows or counts is skipped, or found out where it is the most.
        self._pairs = pairs[: TOGETHER * size - across]
        self._beside = pairs[: TOGETHER * size - across - 1], pairs[1 : TOGETHER * size - across]
        self._places = places[: TOGETHER * size - across - 1]
        self._of_each = tuple(places[at * size : at * size + rows - 1] for at in range(TOGETHER))
        self._rows: dict[int, tuple[Counts, Counts]] = {}

    def of(self, counts: Counts) -> tuple[Place, ...]:
        if min(self._shape) < 2:
            return tuple(self._single(each) for each in counts)
        upper, lower = self._rows.get(id(counts)) or self._rows_of(counts)
        np.add(upper, lower, out=self._pairs)
        np.add(*self._beside, out=self._places)
        return tuple(map(self._most, self._of_each))

    def _rows_of(self, counts: Counts) -> tuple[Counts, Counts]:
        flat, across = counts.reshape(-1), self._shape[1]
        rows = self._rows[id(counts)] = flat[:-across], flat[across:]
        return rows

    def _most(self, places: Counts) -> Place:
        across = self._shape[1]
        row, column = divmod(int(places.argmax()), across)
        if column == across - 1:
            places[column::across] = 0
            row, column = divmod(int(places.argmax()), across)
        return Place(places.item(row * across + column), row, column)

    def _single(self, counts: Counts) -> Place:
        at = int(counts.argmax())
        return Place(counts.item(at), *divmod(at, self._shape[1]))
