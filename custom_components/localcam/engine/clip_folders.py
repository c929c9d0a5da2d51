"""The folder that is recorded into, the share behind it, and those of before: clips are found by name, wherever."""

from collections.abc import Callable, Iterator
from functools import partial
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
    """Names are unique, because a clip's id is; a clip that is being moved may be in two folders, and is then the same.

    A folder whose disk hangs raises NoAnswerError: today's; another one is passed over, as one whose disk is gone.
    Where today's is a spool, nothing that is on the way of recording, starting or stopping asks the `share` behind it.
    """

    def __init__(
        self, folder: str, older: tuple[str, ...], keys: ClipKeys, *, share: str = "", spools: tuple[str, ...] = ()
    ) -> None:
        """`share`: the storage folder, where `folder` is a spool before it; else empty. `spools`: all there are.

        A clip is moved to a folder that is asked later than the one in which it was, so that it is always found.
        """
        self.current = folder
        self.share = share
        paths = dict.fromkeys((*spools, folder, *((share,) if share else ()), *older))
        self._vaults = {path: Vault(Path(path), keys) for path in paths}
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

    def identify(self, folder: str, expected: str | None) -> str:
        """The name of today's folder or of the share, which is made and named where nothing is `expected` there.

        Raises StorageError, also where the folder does not have the name that is expected: then its disk is not
        mounted, or is another one, and clips that seem to be missing are not.
        """
        return self._patience[folder].ask(lambda: _identified(Path(folder), expected))

    def keep_apart(self, folder: str, keys_folder: Path) -> None:
        """Raise StorageError where clips and keys would lie in one tree: then a copy of the clips could open them."""
        if not self._patience[folder].ask(lambda: lie_apart(Path(folder), keys_folder)):
            raise StorageError("the storage folder must neither hold the folder of keys, nor lie in it")

    def open(self, name: str) -> SealedReader | PlainReader:
        """A file, wherever it lies; raises StorageError, TamperedError, KeyringError."""
        return self._of(name, lambda vault: vault.open(name))

    def exists(self, name: str) -> bool:
        """Whether the file is there, wherever it lies; raises StorageError."""
        try:
            self.size_on_disk(name)
        except StorageError as err:
            if isinstance(err.__cause__, FileNotFoundError):
                return False
            raise
        return True

    def size_on_disk(self, name: str) -> int:
        """In bytes, wherever the file lies; raises StorageError."""
        return self._of(name, lambda vault: vault.size_on_disk(name))

    def describe(self, name: str) -> StoredFile:
        """Size and digest of the bytes on disk, wherever they lie, all of them read; raises StorageError."""
        return self._of(name, lambda vault: vault.describe(name))

    def remove(self, name: str) -> bool:
        """Remove a file, wherever it lies but on the share; whether it was there. Raises StorageError."""
        is_gone = False
        failure: StorageError | None = None
        for path in self._vaults:
            if path == self.share:
                continue
            try:
                is_gone |= self.remove_in(path, name)
            except NoAnswerError:
                if path == self.current:
                    raise
            except StorageError as err:
                failure = err
        if failure is not None and not is_gone:
            raise failure
        return is_gone

    def remove_in(self, folder: str, name: str) -> bool:
        """Whether it was in this folder, where it is no more; raises StorageError."""
        return self._patience[folder].ask(lambda: _removed(self._vaults[folder], name))

    def is_plain(self, folder: str, name: str) -> bool:
        """Whether a file in one of the folders is of before clips were sealed; raises StorageError."""
        self._patience[folder].check()
        return self._vaults[folder].is_plain(name)

    def is_plain_anywhere(self, name: str) -> bool:
        """The same, wherever the file lies."""
        return self._of(name, lambda vault: vault.is_plain(name))

    def all_there(self) -> bool:
        """Whether each folder, also each of before, can be looked into."""
        try:
            return all(self._patience[path].ask(Path(path).is_dir) for path in self._vaults)
        except NoAnswerError:
            return False

    def names(self, *, with_share: bool = True) -> Iterator[str]:
        """Each name in any of the folders; raises StorageError as `found` does."""
        return (name for _, name in self.found(with_share=with_share))

    def found(self, *, with_share: bool = True) -> Iterator[tuple[str, str]]:
        """Each folder with each name in it; raises StorageError where today's cannot be read.

        Another one may be gone with its disk: then its clips are missing, and nothing else is.
        """
        for path in self._vaults:
            if path == self.share and not with_share:
                continue
            try:
                if path == self.share:
                    self.mark(path)  # a list is waited for much longer
                names = self.names_in(path)
            except StorageError:
                if path == self.current:
                    raise
                continue
            yield from ((path, name) for name in names)

    def names_in(self, folder: str) -> list[str]:
        """Each name in this folder; raises StorageError."""
        return self._patience[folder].ask(lambda: list(self._vaults[folder].names()), _LISTED_WITHIN_S)

    def mark(self, folder: str) -> str | None:
        """The name that this folder has now; raises StorageError."""
        return self._patience[folder].ask(lambda: read_mark(Path(folder)))

    def space(self, folder: str) -> DiskSpace:
        """Of today's folder, or of the share; raises StorageError."""
        return self._patience[folder].ask(lambda: disk_space(Path(folder)))

    def _of[T](self, name: str, act: Callable[[Vault], T]) -> T:
        """What comes of it in the first folder that has the file."""
        self._patience[self.current].check()
        missing: StorageError | None = None
        for path, vault in self._vaults.items():
            try:
                if path == self.current or self._patience[path].ask(partial(vault.exists, name)):
                    return act(vault)
            except NoAnswerError as err:
                # A clip that may well be on the share is not missing.
                missing = err if path == self.share else missing
            except StorageError as err:
                if path == self.current and not isinstance(err.__cause__, FileNotFoundError):
                    raise
                missing = missing or err
        assert missing is not None
        raise missing


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
