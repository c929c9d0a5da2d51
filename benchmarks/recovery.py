"""`scripts/bench recovery [CLIPS] [--json]`: how long a start that finds so many clips takes, and what a loop feels."""

import argparse
import asyncio
from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path
import tempfile
import time
from typing import Any

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.clip import StoredFile
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.digests import sha256
from custom_components.localcam.engine.executor import LocalExecutor
from custom_components.localcam.engine.settings import HouseSettings
from tests.engine.archive.sample_clips import clip, stem, ulid

_GOAL_S_PER_10_000 = 2.0
_TICK_S = 0.001


def main(arguments: list[str]) -> int:
    """1 where a start took longer than it may."""
    parser = argparse.ArgumentParser(prog="scripts/bench recovery")
    parser.add_argument("clips", nargs="?", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = _measure(Path(folder), asked.clips)
    if asked.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:32} {figure:g}" for name, figure in figures.items()))
    may_take_s = _GOAL_S_PER_10_000 * asked.clips / 10_000
    return int(figures["start_s"] + figures["check_size_s"] > may_take_s)


def _measure(folder: Path, clips: int) -> dict[str, float]:
    house = HouseSettings(
        storage_folder=str(folder / "clips"), quota_bytes=1 << 50, free_floor_share=0, free_floor_bytes=0
    )
    _fill(folder, house, clips)
    keeper = ClipKeeper(folder / "catalogue", SystemClock(), LocalExecutor())
    start_s, start_stall_s = asyncio.run(_beside_a_loop(lambda: keeper.open(house)))
    size_s, size_stall_s = asyncio.run(_beside_a_loop(lambda: keeper.check(Depth.SIZE)))
    found = len(keeper.check(Depth.PRESENCE))
    look_s = _duration_s(keeper.enforce_bounds)
    keeper.close()
    if found:
        raise RuntimeError(f"{found} violations: the clips were not made as they should")
    return {
        "clips": clips,
        "start_s": round(start_s, 3),
        "check_size_s": round(size_s, 3),
        "look_at_bounds_s": round(look_s, 4),
        "longest_loop_stall_s": round(max(start_stall_s, size_stall_s), 4),
    }


def _fill(folder: Path, house: HouseSettings, clips: int) -> None:
    """Clips at rest, of two files each, as a house that was stopped leaves them."""
    keeper = ClipKeeper(folder / "catalogue", SystemClock(), LocalExecutor())
    keeper.open(house)
    with keeper._database.reading() as connection:
        connection.execute("PRAGMA synchronous = OFF")  # this part is not measured
    storage, desk = Path(house.storage_folder), keeper._desk
    for number in range(1, clips + 1):
        files: dict[str, Any] = {}
        # Forty clips a day: folders of the size that they have.
        name = stem(number).replace("2027-01-15", f"{2000 + number // 14_600}-01-{number // 40 % 28 + 1:02}")
        for part, suffix, content in (("video", ".lcv", bytes(1000)), ("thumbnail", ".lct", bytes(100))):
            path = storage / f"{name}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            digest = sha256()
            digest.update(content)
            files[part] = StoredFile(name=name + suffix, size_bytes=len(content), sha256=digest.hexdigest())
        made = replace(clip(number), clip_id=ulid(number), explanation=None, **files)
        desk.issue_for(made.clip_id, made.camera_id)
        key = desk.sealed_key(made.clip_id, made.camera_id)
        keeper.archive.add_clip(made, epoch=1, sequence=number, key=key)
    keeper.close()


async def _beside_a_loop(work: Callable[[], object]) -> tuple[float, float]:
    """How long the work takes in an executor thread, and the longest time for which the loop did not turn."""
    loop = asyncio.get_running_loop()
    began_s = time.perf_counter()
    doing = loop.run_in_executor(None, work)
    longest_s, last_s = 0.0, began_s
    while not doing.done():
        await asyncio.sleep(_TICK_S)
        now_s = time.perf_counter()
        longest_s, last_s = max(longest_s, now_s - last_s - _TICK_S), now_s
    await doing
    return time.perf_counter() - began_s, longest_s


def _duration_s(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s
