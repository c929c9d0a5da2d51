"""How well motion is detected: labelled sequences through our detector and, beside it, through others.

`scripts/bench quality DIR [--json]`, or `scripts/bench quality --demo` for sequences made of the simulated room with
nuisances drawn by lot. `scoring.py` says what the figures mean, `peers.py` who the others are.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
import json
from pathlib import Path
import sys
import tempfile
from typing import TypedDict

from benchmarks.demo_folder import write_demo_folder
from benchmarks.peers import peers
from benchmarks.players import Played, play, play_peer
from benchmarks.quality_table import table
from benchmarks.scoring import Counts, count
from benchmarks.sequences import NONE, LabelledSequence, sequences

OURS = "localcam"

type Figures = dict[str, str | float | int | None]


class Result(TypedDict):
    """What `--json` prints."""

    sequences: list[Figures]
    """Of ours, each sequence by itself; so are `total` and `us_per_frame`."""
    total: Figures
    us_per_frame: float | None
    groups: dict[str, dict[str, Figures]]
    """Per group of sequences (see `group_of`), and for `all`: the figures of each detector."""
    peers_us_per_frame: dict[str, float | None]
    kinds: dict[str, dict[str, int]]
    """Per group: of which kinds our events were, those that do not alert among them."""
    wrong_kinds: dict[str, dict[str, int]]
    """Per sequence that says which kinds are right: the others, and `missed` where there was no event at all."""


def group_of(name: str) -> str:
    """By name: `nuis_fan_2` is the nuisance `nuis fan` alone, `mix_fan_2` the same with people, others are films."""
    first, _, rest = name.partition("_")
    return f"{first} {rest.split('_')[0]}" if first in {"nuis", "mix", "act"} and rest else "films"


class Scores:
    """What adds up over the sequences."""

    def __init__(self, names: Iterable[str]) -> None:
        self._counts: dict[str, dict[str, Counts]] = {}
        self._costs_s: dict[str, list[float]] = {name: [] for name in names}
        self._kinds: dict[str, Counter[str]] = {}
        self.wrong_kinds: dict[str, dict[str, int]] = {}

    def add(self, sequence: LabelledSequence, name: str, played: Played) -> Counts:
        """Take in what a detector said of a sequence; its counts."""
        counts = count(sequence.labels, played.positive, sequence.fps)
        self._costs_s[name] += played.costs_s
        for group in (group_of(sequence.name), "all"):
            self._counts.setdefault(group, {}).setdefault(name, Counts()).add(counts)
        if name == OURS:
            self._kinds.setdefault(group_of(sequence.name), Counter()).update(played.kinds)
            if sequence.kinds:
                wrong = {kind: times for kind, times in played.kinds.items() if kind not in sequence.kinds}
                missed = not played.kinds and NONE not in sequence.kinds
                self.wrong_kinds[sequence.name] = {"missed": 1} if missed else wrong
        return counts

    def groups(self) -> dict[str, dict[str, Figures]]:
        """The figures of each group and detector."""
        return {
            group: {name: {**counts.figures()} for name, counts in of_group.items()}
            for group, of_group in self._counts.items()
        }

    def kinds(self) -> dict[str, dict[str, int]]:
        """Of our events."""
        return {group: dict(kinds) for group, kinds in self._kinds.items()}

    def us_per_frame(self, name: str) -> float | None:
        """The median of a detector's analysed frames."""
        costs_s = sorted(self._costs_s[name])
        return round(costs_s[len(costs_s) // 2] * 1e6, 1) if costs_s else None


def measure(folder: Path, *, alone: bool = False) -> Result:
    """The design's object, and what it has beside; without peers where ours is to run alone."""
    others = {} if alone else peers()
    scores = Scores((OURS, *others))
    rows: list[Figures] = []
    for sequence in sequences(folder):
        counts = scores.add(sequence, OURS, play(sequence))
        rows.append({"name": sequence.name, "fps": sequence.fps, **counts.figures()})
        for name, peer in others.items():
            scores.add(sequence, name, play_peer(sequence, peer))
    groups = scores.groups()
    return {
        "sequences": rows,
        "total": groups["all"][OURS] if rows else {},
        "us_per_frame": scores.us_per_frame(OURS),
        "groups": groups,
        "peers_us_per_frame": {name: scores.us_per_frame(name) for name in others},
        "kinds": scores.kinds(),
        "wrong_kinds": scores.wrong_kinds,
    }


def main(arguments: Sequence[str]) -> int:
    """0, or 2 where the folder holds no labelled sequence."""
    parser = argparse.ArgumentParser(prog="scripts/bench quality", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="holds one folder per sequence")
    parser.add_argument("--demo", action="store_true", help="make the sequences, in the folder where one is given")
    parser.add_argument("--sways", action="store_true", help="of --demo: what begins to sway in a draught instead")
    parser.add_argument("--seeds", type=int, default=3, help="of --demo: how many of each")
    parser.add_argument("--first-seed", type=int, default=1, help="of --demo: the first seed's number")
    parser.add_argument("--alone", action="store_true", help="without the other detectors")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args(arguments)
    if options.folder is None and not options.demo:
        parser.error("a folder, or --demo")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.demo:
            seeds = range(options.first_seed, options.first_seed + options.seeds)
            write_demo_folder(folder, seeds, sways=options.sways)
        result = measure(folder, alone=options.alone)
    if not result["sequences"]:
        print(f"No labelled sequence in {options.folder}", file=sys.stderr)
        return 2
    print(json.dumps(result) if options.json else table(result))
    return 0
