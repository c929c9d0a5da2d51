"""The one place through which each byte of a clip goes to and from the disk, sealed.

A file is written once, from its beginning to its end, under a salt of its own, and never again. Sizes that callers see
are those of the plain bytes, while `sha256` and `size_on_disk_bytes` speak of what lies on the disk.
"""

from collections.abc import Callable
import os
from typing import Self

from ..digests import sha256
from ..errors import StorageError, TamperedError
from .chunked_encryption import (
    CHUNK_BYTES,
    HEAD_BYTES,
    SALT_BYTES,
    SEALED_CHUNK_BYTES,
    ChunkCipher,
    plain_size,
)
from .open_file import OpenFile
from .storage_faults import storage_faults


class SealedWriter:
    """A new file that only grows; for one thread. After a failed write or sync it is fit only to be closed."""

    chunk_bytes = CHUNK_BYTES
    """What is written up to a multiple of it reaches the disk at once, the rest with the next chunk or at the end."""

    def __init__(
        self,
        fd: int,
        key: bytes,
        context: bytes,
        *,
        sync_soon: Callable[[SealedWriter, int], None],
        growing: bool = False,
    ) -> None:
        """`fd` is open for writing, at the start of an empty file, and belongs to this object from now on.

        Of a growing file, which goes once it is finished, there is no digest.
        """
        salt = os.urandom(SALT_BYTES)
        self._fd = fd
        self._cipher = ChunkCipher(key, salt, context)
        self._head = salt + self._cipher.commitment
        self._sync_soon = sync_soon
        self._digest = None if growing else sha256()
        self._waiting = bytearray()
        """Less than a chunk."""
        self._chunks = 0
        self._size_bytes = 0
        self._size_on_disk_bytes = 0
        self._is_sealed = False
        self._failure: StorageError | None = None

    @property
    def size_bytes(self) -> int:
        """Of the plain bytes written so far."""
        return self._size_bytes

    @property
    def sha256(self) -> str:
        """Of what lies on disk, hexadecimal; empty for a growing file."""
        return self._digest.hexdigest() if self._digest else ""

    @property
    def size_on_disk_bytes(self) -> int:
        """Of what lies on disk."""
        return self._size_on_disk_bytes

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append all of `data`; raises StorageError, StorageFullError."""
        if self._is_sealed:
            raise StorageError("writing a clip: its file has its end already")
        rest = memoryview(data).cast("B")
        self._size_bytes += len(rest)
        while len(self._waiting) + len(rest) >= CHUNK_BYTES:
            taken = CHUNK_BYTES - len(self._waiting)
            if self._waiting:
                self._waiting += rest[:taken]
                self._put_chunk(self._waiting)
                self._waiting.clear()
            else:
                self._put_chunk(rest[:taken])
            rest = rest[taken:]
        self._waiting += rest
        return len(data)

    def seal(self) -> None:
        """Write the last chunk, which marks the end; raises StorageError, StorageFullError. Nothing may follow."""
        if not self._is_sealed:
            self._is_sealed = True
            self._put_chunk(self._waiting)
            self._waiting.clear()

    def sync(self) -> None:
        """Return once all whole chunks, and the end where it is written, would survive a power cut.

        Raises StorageError. A failed sync must not be tried again: the system may have dropped the bytes already.
        """
        with storage_faults("syncing a clip"):
            os.fsync(self._fd)

    def sync_soon(self) -> None:
        """Have it synced without waiting; what goes wrong with it is raised by the next write. Raises StorageError."""
        with storage_faults("syncing a clip"):
            fd = os.dup(self._fd)
        self._sync_soon(self, fd)

    def sync_now(self, fd: int) -> None:
        """What `sync_soon` asked for, by whoever took the order; `fd` is closed. Raises nothing."""
        try:
            with storage_faults("syncing a clip"):
                os.fdatasync(fd)
        except StorageError as err:
            self._failure = err
        finally:
            os.close(fd)

    def close(self) -> None:
        """Let go of the file, which has no end unless it was sealed; may be called twice."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            with storage_faults("closing a clip"):
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.seal()
        finally:
            self.close()

    def _put_chunk(self, plain: bytearray | memoryview) -> None:
        if self._failure is not None:
            raise self._failure
        sealed = self._cipher.seal(self._chunks, plain)
        self._chunks += 1
        head, self._head = self._head, b""
        rest = memoryview(head + sealed if head else sealed)
        with storage_faults("writing a clip"):
            while rest:
                count = os.write(self._fd, rest)
                if self._digest is not None:
                    self._digest.update(rest[:count])
                self._size_on_disk_bytes += count
                rest = rest[count:]


class SealedReader(OpenFile):
    """A file that is only read, at any offset, by any thread."""

    def __init__(self, fd: int, key: bytes, context: bytes, *, growing: bool = False) -> None:
        """`fd` is open for reading, and belongs to this object unless an error is raised: StorageError, TamperedError.

        Of a growing file, all chunks that reached the disk are there to be read, wherever it was cut. Any other must
        have its end.
        """
        super().__init__(fd)
        self._opened: tuple[int, bytes] = (-1, b"")
        """The chunk that was read last: neighbouring bytes are asked for one after the other."""
        with storage_faults("opening a clip"):
            on_disk_bytes = os.fstat(fd).st_size
            head = os.pread(fd, HEAD_BYTES, 0)
        self._cipher = ChunkCipher(key, head[:SALT_BYTES], context)
        if growing and not any(head[SALT_BYTES:]):
            # Not even its head reached the disk.
            self._size_bytes = 0
            return
        if self._cipher.commitment != head[SALT_BYTES:]:
            raise TamperedError("the clip's file belongs to another clip, or another key")
        self._size_bytes = self._whole_bytes(on_disk_bytes) if growing else plain_size(on_disk_bytes)
        if not growing:
            # The last chunk says how long the clip is: nothing is served of one that was cut.
            self._chunk(self._size_bytes // CHUNK_BYTES)

    @property
    def size_bytes(self) -> int:
        """Of the plain bytes, as of when the file was opened."""
        return self._size_bytes

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`, fewer only where the file ends; raises StorageError, TamperedError."""
        end = min(offset + length, self._size_bytes)
        if offset >= end:
            return b""
        first, last = offset // CHUNK_BYTES, (end - 1) // CHUNK_BYTES
        if first == last:
            at = first * CHUNK_BYTES
            return self._chunk(first)[offset - at : end - at]
        chunks = self._chunks(first, last)
        chunks[0] = chunks[0][offset - first * CHUNK_BYTES :]
        chunks[-1] = chunks[-1][: end - last * CHUNK_BYTES]
        return b"".join(chunks)

    def _chunk(self, number: int) -> bytes:
        opened = self._opened
        if opened[0] != number:
            opened = self._opened = (number, self._chunks(number, number)[0])
        return opened[1]

    def _chunks(self, first: int, last: int) -> list[bytes]:
        sealed = memoryview(self._read(first, last))
        chunks = [
            self._cipher.open(first + index, sealed[at : at + SEALED_CHUNK_BYTES])
            for index, at in enumerate(range(0, len(sealed), SEALED_CHUNK_BYTES))
        ]
        if len(chunks) <= last - first:
            raise TamperedError("the clip's file was cut")
        return chunks

    def _read(self, first: int, last: int) -> bytes:
        """Sealed chunks, fewer only where the file ends."""
        at = HEAD_BYTES + first * SEALED_CHUNK_BYTES
        missing = (last - first + 1) * SEALED_CHUNK_BYTES
        parts: list[bytes] = []
        with storage_faults("reading a clip"):
            while missing and (part := os.pread(self._fd, missing, at)):
                parts.append(part)
                at += len(part)
                missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _whole_bytes(self, on_disk_bytes: int) -> int:
        """How far a growing file can be read: a power cut may leave holes in what was never synced."""
        size_bytes = 0
        with storage_faults("reading a clip"):
            for number in range(-(-(on_disk_bytes - HEAD_BYTES) // SEALED_CHUNK_BYTES)):
                sealed = os.pread(self._fd, SEALED_CHUNK_BYTES, HEAD_BYTES + number * SEALED_CHUNK_BYTES)
                try:
                    size_bytes += len(self._cipher.open(number, sealed))
                except TamperedError:
                    break
        return size_bytes
