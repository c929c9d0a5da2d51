"""Copies finished files into a storage folder on a share, so that each is there whole and synced, or not at all.

The folder is opened once and its name read there: whatever is unmounted or mounted at its path afterwards, nothing is
written anywhere else. All of it may be done again, from any point at which it was cut.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
from typing import Self

from ..clip import StoredFile
from ..digests import sha256
from ..errors import SpooledFileError, StorageError, StorageFullError
from .folder_mark import mark_in
from .names import split_name
from .storage_faults import storage_faults
from .vault import FOLDER, NEW_FILE, OLD_FILE, Vault, make_folder

_CHUNK_BYTES = 1 << 18
_PART = ".part"


class MarkedFolder:
    """A context; entering it opens the folder. All methods raise StorageError."""

    def __init__(self, folder: Path, folder_uuid: str) -> None:
        """`folder_uuid`: the name that it must have."""
        self._folder = folder
        self._folder_uuid = folder_uuid
        self._fd = -1

    def __enter__(self) -> Self:
        with storage_faults("opening the storage folder"):
            self._fd = os.open(self._folder, FOLDER)
            try:
                found = mark_in(self._fd)
            except BaseException:
                self.__exit__()
                raise
        if found != self._folder_uuid:
            self.__exit__()
            raise StorageError("the storage folder is not the one that holds the clips; is its disk mounted?")
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def keep_free(self, least_bytes: int) -> None:
        """Raise StorageFullError where less is free for a process that is not root."""
        with storage_faults("asking for free space"):
            found = os.fstatvfs(self._fd)
        if found.f_bavail * found.f_frsize < least_bytes:
            raise StorageFullError("the storage folder has less free than it must keep")

    def take(self, spool: Vault, file: StoredFile) -> StoredFile:
        """Have the file, as the catalogue describes it, under its final name; returns what was read back there.

        What is there already, and is that, is kept; what is not that, is replaced. Raises SpooledFileError where the
        spool does not have it.
        """
        camera, day, name = split_name(file.name)
        part = name + _PART
        with storage_faults("copying a clip"), self._day(camera, day) as folder:
            if (there := _described(name, folder, file)) != file:
                with _source(spool, file.name) as source:
                    _copy(source, folder, part, file)
                if (there := _described(part, folder, file)) != file:
                    raise StorageError("the storage folder does not give back what was written to it")
                os.fsync(folder)
                os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
            # Also of a file that was there: who renamed it may have been cut before this.
            os.fsync(folder)
        return there

    @contextmanager
    def _day(self, camera: str, day: str) -> Iterator[int]:
        """The folder of a day, made where it is missing."""
        make_folder(camera, self._fd)
        outer = os.open(camera, FOLDER | os.O_NOFOLLOW, dir_fd=self._fd)
        try:
            make_folder(day, outer)
            folder = os.open(day, FOLDER | os.O_NOFOLLOW, dir_fd=outer)
            # Also where they were there: who made them may have been cut before this, and the spool's copy goes.
            os.fsync(outer)
            os.fsync(self._fd)
        finally:
            os.close(outer)
        try:
            yield folder
        finally:
            os.close(folder)


@contextmanager
def _source(spool: Vault, name: str) -> Iterator[int]:
    try:
        fd = spool.open_bytes(name)
    except StorageError as err:
        raise SpooledFileError(f"in the spool, {err}") from err
    try:
        yield fd
    finally:
        os.close(fd)


def _copy(source: int, folder: int, part: str, file: StoredFile) -> None:
    """Write and sync the part; it goes again where that fails, as far as the share lets it."""
    with suppress(FileNotFoundError):
        os.unlink(part, dir_fd=folder)
    fd = os.open(part, NEW_FILE, 0o600, dir_fd=folder)
    try:
        for chunk in _sound_chunks(source, file):
            _write(fd, chunk)
        os.fsync(fd)
        # What is read back shall come from where it was written to, not from this machine's memory.
        with suppress(OSError):
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    except BaseException:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise
    finally:
        os.close(fd)


def _sound_chunks(source: int, file: StoredFile) -> Iterator[bytes]:
    """All bytes of the source; raises SpooledFileError, at the end where they were not those that there should be."""
    digest = sha256()
    while True:
        try:
            chunk = os.read(source, _CHUNK_BYTES)
        except OSError as err:
            raise SpooledFileError(f"reading a clip of the spool: {err.strerror}") from err
        if not chunk:
            break
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != file.sha256:
        raise SpooledFileError("a clip of the spool is not what was written")


def _write(fd: int, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[os.write(fd, left) :]


def _described(name: str, folder: int, file: StoredFile) -> StoredFile | None:
    """Size and digest of what has that name in the folder, as those of `file`; None where there is nothing."""
    try:
        fd = os.open(name, OLD_FILE, dir_fd=folder)
    except FileNotFoundError:
        return None
    digest = sha256()
    size_bytes = 0
    try:
        while chunk := os.read(fd, _CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
    finally:
        os.close(fd)
    return StoredFile(name=file.name, size_bytes=size_bytes, sha256=digest.hexdigest())
