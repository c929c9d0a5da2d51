"""What one run of a fault harness found out, and how it is told."""

from dataclasses import asdict, dataclass, field
import json


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that a harness says; what was not tried is not claimed."""

    tried: dict[str, int]
    """How often each kind of fault was brought about."""
    violated: tuple[str, ...]
    """One sentence for each promise that did not hold."""
    figures: dict[str, object] = field(default_factory=dict)
    """Whatever was measured on the way, units in the names."""

    @property
    def holds(self) -> bool:
        """Whether something was tried and nothing was violated: a run that tried nothing proves nothing."""
        return sum(self.tried.values()) > 0 and not self.violated

    def joined(self, other: Outcome) -> Outcome:
        """Both as one."""
        return Outcome(
            tried=self.tried | other.tried,
            violated=self.violated + other.violated,
            figures=self.figures | other.figures,
        )

    def as_line(self, verb: str) -> str:
        """One JSON object."""
        return json.dumps({"verb": verb, "holds": self.holds, **asdict(self)}, ensure_ascii=False)
