"""`scripts/bench outages [--rounds N] [--json]`: how soon a camera that fails is missed, and seen again.

One camera of four, with an RTSP server of its own: each round it is switched off and on again, it freezes, its worker
is killed, and its worker hangs. The others must not notice: no packet of theirs is dropped, none of them is lost.
Exits 1 where one of `GOALS_S` was missed, or another camera did notice.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import json
import math
import os
from pathlib import Path
import random
import signal
from statistics import median
import tempfile
from threading import Event
import time

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.reports import Health, Report, Reported, SourceBack, SourceLost, WorkerEnded
from custom_components.localcam.engine.settings import AddressSource, CameraSettings
from custom_components.localcam.engine.station import Station
from tests.faults.hostile_house import WatchedExecutor
from tests.faults.running_station import Heard, house_at
from tests.rtsp_server import RtspServer, TestPattern

FAILING = "failing"
OTHERS = ("first", "second", "third")
AWAY_S = (3.0, 75.0)
FROZEN_S = (6.0, 12.0)
BETWEEN_S = 11.0
"""A run this long is a good one: the next failure is the first."""
PATIENCE_S = 60.0

GOALS_S = {
    "off_noticed_s": 5.0,
    "on_again_s": 10.0,
    "freeze_noticed_s": 5.0,
    "thawed_again_s": 10.0,
    "killed_again_s": 3.0,
    "hang_again_s": 13.0,
}
"""The longest that each may take, from the power switch, the freeze or the signal on; `again` is the first picture,
`on_again_s` counts from the moment at which the camera's port answers."""


class Missing(Exception):
    """Something that must come did not within `PATIENCE_S`."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench outages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked = parser.parse_args(arguments)
    took: dict[str, list[float]] = defaultdict(list)
    with _house() as (server, executor, heard):
        chance = random.Random(1)
        for _ in range(asked.rounds):
            for name, one_s in _round(server, executor, heard, chance):
                took[name].append(one_s)
    noticed = _noticed_by_others(heard)
    missed = {name: max(seconds) for name, seconds in took.items() if max(seconds) > GOALS_S[name]}
    if asked.json:
        print(json.dumps({"seconds": took, "goals_s": GOALS_S, "noticed_by_others": noticed}))
    else:
        for name, seconds in took.items():
            print(
                f"{name:18} median {median(seconds):5.2f}   p99 {_p99(seconds):5.2f}   of {len(seconds)}"
                f"   at most {GOALS_S[name]:g}{'   MISSED' if name in missed else ''}"
            )
        print(f"noticed by other cameras: {', '.join(noticed) or 'nothing'}")
    return int(bool(missed or noticed))


def _round(
    server: RtspServer, executor: WatchedExecutor, heard: Heard, chance: random.Random
) -> Iterator[tuple[str, float]]:
    """Each figure as it becomes known."""
    at_s = time.monotonic()
    server.kill()
    yield "off_noticed_s", _next(heard, SourceLost, at_s) - at_s
    _pause(chance.uniform(*AWAY_S))
    server.start()
    at_s = time.monotonic()
    yield "on_again_s", _next(heard, SourceBack, at_s) - at_s

    _pause(BETWEEN_S)
    at_s = time.monotonic()
    server.freeze()
    yield "freeze_noticed_s", _next(heard, SourceLost, at_s) - at_s
    _pause(chance.uniform(*FROZEN_S))
    server.thaw()
    at_s = time.monotonic()
    yield "thawed_again_s", _next(heard, SourceBack, at_s) - at_s

    for name, sent in (("killed_again_s", signal.SIGKILL), ("hang_again_s", signal.SIGSTOP)):
        _pause(BETWEEN_S)
        at_s = time.monotonic()
        os.kill(executor.pids[FAILING], sent)
        yield name, _next(heard, SourceBack, at_s) - at_s
    _pause(BETWEEN_S)


@contextmanager
def _house() -> Iterator[tuple[RtspServer, WatchedExecutor, Heard]]:
    """Four cameras that show pictures."""
    heard, executor = Heard(), WatchedExecutor()
    pattern = {"stream": TestPattern(width_px=320, height_px=180, frames_per_s=15, keyframe_every_frames=15)}
    with tempfile.TemporaryDirectory() as folder, RtspServer(pattern) as server, RtspServer(pattern) as steady:
        catalogue = Path(folder) / "catalogue"
        station = Station(catalogue_folder=catalogue, clock=SystemClock(), on_report=heard.note, executor=executor)
        station.start(house_at(Path(folder) / "clips"))
        try:
            for name in (FAILING, *OTHERS):
                source = AddressSource(url=(server if name == FAILING else steady).url("stream"))
                station.watch(CameraSettings(camera_id=name, name=name, source=source))
            if not heard.wait(lambda _: heard.lives().keys() >= {FAILING, *OTHERS}):
                raise Missing("the cameras do not show pictures")
            _pause(BETWEEN_S)
            yield server, executor, heard
        finally:
            station.stop()


def _next(heard: Heard, kind: type[Report], since_s: float) -> float:
    """When the failing camera said that, on the monotonic clock."""

    def said(_: list[Reported]) -> bool:
        return _first(heard, kind, since_s) is not None

    if not heard.wait(said, PATIENCE_S):
        raise Missing(f"no {kind.__name__} within {PATIENCE_S:g} s")
    found = _first(heard, kind, since_s)
    assert found is not None
    return found


def _first(heard: Heard, kind: type[Report], since_s: float) -> float | None:
    said = zip(heard.heard_at_s, heard.reports, strict=False)
    return next(
        (
            at_s
            for at_s, each in said
            if at_s >= since_s and each.camera_id == FAILING and isinstance(each.report, kind)
        ),
        None,
    )


def _noticed_by_others(heard: Heard) -> list[str]:
    """What the other cameras felt, while they were meant to run."""
    noticed = []
    for each in heard.reports:
        if each.camera_id == FAILING:
            continue
        match each.report:
            case SourceLost():
                noticed.append(f"{each.camera_id} was lost")
            case WorkerEnded(expected=False):
                noticed.append(f"the worker of {each.camera_id} died")
            case Health(dropped_packets=dropped) if dropped:
                noticed.append(f"{each.camera_id} dropped {dropped} packets")
            case _:
                pass
    return sorted(set(noticed))


def _pause(seconds: float) -> None:
    Event().wait(seconds)


def _p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[math.ceil(len(seconds) * 0.99) - 1]
