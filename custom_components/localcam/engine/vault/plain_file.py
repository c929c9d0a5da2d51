"""Reads the files of clips that were recorded before clips were sealed; nothing is written like this any more."""

import os

from ..errors import TamperedError
from .open_file import OpenFile
from .storage_faults import storage_faults

_BEGINNING_BYTES = 8


def looks_plain(beginning: bytes) -> bool:
    """Whether a file that begins like this is an MP4 or a JPEG; a sealed one hardly ever does."""
    return beginning[4:_BEGINNING_BYTES] == b"ftyp" or beginning.startswith(b"\xff\xd8\xff")


class PlainReader(OpenFile):
    """A file that is only read, at any offset, by any thread."""

    def __init__(self, fd: int) -> None:
        """`fd` is open for reading, and belongs to this object unless an error is raised.

        Raises StorageError, and TamperedError for a file that is no plain one: then its key is lost.
        """
        super().__init__(fd)
        with storage_faults("opening a clip"):
            self._size_bytes = os.fstat(fd).st_size
            beginning = os.pread(fd, _BEGINNING_BYTES, 0)
        if self._size_bytes and not looks_plain(beginning):
            raise TamperedError("the clip's file is sealed, and there is no key to it")

    @property
    def size_bytes(self) -> int:
        """As of when the file was opened."""
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
