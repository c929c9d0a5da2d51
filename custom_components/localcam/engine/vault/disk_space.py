"""How large the disk of the storage folder is, and how much of it is free."""

from dataclasses import dataclass
import os
from pathlib import Path

from .storage_faults import storage_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSpace:
    """Of the file system on which a folder lies."""

    total_bytes: int
    free_bytes: int
    """For a process that is not root."""


def disk_space(folder: Path) -> DiskSpace:
    """Ask the system; the folder must exist. Raises StorageError."""
    with storage_faults("asking for free space"):
        found = os.statvfs(folder)
    return DiskSpace(total_bytes=found.f_blocks * found.f_frsize, free_bytes=found.f_bavail * found.f_frsize)
