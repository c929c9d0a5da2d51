"""Where boxes lie, and movies that are told that their media lie elsewhere."""

import struct

from hypothesis import given, strategies as st

from custom_components.localcam.engine.record.mp4_boxes import Box, box_at, with_shifted_offsets


def box(kind: bytes, *contents: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, contents)), kind) + b"".join(contents)


def movie(*tables: bytes) -> bytes:
    tracks = [box(b"trak", box(b"tkhd", b"head"), box(b"mdia", box(b"minf", box(b"stbl", each)))) for each in tables]
    return box(b"moov", box(b"mvhd", bytes(9)), *tracks, box(b"udta", b"stco"))


def table(kind: bytes, layout: str, offsets: list[int]) -> bytes:
    return box(kind, struct.pack(f">II{len(offsets)}{layout}", 0, len(offsets), *offsets))


@given(
    st.lists(st.integers(0, (1 << 32) - 1), max_size=5),
    st.lists(st.integers(0, 1 << 48), max_size=5),
    st.integers(-(1 << 16), 1 << 16),
)
def test_all_offsets_move_together_or_not_at_all(narrow: list[int], wide: list[int], by_bytes: int) -> None:
    before = movie(table(b"stco", "I", narrow), table(b"co64", "Q", wide))
    shifted = with_shifted_offsets(before, by_bytes)
    moved_narrow, moved_wide = [at + by_bytes for at in narrow], [at + by_bytes for at in wide]
    if all(0 <= at < 1 << 32 for at in moved_narrow) and all(at >= 0 for at in moved_wide):
        assert shifted == movie(table(b"stco", "I", moved_narrow), table(b"co64", "Q", moved_wide))
    else:
        assert shifted is None


def test_sizes_of_32_and_of_64_bits_and_what_is_no_box() -> None:
    assert box_at(struct.pack(">I4s", 24, b"mdat"), 100) == Box(kind=b"mdat", at=100, contents_at=108, end=124)
    huge = struct.pack(">I4sQ", 1, b"mdat", 1 << 40)
    assert box_at(huge, 100) == Box(kind=b"mdat", at=100, contents_at=116, end=100 + (1 << 40))
    for damaged in (b"", b"moov", struct.pack(">I4s", 7, b"moov"), struct.pack(">I4sQ", 1, b"mdat", 15), huge[:12]):
        assert box_at(damaged, 0) is None
