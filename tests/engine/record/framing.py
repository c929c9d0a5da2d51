"""How H.264 and H.265 are framed: between start codes as cameras send them, after lengths as MP4 holds them."""

from collections.abc import Iterator
import struct


def split_annex_b(payload: bytes) -> Iterator[bytes]:
    """The NAL units between start codes."""
    for unit in payload.split(b"\0\0\1")[1:]:
        yield unit.rstrip(b"\0")


def to_length_prefixed(payload: bytes) -> bytes:
    """Each unit after its length in 4 bytes."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in split_annex_b(payload))
