"""What a fault harness tried, what it saw violated, and its figures."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one run; a harness without violations has passed."""

    tried: dict[str, int]
    violated: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
