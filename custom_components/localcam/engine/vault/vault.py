"""The storage folder: makes, opens, publishes, removes and lists the files of clips.

All paths are taken one folder at a time, and no symbolic link below the storage folder is followed, so that no name and
nothing planted in the folder leads a worker elsewhere. Several processes may use one folder; each file has one writer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
import errno
import os
from pathlib import Path
from typing import Protocol

from ..clip import StoredFile
from ..digests import sha256
from ..durable_folders import make_folders
from ..errors import StorageError
from .names import context_of, is_growing, is_name, split_name
from .plain_file import PlainReader, looks_plain
from .sealed_file import SealedReader, SealedWriter
from .storage_faults import storage_faults

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
OLD_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_FOLDER = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_ATTEMPTS = 3
"""To make a file in a folder of a camera or a day that another process removes because it was empty."""


class ClipKeys(Protocol):
    """The keys of clips, by the names of their files."""

    def key_of(self, name: str, /) -> bytes | None:
        """None where the file is of before clips were sealed. Raises StorageError, KeyringError."""


def _sync_now(writer: SealedWriter, fd: int) -> None:
    writer.sync_now(fd)


class Vault:
    """Files by name, relative to the storage folder, with `/`. All methods raise StorageError."""

    def __init__(
        self, folder: Path, keys: ClipKeys, sync_soon: Callable[[SealedWriter, int], None] = _sync_now
    ) -> None:
        """`sync_soon` has `SealedWriter.sync_now` called with what it is given, from a thread that may wait."""
        self._folder = folder
        self._keys = keys
        self._sync_soon = sync_soon

    def create(self, name: str) -> SealedWriter:
        """A new, empty file, readable by its owner only; a file of that name must not exist. Raises KeyringError, too.

        Nothing is ever written without a key.
        """
        camera, day, file = split_name(name)
        key = self._keys.key_of(name)
        if key is None:
            raise StorageError("creating a clip: there is no key to seal it with")
        with storage_faults("creating a clip"):
            for attempt in range(_ATTEMPTS):
                try:
                    self._make_folders(camera, day)
                    with self._open_folder(camera, day) as folder:
                        fd = os.open(file, NEW_FILE, 0o600, dir_fd=folder)
                        return SealedWriter(
                            fd, key, context_of(name), sync_soon=self._sync_soon, growing=is_growing(name)
                        )
                except FileNotFoundError:
                    if attempt == _ATTEMPTS - 1:
                        raise
        raise AssertionError("unreachable")

    def open(self, name: str) -> SealedReader | PlainReader:
        """A file that exists; raises TamperedError for one that is not as it was written, and KeyringError."""
        key = self._keys.key_of(name)
        fd = self.open_bytes(name)
        try:
            if key is None:
                return PlainReader(fd)
            return SealedReader(fd, key, context_of(name), growing=is_growing(name))
        except BaseException:
            os.close(fd)
            raise

    def open_bytes(self, name: str) -> int:
        """A descriptor of a file's bytes as they lie on disk; the caller closes it."""
        camera, day, file = split_name(name)
        with storage_faults("opening a clip"), self._open_folder(camera, day) as folder:
            return os.open(file, OLD_FILE, dir_fd=folder)

    def is_plain(self, name: str) -> bool:
        """Whether a file is one of before clips were sealed, by its first bytes."""
        fd = self.open_bytes(name)
        try:
            with storage_faults("looking at a clip"):
                return looks_plain(os.read(fd, 8))
        finally:
            os.close(fd)

    def publish(self, part_name: str, name: str) -> None:
        """Give a synced file its final name, so that a power cut leaves one of the two names, with all its bytes."""
        camera, day, part = split_name(part_name)
        final_camera, final_day, final = split_name(name)
        if (camera, day) != (final_camera, final_day):
            raise StorageError("a file is published in the folder in which it was written")
        with storage_faults("publishing a clip"), self._open_folder(camera, day) as folder:
            os.fsync(folder)
            os.rename(part, final, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)

    def remove(self, name: str) -> None:
        """Remove a file for good, with the last one its day's folder, and with the last day its camera's.

        One that is not there is fine. A folder that holds anything, ours or not, stays.
        """
        camera, day, file = split_name(name)
        with storage_faults("removing a clip"):
            try:
                with self._open_folder(camera, day) as folder:
                    os.unlink(file, dir_fd=folder)
                    os.fsync(folder)
            except FileNotFoundError:
                return
            with suppress(OSError):
                for emptied, path in ((day, (camera,)), (camera, ())):
                    with self._open_folder(*path) as outer:
                        os.rmdir(emptied, dir_fd=outer)
                        os.fsync(outer)

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        camera, day, file = split_name(name)
        try:
            with storage_faults("looking for a clip"), self._open_folder(camera, day) as folder:
                os.stat(file, dir_fd=folder, follow_symlinks=False)
        except StorageError as err:
            if isinstance(err.__cause__, FileNotFoundError):
                return False
            raise
        return True

    def size_on_disk(self, name: str) -> int:
        """In bytes."""
        camera, day, file = split_name(name)
        with storage_faults("looking at a clip"), self._open_folder(camera, day) as folder:
            return os.stat(file, dir_fd=folder, follow_symlinks=False).st_size

    def describe(self, name: str) -> StoredFile:
        """Size and digest of what lies on disk, read from beginning to end."""
        digest = sha256()
        size_bytes = 0
        fd = self.open_bytes(name)
        try:
            with storage_faults("reading a clip"):
                while chunk := os.read(fd, 1 << 16):
                    digest.update(chunk)
                    size_bytes += len(chunk)
        finally:
            os.close(fd)
        return StoredFile(name=name, size_bytes=size_bytes, sha256=digest.hexdigest())

    def names(self) -> Iterator[str]:
        """Every file in the storage folder that can be ours, sorted; what others put there is passed over."""
        for camera in self._listing():
            for day in self._listing(camera):
                for file in self._listing(camera, day):
                    if is_name(name := f"{camera}/{day}/{file}"):
                        yield name

    def _listing(self, *path: str) -> list[str]:
        """What a folder holds, sorted; nothing where it is gone, or is no folder of ours but a file or a link."""
        try:
            with storage_faults("listing clips"), self._open_folder(*path) as folder:
                return sorted(entry.name for entry in os.scandir(folder))
        except StorageError as err:
            # The storage folder itself must be there: one that is not mounted must not look empty.
            if path and isinstance(err.__cause__, OSError) and err.__cause__.errno in _NO_FOLDER:
                return []
            raise

    def _make_folders(self, camera: str, day: str) -> None:
        """Make what is missing; a new folder's name is on disk before anything is written into it."""
        if not self._folder.is_dir():
            make_folders(self._folder)
        with self._open_folder() as outermost:
            make_folder(camera, outermost)
        with self._open_folder(camera) as outer:
            make_folder(day, outer)

    @contextmanager
    def _open_folder(self, *path: str) -> Iterator[int]:
        """A descriptor of the storage folder, or of one in it, reached without following links."""
        fd = os.open(self._folder, FOLDER)
        try:
            for part in path:
                inner = os.open(part, FOLDER | os.O_NOFOLLOW, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd
        finally:
            os.close(fd)


def make_folder(name: str, outer: int) -> None:
    """In the folder of that descriptor; one that is there is fine. Raises OSError."""
    try:
        os.mkdir(name, 0o700, dir_fd=outer)
    except FileExistsError:
        return
    os.fsync(outer)
