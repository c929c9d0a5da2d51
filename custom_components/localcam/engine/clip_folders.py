"""The storage folder of today and those of before: clips stay where they were written, and are found by name."""

from collections.abc import Iterator
from pathlib import Path

from .clip import StoredFile
from .durable_folders import make_folders
from .errors import NoAnswerError, StorageError
from .patience import Patience
from .vault.disk_space import DiskSpace, disk_space
from .vault.folder_mark import read_mark, write_mark
from .vault.plain_file import PlainReader
from .vault.sealed_file import SealedReader
from .vault.vault import ClipKeys, Vault

_LISTED_WITHIN_S = 120.0
"""A hundred thousand names, on a slow share."""


class ClipFolders:
    """Names are unique over all folders, because a clip's id is.

    A folder whose disk hangs raises NoAnswerError: today's; one of before is passed over, as one whose disk is gone.
    """

    def __init__(self, folder: str, older: tuple[str, ...], keys: ClipKeys) -> None:
        self.current = folder
        self._vaults = {path: Vault(Path(path), keys) for path in dict.fromkeys((folder, *older))}
        self._patience = {path: Patience() for path in self._vaults}

    def answers(self) -> bool:
        """Whether today's folder does, if only with an error."""
        try:
            self._patience[self.current].ask(Path(self.current).exists)
        except NoAnswerError:
            return False
        except OSError:
            pass
        return True

    def identify(self, expected: str | None) -> str:
        """The name of today's folder, which is made and named where nothing is `expected` there.

        Raises StorageError, also where the folder does not have the name that is expected: then its disk is not
        mounted, or is another one, and clips that seem to be missing are not.
        """
        return self._patience[self.current].ask(lambda: _identified(Path(self.current), expected))

    def keep_apart(self, keys_folder: Path) -> None:
        """Raise StorageError where clips and keys would lie in one tree: then a copy of the clips could open them."""
        if not self._patience[self.current].ask(lambda: lie_apart(Path(self.current), keys_folder)):
            raise StorageError("the storage folder must neither hold the folder of keys, nor lie in it")

    def open(self, name: str) -> SealedReader | PlainReader:
        """A file, wherever it lies; raises StorageError, TamperedError, KeyringError."""
        return self._vault_of(name).open(name)

    def exists(self, name: str) -> bool:
        """Whether the file is there, wherever it lies; raises StorageError."""
        return self._vault_of(name).exists(name)

    def size_on_disk(self, name: str) -> int:
        """In bytes, wherever the file lies; raises StorageError."""
        return self._vault_of(name).size_on_disk(name)

    def describe(self, name: str) -> StoredFile:
        """Size and digest of the bytes on disk, wherever they lie, all of them read; raises StorageError."""
        return self._vault_of(name).describe(name)

    def remove(self, name: str) -> None:
        """Remove a file, wherever it lies; one that is not there is fine. Raises StorageError."""
        for path, vault in self._vaults.items():
            try:
                if self._patience[path].ask(lambda vault=vault: _removed(vault, name)):  # type: ignore[misc]
                    return
            except NoAnswerError:
                if path == self.current:
                    raise

    def is_plain(self, folder: str, name: str) -> bool:
        """Whether a file in one of the folders is of before clips were sealed; raises StorageError."""
        self._patience[folder].check()
        return self._vaults[folder].is_plain(name)

    def is_plain_anywhere(self, name: str) -> bool:
        """The same, wherever the file lies."""
        return self._vault_of(name).is_plain(name)

    def all_there(self) -> bool:
        """Whether each folder, also each of before, can be looked into."""
        try:
            return all(self._patience[path].ask(Path(path).is_dir) for path in self._vaults)
        except NoAnswerError:
            return False

    def names(self) -> Iterator[str]:
        """Each name in any of the folders; raises StorageError as `found` does."""
        return (name for _, name in self.found())

    def found(self) -> Iterator[tuple[str, str]]:
        """Each folder with each name in it; raises StorageError where today's cannot be read.

        One of before may be gone with its disk: then its clips are missing, and nothing else is.
        """
        for path, vault in self._vaults.items():
            try:
                names = self._patience[path].ask(lambda vault=vault: list(vault.names()), _LISTED_WITHIN_S)  # type: ignore[misc]
            except StorageError:
                if path == self.current:
                    raise
                continue
            yield from ((path, name) for name in names)

    def space(self) -> DiskSpace:
        """Of today's folder; raises StorageError."""
        return self._patience[self.current].ask(lambda: disk_space(Path(self.current)))

    def _vault_of(self, name: str) -> Vault:
        self._patience[self.current].check()
        vaults = [vault for path, vault in self._vaults.items() if not self._patience[path].is_out]
        return next((vault for vault in vaults if vault.exists(name)), vaults[0])


def _identified(folder: Path, expected: str | None) -> str:
    if expected is None:
        try:
            make_folders(folder)
        except OSError as err:
            raise StorageError(f"the storage folder cannot be made: {err.strerror}") from err
        return read_mark(folder) or write_mark(folder)
    if read_mark(folder) != expected:
        raise StorageError("the storage folder is not the one that holds the clips; is its disk mounted?")
    return expected


def _removed(vault: Vault, name: str) -> bool:
    """Whether it was there."""
    if not vault.exists(name):
        return False
    vault.remove(name)
    return True


def lie_apart(storage_folder: Path, keys_folder: Path) -> bool:
    """Whether neither folder is the other one or lies in it, wherever links lead; asks the disk."""
    storage, keys = storage_folder.resolve(), keys_folder.resolve()
    return not (storage.is_relative_to(keys) or keys.is_relative_to(storage))
