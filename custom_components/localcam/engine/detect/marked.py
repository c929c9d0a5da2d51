"""Which cells of a picture are marked, and how many of each square; above one another, to be counted at once."""

import numpy as np

from .squares import Counts, Marks, Squares

WITHOUT_STIRRING = 3


class Marked:
    """Of cells of one shape; written in place for each picture."""

    def __init__(self, squares: Squares, shape: tuple[int, int]) -> None:
        self._squares = squares
        self._grids: Marks = np.zeros((WITHOUT_STIRRING + 1, *shape), np.bool_)
        self.active: Marks = self._grids[0]
        """What differs from the picture before."""
        self.new: Marks = self._grids[1]
        """What changed, and had not in the seconds before."""
        self.changed: Marks = self._grids[2]
        self.stirring: Marks = self._grids[3]
        """What differs from a moment ago."""
        self.changed_bits: Counts = self.changed.view(np.uint8)
        counts = squares.count(self._grids).reshape(len(self._grids), *squares.shape)
        self.active_counts: Counts = counts[0]
        self.new_and_changed_counts: Counts = counts[1:3]
        self.changed_counts: Counts = counts[2]
        self.changed_and_stirring_counts: Counts = counts[2:]

    def count(self, *, stirring: bool) -> None:
        """Count the marked cells of each square; those that stir only if asked for."""
        self._squares.count(self._grids, None if stirring else WITHOUT_STIRRING)
