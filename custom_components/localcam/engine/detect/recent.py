"""Where the picture changed in the last seconds: what walks enters new places, what waves or flickers returns."""

import numpy as np

from .constants import number
from .squares import Counts, Marks

REMEMBER_S = 3.0
"""How long a change is remembered at least; twice as long at most."""
YOUNG = number(np.uint8(1))
"""What changed in this turn. A change of the turn before is twice as much, and any of the two is at least as much as a
mark is."""


class RecentChanges:
    """Cells of one shape; forgets in two turns, so that remembering costs one operation for each picture."""

    def __init__(self, shape: tuple[int, int], at_s: float) -> None:
        self._changes: Counts = np.zeros(shape, np.uint8)
        self._turned_at_s = at_s

    def mark_new(self, changed: Counts, out: Marks) -> None:
        """Mark the cells that are 1 and did not change in the seconds before."""
        np.greater(changed, self._changes, out=out)

    def remember(self, changed: Counts, at_s: float) -> None:
        """Take a picture's changes in, each cell 0 or 1."""
        if at_s - self._turned_at_s >= REMEMBER_S:
            np.bitwise_and(self._changes, YOUNG, out=self._changes)
            np.left_shift(self._changes, YOUNG, out=self._changes)
            self._turned_at_s = at_s
        np.bitwise_or(self._changes, changed, out=self._changes)
