"""A station without workers: cameras that the test plays, and clips that lie in memory."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from custom_components.localcam.engine.archive.check import Depth, Violation
from custom_components.localcam.engine.catalogued import (
    CatalogueEntry,
    ClipDay,
    ClipQuery,
    ClipVerdict,
    DeletionReceipt,
    DestroyedClip,
)
from custom_components.localcam.engine.clip import Clip, ClipEnd, ClipReason, StoredFile
from custom_components.localcam.engine.clock import Clock
from custom_components.localcam.engine.commands import StreamAddress
from custom_components.localcam.engine.errors import (
    EngineError,
    LockedError,
    SourceError,
    SourceFault,
    StorageError,
    UnknownClipError,
    WorkerError,
)
from custom_components.localcam.engine.motion import Features, Kind, MotionEvent
from custom_components.localcam.engine.reports import (
    ClipClosed,
    Health,
    MotionEnded,
    MotionStarted,
    Report,
    Reported,
    SourceBack,
    SourceLost,
    WorkerEnded,
    ZonesMoving,
)
from custom_components.localcam.engine.safekeeping import SpoolState, StorageState, StorageTrouble
from custom_components.localcam.engine.settings import AddressSource, CameraSettings, HouseSettings
from custom_components.localcam.engine.values import CameraFacts
from custom_components.localcam.engine.vault.keyring import Keyring

from .fake_audit import FakeAudit

JPEG = b"\xff\xd8\xff\xe0 the room \xff\xd9"
THUMBNAIL = b"\xff\xd8\xff\xe0 its strongest moment \xff\xd9"
EXPLANATION = b"\xff\xd8\xff\xe0 what moved in it \xff\xd9"
VIDEO = bytes(range(256)) * 2400
"""Longer than two of the pieces in which a view sends it."""

LIVE = "rtsp://127.0.0.1:40000/token"

FACTS = CameraFacts(
    codec="h264",
    width_px=1920,
    height_px=1080,
    frames_per_s=15.0,
    keyframe_interval_s=2.0,
    keyframe_interval_at_least_s=2.0,
    audio_codec=None,
    detect_width_px=None,
    detect_height_px=None,
)


@dataclass
class FakeReader:
    """A file in memory that counts how it is used."""

    content: bytes
    on_loop_thread: Callable[[], bool]
    breaks_at: int | None = None
    closed: bool = False

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        assert not self.on_loop_thread()
        if self.breaks_at is not None and offset + length > self.breaks_at:
            raise StorageError("the disk is gone")
        return self.content[offset : offset + length]

    def close(self) -> None:
        self.closed = True


@dataclass
class World:
    """What the test sees of every station that was made, and what it decides of them."""

    keys_folder: Path
    """Of real keys, whose secrets cost nothing to guess."""
    loop_thread: int = field(default_factory=get_ident)
    stations: list[FakeStation] = field(default_factory=list)
    start_fails: list[EngineError] = field(default_factory=list)
    """What the next starts raise."""
    chosen: list[str] = field(default_factory=list)
    """Folders that were chosen while no station ran."""
    catalogue: dict[str, CatalogueEntry] = field(default_factory=dict)
    """Survives a station, as files do."""
    lost: list[str] = field(default_factory=list)
    """Clips whose keys are lost."""
    wants_key: bool = False
    """Whether there were clips, so that no key is made by itself."""
    deleted_again: int | None = None
    """What the next start says of its catalogue."""
    audit: FakeAudit | None = None
    """The same; there is one once there was a station."""

    @property
    def station(self) -> FakeStation:
        """The one that runs."""
        running = [station for station in self.stations if station.running]
        assert len(running) == 1, "there must be one station, and only one"
        return running[0]

    def make(
        self,
        *,
        catalogue_folder: Path,
        clock: Clock,
        on_report: Callable[[Reported], None],
        keyring: Keyring,
        own_port: int,
    ) -> FakeStation:
        """Stands in for the class `Station`."""
        station = FakeStation(
            catalogue_folder=catalogue_folder, clock=clock, on_report=on_report, keyring=keyring, world=self
        )
        self.stations.append(station)
        return station


class FakeStation:
    """The same methods as `engine.station.Station`; a test keeps them the same."""

    def __init__(
        self,
        *,
        catalogue_folder: Path,
        clock: Clock,
        on_report: Callable[[Reported], None],
        keyring: Keyring,
        world: World,
    ) -> None:
        self.keyring = keyring
        self.catalogue_folder = catalogue_folder
        self.clock = clock
        self.on_report = on_report
        self.world = world
        self.house: HouseSettings | None = None
        self.running = False
        self.watched: dict[str, CameraSettings] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.audit = world.audit or FakeAudit(clock, self._off_loop)
        world.audit = self.audit
        self.pictures = 0
        self.may_not_finish = False
        self.may_record = True
        self.deleted_again = world.deleted_again
        self.trouble: StorageTrouble | None = None
        self.spool: SpoolState | None = None
        self.violations: list[Violation] = []
        """Each is seen where every byte of its clip is read."""
        self.problem: str | None = None
        self.readers: list[FakeReader] = []
        self.breaks_at: int | None = None
        self.public_addresses: set[str] = set()
        self._sequence = 0
        self._lock = Lock()

    # What the test plays

    def report(self, camera_id: str, report: Report) -> None:
        """As a worker would, but from the test's thread."""
        self._sequence += 1
        self.on_report(Reported(camera_id=camera_id, epoch=1, sequence=self._sequence, report=report))

    def back(self, camera_id: str) -> None:
        self.report(camera_id, SourceBack(facts=FACTS))

    def lose(self, camera_id: str, fault: SourceFault = SourceFault.LOST) -> None:
        self.report(camera_id, SourceLost(fault=fault, detail="", retry_in_s=1.0))

    def crash(self, camera_id: str, last_words: str = "") -> None:
        self.report(camera_id, WorkerEnded(exit_code=-9, expected=False, last_words=last_words))

    def move(self, camera_id: str, kind: Kind = Kind.PERSON) -> None:
        now_s = self.clock.monotonic_s()
        self.report(
            camera_id,
            MotionStarted(event_id="E1", captured_at_s=now_s, decoded_at_s=now_s, kind=kind, score=0.8),
        )

    def move_in(self, camera_id: str, *zone_ids: str) -> None:
        self.report(camera_id, ZonesMoving(zone_ids=zone_ids))

    def rest_from_motion(self, camera_id: str, kind: Kind = Kind.PERSON) -> None:
        self.report(camera_id, MotionEnded(event=replace(an_event(), kind=kind), clip_id=None))

    def health(self, camera_id: str, **changed: Any) -> None:
        report = Health(
            online=True,
            analysed_frames_per_s=5.04,
            dropped_packets=0,
            cpu_share=0.123,
            memory_bytes=20 << 20,
        )
        self.report(camera_id, replace(report, **changed))

    def save(self, clip: Clip) -> None:
        self.world.catalogue[clip.clip_id] = CatalogueEntry(clip=clip, verdict=None)
        self.report(clip.camera_id, ClipClosed(clip=clip, part_name="x"))

    # The station

    def start(self, house: HouseSettings) -> None:
        self._off_loop()
        if self.world.start_fails:
            raise self.world.start_fails.pop()
        self.keyring.open(may_create=not (self.world.catalogue or self.world.wants_key))
        self.house = house
        self.running = True

    def stop(self) -> None:
        self._off_loop()
        self.running = False
        self.watched.clear()

    def choose_folder(self, house: HouseSettings) -> None:
        self._off_loop()
        assert not self.running
        self.world.chosen.append(house.storage_folder)

    def change_house(self, house: HouseSettings) -> None:
        self._off_loop()
        self.house = house

    def watch(self, settings: CameraSettings) -> None:
        self._off_loop()
        self.watched[settings.camera_id] = settings

    def change(self, settings: CameraSettings) -> None:
        self._off_loop()
        self.calls.append(("change", settings))
        self.watched[settings.camera_id] = settings

    def rest(self, camera_id: str) -> None:
        self._off_loop()
        if self.watched.pop(camera_id, None) is not None:
            self.report(camera_id, WorkerEnded(exit_code=0, expected=True))

    def picture(self, camera_id: str) -> bytes:
        self._off_loop()
        self.pictures += 1
        return JPEG

    def record_now(self, camera_id: str, duration_s: float) -> None:
        self._off_loop()
        if self.problem:
            raise WorkerError(self.problem)
        self.calls.append(("record_now", camera_id, duration_s))

    def keep_last(self, camera_id: str, seconds: float) -> str:
        self._off_loop()
        if self.problem:
            raise WorkerError(self.problem)
        self.calls.append(("keep_last", camera_id, seconds))
        clip = a_clip(camera_id, 99, self.clock.utc_s(), reason=ClipReason.MISSED)
        self.save(clip)
        return clip.clip_id

    def check_storage(self, depth: Depth, reads: Callable[[str], bool] = lambda _: False) -> list[Violation]:
        self._off_loop()
        self.calls.append(("check_storage", depth, [clip_id for clip_id in self.world.catalogue if reads(clip_id)]))
        return [found for found in self.violations if depth is Depth.DIGEST or reads(found.subject)]

    def begin_copying(self) -> None:
        self._off_loop()
        self.calls.append(("begin_copying",))

    def end_copying(self) -> None:
        self._off_loop()
        self.calls.append(("end_copying",))

    def calibrate(self, camera_id: str, seconds: float) -> None:
        self._off_loop()
        if self.problem:
            raise WorkerError(self.problem)
        self.calls.append(("calibrate", camera_id, seconds))

    def entity_address(self, camera_id: str, address: StreamAddress | None) -> None:
        self._off_loop()
        self.calls.append(("entity_address", camera_id, address))

    def entity_picture(self, camera_id: str, jpeg: bytes) -> None:
        self._off_loop()
        self.calls.append(("entity_picture", camera_id, jpeg))

    def live_address(self, camera_id: str, entity_url: str = "") -> str:
        self._off_loop()
        source = self.watched[camera_id].source
        url = source.url if isinstance(source, AddressSource) else entity_url
        if url in self.public_addresses:
            raise SourceError(SourceFault.PUBLIC_ADDRESS)
        self.calls.append(("live_address", url))
        return LIVE if url else ""

    def clip(self, clip_id: str) -> CatalogueEntry:
        self._off_loop()
        try:
            return self.world.catalogue[clip_id]
        except KeyError:
            raise UnknownClipError(clip_id) from None

    def clips(self, query: ClipQuery) -> list[CatalogueEntry]:
        self._off_loop()
        found = [entry for entry in self.world.catalogue.values() if _matches(entry, query)]
        found.sort(key=lambda entry: entry.clip.started_utc_s, reverse=True)
        return found[: query.limit]

    def clips_since(self, camera_id: str, utc_s: float) -> int:
        return len(self.clips(ClipQuery(camera_ids=frozenset({camera_id}), since_utc_s=utc_s)))

    def camera_ids(self) -> set[str]:
        self._off_loop()
        return {entry.clip.camera_id for entry in self.world.catalogue.values()}

    def clip_days(self, camera_id: str, zone: tzinfo) -> list[ClipDay]:
        clips = self.clips(ClipQuery(camera_ids=frozenset({camera_id})))
        days = Counter(datetime.fromtimestamp(entry.clip.started_utc_s, zone).date() for entry in clips)
        return [ClipDay(day=day, clips=count) for day, count in sorted(days.items(), reverse=True)]

    def flag(self, verdict: ClipVerdict) -> CatalogueEntry:
        entry = replace(self.clip(verdict.clip_id), verdict=verdict)
        self.world.catalogue[verdict.clip_id] = entry
        return entry

    def delete(self, clip_ids: Sequence[str]) -> DeletionReceipt:
        clips = [self.clip(clip_id).clip for clip_id in clip_ids]
        for clip_id in clip_ids:
            del self.world.catalogue[clip_id]
        destroyed = tuple(
            DestroyedClip(
                clip_id=clip.clip_id,
                camera_id=clip.camera_id,
                started_utc_s=clip.started_utc_s,
                key_digest="0" * 64,
                files=(clip.video,),
            )
            for clip in clips
        )
        return DeletionReceipt(deleted_utc_s=self.clock.utc_s(), why="owner", clips=destroyed, journal_emptied=True)

    def open_video(self, clip_id: str) -> FakeReader:
        self.clip(clip_id)
        return self._reader(VIDEO)

    def open_thumbnail(self, clip_id: str) -> FakeReader:
        if self.clip(clip_id).clip.thumbnail is None:
            raise UnknownClipError(clip_id)
        return self._reader(THUMBNAIL)

    def open_explanation(self, clip_id: str) -> FakeReader:
        if self.clip(clip_id).clip.explanation is None:
            raise UnknownClipError(clip_id)
        return self._reader(EXPLANATION)

    def finish_waiting(self) -> None:
        self._off_loop()
        assert not self.keyring.state().is_locked
        self.calls.append(("finish what waited",))
        if self.may_not_finish:
            raise StorageError("the disk is gone")

    def lost_clips(self) -> list[str]:
        self._off_loop()
        return self.world.lost

    def key_digest(self, clip_id: str) -> str:
        self.clip(clip_id)
        return "0" * 64

    def enforce_bounds(self) -> StorageState:
        self._off_loop()
        return StorageState(
            used_bytes=sum(entry.clip.size_bytes for entry in self.world.catalogue.values()),
            free_bytes=5_000_000_000,
            quota_bytes=self.house.quota_bytes if self.house else 0,
            floor_bytes=2_000_000_000,
            clips=len(self.world.catalogue),
            may_record=self.may_record,
            trouble=self.trouble,
            spool=self.spool,
        )

    def _reader(self, content: bytes) -> FakeReader:
        if self.keyring.state().is_locked:
            raise LockedError("The house is locked.")
        reader = FakeReader(content, lambda: get_ident() == self.world.loop_thread, self.breaks_at)
        self.readers.append(reader)
        return reader

    def _off_loop(self) -> None:
        assert get_ident() != self.world.loop_thread, "the event loop must not wait for the station"


def _matches(entry: CatalogueEntry, query: ClipQuery) -> bool:
    clip = entry.clip
    return (
        (query.camera_ids is None or clip.camera_id in query.camera_ids)
        and (query.since_utc_s is None or clip.started_utc_s >= query.since_utc_s)
        and (query.until_utc_s is None or clip.started_utc_s < query.until_utc_s)
        and (query.kind is None or clip.kind is query.kind)
        and (query.verdict is None or (entry.verdict is not None and entry.verdict.verdict is query.verdict))
    )


def a_clip(camera_id: str, number: int, started_utc_s: float, **changed: Any) -> Clip:
    """A clip of ten seconds; its id is made of the number."""
    clip_id = f"01K7ZV3J8QW9E4R5T6Y7V8{number:04d}"
    name = f"{camera_id}/2026-11-23/{clip_id}"
    clip = Clip(
        clip_id=clip_id,
        camera_id=camera_id,
        started_utc_s=started_utc_s,
        duration_s=10.0,
        motion_offset_s=5.0,
        reason=ClipReason.MOTION,
        end=ClipEnd.COMPLETE,
        kind=Kind.PERSON,
        score=0.8125,
        video=StoredFile(name=f"{name}.lcv", size_bytes=len(VIDEO), sha256=f"{number:064x}"),
        thumbnail=StoredFile(name=f"{name}.lct", size_bytes=len(THUMBNAIL), sha256="a" * 64),
        explanation=StoredFile(name=f"{name}.lce", size_bytes=len(EXPLANATION), sha256="b" * 64),
        codec="h264",
        width_px=1920,
        height_px=1080,
        has_audio=False,
    )
    return replace(clip, **changed)


def an_event(**changed: Any) -> MotionEvent:
    event = MotionEvent(
        event_id="E1",
        started_at_s=1.0,
        last_motion_at_s=4.0,
        peak_score=0.8,
        peak_at_s=2.0,
        kind=Kind.PERSON,
        model_version=0,
        features=Features(version=1, values={}),
    )
    return replace(event, **changed)
