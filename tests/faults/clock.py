"""Steps the wall clock of a running station and its workers, and freezes them: nothing is lost or cut wrongly."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
import itertools
from pathlib import Path
import tempfile
import time

from custom_components.localcam.engine import executor
from custom_components.localcam.engine.clip import Clip
from tests.faults.outcome import Outcome
from tests.faults.running_station import Heard, cameras_running, missing
from tests.faults.whole_house import freeze

_CLIP_S = 3.0
_HOUR_S = 3600.0
_TOLERANCE_S = 0.5
"""Clips end at keyframes, which come each second."""
_FROZEN_S = (11.0, 30.0)
"""Longer than a worker may be silent."""
_CLIPS_AFTER = 2
"""The one that was open at the step, and a whole one after it."""


def run(long: bool) -> Outcome:
    """Short: each step once; long: five times. Then time stands still for a while, as when a machine is suspended.

    The workers' wall clock is libfaketime's, the station's is passed in.
    """
    steps = {
        "an_hour_on": _HOUR_S,
        "an_hour_back": -_HOUR_S,
        "to_1970": 3 * _HOUR_S - time.time(),
        "400_days_on": 400 * 24 * _HOUR_S,
    }
    violated: list[str] = []
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as beside:
        folder = Path(name)
        frozen = beside.submit(freeze, folder / "frozen", _FROZEN_S[long])
        wall = Wall(folder / "offset")
        storage, catalogue = folder / "clips", folder / "catalogue"
        with (
            faked_wall_clock(wall),
            cameras_running(storage, catalogue, longest_clip_s=_CLIP_S, clock=wall) as (station, heard),
        ):
            _await_clips(heard, 1)
            for _ in range(5 if long else 1):
                for what, step_s in steps.items():
                    known = len(heard.clips())
                    wall.set(step_s)
                    came = _await_clips(heard, known + _CLIPS_AFTER)
                    station.enforce_bounds()
                    if not came:
                        violated.append(f"{what}: no clip after it")
            clips = heard.clips()
        violated += [*_violations(clips), *missing(storage, catalogue, heard.clip_ids())]
        broken, figures = frozen.result()
    violated += [f"frozen: {text}" for text in broken]
    if len({round(clip.started_utc_s / _HOUR_S) for clip in clips}) < len(steps):
        violated.append("the workers' clock did not step: nothing was tried")
    return Outcome(
        tried=dict.fromkeys(steps, 5 if long else 1) | {"frozen_s": int(_FROZEN_S[long])},
        violated=tuple(violated),
        figures=figures | {"clips": len(clips), "longest_clip_s": round(max(clip.duration_s for clip in clips), 2)},
    )


@dataclass(slots=True)
class Wall:
    """A wall clock that can be stepped, over a monotonic one that cannot."""

    file: Path
    """Where workers read by how much their clock is off."""
    offset_s: float = 0.0

    def set(self, offset_s: float) -> None:
        """Be off by so much from now on."""
        self.offset_s = offset_s
        part = self.file.with_suffix(".part")
        part.write_text(f"{offset_s:+.0f}\n")
        part.rename(self.file)

    def monotonic_s(self) -> float:
        """See `Clock.monotonic_s`."""
        return time.monotonic()

    def utc_s(self) -> float:
        """See `Clock.utc_s`."""
        return time.time() + self.offset_s


@contextmanager
def faked_wall_clock(wall: Wall) -> Iterator[None]:
    """Workers started meanwhile have this wall clock; RuntimeError where libfaketime is not installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise RuntimeError("libfaketime is not installed (Debian: faketime)")
    wall.set(0.0)
    fake = {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(wall.file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    environment = executor._ENVIRONMENT
    environment.update(fake)
    try:
        yield
    finally:
        for name in fake:
            del environment[name]


def _await_clips(heard: Heard, count: int) -> bool:
    return heard.wait(lambda _: len(heard.clips()) >= count, 10 * _CLIP_S)


def _violations(clips: list[Clip]) -> Iterator[str]:
    """The picture moves without end, so each clip continues the one before it, whatever the wall clock says."""
    if len({clip.clip_id for clip in clips}) < len(clips):
        yield "a clip's id was used twice"
    for before, clip in itertools.pairwise(clips):
        if clip.continues_clip_id != before.clip_id:
            yield f"clip {clip.clip_id} does not continue the one before it"
    for clip in clips[1:-1]:
        if abs(clip.duration_s - _CLIP_S) > 1.0 + _TOLERANCE_S:
            yield f"clip {clip.clip_id} lasts {clip.duration_s:.2f} s, not {_CLIP_S:g} s"
