"""Small files that hold keys: made whole or not at all, readable by their owner only, and overwritten before they go.

Overwriting reaches the old bytes on disks that write in place. Cards, solid-state disks and copy-on-write file systems
may keep them until they need the room: docs/adr/0007 says what that means.
"""

from collections.abc import Iterable
from contextlib import suppress
import os
from pathlib import Path

from ..durable_folders import sync_folder
from .storage_faults import storage_faults

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD_FILE = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def make_folder(folder: Path) -> None:
    """Make it and what is missing above it, on disk when this returns, for the owner only; raises StorageError."""
    with storage_faults("making the folder of keys"):
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
            sync_folder(each.parent)


def write_new(path: Path, data: bytes) -> None:
    """A file that must not exist, its bytes on disk; whoever calls has its name synced. Raises StorageError."""
    with storage_faults("writing a key"):
        fd = os.open(path, _NEW_FILE, 0o600)
        try:
            _write_all(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)


def replace(path: Path, data: bytes) -> None:
    """Put new bytes in a file's place, so that a power cut leaves the old or the new ones; then overwrite the old.

    Raises StorageError.
    """
    new = path.with_name(path.name + ".new")
    with storage_faults("writing a key"):
        new.unlink(missing_ok=True)
        write_new(new, data)
        old = os.open(path, _OLD_FILE) if path.exists() else -1
        try:
            new.rename(path)
            sync_folder(path.parent)
            if old >= 0:
                _overwrite(old)
        finally:
            if old >= 0:
                os.close(old)


def erase(paths: Iterable[Path]) -> None:
    """Overwrite and remove files, on disk when this returns; those that are gone are fine. Raises StorageError."""
    folders: set[Path] = set()
    with storage_faults("erasing a key"):
        for path in paths:
            with suppress(FileNotFoundError):
                fd = os.open(path, _OLD_FILE)
                try:
                    _overwrite(fd)
                finally:
                    os.close(fd)
                path.unlink()
            folders.add(path.parent)
        for folder in folders:
            with suppress(FileNotFoundError):
                sync_folder(folder)


def _overwrite(fd: int) -> None:
    _write_all(fd, bytes(os.fstat(fd).st_size))
    os.fsync(fd)


def _write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
