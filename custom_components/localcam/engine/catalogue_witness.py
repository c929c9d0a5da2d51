"""The audit log as a witness of the catalogue: an older one that was put in its place is found out at the start.

With each checkpoint, after each deletion that somebody asked for, and at stop, the log says how far the catalogue has
come. What it has deleted since the state that was put back is deleted again.
"""

from collections.abc import Iterator
import logging

from .audit_keeper import AuditKeeper
from .audited import AuditEntry, AuditNote, AuditQuery, CatalogueHead, Deed, DeedOutcome
from .clip_keeper import ClipKeeper
from .errors import AuditError, EngineError, UnknownClipError

_LOGGER = logging.getLogger(__name__)

_PAGE = 500


class CatalogueWitness:
    """Belongs to the station. What cannot be compared or logged now keeps nobody from recording."""

    def __init__(self, audit: AuditKeeper, keeper: ClipKeeper) -> None:
        self._audit = audit
        self._keeper = keeper
        self._told: CatalogueHead | None = None
        self._agreed_seq: int | None = None
        """The last entry that speaks of what was put back, 0 for none; None where nothing was put back."""
        self._may_tell = False
        self.deleted_again: int | None = None
        """How many clips were deleted again because an older catalogue was found; None where it is the right one."""

    def compare(self) -> None:
        """To be called while the catalogue is as it was found."""
        self._told, self._agreed_seq, self._may_tell = None, None, False
        try:
            now = self._keeper.identity.head()
            for entry, head in self._heads():
                is_newest = self._told is None
                self._told = self._told or head
                if self._has_come(now, head):
                    self._agreed_seq = None if is_newest else entry.seq
                    return
                self._agreed_seq = 0
        except AuditError as err:
            self._agreed_seq = None
            _LOGGER.warning("Whether the catalogue is the newest one cannot be told: %s", err)

    def settle(self) -> None:
        """To be called once the catalogue runs: repair it where it was put back, and log how far it has come."""
        if self._agreed_seq is not None and self._told is not None:
            _LOGGER.error("The catalogue is older than the audit log, or another one: the log knew %s", self._told.text)
            try:
                self.deleted_again = self._delete_again(self._agreed_seq)
                reason = f"older than {self._told.text}; deleted again {self.deleted_again}"
                self._audit.record([AuditNote(deed=Deed.CATALOGUE, outcome=DeedOutcome.FAILED, reason=reason)])
            except EngineError as err:
                # The log does not say yet that this catalogue is the right one: the next start tries again.
                self.deleted_again = self.deleted_again or 0
                _LOGGER.warning("It was not repaired: %s", err)
                return
        self.resume()

    def resume(self) -> None:
        """The catalogue is copied no more: what a copy holds is never older than what the log beside it says."""
        self._may_tell = True
        self.tell()

    def pause(self) -> None:
        """The catalogue is about to be copied."""
        self._may_tell = False

    def tell(self) -> None:
        """Log how far the catalogue has come, where that is news."""
        if not self._may_tell:
            return
        try:
            if (head := self._keeper.identity.head()) != self._told:
                self._audit.record([AuditNote(deed=Deed.CATALOGUE, reason=head.text)])
                self._told = head
        except EngineError as err:
            _LOGGER.debug("How far the catalogue has come was not logged: %s", err)

    def _has_come(self, now: CatalogueHead, head: CatalogueHead) -> bool:
        """Whether what is there now is the catalogue of which that was said, as far or further."""
        is_it = now.catalogue_uuid == head.catalogue_uuid and now.changes >= head.changes
        return is_it and (not head.newest_clip_id or self._keeper.identity.has_known(head.newest_clip_id))

    def _delete_again(self, since_seq: int) -> int:
        """What the owner has deleted since; and what was deleted for its room and whose file is gone.

        A clip that was flagged in the last moment stays although the log says that it was about to go.
        """
        again = []
        for entry in self._entries(Deed.DELETE):
            if entry.seq <= since_seq:
                break
            clip_id = entry.note.clip_id
            if entry.note.outcome is not DeedOutcome.DONE or clip_id is None or clip_id in again:
                continue
            try:
                if not self._keeper.has_video(clip_id) or entry.note.reason.startswith("owner"):
                    again.append(clip_id)
            except UnknownClipError:
                continue
        if again:
            self._keeper.delete(again)
        return len(again)

    def _heads(self) -> Iterator[tuple[AuditEntry, CatalogueHead]]:
        for entry in self._entries(Deed.CATALOGUE):
            if entry.note.outcome is DeedOutcome.DONE and (head := CatalogueHead.of_text(entry.note.reason)):
                yield entry, head

    def _entries(self, deed: Deed) -> Iterator[AuditEntry]:
        """All of this kind, newest first."""
        before_seq: int | None = None
        while page := self._audit.entries(AuditQuery(deed=deed, before_seq=before_seq, limit=_PAGE)):
            yield from page
            before_seq = page[-1].seq
