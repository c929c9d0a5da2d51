"""Where somebody who was seen to move still is: what left the room's usual look, and stirs now and then.

Somebody who stands still hardly moves, yet never is as still as a bag. Squares in which motion was confirmed are
occupied; they stay so while they look unlike the room and anything in them stirs, and a little longer.
"""

from collections.abc import Sequence

import numpy as np

from .squares import Counts, Marks, Squares
from .travel import Travel

STIRRED_S = 0.8
"""How long a stir counts as motion of somebody who is there."""
HOLD_S = 4.0
"""How long nothing may stir in any occupied square before nobody is there."""
CHANGED_CELLS = 4
"""Of a square's 16: as many must look unlike the room for it to stay occupied."""
STIRRING_CELLS = 2
"""Of a square's 16: as many stir where somebody is."""
STIR_REACH = 3
"""How many squares around one that stirs are the same body."""


class Presence:
    """The memory of one room; squares of one shape."""

    def __init__(self, squares: Squares) -> None:
        shape = squares.shape
        self._squares = squares
        self.occupied: Marks = np.zeros(shape, np.bool_)
        """Where somebody is or was a moment ago: not to be taken for the room."""
        self.stirred: Marks = np.zeros(shape, np.bool_)
        """Where of that something stirred of late."""
        self._stirred_at_s = np.zeros(shape, np.float64)
        self._then_s = np.zeros((), np.float64)
        """What stirred since then, still does."""
        self._asked = np.array([CHANGED_CELLS, STIRRING_CELLS], np.uint8).reshape(2, 1, 1)
        self._reached: Marks = np.zeros((2, *shape), np.bool_)
        self._unlike, self._stirs = self._reached
        self._stirs_counts = self._stirs.view(np.uint8)
        self._travel = Travel()
        self._until_s = -np.inf
        self.anybody = False

    def confirm(self, near: Marks, down: Sequence[int], across: Sequence[int], at_s: float) -> None:
        """What moved in or beside those squares just now is motion, by the decision on the whole picture."""
        self._travel.follow(down, across, at_s)
        if not self._travel.far:
            return
        np.logical_or(self.occupied, near, out=self.occupied)
        np.putmask(self._stirred_at_s, near, at_s)
        self._until_s = at_s + HOLD_S
        self.anybody = True

    def keep(self, counts: Counts, at_s: float) -> None:
        """Forget squares that look like the room again, and all once nothing stirs in any for a while.

        `counts`: cells of each square that changed, and below them those that stir.
        """
        if not self.anybody:
            return
        np.greater_equal(counts, self._asked, out=self._reached)
        np.logical_and(self.occupied, self._unlike, out=self.occupied)
        np.logical_and(self._stirs, self.occupied, out=self._stirs)
        if np.count_nonzero(self._stirs):
            self._until_s = at_s + HOLD_S
            body = self._squares.around(self._stirs_counts, STIR_REACH).view(np.bool_)
            np.putmask(self._stirred_at_s, body, at_s)
        if not np.count_nonzero(self.occupied):
            self.forget()

    def settle(self, at_s: float) -> None:
        """Time passes: what stirred is still again, and in the end nobody is here."""
        if at_s >= self._until_s:
            self.forget()
        self._then_s[()] = at_s - STIRRED_S
        np.greater(self._stirred_at_s, self._then_s, out=self.stirred)
        np.logical_and(self.occupied, self.stirred, out=self.stirred)

    def forget(self) -> None:
        """Nobody is here."""
        self.occupied.fill(False)
        self.stirred.fill(False)
        self.anybody = False
