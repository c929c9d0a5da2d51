"""What recording needs of the place where clips lie; the vault has it, and so may a test's own."""

from collections.abc import Callable
from typing import Protocol

from ..clip import StoredFile
from ..values import Packet, StreamFormat
from .clip_identity import ClipIdentity


class ClipSink(Protocol):
    """A new file that only grows. All methods raise StorageError or StorageFullError."""

    @property
    def chunk_bytes(self) -> int:
        """What is written up to a multiple of it reaches the disk at once; the rest is held back until then."""

    @property
    def size_bytes(self) -> int:
        """Of what was written."""

    @property
    def size_on_disk_bytes(self) -> int:
        """Of what lies on disk."""

    @property
    def sha256(self) -> str:
        """Of what lies on disk, hexadecimal."""

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Append all of it."""

    def seal(self) -> None:
        """Write what is held back, and the file's end; nothing may follow."""

    def sync(self) -> None:
        """Return once what reached the disk would survive a power cut."""

    def sync_soon(self) -> None:
        """Have it synced without waiting for it; what goes wrong with that is raised by the next write."""

    def close(self) -> None:
        """Let go of the file, which can be read as finished only if it was sealed; may be called twice."""


class ClipSource(Protocol):
    """A file that is read."""

    @property
    def size_bytes(self) -> int:
        """Of the plain bytes."""

    def read_at(self, offset: int, length: int, /) -> bytes:
        """Fewer bytes than asked for only where the file ends; raises StorageError."""

    def close(self) -> None:
        """End reading; may be called twice."""


class ClipStore(Protocol):
    """Files by name, relative to the storage folder, with `/`. All methods raise StorageError."""

    def create(self, name: str, /) -> ClipSink:
        """A new file; one of that name must not exist."""

    def open(self, name: str, /) -> ClipSource:
        """A file that exists."""

    def publish(self, part_name: str, name: str, /) -> None:
        """Give a synced file its final name, to survive a power cut."""

    def remove(self, name: str, /) -> None:
        """Remove a file; one that is not there is fine."""

    def exists(self, name: str, /) -> bool:
        """Whether there is such a file."""

    def describe(self, name: str, /) -> StoredFile:
        """Size and digest of what lies on disk."""


class GrowingFile(Protocol):
    """A clip's growing file, as the recorder sees it; takes packets in order of arrival, the first one a keyframe."""

    @property
    def fragments(self) -> int:
        """How many were written whole; a clip without any cannot be finished."""

    def add(self, packet: Packet, /) -> None:
        """Raises StorageError, StorageFullError, ClipFormatError; then only `close` and `discard` may be called."""

    def finish(self, end_dts_s: float | None = None, /) -> None:
        """Write what is held back; `end_dts_s` is the media time of the packet that came next, where one did."""

    def close(self) -> None:
        """End the file; raises StorageError."""

    def discard(self) -> None:
        """End the file and take it away; raises StorageError."""


type OpenClip = Callable[[str, ClipIdentity, tuple[StreamFormat, ...]], GrowingFile]
"""Creates the growing file of this name; raises StorageError, StorageFullError."""
