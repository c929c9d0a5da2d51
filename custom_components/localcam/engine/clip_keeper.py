"""Catalogue and storage folders as one: saving, deleting, bounds, and recovery from a crash.

The order of each procedure is that of docs/storage.md, and so are the names of what a crash may leave.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Protocol

from .archive.check import Depth, Violation, check
from .archive.clips import Archive
from .archive.database import Database
from .archive.deletion import DeletedBecause, names_of
from .archive.file_names import understand
from .archive.identity import Identity
from .archive.retention import floor_bytes, plan as plan_retention, plan_spooled
from .archive.spools import Spools
from .catalogued import DeletionReceipt
from .clip import StoredFile
from .clip_folders import ClipFolders
from .clip_key_care import ClipKeyCare
from .clip_key_desk import ClipKeyDesk
from .clip_recovery import ClipRecovery
from .clock import Clock
from .commands import ClipKey
from .digests import sha256
from .errors import AuditError, FolderInUseError, StorageError, UnknownClipError
from .executor import CameraExecutor
from .folder_binding import FolderBinding
from .reports import ClipClosed, Reported
from .safekeeping import StorageState, StorageTrouble
from .settings import KEYS_FOLDER, HouseSettings
from .spool import Spool
from .vault.disk_space import DiskSpace
from .vault.keyring import Keyring

CATALOGUE_NAME = "catalogue.db"

type LogDeletions = Callable[[Sequence[tuple[str, str, str]], str], None]
"""Told which clips are about to be deleted automatically, and why: their ids, their cameras', and the digests of their
sealed keys, empty where there is none. Raises AuditError, and then none is."""


class ClipReader(Protocol):
    """The bytes of a clip or a picture, from any thread that may wait for the disk."""

    @property
    def size_bytes(self) -> int:
        """Of the whole."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Fewer bytes than asked only at the end; raises StorageError."""

    def close(self) -> None:
        """Let go; a clip may be deleted while it is read."""


class ClipKeeper:
    """Called from any thread that may wait for the disk."""

    def __init__(
        self,
        catalogue_folder: Path,
        clock: Clock,
        executor: CameraExecutor,
        keyring: Keyring | None = None,
        log_deletions: LogDeletions = lambda clips, why: None,
    ) -> None:
        self._database = Database(catalogue_folder / CATALOGUE_NAME)
        self.archive = Archive(self._database)
        self.identity = Identity(self._database)
        self._keys_folder = catalogue_folder / KEYS_FOLDER
        self.keyring = keyring or Keyring(self._keys_folder)
        self._desk = ClipKeyDesk(self._keys_folder, self.keyring, self.archive.sealed_key)
        self._recovery = ClipRecovery(self.archive, self._desk, executor, keep=self.keep, unlink=self._unlink)
        self._care = ClipKeyCare(self.archive, self._desk)
        self._clock = clock
        self._log_deletions = log_deletions
        spools = Spools(self._database)
        self._binding = FolderBinding(
            self.identity, spools, lambda: self.archive.count() > 0, self._desk, self._keys_folder
        )
        self.spool = Spool(self.archive, spools, self._binding, self._recovery, self._make_room)
        """For the mover, whose thread calls it."""
        self.may_record = True
        """Whether there was room for clips when it was last looked at."""
        self._trouble: StorageTrouble | None = None
        self._journal_emptied = True
        """False where a deleted clip's key may still be in the catalogue's journal."""
        self._bounds = Lock()
        """Held while bounds are enforced, so that two threads do not delete twice as much, nor in two folders."""

    @property
    def storage_folder(self) -> str:
        """Where clips go now, on their way or for good."""
        return self._binding.now.house.recording_folder

    def answers(self) -> bool:
        """Whether the storage folder does; where it hangs, nothing is recorded until the bounds are looked at again."""
        if self._folders.answers():
            return True
        self.may_record, self._trouble = False, StorageTrouble.UNAVAILABLE
        return False

    def open(self, house: HouseSettings, on_catalogue: Callable[[], None] = lambda: None) -> int:
        """Open catalogue, keys and folder, and finish what a crash left; returns how many clips were saved by that.

        `on_catalogue` is called when the catalogue is open, and still as it was found. Raises ArchiveError,
        StorageError, and KeyringError where the house's key is gone.
        """
        self._database.open()
        try:
            on_catalogue()
            self.keyring.open(may_create=not (self.archive.has_keys() or self._desk.has_headers))
            self.change(house)
            self.spool.begin()
            saved = self.recover()
            self._care.mend(self._folders)
            self._database.empty_journal()
            self.enforce_bounds()
        except BaseException:
            self.close()
            raise
        return len(saved)

    def close(self) -> None:
        """Let go of catalogue and folder."""
        self._binding.release()
        self._database.close()

    def begin_copying(self) -> None:
        """Somebody copies the catalogue's files; raises ArchiveError."""
        self._database.begin_copying()

    def end_copying(self) -> None:
        """They are copied; raises ArchiveError."""
        self._database.end_copying()

    def change(self, house: HouseSettings) -> bool:
        """Other bounds or another folder; whether it is another folder. Raises StorageError, and nothing changed."""
        return self._binding.change(house, self._bounds)

    def choose(self, house: HouseSettings) -> None:
        """While nothing is open: the next start finds the owner's other folder chosen, and not a disk missing.

        Raises ArchiveError, StorageError.
        """
        self._database.open()
        try:
            self._binding.choose(house)
        finally:
            self._database.close()

    def keep(self, reported: Reported, closed: ClipClosed) -> bool:
        """Enter a finished clip, then remove its growing file; False where it was known. Raises EngineError."""
        key = self._desk.sealed_key(closed.clip.clip_id, closed.clip.camera_id)
        added = self.archive.add_clip(closed.clip, reported.epoch, reported.sequence, key)
        if closed.part_name:
            # The clip is safe: what does not go now goes at the next start.
            with suppress(StorageError):
                if not self._folders.remove(closed.part_name) and self._folders.share:
                    self.spool.clear_later(closed.part_name)
        if not added:
            self._clear_garbage()
        return added

    def issue_keys(self, camera_id: str, left: int) -> tuple[ClipKey, ...]:
        """Keys of clips to come, for a worker that has so many left; raises StorageError, KeyringError."""
        self._desk.destroy(self._desk.unused(camera_id, self._has_files))
        return self._desk.issue(camera_id, left)

    def withdraw_keys(self, camera_id: str) -> None:
        """The camera's worker is gone; `recover` finishes what it began with them, and destroys what it did not use."""
        self._desk.withdraw(camera_id)

    def delete(self, clip_ids: Sequence[str]) -> DeletionReceipt:
        """Delete all of them; raises UnknownClipError before any is, StorageError where a file does not go yet."""
        return self._delete(clip_ids, DeletedBecause.OWNER)

    def has_video(self, clip_id: str) -> bool:
        """Whether the clip's file is there, or may be on a share that is not; raises UnknownClipError, StorageError."""
        if self._folders.exists(self.archive.clip(clip_id).clip.video.name):
            return True
        try:
            self._binding.see_share()
        except StorageError:
            return True
        return False

    def open_video(self, clip_id: str) -> ClipReader:
        """A clip's bytes; raises UnknownClipError, StorageError, and LockedError while the house is locked."""
        return self._open(self.archive.clip(clip_id).clip.video)

    def open_thumbnail(self, clip_id: str) -> ClipReader:
        """The bytes of a clip's picture; raises as `open_video` does."""
        thumbnail = self.archive.clip(clip_id).clip.thumbnail
        if thumbnail is None:
            raise UnknownClipError(f"clip {clip_id} has no picture")
        return self._open(thumbnail)

    def open_explanation(self, clip_id: str) -> ClipReader:
        """The bytes of the picture of what moved in a clip; raises UnknownClipError, StorageError."""
        explanation = self.archive.clip(clip_id).clip.explanation
        if explanation is None:
            raise UnknownClipError(f"clip {clip_id} has no explanation")
        return self._open(explanation)

    def state(self) -> StorageState:
        """What is stored, and what the bounds are; raises ArchiveError. A folder that is gone has nothing free."""
        house = self._binding.now.house
        try:
            space = self._folders.space(self._folders.current)
        except StorageError:
            space = DiskSpace(total_bytes=0, free_bytes=0)
        return StorageState(
            used_bytes=self.archive.used_bytes(),
            free_bytes=space.free_bytes,
            quota_bytes=house.quota_bytes,
            floor_bytes=floor_bytes(house, space.total_bytes),
            clips=self.archive.count(),
            may_record=self.may_record,
            trouble=self._trouble,
        )

    def enforce_bounds(self) -> StorageState:
        """Delete what quota and floor ask for, and decide whether recording goes on; raises ArchiveError."""
        with self._bounds:
            try:
                self._binding.hold()
                self._clear_garbage()
                plan = plan_spooled if self._folders.share else plan_retention
                retention = plan(self.archive.deletable(), self.state())
                self.may_record = retention.may_record
                self._delete(retention.over_quota, DeletedBecause.QUOTA)
                self._delete(retention.below_floor, DeletedBecause.FLOOR)
                self._trouble = None
            except (StorageError, AuditError) as err:
                # The folder is gone, or does not let go: such a disk takes no clip either. Garbage is tried again. And
                # where a deletion cannot be logged there is none (I3), and so no room.
                self.may_record = False
                self._trouble = _trouble(err)
                if self._trouble is StorageTrouble.UNAVAILABLE:
                    self._binding.let_others_in()
            return self.state()

    def check(self, depth: Depth, reads: Callable[[str], bool] = lambda _: False) -> list[Violation]:
        """What does not hold of catalogue and folders, looked at so closely; raises ArchiveError, StorageError.

        Of the clips that it `reads`, by their ids, every byte is read.
        """
        self._binding.see_share()  # else all that lies there would seem to be missing
        violations = [*check(self._database, self._folders, depth, reads), *self._care.check(self._folders)]
        if violations:
            self._binding.see_share()  # it may have gone meanwhile
        return violations

    def lost_clips(self) -> list[str]:
        """Ids of clips whose keys are lost, so that nobody can open them; raises ArchiveError, StorageError."""
        return self._care.lost(self._folders, self.keyring.state().key_id)

    def key_digest(self, clip_id: str) -> str:
        """SHA-256 of the clip's sealed key, hexadecimal, as a receipt names it; empty where it has none."""
        key = self.archive.sealed_key(clip_id)
        return sha256(key.sealed).hexdigest() if key else ""

    def recover(self, camera_id: str | None = None) -> list[Reported]:
        """Finish what a crash left, of one camera or of all; returns the clips that were saved by it.

        What is done with keys that a worker holds is left alone: the worker runs. Raises ArchiveError, StorageError.
        """
        return self._recovery.recover(self._folders, camera_id)

    @property
    def waiting(self) -> int:
        """How many recordings wait for the house to be unlocked, to be finished."""
        return self._recovery.waiting

    def recover_locked(self) -> list[Reported]:
        """Finish what waited for the house to be unlocked; raises ArchiveError, StorageError."""
        return self._recovery.recover_locked(self._folders)

    @property
    def _folders(self) -> ClipFolders:
        return self._binding.now.folders

    def _make_room(self, clip_ids: Sequence[str]) -> None:
        """On the share."""
        with self._bounds:
            self._delete(clip_ids, DeletedBecause.FLOOR)

    def _delete(self, clip_ids: Sequence[str], why: DeletedBecause) -> DeletionReceipt:
        """In this order: the audit log, the keys in the catalogue and its journal, the keys' headers, the files."""
        if clip_ids and why is not DeletedBecause.OWNER:  # who asked for that has logged it, in his own name
            clips = [(each, self.archive.clip(each).clip.camera_id, self.key_digest(each)) for each in clip_ids]
            self._log_deletions(clips, why.value)
        at_utc_s = self._clock.utc_s()
        buried = self.archive.begin_delete(clip_ids, why, at_utc_s) if clip_ids else ()
        self._journal_emptied = self._database.empty_journal() if buried else self._journal_emptied
        self._desk.destroy((clip.camera_id, clip.clip_id) for clip in buried)
        self._unlink(names_of(buried))
        return DeletionReceipt(
            deleted_utc_s=at_utc_s, why=why.value, clips=buried, journal_emptied=self._journal_emptied
        )

    def _clear_garbage(self) -> None:
        """Complete deletions that were cut short, keys first."""
        if not self._journal_emptied:
            self._journal_emptied = self._database.empty_journal()
        garbage = self.archive.garbage()
        clips = {(name.partition("/")[0], file.clip_id) for name in garbage if (file := understand(name))}
        self._desk.destroy(sorted(clips))
        self._unlink(garbage)

    def _has_files(self, clip_id: str) -> bool:
        return any(clip_id in name for name in self._folders.names(with_share=False))

    def _unlink(self, names: Sequence[str]) -> None:
        """In all folders but a share behind a spool: there the mover does it, and only then they are no garbage."""
        gone: list[str] = []
        try:
            for name in names:
                self._folders.remove(name)
                gone.append(name)
        finally:
            if gone and not self.spool.is_used:
                self.archive.drop_garbage(gone)

    def _open(self, file: StoredFile) -> ClipReader:
        return self._folders.open(file.name)


def _trouble(err: StorageError | AuditError) -> StorageTrouble | None:
    match err:
        case AuditError():
            return None  # whoever cannot write the log tells of it
        case FolderInUseError():
            return StorageTrouble.IN_USE
        case _:
            return StorageTrouble.UNAVAILABLE
