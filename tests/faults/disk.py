"""Makes a running station's disk full, unwritable, slow and gone, and heals it: recording must come back by itself.

With a spool before it, recording goes on meanwhile: see `spooled_disk`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
import errno
from pathlib import Path
import tempfile
from threading import Event
import time

from custom_components.localcam.engine.reports import Health
from custom_components.localcam.engine.station import Station
from tests.faults.faulty_disk import FaultyDisk, faulty_disk
from tests.faults.outcome import Outcome
from tests.faults.running_station import Heard, cameras_running, missing
from tests.faults.spooled_disk import run_spooled

_CLIP_S = 3.0
_HEALED_S = 30.0
"""A clip must be announced again within this time."""
_SICK_S = 4.0
_LOOKS_WITHIN_S = 25.0
_LOOK_S = 1.0
"""How often the bounds are looked at here; in production Home Assistant's timer does it."""


def run(long: bool) -> Outcome:
    """Short: each fault once; long: each ten times. All at the same time, each with a disk and a station of its own."""
    rounds = 10 if long else 1
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor() as threads:
        found = dict(zip(FAULTS, threads.map(lambda fault: _live(Path(name), fault, rounds), FAULTS), strict=True))
    return Outcome(
        tried=dict.fromkeys(FAULTS, rounds),
        violated=tuple(f"{fault}: {text}" for fault, (violated, _) in found.items() for text in violated),
        figures={f"{fault}_recorded_again_longest_s": healed_s for fault, (_, healed_s) in found.items()},
    ).joined(run_spooled(rounds))


def _live(folder: Path, fault: str, rounds: int) -> tuple[list[str], float]:
    """What was violated, and how long recording took to come back, at most."""
    mounted, catalogue = folder / fault, folder / f"catalogue-{fault}"
    mounted.mkdir()
    violated: list[str] = []
    healed_s = 0.0
    with faulty_disk(mounted) as disk:
        with cameras_running(mounted / "clips", catalogue, longest_clip_s=_CLIP_S) as (station, heard):
            sick = SickDisk(disk, station, heard)
            for _ in range(rounds):
                violated += sick.live_through(*FAULTS[fault])
                healed_s = max(healed_s, sick.healed_after_s)
        violated += missing(mounted / "clips", catalogue, heard.clip_ids())
    return violated, healed_s


type Doing = Callable[[FaultyDisk], None]

FAULTS: dict[str, tuple[Doing, Doing]] = {
    "full": (lambda disk: disk.set_capacity(0), lambda disk: disk.set_capacity(None)),
    "failing": (lambda disk: disk.set_broken(errno.EIO), lambda disk: disk.set_broken(None)),
    "unmounted": (lambda disk: disk.set_broken(errno.ENOENT), lambda disk: disk.set_broken(None)),
    "read_only": (lambda disk: disk.set_read_only(True), lambda disk: disk.set_read_only(False)),
    "hanging": (lambda disk: disk.set_hanging(True), lambda disk: disk.set_hanging(False)),
    "slow": (lambda disk: disk.set_delay(1.0), lambda disk: disk.set_delay(0.0)),
}


class SickDisk:
    """One station's disk, made sick and healed."""

    def __init__(self, disk: FaultyDisk, station: Station, heard: Heard) -> None:
        self._disk, self._station, self._heard = disk, station, heard
        self.healed_after_s = 0.0

    def live_through(self, break_it: Doing, heal_it: Doing) -> list[str]:
        """Record, break the disk in the midst, see that the camera is still watched, heal it, and record again."""
        if not self._record_one(_HEALED_S):
            return ["no clip before the fault"]
        Event().wait(_CLIP_S / 2)
        seen_before = self._looked()
        break_it(self._disk)
        self._wait(_SICK_S)
        # A worker that was recording when its disk began to hang is replaced before it looks again.
        violated = [] if self._looks(seen_before) else ["motion was not looked for while the disk was sick"]
        heal_it(self._disk)
        healed_at_s = time.monotonic()
        if not self._record_one(_HEALED_S):
            violated.append(f"no clip within {_HEALED_S:g} s after the disk was well again")
        self.healed_after_s = round(time.monotonic() - healed_at_s, 1)
        return violated

    def _record_one(self, timeout_s: float) -> bool:
        """Whether a clip is announced that goes on after now: the picture moves without end."""
        deadline_s = time.monotonic() + timeout_s
        known, asked_utc_s = len(self._heard.clips()), time.time()
        while time.monotonic() < deadline_s:
            self._wait(_LOOK_S)
            if any(clip.ended_utc_s > asked_utc_s for clip in self._heard.clips()[known:]):
                return True
        return False

    def _wait(self, seconds: float) -> None:
        """Let time pass as it does in Home Assistant: bounds are looked at now and then."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            Event().wait(min(_LOOK_S, left_s))
            self._station.enforce_bounds()

    def _looks(self, seen_before: int) -> bool:
        until_s = time.monotonic() + _LOOKS_WITHIN_S
        while self._looked() <= seen_before and time.monotonic() < until_s:
            self._wait(_LOOK_S)
        return self._looked() > seen_before

    def _looked(self) -> int:
        """How often the worker has said that it decodes and looks."""
        with self._heard.changed:
            reports = [each.report for each in self._heard.reports]
        return sum(isinstance(report, Health) and report.analysed_frames_per_s > 0 for report in reports)
