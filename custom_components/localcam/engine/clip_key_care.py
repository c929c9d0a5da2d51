"""Compares the two places of each clip's key: what one lost comes back from the other, what both lost is told."""

from collections.abc import Callable

from .archive.check import Violation
from .archive.check_keys import check_keys
from .archive.clips import Archive
from .archive.file_names import understand
from .clip_folders import ClipFolders
from .clip_key_desk import ClipKeyDesk
from .errors import KeyringError, StorageError


class ClipKeyCare:
    """Belongs to the keeper. Methods raise ArchiveError, StorageError."""

    def __init__(self, archive: Archive, desk: ClipKeyDesk) -> None:
        self._archive = archive
        self._desk = desk

    def check(self, folders: ClipFolders) -> list[Violation]:
        """What does not hold of keys; changes nothing."""
        return list(check_keys(self._archive, _Headers(self._desk, folders)))

    def mend(self, folders: ClipFolders) -> int:
        """Write headers that are missing anew from the catalogue, and the other way round; returns how many."""
        headers = set(self._desk.known(None))
        mended = 0
        for clip_id, (camera_id, _) in self._archive.keyed().items():
            if (camera_id, clip_id) not in headers and (key := self._archive.sealed_key(clip_id)):
                self._desk.put_back(camera_id, clip_id, key)
                mended += 1
        for clip_id, (camera_id, name) in self._archive.unkeyed().items():
            if (camera_id, clip_id) in headers and _is_sealed(folders, name):
                try:
                    key = self._desk.sealed_key(clip_id, camera_id)
                except KeyringError:
                    continue  # its header is damaged: `lost` tells
                if key is not None:
                    self._archive.enter_key(clip_id, key)
                    mended += 1
        return mended

    def lost(self, folders: ClipFolders, key_id: str) -> list[str]:
        """Ids of clips that nobody can open: no key of theirs is left, or it is sealed to another house's key.

        Also of those that are not catalogued for that reason.
        """
        keyed = self._archive.keyed()
        lost = {clip_id for clip_id, (_, sealed_to) in keyed.items() if sealed_to != key_id}
        for clip_id, (camera_id, name) in self._archive.unkeyed().items():
            if _is_sealed(folders, name) and not self._opens(clip_id, camera_id, key_id):
                lost.add(clip_id)
        listed = self._archive.file_names()
        for name in folders.names():
            file = understand(name)
            if file is None or name in listed or file.clip_id in keyed or self._archive.is_deleted(file.clip_id):
                continue
            if not self._opens(file.clip_id, name.partition("/")[0], key_id) and _is_sealed(folders, name):
                lost.add(file.clip_id)
        return sorted(lost)

    def _opens(self, clip_id: str, camera_id: str, key_id: str) -> bool:
        try:
            key = self._desk.sealed_key(clip_id, camera_id)
        except KeyringError:
            return False
        return key is not None and key.sealed_to == key_id


class _Headers:
    """The headers as checking sees them."""

    def __init__(self, desk: ClipKeyDesk, folders: ClipFolders) -> None:
        self._desk = desk
        self._folders = folders
        self.exists: Callable[[str, str], bool] = desk.has_header

    def listed(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._desk.known(None))

    def is_needed(self, camera_id: str, clip_id: str) -> bool:
        return self._desk.is_issued(camera_id, clip_id) or any(clip_id in name for name in self._folders.names())

    def is_sealed(self, name: str) -> bool:
        return _is_sealed(self._folders, name)


def _is_sealed(folders: ClipFolders, name: str) -> bool:
    try:
        return not folders.is_plain_anywhere(name)
    except StorageError:
        return False  # a file that is missing is told of otherwise
