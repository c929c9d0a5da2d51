"""NAL units of H.264 and H.265: how cameras send them (Annex B, between start codes) and how MP4 holds them."""

from collections.abc import Iterator
import struct

_START = b"\0\0\1"


def has_start_code(payload: bytes) -> bool:
    """Whether a payload is Annex B; a length prefix of one would be a unit of 1 byte, or of 256 to 511 in all."""
    return payload.startswith((_START, b"\0\0\0\1"))


def split_annex_b(payload: bytes) -> Iterator[memoryview]:
    """The NAL units between start codes, without trailing zeros; views into `payload`, empty ones left out."""
    view = memoryview(payload)
    start = payload.find(_START)
    while start >= 0:
        start += len(_START)
        end = payload.find(_START, start)
        stop = len(payload) if end < 0 else end
        while stop > start and payload[stop - 1] == 0:
            stop -= 1
        if stop > start:
            yield view[start:stop]
        start = end


def to_length_prefixed(payload: bytes) -> bytes:
    """Annex B -> each unit after its length in 4 bytes."""
    parts: list[bytes | memoryview] = []
    for unit in split_annex_b(payload):
        parts += (struct.pack(">I", len(unit)), unit)
    return b"".join(parts)


def to_annex_b(payload: bytes, length_size: int) -> bytes:
    """The inverse of `to_length_prefixed` for any size of length; a cut last unit is left out."""
    parts: list[bytes] = []
    at = 0
    while at + length_size <= len(payload):
        size = int.from_bytes(payload[at : at + length_size])
        at += length_size
        if at + size > len(payload):
            break
        parts += (b"\0\0\0\1", payload[at : at + size])
        at += size
    return b"".join(parts)


def without_emulation_prevention(unit: bytes) -> bytes:
    """The unit's raw bytes: the 3 of each 0 0 3 was put there so that no start code appears within a unit."""
    return unit.replace(b"\0\0\3", b"\0\0")
