"""Where in the picture something moves: a box of squares."""

from collections.abc import Sequence
from typing import NamedTuple

from ..motion import MotionMap

TALL = 1.3
"""Height by width, in pixels of a square, of a curtain."""
MARGIN = 1
"""Squares by which what stays in its place may leave it."""


class Place(NamedTuple):
    """A box of squares, its last row and column included."""

    top: int
    left: int
    bottom: int
    right: int

    def joined(self, other: Place | None) -> Place:
        """The smallest that holds both."""
        if other is None:
            return self
        if other.holds(self, 0):
            return other
        return Place(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def holds(self, other: Place, margin: int) -> bool:
        """Whether the other reaches out of it by no more than so many squares."""
        return (
            other.top >= self.top - margin
            and other.left >= self.left - margin
            and other.bottom <= self.bottom + margin
            and other.right <= self.right + margin
        )

    @property
    def longer_side(self) -> int:
        """In squares."""
        return max(self.bottom - self.top, self.right - self.left) + 1

    @property
    def tall(self) -> bool:
        """Whether it is a curtain's."""
        return self.bottom - self.top + 1 > TALL * (self.right - self.left + 1)


def place_of(motion: MotionMap) -> Place | None:
    """The smallest that holds all that moves."""
    if not motion.moving_share:
        return None
    top, bottom = _ends(motion.down)
    left, right = _ends(motion.across)
    return Place(top, left, bottom, right)


def _ends(counts: Sequence[int]) -> tuple[int, int]:
    """Where the first and the last that is not 0 are; one at least is not."""
    first, last = 0, len(counts) - 1
    while not counts[first]:
        first += 1
    while not counts[last]:
        last -= 1
    return first, last
