"""A station with workers on a real RTSP stream, and what it reports, for harnesses that do things to both."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
import time

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.catalogued import ClipQuery
from custom_components.localcam.engine.clip import Clip
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.clock import Clock, SystemClock
from custom_components.localcam.engine.reports import ClipClosed, Reported, SourceBack
from custom_components.localcam.engine.settings import AddressSource, CameraSettings, HouseSettings, RecordSettings
from custom_components.localcam.engine.station import Station
from tests.faults.inline_executor import InlineExecutor
from tests.rtsp_server import RtspServer, TestPattern

PATIENCE_S = 60.0
"""Whatever takes longer than this does not happen."""


@dataclass(slots=True)
class Heard:
    """Every report of a station; from any thread."""

    reports: list[Reported] = field(default_factory=list)
    heard_at_s: list[float] = field(default_factory=list)
    """Of each report, on the monotonic clock."""
    changed: Condition = field(default_factory=Condition)

    def note(self, reported: Reported) -> None:
        """One more."""
        with self.changed:
            self.reports.append(reported)
            self.heard_at_s.append(time.monotonic())
            self.changed.notify_all()

    def wait(self, until: Callable[[list[Reported]], bool], timeout_s: float = PATIENCE_S) -> bool:
        """Whether it came true of the reports so far."""
        with self.changed:
            return self.changed.wait_for(lambda: until(self.reports), timeout_s)

    def wait_for_life(self, camera_id: str, epoch: int, timeout_s: float) -> float | None:
        """When a worker of this life or a later one first had a picture, on the monotonic clock; None for never."""
        if not self.wait(lambda reports: lives(reports).get(camera_id, 0) >= epoch, timeout_s):
            return None
        with self.changed:
            return next(
                at_s
                for at_s, each in zip(self.heard_at_s, self.reports, strict=True)
                if each.camera_id == camera_id and each.epoch >= epoch and isinstance(each.report, SourceBack)
            )

    def clips(self) -> list[Clip]:
        """All that were announced, in order."""
        with self.changed:
            return [each.report.clip for each in self.reports if isinstance(each.report, ClipClosed)]

    def clip_ids(self) -> list[str]:
        """Of all that were announced."""
        return [clip.clip_id for clip in self.clips()]

    def lives(self) -> dict[str, int]:
        """Of each camera that has shown a picture, the last life of its worker in which it did."""
        with self.changed:
            return lives(self.reports)


def lives(reports: list[Reported]) -> dict[str, int]:
    """See `Heard.lives`."""
    return {each.camera_id: each.epoch for each in reports if isinstance(each.report, SourceBack)}


def house_at(storage: Path, spool: Path | None = None) -> HouseSettings:
    """No bound but the disk's own."""
    return HouseSettings(
        storage_folder=str(storage),
        spool_folder=str(spool or ""),
        quota_bytes=1 << 40,
        free_floor_share=0.0,
        free_floor_bytes=1 << 20,
    )


@contextmanager
def cameras_running(
    storage: Path,
    catalogue: Path,
    count: int = 1,
    *,
    longest_clip_s: float = 60.0,
    clock: Clock | None = None,
    spool: Path | None = None,
) -> Iterator[tuple[Station, Heard]]:
    """A station whose cameras all show pictures; it is stopped at the end."""
    heard = Heard()
    pattern = TestPattern(width_px=320, height_px=180, frames_per_s=15, keyframe_every_frames=15, shared=False)
    with RtspServer({"stream": pattern}) as server:
        station = Station(catalogue_folder=catalogue, clock=clock or SystemClock(), on_report=heard.note)
        station.start(house_at(storage, spool))
        try:
            names = [f"camera{number}" for number in range(count)]
            for name in names:
                source = AddressSource(url=server.url("stream"))
                record = RecordSettings(longest_clip_s=longest_clip_s)
                station.watch(CameraSettings(camera_id=name, name=name, source=source, record=record))
            if not heard.wait(lambda reports: lives(reports).keys() >= set(names)):
                raise TimeoutError("the cameras do not show pictures")
            yield station, heard
        finally:
            station.stop()


def missing(storage: Path, catalogue: Path, announced: Iterable[str]) -> list[str]:
    """After the station has stopped: which of these clips the next start does not find, and what does not hold."""
    keeper = ClipKeeper(catalogue, SystemClock(), InlineExecutor())
    keeper.open(house_at(storage))
    try:
        there = {entry.clip.clip_id for entry in keeper.archive.clips(ClipQuery())}
        return [
            *(f"the announced clip {clip_id} is lost" for clip_id in announced if clip_id not in there),
            *(f"{found.invariant} {found.subject} {found.text}" for found in keeper.check(Depth.DIGEST)),
        ]
    finally:
        keeper.close()


def kept(storage: Path, catalogue: Path) -> int:
    """How many clips the next start finds."""
    keeper = ClipKeeper(catalogue, SystemClock(), InlineExecutor())
    keeper.open(house_at(storage))
    try:
        return keeper.archive.count()
    finally:
        keeper.close()


def worker_pids(parent: int | str = "self") -> set[int]:
    """Of all workers that this process has started, or another one."""
    own = Path(f"/proc/{parent}/task")
    children = {int(pid) for task in own.iterdir() for pid in (task / "children").read_text().split()}
    return {pid for pid in children if b"camera_worker" in _command_line(pid)}


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
