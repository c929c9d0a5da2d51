"""The quality benchmark's result as tables for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.quality import Figures, Result

COLUMNS = (
    "frames", "events", "detected", "false_alarms", "alarm_share", "frame_precision", "frame_recall", "frame_f1",
    "latency_s",
)  # fmt: skip
BESIDE = ("events", "detected", "false_alarms", "alarm_share", "frame_recall", "frame_f1", "latency_s")
NAME_WIDTH = 26


def lines(rows: Iterable[tuple[str, Figures]], columns: Sequence[str]) -> list[str]:
    """Named figures under their columns; a dash where there was nothing to measure."""
    printed = ["".join([" " * NAME_WIDTH, *(f"{column:>16}" for column in columns)])]
    for name, figures in rows:
        cells = ("-" if figures.get(column) is None else f"{figures[column]:g}" for column in columns)
        printed.append("".join([f"{name:{NAME_WIDTH}}", *(f"{cell:>16}" for cell in cells)]))
    return printed


def _counted(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{times} {kind}" for kind, times in sorted(kinds.items())) or "none"


def table(result: Result) -> str:
    """Ours per sequence; every detector per group of sequences and over all; kinds."""
    total = [("total", result["total"])]
    printed = ["Each sequence", *lines([(str(row["name"]), row) for row in result["sequences"]] + total, COLUMNS)]
    printed += ["", "Per nuisance, and beside others"]
    beside = [
        (f"{group}: {name}", figures)
        for group, of_group in sorted(result["groups"].items())
        for name, figures in of_group.items()
    ]
    printed += [*lines(beside, BESIDE), "", "Kinds of events, those that do not alert among them"]
    printed += [f"{group:{NAME_WIDTH}}{_counted(kinds)}" for group, kinds in sorted(result["kinds"].items())]
    if result["wrong_kinds"]:
        wrong = {name: kinds for name, kinds in result["wrong_kinds"].items() if kinds}
        right = len(result["wrong_kinds"]) - len(wrong)
        printed += ["", f"Of the right kind: {right} of {len(result['wrong_kinds'])} sequences that say which is right"]
        printed += [f"{name:{NAME_WIDTH}}{_counted(kinds)}" for name, kinds in sorted(wrong.items())]
    costs = [
        f"{name} {us}" for name, us in (("localcam", result["us_per_frame"]), *result["peers_us_per_frame"].items())
    ]
    return "\n".join([*printed, "", f"us per analysed frame, median: {', '.join(costs)}"])
