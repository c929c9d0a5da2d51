"""Makes the share behind a spool hang, fail and vanish under a running station: recording goes on, nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
import errno
from pathlib import Path
import tempfile
from threading import Event
import time

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.clip import Clip
from custom_components.localcam.engine.digests import sha256
from custom_components.localcam.engine.errors import EngineError
from custom_components.localcam.engine.station import Station
from tests.faults.faulty_disk import FaultyDisk, faulty_disk
from tests.faults.outcome import Outcome
from tests.faults.running_station import Heard, cameras_running

_CLIP_S = 3.0
_CLIPS_MEANWHILE = 2
_CLIP_WITHIN_S = 30.0
_MOVED_WITHIN_S = 40.0
"""All that waits must be in the share this soon after it is well, the clip that ended last among it."""
_LOOK_S = 1.0

type Doing = Callable[[FaultyDisk], None]

FAULTS: dict[str, tuple[Doing, Doing]] = {
    "hanging": (lambda disk: disk.set_hanging(True), lambda disk: disk.set_hanging(False)),
    "failing": (lambda disk: disk.set_broken(errno.EIO), lambda disk: disk.set_broken(None)),
    "unmounted": (lambda disk: disk.set_broken(errno.ENOENT), lambda disk: disk.set_broken(None)),
    "full": (lambda disk: disk.set_capacity(0), lambda disk: disk.set_capacity(None)),
}


def run_spooled(rounds: int) -> Outcome:
    """Each fault so often, all at the same time, each with a share and a station of its own."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor() as threads:
        houses = [SpooledShare(Path(name) / fault, fault) for fault in FAULTS]
        found = dict(zip(FAULTS, threads.map(lambda house: house.live(rounds), houses), strict=True))
    return Outcome(
        tried={f"spooled_{fault}": rounds for fault in FAULTS},
        violated=tuple(f"spooled_{fault}: {text}" for fault, violated in found.items() for text in violated),
        figures={f"spooled_{house.fault}_moved_after_longest_s": house.moved_after_s for house in houses},
    )


class SpooledShare:
    """One station, its spool and its share."""

    def __init__(self, folder: Path, fault: str) -> None:
        self.fault = fault
        self.moved_after_s = 0.0
        self._mounted, self._spool, self._catalogue = folder / "share", folder / "spool", folder / "catalogue"
        self._violated: list[str] = []

    def live(self, rounds: int) -> list[str]:
        """What was violated."""
        self._mounted.mkdir(parents=True)
        break_it, heal_it = FAULTS[self.fault]
        with (
            faulty_disk(self._mounted) as disk,
            cameras_running(self._mounted / "clips", self._catalogue, longest_clip_s=_CLIP_S, spool=self._spool) as (
                station,
                heard,
            ),
        ):
            try:
                for _ in range(rounds):
                    self._expect("a clip before the fault", self._records(station, heard, 1))
                    break_it(disk)
                    self._expect("clips while the share is out", self._records(station, heard, _CLIPS_MEANWHILE))
                    known = [clip.clip_id for clip in heard.clips()]
                    heal_it(disk)
                    self._await_moved(station, known)
                station.rest("camera0")
                self._await_moved(station, heard.clip_ids())
                self._look(station, heard.clips())
            finally:
                heal_it(disk)
        return self._violated

    def _expect(self, what: str, came: bool) -> None:
        if not came:
            self._violated.append(f"not within {_CLIP_WITHIN_S:g} s: {what}")

    def _records(self, station: Station, heard: Heard, clips: int) -> bool:
        """Whether so many more clips are announced, each soon; bounds are looked at as Home Assistant does it."""
        wanted = len(heard.clips()) + clips
        until_s = time.monotonic() + clips * _CLIP_WITHIN_S
        while len(heard.clips()) < wanted and time.monotonic() < until_s:
            Event().wait(_LOOK_S)
            if not station.enforce_bounds().may_record:
                self._violated.append("recording paused although only the share is out")
                return True
        return len(heard.clips()) >= wanted

    def _await_moved(self, station: Station, clip_ids: list[str]) -> None:
        began_s = time.monotonic()
        left = set(clip_ids)
        while left and time.monotonic() - began_s < _MOVED_WITHIN_S:
            Event().wait(0.2)
            station.enforce_bounds()
            left = {each for each in left if any(each in path.name for path in self._spool.rglob("*.lc?"))}
        self.moved_after_s = max(self.moved_after_s, round(time.monotonic() - began_s, 1))
        self._violated += [
            f"the clip {each} still waits {_MOVED_WITHIN_S:g} s after the share was well" for each in left
        ]

    def _look(self, station: Station, announced: list[Clip]) -> None:
        """Each announced clip is in the share with its digest, the spool is empty, and all holds."""
        for clip in announced:
            for file in clip.files:
                path = self._mounted / "clips" / file.name
                if not path.exists() or sha256(path.read_bytes()).hexdigest() != file.sha256:
                    self._violated.append(f"the announced clip {clip.clip_id} is not whole in the share")
        try:
            violations = station.check_storage(Depth.DIGEST)
        except EngineError as err:
            self._violated.append(f"the storage cannot be checked: {err}")
        else:
            self._violated += [f"{each.invariant} {each.subject} {each.text}" for each in violations]
        self._violated += [f"{path.name} is left in the spool" for path in self._spool.rglob("*.lc?")]
        self._violated += [f"{path.name} is left in the share" for path in self._mounted.rglob("*.part")]
