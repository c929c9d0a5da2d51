"""The one place through which each byte of a clip goes to and from the disk.

Bytes are plain for now. What sealing needs of these classes holds already: a file is written once, from its beginning
to its end, and never again; it is read at any offset; sizes that callers see are those of the plain bytes, while
`sha256` and `StoredFile.size_bytes` speak of what lies on the disk.
"""

import io
import os
from typing import Self, override

from ..digests import sha256
from .storage_faults import storage_faults


class SealedWriter:
    """A new file that only grows; for one thread. After a failed write or sync it is fit only to be closed."""

    def __init__(self, fd: int) -> None:
        """`fd` is open for writing, at the start of an empty file, and belongs to this object from now on."""
        self._fd = fd
        self._digest = sha256()
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """Of the plain bytes written so far."""
        return self._size_bytes

    @property
    def sha256(self) -> str:
        """Of what lies on disk, hexadecimal."""
        return self._digest.hexdigest()

    @property
    def size_on_disk_bytes(self) -> int:
        """Of what lies on disk."""
        return self._size_bytes

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append all of `data`; raises StorageError, StorageFullError."""
        rest = memoryview(data).cast("B")
        with storage_faults("writing a clip"):
            while rest:
                count = os.write(self._fd, rest)
                self._digest.update(rest[:count])
                self._size_bytes += count
                rest = rest[count:]
        return len(data)

    def sync(self) -> None:
        """Return once the bytes would survive a power cut.

        Raises StorageError. A failed sync must not be tried again: the system may have dropped the bytes already.
        """
        with storage_faults("syncing a clip"):
            os.fsync(self._fd)

    def close(self) -> None:
        """End the file; may be called twice."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            with storage_faults("closing a clip"):
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SealedReader(io.RawIOBase):
    """A file that is only read: at any offset by any thread, or like a file by one."""

    def __init__(self, fd: int) -> None:
        """`fd` is open for reading and belongs to this object from now on."""
        super().__init__()
        self._fd = fd
        self._at = 0
        with storage_faults("opening a clip"):
            self._size_bytes = os.fstat(fd).st_size

    @property
    def size_bytes(self) -> int:
        """Of the plain bytes, as of when the file was opened."""
        return self._size_bytes

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`, fewer only where the file ends; raises StorageError."""
        parts: list[bytes] = []
        with storage_faults("reading a clip"):
            while length > 0 and (part := os.pread(self._fd, length, offset)):
                parts.append(part)
                offset += len(part)
                length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def read(self, size: int = -1, /) -> bytes:
        data = self.read_at(self._at, size if size >= 0 else max(0, self._size_bytes - self._at))
        self._at += len(data)
        return data

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size_bytes}[whence]
        if start + offset < 0:
            raise ValueError("cannot seek to before the file's beginning")
        self._at = start + offset
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def close(self) -> None:
        """May be called twice."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)
        super().close()
