"""What sensitivity means, and every threshold that follows from it.

Sensitivity is about the smallest thing whose movement counts. At 5 it covers about 1/600 of the picture (24x16 pixels
of 640x360) and stands out from what the cell's own noise explains. Each step up takes a smaller and paler thing: its
area may be a quarter smaller and its contrast an eighth weaker; each step down the reverse. What is learned about the
room does not depend on sensitivity, so that a more sensitive detector sees everything that a less sensitive one sees.
"""

from dataclasses import dataclass

AREA_AT_5 = 1 / 600
AREA_PER_STEP = 0.75
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
