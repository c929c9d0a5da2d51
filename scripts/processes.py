"""Which processes another one started, as Linux tells; elsewhere none are found."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that was seen; its number may since have been given to another."""

    pid: int
    parent_pid: int
    started: str
    """In ticks since the machine started: tells it from a later process of the same number."""

    def is_alive(self) -> bool:
        """Whether it still runs."""
        now = _look(self.pid)
        return now is not None and now.started == self.started


def descendants(pid: int) -> tuple[Process, ...]:
    """The living children of a process, their children, and so on."""
    everyone = [seen for path in PROC.glob("[0-9]*") if (seen := _look(int(path.name)))]
    family: list[Process] = []
    parents = {pid}
    while children := [one for one in everyone if one.parent_pid in parents]:
        family += children
        parents = {one.pid for one in children}
    return tuple(family)


def _look(pid: int) -> Process | None:
    # A process may end while we look.
    with suppress(OSError):
        # The name is in brackets and may hold anything; behind it stand state, parent and so on (man 5 proc_pid_stat).
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        if fields[0] not in "ZX":
            return Process(pid=pid, parent_pid=int(fields[1]), started=fields[19])
    return None
