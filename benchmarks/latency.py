"""How soon motion is noticed after it happens: demo cameras at 15 pictures per second, and the truth of their rooms.

`scripts/bench latency [--cameras N] [--seconds S] [--economy auto|fast|economy] [--json]`. From the first instant at
which a person or a pet can be seen moving (1/720 of the picture in sight, not behind furniture), encoding, decoding and
the worker's report included.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
import json
from statistics import median
import tempfile
import threading
import time
from typing import Any

from benchmarks.workers import clip_keys
from custom_components.localcam.engine.commands import Watch
from custom_components.localcam.engine.executor import LocalExecutor
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.engine.reports import MotionStarted, Reported, SourceBack
from custom_components.localcam.engine.settings import CameraSettings, DemoSource, DetectSettings, Economising

STEP_S = 1 / 30
LEARNING_S = 3.0
"""From the start, not measured: the room is being learned."""
PAUSE_S = 3.0
"""Without motion before an onset is measured: the event before it must have ended."""
PATIENCE_S = 5.0
COMING_S = 0.6
"""Before the onset: somebody who is coming in may be noticed before there is enough to see by the truth's measure."""


@dataclass(slots=True)
class Watched:
    """One camera's reports, on this process's clock."""

    began_at_s: float | None = None
    started_at_s: list[float] = field(default_factory=list)

    def note(self, reported: Reported) -> None:
        """From the worker's thread."""
        now_s = time.monotonic()
        match reported.report:
            case SourceBack():
                self.began_at_s = now_s
            case MotionStarted():
                self.started_at_s.append(now_s)
            case _:
                pass


def onsets(seed: int, seconds: float) -> Iterator[tuple[Kind, float]]:
    """What begins to move after a pause, and when, in seconds of the room's time."""
    room = DemoRoom(seed)
    last_moving_s = -PAUSE_S
    at_s = LEARNING_S
    while at_s < seconds - PATIENCE_S:
        truth = room.truth(at_s)
        if truth.moving:
            if at_s - last_moving_s > PAUSE_S and truth.kind is not None:
                yield truth.kind, at_s
            last_moving_s = at_s
        at_s += STEP_S


def delay_s(starts: Sequence[float], onset_s: float) -> float | None:
    """From an onset to the first report that tells of it; None where none does.

    0 where it was told of before enough could be seen.
    """
    late_s = next((at_s - onset_s for at_s in starts if -COMING_S <= at_s - onset_s < PATIENCE_S), None)
    return None if late_s is None else max(late_s, 0.0)


def latencies(watched: Watched, seed: int, seconds: float) -> Iterator[tuple[Kind, float | None]]:
    """For each onset the seconds until motion was reported, as `delay_s` has them."""
    began_at_s = watched.began_at_s
    if began_at_s is None:
        return
    starts = [at_s - began_at_s for at_s in watched.started_at_s]
    for kind, onset_s in onsets(seed, seconds):
        yield kind, delay_s(starts, onset_s)


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=80)
    parser.add_argument("--economy", type=Economising, choices=list(Economising), default=Economising.AUTO)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    cameras = {seed: Watched() for seed in range(1, wanted.cameras + 1)}
    with tempfile.TemporaryDirectory() as folder:
        workers = [
            LocalExecutor().start(
                Watch(
                    settings=CameraSettings(
                        camera_id=f"room{seed}",
                        name=f"Room {seed}",
                        source=DemoSource(seed=seed),
                        detect=DetectSettings(quiet_s=1, economy=wanted.economy),
                    ),
                    epoch=1,
                    storage_folder=folder,
                    may_record=True,
                    keys=clip_keys(50),
                ),
                on_reported=watched.note,
                on_end=lambda _: None,
            )
            for seed, watched in cameras.items()
        ]
        threading.Event().wait(wanted.seconds)
        for worker in workers:
            worker.stop(10)
    result: dict[str, dict[str, Any]] = {}
    for seed, watched in cameras.items():
        for kind, latency_s in latencies(watched, seed, wanted.seconds):
            of_kind = result.setdefault(kind.value, {"missed": 0, "latency_s": []})
            if latency_s is None:
                of_kind["missed"] += 1
            else:
                of_kind["latency_s"].append(latency_s)
    if wanted.json:
        print(json.dumps(result))
        return 0
    for name, of_kind in result.items():
        seen = of_kind["latency_s"]
        print(f"{name}: {len(seen)} noticed, {of_kind['missed']} missed", end="")
        print(f"; after {median(seen):.2f} s (median), {max(seen):.2f} s (longest)" if seen else "")
    return 0
