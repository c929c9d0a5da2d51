"""Keeps a second Home Assistant out of a storage folder: it would take clips that grow for remains of a crash.

The lock is the kernel's (`flock`) on the folder's mark, so that it goes with the process that holds it, however that
ends. On a share it holds between machines as far as the share passes locks on; one that knows no locks is used without.
"""

from contextlib import suppress
import errno
import fcntl
import os
from pathlib import Path

from .errors import FolderInUseError
from .patience import ANSWERS_WITHIN_S, Patience
from .vault.folder_mark import MARK_NAME
from .vault.storage_faults import storage_faults

_WITHOUT_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})
_NOT_FOR_WRITING = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class FolderLock:
    """Of one folder that has its mark. Not to be called from two threads at once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / MARK_NAME
        self._fd: int | None = None
        self._is_wanted = False
        self._patience = Patience()

    def hold(self) -> None:
        """Take the lock, or see that it still is this folder's and ours, whose disk may have gone and come back.

        Raises FolderInUseError, and StorageError where the disk does not answer.
        """
        self._is_wanted = True
        self._patience.ask(self._hold)

    def release(self, limit_s: float = ANSWERS_WITHIN_S) -> None:
        """Let others in; letting them in twice is fine. Of a disk that hangs: as soon as it answers."""
        self._is_wanted = False
        self._patience.let_go(self._release, limit_s)

    def _hold(self) -> None:
        with storage_faults("locking the storage folder"):
            if not self._holds():
                self._release()
                self._fd = _locked(self._path)
            if not self._is_wanted:
                self._release()  # the disk hung, and this is late

    def _release(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            with suppress(OSError):  # a disk that is gone keeps nobody out
                os.close(fd)

    def _holds(self) -> bool:
        if self._fd is None:
            return False
        there = self._path.stat()
        try:
            return os.path.samestat(os.fstat(self._fd), there)
        except OSError:
            return False  # the disk of then is gone for good; the one that is there now is another mount


def _locked(path: Path) -> int:
    flags = os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(path, os.O_RDWR | flags)  # shares lock only what is open for writing
    except OSError as err:
        if err.errno not in _NOT_FOR_WRITING:
            raise
        fd = os.open(path, os.O_RDONLY | flags)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        os.close(fd)
        raise FolderInUseError("another Home Assistant records into the storage folder") from err
    except OSError as err:
        if err.errno not in _WITHOUT_LOCKS:
            os.close(fd)
            raise
    return fd
