"""The storage folder of today and those of before: clips stay where they were written, and are found by name."""

from collections.abc import Iterator
from pathlib import Path

from .errors import StorageError
from .vault.disk_space import DiskSpace, disk_space
from .vault.folder_mark import read_mark, write_mark
from .vault.sealed_file import SealedReader
from .vault.vault import Vault


class ClipFolders:
    """Names are unique over all folders, because a clip's id is."""

    def __init__(self, folder: str, older: tuple[str, ...]) -> None:
        self.current = folder
        self._vaults = {path: Vault(Path(path)) for path in dict.fromkeys((folder, *older))}

    def identify(self, expected: str | None) -> str:
        """The name of today's folder, which is made and named where nothing is `expected` there.

        Raises StorageError, also where the folder does not have the name that is expected: then its disk is not
        mounted, or is another one, and clips that seem to be missing are not.
        """
        folder = Path(self.current)
        if expected is None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as err:
                raise StorageError(f"the storage folder cannot be made: {err.strerror}") from err
            return read_mark(folder) or write_mark(folder)
        if read_mark(folder) != expected:
            raise StorageError("the storage folder is not the one that holds the clips; is its disk mounted?")
        return expected

    def open(self, name: str) -> SealedReader:
        """A file, wherever it lies; raises StorageError."""
        return self._vault_of(name).open(name)

    def size_on_disk(self, name: str) -> int:
        """In bytes, of a file wherever it lies; raises StorageError."""
        return self._vault_of(name).size_on_disk(name)

    def remove(self, name: str) -> None:
        """Remove a file, wherever it lies; one that is not there is fine. Raises StorageError."""
        self._vault_of(name).remove(name)

    def names(self) -> Iterator[tuple[str, str]]:
        """Each folder with each name in it; raises StorageError where today's cannot be read.

        One of before may be gone with its disk: then its clips are missing, and nothing else is.
        """
        for path, vault in self._vaults.items():
            try:
                for name in vault.names():
                    yield path, name
            except StorageError:
                if path == self.current:
                    raise

    def space(self) -> DiskSpace:
        """Of today's folder; raises StorageError."""
        return disk_space(Path(self.current))

    def _vault_of(self, name: str) -> Vault:
        vaults = list(self._vaults.values())
        return next((vault for vault in vaults if vault.exists(name)), vaults[0])
