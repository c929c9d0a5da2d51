"""How well motion is detected: labelled sequences through the detector exactly as production runs it.

`scripts/bench quality DIR [--json]`. Default settings; decisions are taken before the quiet time that production adds
to an event's end. `scoring.py` says what the figures mean.
"""

import argparse
from collections.abc import Sequence
import itertools
import json
from pathlib import Path
import sys
import time
from typing import TypedDict

from benchmarks.scoring import Counts, count
from benchmarks.sequences import PRE_ROLL_S, LabelledSequence, pictures, pre_roll, sequences
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

COLUMNS = ("frames", "events", "detected", "false_alarms", "alarm_share", "frame_recall", "frame_f1", "latency_s")


type Figures = dict[str, str | float | int | None]


class Result(TypedDict):
    """What `--json` prints."""

    sequences: list[Figures]
    total: Figures
    us_per_frame: float | None


def decisions(sequence: LabelledSequence) -> tuple[list[bool], list[float]]:
    """Whether each frame of the sequence counted as motion, and what each analysed frame cost, in seconds."""
    watcher = MotionWatcher(DetectSettings(), None, (f"e{number}" for number in itertools.count()).__next__)
    played = round(PRE_ROLL_S * sequence.fps)
    positive: list[bool] = []
    costs_s: list[float] = []
    for index, luma in enumerate(itertools.chain(pre_roll(sequence), pictures(sequence)), start=-played):
        captured_at_s = index / sequence.fps
        if watcher.wants(captured_at_s):
            began = time.perf_counter()
            watcher.look(Frame(luma=luma, captured_at_s=captured_at_s))
            costs_s.append(time.perf_counter() - began)
        if index >= 0:
            positive.append(watcher.moving)
    positive += positive[-1:] * (len(sequence.labels) - len(positive))
    return positive, costs_s


def measure(folder: Path) -> Result:
    """The design's object: figures of each sequence and in total."""
    total = Counts()
    rows: list[Figures] = []
    costs_s: list[float] = []
    for sequence in sequences(folder):
        positive, spent_s = decisions(sequence)
        counts = count(sequence.labels, positive, sequence.fps)
        total.add(counts)
        costs_s += spent_s
        rows.append({"name": sequence.name, "fps": sequence.fps, **counts.figures()})
    microseconds = round(sorted(costs_s)[len(costs_s) // 2] * 1e6, 1) if costs_s else None
    return {"sequences": rows, "total": {**total.figures()}, "us_per_frame": microseconds}


def table(result: Result) -> str:
    """The same for people."""
    rows = [*result["sequences"], {"name": "total", **result["total"]}]
    lines = ["".join([f"{'':22}", *(f"{column:>14}" for column in COLUMNS)])]
    for row in rows:
        cells = ("-" if row.get(column) is None else f"{row[column]:g}" for column in COLUMNS)
        lines.append("".join([f"{row['name']:22}", *(f"{cell:>14}" for cell in cells)]))
    return "\n".join([*lines, f"{result['us_per_frame']} us per analysed frame"])


def main(arguments: Sequence[str]) -> int:
    """0, or 2 where the folder holds no labelled sequence."""
    parser = argparse.ArgumentParser(prog="scripts/bench quality", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds one folder per sequence")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args(arguments)
    result = measure(options.folder)
    if not result["sequences"]:
        print(f"No labelled sequence in {options.folder}", file=sys.stderr)
        return 2
    print(json.dumps(result) if options.json else table(result))
    return 0
