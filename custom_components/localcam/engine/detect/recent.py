"""Where the picture changed in the last seconds: what walks enters new places, what waves or flickers returns."""

import numpy as np

from .squares import Marks

REMEMBER_S = 3.0
"""How long a change is remembered at least; twice as long at most."""


class RecentChanges:
    """Cells of one shape; forgets in two turns, so that remembering costs one operation for each picture."""

    def __init__(self, shape: tuple[int, int], at_s: float) -> None:
        self._young: Marks = np.zeros(shape, np.bool_)
        self._old: Marks = np.zeros(shape, np.bool_)
        self._turned_at_s = at_s

    def fresh(self, moving: Marks, spare: Marks) -> int:
        """How many of these cells did not change in the seconds before; `spare` is written to."""
        np.logical_or(self._young, self._old, out=spare)
        np.greater(moving, spare, out=spare)
        return int(np.count_nonzero(spare))

    def remember(self, changed: Marks, at_s: float) -> None:
        """Take a picture's changes in."""
        if at_s - self._turned_at_s >= REMEMBER_S:
            self._young, self._old = self._old, self._young
            self._young.fill(False)
            self._turned_at_s = at_s
        np.logical_or(self._young, changed, out=self._young)
