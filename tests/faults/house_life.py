"""One life of a house: it recovers, then records, finishes, enters, flags and deletes clips, until something stops it.

Everything is the real thing but the camera, whose packets come as fast as they are taken, and the executor, which
salvages in this process.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
import random

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.catalogued import ClipQuery, ClipVerdict, Verdict
from custom_components.localcam.engine.clip import Clip, ClipEnd, ClipReason
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.clip_key_desk import STOCK
from custom_components.localcam.engine.clock import Clock
from custom_components.localcam.engine.errors import EngineError, StorageError
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.engine.record.clip_finish import finish
from custom_components.localcam.engine.record.clip_identity import ClipIdentity, ClipOutcome
from custom_components.localcam.engine.record.clip_names import growing_name
from custom_components.localcam.engine.record.clip_writer import open_clip
from custom_components.localcam.engine.record.growing_clip import GrowingClip
from custom_components.localcam.engine.reports import ClipClosed, Reported
from custom_components.localcam.engine.settings import HouseSettings
from custom_components.localcam.engine.values import Packet
from custom_components.localcam.engine.vault.vault import Vault
from custom_components.localcam.engine.worker_keys import WorkerKeys
from tests.engine.packets import Footage
from tests.faults.inline_executor import InlineExecutor
from tests.faults.journal import Journal, Line

CAMERA_ID = "camera-1"
JPEG = b"\xff\xd8" + b"a picture" * 300 + b"\xff\xd9"
_KEPT_CLIPS = 12
"""More than these are deleted, oldest first, so that looking at everything stays quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a house keeps what it has."""

    storage: Path
    catalogue: Path


class HouseLife:
    """Belongs to one thread of one process."""

    def __init__(self, place: Place, footage: Footage, clock: Clock, seed: int) -> None:
        self._place = place
        self._footage = footage
        self._clock = clock
        self._random = random.Random(seed)
        self.keeper = ClipKeeper(place.catalogue, clock, InlineExecutor())
        self._sequence = 0

    @property
    def database(self) -> Database:
        """The catalogue's."""
        return self.keeper._database

    def open(self) -> None:
        """Start as the station would, recovery included; raises EngineError."""
        house = HouseSettings(
            storage_folder=str(self._place.storage), quota_bytes=1 << 40, free_floor_share=0.0, free_floor_bytes=0
        )
        self.keeper.open(house)

    def record(self, journal: Journal, clips: int | None = None) -> None:
        """Make so many clips, endlessly for None, and tell each doing; raises EngineError."""
        made = 0
        while clips is None or made < clips:
            made += 1
            clip = self._one_clip(journal)
            closed = ClipClosed(clip=clip, part_name=_growing_name_of(clip))
            if self.keeper.keep(Reported(camera_id=CAMERA_ID, epoch=1, sequence=made, report=closed), closed):
                journal.say(Line(doing="kept", clip_id=clip.clip_id))
            self._flag_or_delete(journal, clip)

    def live_with_refusals(self, journal: Journal, clips: int) -> None:
        """Open and record on a disk that may refuse anything: what is refused is told, and the next clip tried."""
        try:
            self.open()
        except EngineError as err:
            journal.say(Line(doing="refused", text=f"{type(err).__name__}: {err}"[:300]))
            return
        journal.say(Line(doing="opened"))
        for _ in range(clips):
            try:
                self.record(journal, 1)
            except EngineError as err:
                journal.say(Line(doing="refused", text=f"{type(err).__name__}: {err}"[:300]))

    def look(self) -> Iterator[Line]:
        """What is there: each clip, then each violation of what must always hold, and each file left over."""
        for entry in self.keeper.archive.clips(ClipQuery(limit=100_000)):
            yield Line(doing="found", clip_id=entry.clip.clip_id, seconds=entry.clip.duration_s)
        for violation in self.keeper.check(Depth.DIGEST):
            yield Line(doing="found", text=f"{violation.invariant} {violation.subject} {violation.text}")
        for name in Vault(self._place.storage, WorkerKeys((), lambda _: None)).names():
            if name.endswith(".part"):
                yield Line(doing="found", text=f"{name} is left over after recovery")

    def close(self) -> None:
        """Let go of the catalogue."""
        self.keeper.close()

    def _one_clip(self, journal: Journal, keys: WorkerKeys | None = None) -> Clip:
        keys = keys or WorkerKeys(self.keeper.issue_keys(CAMERA_ID, STOCK - 1), lambda _: None)
        clip_id = keys.next_clip_id()
        identity = ClipIdentity(
            clip_id=clip_id,
            camera_id=CAMERA_ID,
            started_utc_s=self._clock.utc_s(),
            motion_offset_s=1.0,
            reason=ClipReason.MOTION,
            continues_clip_id=None,
        )
        name = growing_name(CAMERA_ID, clip_id, identity.started_utc_s)
        vault = Vault(self._place.storage, keys)
        writer = open_clip(vault, name, identity, self._footage.formats)
        packets = self._packets()
        try:
            for packet in packets:
                writer.add(packet)
                journal.say(Line(doing="growing", clip_id=clip_id, seconds=packet.dts_s - packets[0].dts_s))
            writer.finish()
        finally:
            with suppress(StorageError):
                writer.close()
        return finish(vault, _grown(name, identity, packets), JPEG)

    def _packets(self) -> list[Packet]:
        """Whole footage, or the first part of it."""
        count = self._random.randint(len(self._footage.packets) // 3, len(self._footage.packets))
        return list(self._footage.packets[:count])

    def _flag_or_delete(self, journal: Journal, clip: Clip) -> None:
        chance = self._random.random()
        if chance < 0.2:
            verdict = ClipVerdict(
                clip_id=clip.clip_id,
                verdict=Verdict.FALSE_ALARM,
                kind=Kind.LIGHT,
                note="",
                user_id=None,
                given_utc_s=self._clock.utc_s(),
            )
            self.keeper.archive.flag(verdict)
            journal.say(Line(doing="flagged", clip_id=clip.clip_id))
        entries = self.keeper.archive.clips(ClipQuery(limit=1000))
        for entry in entries[_KEPT_CLIPS:]:
            journal.say(Line(doing="deleting", clip_id=entry.clip.clip_id))
            self.keeper.delete([entry.clip.clip_id])
            journal.say(Line(doing="deleted", clip_id=entry.clip.clip_id))


def _grown(name: str, identity: ClipIdentity, packets: list[Packet]) -> GrowingClip:
    return GrowingClip(
        name=name,
        identity=identity,
        outcome=ClipOutcome(end=ClipEnd.COMPLETE, kind=Kind.OTHER, score=0.5),
        events=(),
        started_at_s=packets[0].received_at_s,
        strongest_at_s=None,
        request_id=None,
    )


def _growing_name_of(clip: Clip) -> str:
    return growing_name(clip.camera_id, clip.clip_id, clip.started_utc_s)
