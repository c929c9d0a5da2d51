"""What processes cost, from the operating system: CPU of a process and of all that descends from it."""

import os
from pathlib import Path
import threading


def cpu_s(pid: int) -> float:
    """User and system time so far of a process and those it started, ended ones it waited for included."""
    ticks = sum(sum(_fields(each)[11:15]) for each in _tree(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(pids: dict[str, int], seconds: float) -> dict[str, float]:
    """CPU seconds of each over the next seconds, by its name."""
    before = {name: cpu_s(pid) for name, pid in pids.items()}
    threading.Event().wait(seconds)
    return {name: cpu_s(pid) - before[name] for name, pid in pids.items()}


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, tasks.read_text().split())
    return found


def _fields(pid: int) -> list[int]:
    """Of /proc/<pid>/stat from the third on, the state as 0."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return [0, *map(int, fields[1:15])]
