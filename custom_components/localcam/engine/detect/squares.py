"""Grids of cells in coarser squares: how many cells of each square are marked, and what lies next to what."""

import numpy as np
import numpy.typing as npt

SQUARE = 4
"""Side of a square, in cells."""
FOUR_BYTES = np.uint32(0x0101_0101)
TOP_BYTE = np.uint32(24)
"""Four bytes in one number of 32 bits, times FOUR_BYTES, have their sum in the top byte."""

type Counts = npt.NDArray[np.uint8]
type Marks = npt.NDArray[np.bool_]


class Squares:
    """Squares over grids of cells of one shape; those at the right and lower edge may be cut short."""

    def __init__(self, rows: int, columns: int) -> None:
        self.shape = -(-rows // SQUARE), -(-columns // SQUARE)
        down, across = self.shape
        self._cells = slice(rows), slice(columns)
        self._padded = np.zeros((down * SQUARE, across * SQUARE), np.uint8)
        self._strips = np.zeros((down, across * SQUARE), np.uint8)
        self._fours = self._strips.view(np.uint32)
        self._rows = [self._padded.view(np.uint32)[row::SQUARE] for row in range(SQUARE)]
        """Four cells in a number each; no sum of four of their bytes overflows."""
        self._sums = np.zeros(self.shape, np.uint32)

    def count(self, cells: Marks, out: Counts) -> Counts:
        """Write how many cells of each square are marked, 0 to 16, to `out`."""
        self._padded[self._cells] = cells
        first, second, third, fourth = self._rows
        np.add(first, second, out=self._fours)
        np.add(self._fours, third, out=self._fours)
        np.add(self._fours, fourth, out=self._fours)
        np.multiply(self._fours, FOUR_BYTES, out=self._sums)
        np.right_shift(self._sums, TOP_BYTE, out=self._sums)
        np.copyto(out, self._sums, casting="unsafe")
        return out

    def clip(self, cells: Marks, squares: Marks, out: Marks) -> None:
        """Write the marked cells of the marked squares to `out`."""
        padded, (down, across) = self._padded, self.shape
        padded[self._cells] = cells
        wide = np.repeat(squares.view(np.uint8), SQUARE, axis=1)
        rows = padded.reshape(down, SQUARE, across * SQUARE)
        np.multiply(rows, wide[:, None, :], out=rows)
        np.copyto(out, padded[self._cells].view(np.bool_))

    def expand(self, squares: npt.NDArray[np.float32], out: npt.NDArray[np.float32]) -> None:
        """Write each square's number to its cells."""
        wide = np.repeat(squares, SQUARE, axis=1)[:, self._cells[1]]
        full = out.shape[0] // SQUARE
        out[: full * SQUARE].reshape(full, SQUARE, out.shape[1])[:] = wide[:full, None, :]
        out[full * SQUARE :] = wide[full:]


def places(squares: Counts) -> Counts:
    """Marked cells of each place: 2 x 2 squares, overlapping; one fewer each way."""
    down = squares[:-1] + squares[1:]
    found: Counts = down[:, :-1] + down[:, 1:]
    return found


def around(counts: Counts, reach: int = 1) -> Counts:
    """The largest count within `reach` squares of each, 1 or 3."""
    padded = np.zeros((counts.shape[0] + 2 * reach, counts.shape[1] + 2 * reach), np.uint8)
    padded[reach:-reach, reach:-reach] = counts
    for step in (1, 1) if reach == 1 else (1, 2, 3):  # windows of 2 and 3, or of 2, 4 and 7
        padded = np.maximum(padded[:-step], padded[step:])
        padded = np.maximum(padded[:, :-step], padded[:, step:])
    return padded


def at_edge(counts: Counts) -> int:
    """Marked cells in the outermost squares."""
    return int(counts.sum()) - int(counts[1:-1, 1:-1].sum())
