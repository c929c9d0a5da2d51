"""What sensitivity means, and every threshold that follows from it.

Sensitivity is about the smallest thing whose movement counts. At 5 it covers about 1/720 of the picture (20x16 pixels
of 640x360) and stands out from what the cell's own noise explains. Each step up takes a smaller and paler thing: its
area may be a seventh smaller and its contrast an eighth weaker; each step down the reverse. What is learned about the
room does not depend on sensitivity, so that a more sensitive detector sees everything that a less sensitive one sees.

The smallest area is that of cells in one place of 8 x 8 cells which changed; a thing of SURE_SIZES times that area
whose texture differs from what is behind it, and which crosses SLOWEST_SHARE_PER_S of the picture's width in a second
or more, is always seen.
"""

from dataclasses import dataclass

SURE_SIZES = 4.0
SLOWEST_SHARE_PER_S = 0.1
AREA_AT_5 = 1 / 720
AREA_PER_STEP = 0.85
"""So that the smallest area of 1 still fits into one place."""
CONTRAST_PER_STEP = 0.875


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What a sensitivity asks of motion."""

    excess: float
    """How far a cell must leave what was learned, in units of what its noise explains."""
    smallest_share: float
    """How much of the picture must do so together."""


def thresholds(sensitivity: int) -> Thresholds:
    """Of a sensitivity from 1 to 10; both fall strictly as it rises."""
    steps = sensitivity - 5
    return Thresholds(excess=CONTRAST_PER_STEP**steps, smallest_share=AREA_AT_5 * AREA_PER_STEP**steps)
