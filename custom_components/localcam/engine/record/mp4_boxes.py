"""Boxes of the ISO base media file format (ISO/IEC 14496-12): how they are put together and how they are found."""

from collections.abc import Iterator
from dataclasses import dataclass
import struct

from ..errors import ClipFormatError
from .clip_store import ClipSource

UNITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of these contents."""
    return b"".join((struct.pack(">I", 8 + sum(map(len, parts))), kind, *parts))


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box that begins with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and contents of each box in `data`; raises ClipFormatError where a size does not fit."""
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            raise ClipFormatError("a box of the clip is cut")
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            raise ClipFormatError("a box of the clip has a wrong size")
        yield kind, data[at + 8 : at + size]
        at += size


def child(data: bytes, *path: bytes) -> bytes:
    """Contents of the first box at the path; raises ClipFormatError where there is none."""
    for kind in path:
        found = next((contents for each, contents in boxes(data) if each == kind), None)
        if found is None:
            raise ClipFormatError(f"the clip has no {kind.decode('latin-1')} box")
        data = found
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBox:
    """A box at the top of a file."""

    kind: bytes
    contents_at: int
    """Offset in the file."""
    size_bytes: int
    """Of the contents."""


def file_boxes(source: ClipSource) -> Iterator[FileBox]:
    """The whole boxes of a file; ends before the first that is cut, or that is none."""
    at = 0
    while len(head := source.read_at(at, 16)) >= 8:
        size, kind = struct.unpack_from(">I4s", head)
        head_size = 8
        if size == 1 and len(head) == 16:
            size, head_size = struct.unpack_from(">Q", head, 8)[0], 16
        if size < head_size or at + size > source.size_bytes:
            return
        yield FileBox(kind=kind, contents_at=at + head_size, size_bytes=size - head_size)
        at += size


def unpack(layout: str, data: bytes, at: int = 0) -> tuple[int, ...]:
    """Numbers at an offset; raises ClipFormatError where the data end before."""
    try:
        return struct.unpack_from(layout, data, at)
    except struct.error:
        raise ClipFormatError("a box of the clip is too short") from None
