"""Keeps the audit log of a house: begins and ends it with the station, notices clock steps, signs each hour.

Every method blocks on the disk and may be called from any thread that may wait. A log that cannot be used never keeps
the station from recording: what must be logged first is then refused, one by one, with AuditError.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
import logging
from pathlib import Path
from threading import Event, Lock

from .audit.log import AuditLog
from .audited import AuditEntry, AuditHead, AuditNote, AuditQuery, AuditReport, Deed, Look, deletion_reason
from .clock import Clock
from .errors import AuditError

_LOGGER = logging.getLogger(__name__)

KEYS_FOLDER = "keys"
CHECKPOINT_EVERY_S = 3600.0
CLOCK_STEP_S = 5.0
"""A wall clock that is set right by less is being steered, as it should be."""
BREATH_S = 0.02
"""Between two pages while the log is verified in the background: Home Assistant's loop goes first."""


class AuditKeeper:
    """One log, beside the catalogue."""

    def __init__(self, catalogue_folder: Path, clock: Clock, before_signing: Callable[[], None] = lambda: None) -> None:
        """`before_signing`: may log what the hour's checkpoint is to speak for, too."""
        self._before_signing = before_signing
        self._log = AuditLog(catalogue_folder, catalogue_folder / KEYS_FOLDER, clock)
        self._clock = clock
        self._stopping = Event()
        self._minding = Lock()
        self._signed_at_s = clock.monotonic_s()
        self._offset_s = clock.utc_s() - clock.monotonic_s()

    def open(self) -> None:
        """Log the start, and how the last run ended."""
        try:
            newest = self._log.entries(AuditQuery(limit=1))
            notes = [AuditNote(deed=Deed.START, reason=_how_it_ended(newest))]
            if self._log.key_is_new:
                notes.append(AuditNote(deed=Deed.KEYS, reason="made audit.key"))
            self._log.append(notes)
            if self._log.head is None:
                self._log.checkpoint()
        except AuditError as err:
            _LOGGER.warning("%s", err)

    def close(self) -> None:
        """Log the stop, and sign everything."""
        self._stopping.set()
        with suppress(AuditError):
            self._log.append([AuditNote(deed=Deed.STOP)])
            self._log.checkpoint()
        self._log.close()

    @property
    def head(self) -> AuditHead | None:
        """The newest checkpoint; None while there is none."""
        return self._log.head

    def record(self, notes: Sequence[AuditNote]) -> list[AuditEntry]:
        """Log all of them or none: they are on disk when this returns. Raises AuditError."""
        return self._log.append(notes)

    def log_deletions(self, clips: Sequence[tuple[str, str, str]], why: str) -> None:
        """Before clips are deleted automatically: their ids, cameras, and digests of their keys. Raises AuditError."""
        self.record(
            [
                AuditNote(deed=Deed.DELETE, clip_id=clip, camera_id=camera, reason=deletion_reason(why, digest))
                for clip, camera, digest in clips
            ]
        )

    def log_recovery(self, camera_id: str | None, saved: int) -> None:
        """How many clips were saved after a crash, of one camera or of all; they are safe, logged or not."""
        if saved:
            with suppress(AuditError):
                self.record([AuditNote(deed=Deed.RECOVERY, camera_id=camera_id, reason=f"saved {saved}")])

    def mind(self) -> None:
        """To be called each minute: log a clock that jumped, sign what an hour has brought. Raises AuditError."""
        with self._minding:
            now_s = self._clock.monotonic_s()
            offset_s = self._clock.utc_s() - now_s
            if abs(step_s := offset_s - self._offset_s) >= CLOCK_STEP_S:
                self._log.append([AuditNote(deed=Deed.CLOCK, reason=f"{step_s:+.0f} s")])
            self._offset_s = offset_s
            if now_s - self._signed_at_s >= CHECKPOINT_EVERY_S:
                self._before_signing()
                self._log.checkpoint()
                self._signed_at_s = now_s

    def entries(self, query: AuditQuery) -> list[AuditEntry]:
        """Newest first; raises AuditError."""
        return self._log.entries(query)

    def looks(self, clip_ids: Sequence[str]) -> list[Look]:
        """Who has seen these clips, newest first; raises AuditError."""
        return self._log.looks(clip_ids)

    def begin_copying(self) -> None:
        """Somebody copies the log's files; raises AuditError."""
        self._log.begin_copying()

    def end_copying(self) -> None:
        """They are copied; raises AuditError."""
        self._log.end_copying()

    def verify(self, witnesses: Sequence[str] = ()) -> AuditReport:
        """Check the whole log at once, somebody waits; raises AuditError, and WitnessError for what is no witness."""
        return self._log.verify(witnesses, self._stopping.is_set)

    def verify_at_leisure(self) -> AuditReport:
        """Check the whole log without getting in anybody's way; raises AuditError, also where the log is closed."""
        return self._log.verify((), lambda: self._stopping.wait(BREATH_S))


def _how_it_ended(newest: Sequence[AuditEntry]) -> str:
    """Of the last run: whether it said that it stops, and its last entry, so that a gap has two known ends."""
    if not newest:
        return "first"
    (last,) = newest
    return f"after {'stop' if last.note.deed is Deed.STOP else 'cut'} {last.seq}"
