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
from .archive.deletion import DeletedBecause
from .archive.identity import Identity
from .archive.recovery import RecoveryPlan, plan as plan_recovery
from .archive.retention import floor_bytes, plan as plan_retention
from .clip_folders import ClipFolders
from .clock import Clock
from .errors import FolderInUseError, StorageError, UnknownClipError
from .executor import CameraExecutor
from .folder_lock import FolderLock
from .messages import ClipClosed, Reported, Salvage, Salvaged
from .salvaging import salvage
from .settings import HouseSettings
from .values import StorageState, StorageTrouble, StoredFile
from .vault.disk_space import DiskSpace

CATALOGUE_NAME = "catalogue.db"


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

    def __init__(self, catalogue_folder: Path, clock: Clock, executor: CameraExecutor) -> None:
        self._database = Database(catalogue_folder / CATALOGUE_NAME)
        self.archive = Archive(self._database)
        self._identity = Identity(self._database)
        self._clock = clock
        self._executor = executor
        self._house = HouseSettings(storage_folder="")
        self._folders = ClipFolders("", ())
        self._folder_uuid = ""
        self._folder_lock = FolderLock(Path())
        self.may_record = True
        """Whether there was room for clips when it was last looked at."""
        self._trouble: StorageTrouble | None = None
        self._bounds = Lock()
        """Held while bounds are enforced, so that two threads do not delete twice as much, nor in two folders."""

    @property
    def storage_folder(self) -> str:
        """Where clips go now."""
        return self._house.storage_folder

    def open(self, house: HouseSettings) -> None:
        """Open catalogue and folder, and finish what a crash left; raises ArchiveError, StorageError."""
        self._database.open()
        try:
            self.change(house)
            self.recover()
            self.enforce_bounds()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of catalogue and folder."""
        self._folder_lock.release()
        self._database.close()

    def begin_copying(self) -> None:
        """Somebody copies the catalogue's files; raises ArchiveError."""
        self._database.begin_copying()

    def end_copying(self) -> None:
        """They are copied; raises ArchiveError."""
        self._database.end_copying()

    def change(self, house: HouseSettings) -> bool:
        """Other bounds or another folder; whether it is another folder. Raises StorageError, and nothing changed."""
        folders = ClipFolders(house.storage_folder, house.older_folders)
        moved = house.storage_folder != self._house.storage_folder
        is_chosen = bool(self._house.storage_folder) and moved
        expected = None if is_chosen or not self.archive.count() else self._identity.folder_uuid()
        lock = FolderLock(Path(house.storage_folder)) if moved else self._folder_lock
        folder_uuid = self._bound(folders, expected, lock)
        with self._bounds:
            if moved:
                self._folder_lock.release()
            self._house, self._folders, self._folder_uuid, self._folder_lock = house, folders, folder_uuid, lock
        return moved

    def choose(self, house: HouseSettings) -> None:
        """While nothing is open: the next start finds the owner's other folder chosen, and not a disk missing.

        Raises ArchiveError, StorageError.
        """
        lock = FolderLock(Path(house.storage_folder))
        self._database.open()
        try:
            self._bound(ClipFolders(house.storage_folder, house.older_folders), None, lock)
        finally:
            lock.release()
            self._database.close()

    def keep(self, reported: Reported, closed: ClipClosed) -> bool:
        """Enter a finished clip, then remove its growing file; False where it was known. Raises EngineError."""
        added = self.archive.add_clip(closed.clip, reported.epoch, reported.sequence)
        if closed.part_name:
            # The clip is safe: what does not go now goes at the next start.
            with suppress(StorageError):
                self._folders.remove(closed.part_name)
        if not added:
            self._unlink(self.archive.garbage())
        return added

    def delete(self, clip_ids: Sequence[str]) -> None:
        """Delete all of them; raises UnknownClipError before any is, StorageError where a file does not go yet."""
        self._delete(clip_ids, DeletedBecause.OWNER)

    def open_video(self, clip_id: str) -> ClipReader:
        """A clip's bytes; raises UnknownClipError, StorageError."""
        return self._open(self.archive.clip(clip_id).clip.video)

    def open_thumbnail(self, clip_id: str) -> ClipReader:
        """The bytes of a clip's picture; raises UnknownClipError, StorageError."""
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
        try:
            space = self._folders.space()
        except StorageError:
            space = DiskSpace(total_bytes=0, free_bytes=0)
        return StorageState(
            used_bytes=self.archive.used_bytes(),
            free_bytes=space.free_bytes,
            quota_bytes=self._house.quota_bytes,
            floor_bytes=floor_bytes(self._house, space.total_bytes),
            clips=self.archive.count(),
            may_record=self.may_record,
            trouble=self._trouble,
        )

    def enforce_bounds(self) -> StorageState:
        """Delete what quota and floor ask for, and decide whether recording goes on; raises ArchiveError."""
        with self._bounds:
            try:
                self._folders.identify(self._folder_uuid)
                self._folder_lock.hold()
                self._unlink(self.archive.garbage())
                retention = plan_retention(self.archive.deletable(), self.state())
                self.may_record = retention.may_record
                self._delete(retention.over_quota, DeletedBecause.QUOTA)
                self._delete(retention.below_floor, DeletedBecause.FLOOR)
                self._trouble = None
            except StorageError as err:
                # The folder is gone, or does not let go: such a disk takes no clip either. Garbage is tried again.
                self.may_record = False
                in_use = isinstance(err, FolderInUseError)
                self._trouble = StorageTrouble.IN_USE if in_use else StorageTrouble.UNAVAILABLE
            return self.state()

    def check(self, depth: Depth, reads: Callable[[str], bool] = lambda _: False) -> list[Violation]:
        """What does not hold of catalogue and folders, looked at so closely; raises ArchiveError, StorageError.

        Of the clips that it `reads`, by their ids, every byte is read.
        """
        return check(self._database, self._folders, depth, reads)

    def recover(self, camera_id: str | None = None) -> list[Reported]:
        """Finish what a crash left, of one camera or of all; returns the clips that were saved by it.

        To be called while no worker of those cameras runs. Raises ArchiveError, StorageError.
        """
        found = [
            (folder, name)
            for folder, name in self._folders.found()
            if camera_id is None or name.startswith(f"{camera_id}/")
        ]
        prefix = f"{camera_id}/" if camera_id else ""
        todo = plan_recovery(
            listed={name for name in self.archive.file_names() if name.startswith(prefix)},
            garbage={name for name in self.archive.garbage() if name.startswith(prefix)},
            found=(name for _, name in found),
            is_deleted=self.archive.is_deleted,
        )
        self._unlink(todo.unlink)
        saved: list[Reported] = []
        for folder in dict.fromkeys(folder for folder, _ in found):
            saved += self._salvage(folder, {name for where, name in found if where == folder}, todo)
        return saved

    def _salvage(self, folder: str, names: set[str], todo: RecoveryPlan) -> list[Reported]:
        order = Salvage(
            storage_folder=folder,
            growing_names=tuple(name for name in todo.salvage_growing if name in names),
            unlisted_names=tuple(name for name in todo.adopt_unlisted if name in names),
        )
        if not order.growing_names and not order.unlisted_names:
            return []
        saved: list[Reported] = []
        sizes_bytes = {name: self._size_on_disk(name) for name in (*order.growing_names, *order.unlisted_names)}
        for reported in salvage(order, self._executor, sizes_bytes):
            match reported.report:
                case ClipClosed() as closed:
                    if self.keep(reported, closed):
                        saved.append(reported)
                case Salvaged(unusable_names=unusable):
                    self._unlink(unusable)
                case _:
                    pass
        return saved

    def _bound(self, folders: ClipFolders, expected: str | None, lock: FolderLock) -> str:
        """The name of today's folder, of which the rows speak from now on; the lock on it is then ours."""
        folder_uuid = folders.identify(expected)
        lock.hold()
        if folder_uuid != self._identity.folder_uuid():
            self._identity.bind_folder(folder_uuid)
        return folder_uuid

    def _delete(self, clip_ids: Sequence[str], why: DeletedBecause) -> None:
        if clip_ids:
            self._unlink(self.archive.begin_delete(clip_ids, why, self._clock.utc_s()))

    def _unlink(self, names: Sequence[str]) -> None:
        gone: list[str] = []
        try:
            for name in names:
                self._folders.remove(name)
                gone.append(name)
        finally:
            if gone:
                self.archive.drop_garbage(gone)

    def _size_on_disk(self, name: str) -> int:
        """0 where the disk does not tell: whoever reads the file will hear why."""
        try:
            return self._folders.size_on_disk(name)
        except StorageError:
            return 0

    def _open(self, file: StoredFile) -> ClipReader:
        return self._folders.open(file.name)
