"""What a house promised over many lives, and whether what is found keeps it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.faults.journal import Line

LOST_AT_MOST_S = 2.0
"""Of a clip that was still growing."""


@dataclass(slots=True)
class Ledger:
    """Fed with the lines of each life, in order; `settle` compares them with what the next one finds."""

    kept: set[str] = field(default_factory=set)
    """Announced, and not deleted since."""
    gone: set[str] = field(default_factory=set)
    """Deleted, and said so."""
    leaving: set[str] = field(default_factory=set)
    """Of which the deletion had begun: may be there or not."""
    growing: dict[str, float] = field(default_factory=dict)
    """Seconds that the writer of a clip had taken, which was neither announced nor looked for yet."""
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, line: Line) -> None:
        """A doing of the house."""
        match line.doing:
            case "growing":
                self.growing = {line.clip_id: line.seconds}
                return
            case "kept":
                self.kept.add(line.clip_id)
                self.growing.pop(line.clip_id, None)
            case "deleting":
                self.kept.discard(line.clip_id)
                self.leaving.add(line.clip_id)
            case "deleted":
                self.leaving.discard(line.clip_id)
                self.gone.add(line.clip_id)
            case _:
                pass
        self.counts[line.doing] = self.counts.get(line.doing, 0) + 1

    def settle(self, found: Iterable[Line], lost_at_most_s: float | None = LOST_AT_MOST_S) -> Iterator[str]:
        """One sentence for each promise that does not hold; what is there from now on is promised.

        `lost_at_most_s` is None where a growing clip may be lost whole.
        """
        there: dict[str, float] = {}
        for line in found:
            if line.text:
                yield line.text
            elif line.clip_id:
                there[line.clip_id] = line.seconds
        for clip_id in sorted(self.kept - there.keys()):
            yield f"the announced clip {clip_id} is lost"
        for clip_id in sorted(self.gone & there.keys()):
            yield f"the deleted clip {clip_id} is back"
        for clip_id, seconds in self.growing.items():
            self._count("salvaged" if clip_id in there else "dropped")
            if lost_at_most_s is not None and seconds - there.get(clip_id, 0.0) > lost_at_most_s:
                yield f"of the growing clip {clip_id} {seconds - there.get(clip_id, 0.0):.1f} s are lost"
        self.growing = {}
        self.gone |= self.leaving - there.keys()
        self.leaving.clear()
        self.kept = set(there)

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
