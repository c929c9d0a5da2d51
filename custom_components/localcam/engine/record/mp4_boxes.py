"""Boxes of the ISO base media file format (ISO/IEC 14496-12): where they lie, and where a movie says its media lie."""

from collections.abc import Iterator
from dataclasses import dataclass
import struct

from .clip_store import ClipSource

_LEAD_TO_OFFSETS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_SHORTEST_BYTES = 8
_OFFSET_SIZES = {b"stco": "I", b"co64": "Q"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a box lies, in bytes from the beginning of what was walked."""

    kind: bytes
    at: int
    contents_at: int
    end: int


def box_at(head: bytes | bytearray, at: int) -> Box | None:
    """The box whose first bytes, up to 16, are `head`; None where they are none."""
    if len(head) < 8:
        return None
    size, kind = struct.unpack_from(">I4s", head)
    head_size = 8
    if size == 1 and len(head) >= 16:
        size, head_size = struct.unpack_from(">Q", head, 8)[0], 16
    return Box(kind=kind, at=at, contents_at=at + head_size, end=at + size) if size >= head_size else None


def file_boxes(source: ClipSource) -> Iterator[Box]:
    """The boxes at the top of a file; ends before the first that is cut, or that is none. Raises StorageError."""
    at = 0
    while (box := box_at(source.read_at(at, 16), at)) is not None and box.end <= source.size_bytes:
        yield box
        at = box.end


def padding(size_bytes: int, multiple_bytes: int) -> bytes:
    """A box that players pass over, by which a file of this size becomes a multiple; empty where it is one already."""
    missing_bytes = -size_bytes % multiple_bytes
    if 0 < missing_bytes < _SHORTEST_BYTES:
        missing_bytes += multiple_bytes
    if not missing_bytes:
        return b""
    return struct.pack(">I4s", missing_bytes, b"free") + bytes(missing_bytes - _SHORTEST_BYTES)


def with_shifted_offsets(movie: bytes | bytearray, by_bytes: int) -> bytes | None:
    """A `moov` box that says that its media lie further back; None where the offsets have no room for that."""
    shifted = bytearray(movie)
    try:
        _shift(shifted, 0, len(shifted), by_bytes)
    except struct.error:
        return None
    return bytes(shifted)


def _shift(movie: bytearray, at: int, end: int, by_bytes: int) -> None:
    while (box := box_at(movie[at : min(at + 16, end)], at)) is not None:
        if box.kind in _LEAD_TO_OFFSETS:
            _shift(movie, box.contents_at, box.end, by_bytes)
        elif box.kind in _OFFSET_SIZES:
            (count,) = struct.unpack_from(">I", movie, box.contents_at + 4)
            layout = f">{count}{_OFFSET_SIZES[box.kind]}"
            offsets = struct.unpack_from(layout, movie, box.contents_at + 8)
            struct.pack_into(layout, movie, box.contents_at + 8, *(offset + by_bytes for offset in offsets))
        at = box.end
