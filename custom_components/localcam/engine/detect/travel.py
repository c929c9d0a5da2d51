"""How what moves gets on, from its middle in one picture to that in the next."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
import math

from ..motion import MotionMap

TRAVELLED_SQUARES = 2.0
"""Beyond its own reach: how far the middle of what moves must go before it is somebody and no screen or curtain."""
PAUSE_S = 1.5
"""What moves after a longer pause has come nowhere yet."""


class Travel:
    """How far what moves has come since it began to move."""

    def __init__(self) -> None:
        self._start: tuple[float, float] | None = None
        self._moved_at_s = -math.inf
        self.far = False
        """Whether it went farther than its own reach."""

    def follow(self, down: Sequence[int], across: Sequence[int], at_s: float) -> None:
        """Take how many cells move now in each row and column of squares; at least one must."""
        if at_s - self._moved_at_s > PAUSE_S:
            self._start, self.far = None, False
        self._moved_at_s = at_s
        if self.far:
            return
        row, column = middle_of(down), middle_of(across)
        if self._start is None:
            self._start = row[0], column[0]
        gone = math.hypot(row[0] - self._start[0], column[0] - self._start[1])
        self.far = gone > TRAVELLED_SQUARES + math.hypot(row[1], column[1])


def middle_of(counts: Sequence[int]) -> tuple[float, float]:
    """Where it is along one axis, and its standard deviation."""
    total = sum(counts)
    middle = sum(at * count for at, count in enumerate(counts)) / total
    return middle, math.sqrt(sum(count * (at - middle) ** 2 for at, count in enumerate(counts)) / total)


TRAIL_PICTURES = 4
"""So many pictures one after another in which something small gets on are as sure as one of the smallest thing that
counts."""
TRAIL_GAP_S = 0.3
"""No longer apart."""
TRAIL_SIZE = 0.45
"""Of the smallest area that counts: as much must move together in each of them, on average."""
TRAIL_FRESH = 0.35
"""Of what moves: as much must do so in new places."""
TRAIL_STRAIGHT = 0.8
"""Of the way that the middle went: as much must it have come along."""
TRAIL_SQUARES = 2.0
"""How far the middle must come."""
TRAIL_SPREAD = 2.5
"""In squares: what is spread wider is no small thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    at_s: float
    row: float
    column: float
    cluster: float


class Trail:
    """What is too small or too pale for one picture to be sure of, followed over several."""

    def __init__(self) -> None:
        self._steps: deque[_Step] = deque(maxlen=TRAIL_PICTURES)

    def leads(self, motion: MotionMap, cluster: float, smallest_share: float) -> bool:
        """Whether with this picture something has moved on steadily through new places."""
        steps = self._steps
        if steps and motion.captured_at_s - steps[-1].at_s > TRAIL_GAP_S:
            steps.clear()
        if motion.lighting_changed or motion.fresh_share < max(TRAIL_FRESH * motion.moving_share, 1e-9):
            steps.clear()
            return False
        (row, high), (column, wide) = middle_of(motion.down), middle_of(motion.across)
        if math.hypot(high, wide) > TRAIL_SPREAD:
            steps.clear()
            return False
        steps.append(_Step(at_s=motion.captured_at_s, row=row, column=column, cluster=cluster))
        if len(steps) < TRAIL_PICTURES or sum(step.cluster for step in steps) < TRAIL_SIZE * smallest_share * len(
            steps
        ):
            return False
        way = [math.hypot(b.row - a.row, b.column - a.column) for a, b in pairwise(steps)]
        come = math.hypot(row - steps[0].row, column - steps[0].column)
        return come >= TRAIL_SQUARES and come >= TRAIL_STRAIGHT * sum(way)
