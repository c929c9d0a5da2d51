"""Whole workers of a running station, killed while they record."""

from contextlib import suppress
from dataclasses import dataclass
import os
from pathlib import Path
import random
import signal
from statistics import median
import tempfile
from threading import Event
import time

from custom_components.localcam.engine.clip import Clip, ClipEnd
from custom_components.localcam.engine.errors import WorkerError
from custom_components.localcam.engine.record.clip_names import GROWING
from custom_components.localcam.engine.station import Station
from tests.faults.outcome import Outcome
from tests.faults.running_station import Heard, cameras_running, missing, worker_pids

_CAMERAS = 4
_AGAIN_MOSTLY_S = 3.0
"""Until a camera is recorded again, by the median of all kills: four workers start at once here."""
_AGAIN_AT_MOST_S = 6.0
"""By any, on a machine that may be busy with other things; `scripts/bench outages` holds one to its 3 s."""
_LOST_MOSTLY_S = 2.5
"""Of a clip that was growing, by the median: 2 s of its file, and what was still on its way from the camera."""
_LOST_AT_MOST_S = 4.0
"""By any: on its way is more where a machine is busy with other things. `kill_writers` holds the file to its 2 s."""
_WITHIN_S = 30.0
"""A clip begins, its worker is back, and what it left is salvaged; far sooner, but for a machine that is busy."""
_CHUNK_BYTES = 16_384
"""What the store writes at once: a file of so much holds a whole fragment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """What came of one."""

    again_s: float | None
    """Until the camera was recorded again; None for never."""
    lost_s: float | None
    """Of the clip that grew; None where no clip of it was found."""


def kill_workers(kills: int) -> Outcome:
    """At any moment of a recording; then everything that was announced is looked for."""
    chance = random.Random(2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage, catalogue = folder / "clips", folder / "catalogue"
        done: list[Kill] = []
        announced: set[str] = set()
        while len(done) < kills:
            # A worker that dies again and again is started later each time: each station sees two deaths of each.
            with cameras_running(storage, catalogue, _CAMERAS) as (station, heard):
                for _ in range(2):
                    done += _kill_all(station, heard, storage, chance)
            announced |= set(heard.clip_ids())
        violated = [*_violations(done), *missing(storage, catalogue, announced)]
    again = sorted(each.again_s for each in done if each.again_s is not None)
    lost = sorted(each.lost_s for each in done if each.lost_s is not None)
    return Outcome(
        tried={"worker_kills": len(done)},
        violated=tuple(violated),
        figures={
            "recorded_again_median_s": round(again[len(again) // 2], 2) if again else None,
            "recorded_again_longest_s": round(again[-1], 2) if again else None,
            "lost_of_growing_clip_median_s": round(median(lost), 2) if lost else None,
            "lost_of_growing_clip_longest_s": round(lost[-1], 2) if lost else None,
        },
    )


def _kill_all(station: Station, heard: Heard, storage: Path, chance: random.Random) -> list[Kill]:
    """All workers at once: the machine is never busier than when it starts them all anew."""
    before = heard.lives()
    for camera_id in before:
        _record(station, camera_id)
    for camera_id in before:
        _await_fragment(storage / camera_id)
    Event().wait(chance.uniform(0.5, 3.0))
    known = len(heard.clips())
    killed_at_s, killed_utc_s = time.monotonic(), time.time()
    for pid in worker_pids():
        os.kill(pid, signal.SIGKILL)
    kills = []
    for camera_id, epoch in before.items():
        back = heard.wait_for_life(camera_id, epoch + 1, _WITHIN_S)
        again_s = back - killed_at_s if back is not None else None
        saved = _salvaged(heard, known, camera_id)
        lost_s = min((killed_utc_s - clip.ended_utc_s for clip in saved), default=None)
        kills.append(Kill(again_s=again_s, lost_s=lost_s))
    return kills


def _salvaged(heard: Heard, known: int, camera_id: str) -> list[Clip]:
    """What was left of it, once it was announced; none where it was not in time."""

    def found() -> list[Clip]:
        return [clip for clip in heard.clips()[known:] if clip.camera_id == camera_id and clip.end is ClipEnd.SALVAGED]

    heard.wait(lambda _: bool(found()), _WITHIN_S)
    return found()


def _await_fragment(folder: Path) -> None:
    """Until a clip grows there of which something must not be lost."""
    until_s = time.monotonic() + _WITHIN_S
    while time.monotonic() < until_s:
        with suppress(FileNotFoundError):  # one that is finished meanwhile has another name
            if any(path.stat().st_size >= _CHUNK_BYTES for path in folder.rglob(f"*{GROWING}")):
                return
        Event().wait(0.05)
    raise TimeoutError(f"no clip grows in {folder.name}")


def _record(station: Station, camera_id: str) -> None:
    try:
        station.record_now(camera_id, 20)
    except WorkerError:
        # It was killed a moment ago and is not up yet.
        return


def _violations(kills: list[Kill]) -> list[str]:
    lost = [kill.lost_s for kill in kills if kill.lost_s is not None]
    mostly_s = median(lost) if lost else 0.0
    return [
        *(f"kill {number}: not recorded again" for number, kill in enumerate(kills) if kill.again_s is None),
        *_late(kills),
        *(f"kill {number}: the growing clip is lost" for number, kill in enumerate(kills) if kill.lost_s is None),
        *(f"{lost_s:.1f} s of a growing clip are lost" for lost_s in lost if lost_s > _LOST_AT_MOST_S),
        *([f"of growing clips {mostly_s:.1f} s are lost by the median"] if mostly_s > _LOST_MOSTLY_S else []),
    ]


def _late(kills: list[Kill]) -> list[str]:
    again_s = [kill.again_s for kill in kills if kill.again_s is not None]
    if again_s and (median(again_s) > _AGAIN_MOSTLY_S or max(again_s) > _AGAIN_AT_MOST_S):
        return [f"recorded again only after {median(again_s):.1f} s (median) and {max(again_s):.1f} s (longest)"]
    return []
