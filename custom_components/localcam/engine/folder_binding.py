"""Holds today's folders to what the catalogue knows of them: their names, and the locks that keep others out.

With a spool, that is what is recorded into, and must be there; the storage folder behind it is held while it is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from .archive.identity import Identity
from .archive.spools import Spools
from .clip_folders import ClipFolders
from .errors import ArchiveError, StorageError
from .folder_lock import FolderLock
from .settings import HouseSettings
from .vault.vault import ClipKeys

_LET_GO_WITHIN_S = 0.5
"""Of a share: nobody waits for it who stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The folders of a house, as they were when its settings were taken."""

    house: HouseSettings
    folders: ClipFolders
    folder_uuid: str
    """Of the folder that is recorded into."""
    lock: FolderLock
    """On the same."""
    share_lock: FolderLock | None = None
    """On the storage folder behind a spool."""
    sources: tuple[str, ...] = ()
    """From where clips are to be moved to the storage folder: the spool, and those of before."""


class FolderBinding:
    """Belongs to the keeper; called from any thread that may wait for the disk. Methods raise ArchiveError."""

    def __init__(
        self, identity: Identity, spools: Spools, has_clips: Callable[[], bool], keys: ClipKeys, keys_folder: Path
    ) -> None:
        self._identity = identity
        self._spools = spools
        self._has_clips = has_clips
        self._keys = keys
        self._keys_folder = keys_folder
        house = HouseSettings(storage_folder="")
        self.now = Bound(house=house, folders=ClipFolders("", (), keys), folder_uuid="", lock=FolderLock(Path()))
        self._is_released = False
        """Whoever was waiting for the share meanwhile must not lock it any more."""
        self._changing = Lock()
        """Held while the share is locked, or the folders are changed: so that a share is not locked that is none."""

    def change(self, house: HouseSettings, swap: Lock) -> bool:
        """Take other settings; whether clips go to another folder now. Raises StorageError, and nothing changed.

        `swap` is held for the moment of the change.
        """
        with self._changing:
            before = self.now
            if before.share_lock is not None and house.storage_folder == house.recording_folder:
                before.share_lock.release()  # else it would keep ourselves out
            bound = self._bind(house, before)
            with swap:
                self.now, self._is_released = bound, False
            if before.lock is not bound.lock:
                before.lock.release()
            if before.share_lock is not None and before.share_lock is not bound.share_lock:
                before.share_lock.release(_LET_GO_WITHIN_S)
        return before.house.recording_folder != house.recording_folder

    def choose(self, house: HouseSettings) -> None:
        """Bind the catalogue to the owner's other folder, and hold none; raises StorageError."""
        bound = self._bind(house, self.now, is_chosen=True)
        bound.lock.release()

    def hold(self) -> None:
        """See that the folder that is recorded into is there, the right one, and ours alone; raises StorageError."""
        now = self.now
        now.folders.identify(now.folders.current, now.folder_uuid)
        now.lock.hold()

    def see_share(self) -> None:
        """Raise StorageError where the storage folder behind the spool is not there, or is not the right one."""
        folders = self.now.folders
        if folders.share and (folder_uuid := self._identity.folder_uuid()) is not None:
            folders.identify(folders.share, folder_uuid)

    def is_target(self, bound: Bound, source: str) -> bool:
        """Whether the owner made this spool the storage folder, perhaps by another path; raises StorageError.

        Asks the spool for its name, which no other folder has, and the share nothing.
        """
        if source == bound.house.storage_folder:
            return True
        target_uuid = self._identity.folder_uuid() if bound.folders.share else bound.folder_uuid
        return target_uuid is not None and bound.folders.mark(source) == target_uuid

    def hold_target(self, bound: Bound) -> str:
        """The name of the storage folder that clips are moved to, which is there, the right one, and ours alone.

        It is named where the catalogue knows none yet. Raises StorageError.
        """
        with self._changing:
            if bound is not self.now:
                raise StorageError("another folder was chosen")
            if bound.share_lock is None:
                # It is the folder that is recorded into, and locked as such.
                return bound.folders.identify(bound.folders.current, bound.folder_uuid)
            share = bound.folders.share
            bound.folders.keep_apart(share, self._keys_folder)
            expected = self._identity.folder_uuid()
            folder_uuid = bound.folders.identify(share, expected)
            bound.share_lock.hold()
            if self._is_released:
                bound.share_lock.release(_LET_GO_WITHIN_S)
                raise StorageError("the house has stopped")
            if expected is None:
                self._identity.bind_folder(folder_uuid)
            return folder_uuid

    def let_others_in(self) -> None:
        """The disk that is recorded to is gone: what is open keeps it from being taken out."""
        self.now.lock.release()

    def release(self) -> None:
        """Let go of the folders, until they are changed: of the share as soon as it lets."""
        self._is_released = True
        if self.now.share_lock is not None:
            self.now.share_lock.release(_LET_GO_WITHIN_S)
        self.now.lock.release()

    def _bind(self, house: HouseSettings, before: Bound, *, is_chosen: bool | None = None) -> Bound:
        """Find, name and lock what is recorded into; and name a share that the owner chose."""
        known = self._spools.folders()
        recording = house.recording_folder
        share = house.storage_folder if house.spool_folder else ""
        folders = ClipFolders(recording, house.older_folders, self._keys, share=share, spools=known)
        folders.keep_apart(recording, self._keys_folder)
        if is_chosen is None:
            is_chosen = bool(before.house.storage_folder) and house.storage_folder != before.house.storage_folder
        lock = before.lock if recording == before.house.recording_folder else FolderLock(Path(recording))
        if share and is_chosen:
            folders.keep_apart(share, self._keys_folder)
            share_uuid = folders.identify(share, None)
        folder_uuid = folders.identify(recording, self._expected(house, is_chosen=is_chosen))
        lock.hold()
        try:
            if share:
                if self._spools.folder_uuid(recording) != folder_uuid:
                    self._spools.bind(recording, folder_uuid)
                if is_chosen:
                    self._identity.bind_folder(share_uuid)
            else:
                if folder_uuid != self._identity.folder_uuid():
                    self._identity.bind_folder(folder_uuid)
                if known:
                    self._spools.unbind()
        except ArchiveError:
            if lock is not before.lock:
                lock.release()  # else it would keep ourselves out at the next attempt
            raise
        same_share = before.share_lock is not None and share == before.folders.share
        return Bound(
            house=house,
            folders=folders,
            folder_uuid=folder_uuid,
            lock=lock,
            share_lock=(before.share_lock if same_share else FolderLock(Path(share))) if share else None,
            sources=tuple(dict.fromkeys((*known, *([recording] if share else [])))),
        )

    def _expected(self, house: HouseSettings, *, is_chosen: bool) -> str | None:
        """The name that the folder must have that is recorded into; None where it is taken as it is found."""
        if house.spool_folder:
            return self._spools.folder_uuid(house.spool_folder)
        return None if is_chosen or not self._has_clips() else self._identity.folder_uuid()
