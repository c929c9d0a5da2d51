"""The storage folder's own name, in a file in it: tells a disk that is not mounted, or another, from the right one."""

import os
from pathlib import Path
import re

from ..durable_folders import sync_folder
from .storage_faults import storage_faults

MARK_NAME = "localcam-folder"
_LONGEST_BYTES = 64
_UUID = re.compile(r"[0-9a-f]{32}")


def read_mark(folder: Path) -> str | None:
    """The folder's name, 32 hexadecimal digits; None where it has none. Raises StorageError."""
    with storage_faults("reading the storage folder's mark"):
        try:
            text = (folder / MARK_NAME).read_text("ascii", "replace").strip()
        except FileNotFoundError:
            return None
    return text if _UUID.fullmatch(text) else None


def mark_in(folder_fd: int) -> str | None:
    """The same of a folder that is open: whatever is mounted at its path later, it is this one's. Raises OSError."""
    try:
        fd = os.open(MARK_NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder_fd)
    except FileNotFoundError:
        return None
    try:
        text = os.read(fd, _LONGEST_BYTES).decode("ascii", "replace").strip()
    finally:
        os.close(fd)
    return text if _UUID.fullmatch(text) else None


def write_mark(folder: Path) -> str:
    """Give the folder a new name, and return it once it would survive a power cut; raises StorageError.

    Before that nothing may be bound to it: a folder that has lost its name is taken for another disk's.
    """
    name = os.urandom(16).hex()
    part = folder / (MARK_NAME + ".part")
    with storage_faults("marking the storage folder"):
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, f"{name}\n".encode())
            os.fsync(fd)
        finally:
            os.close(fd)
        part.rename(folder / MARK_NAME)
        sync_folder(folder)
    return name
