"""RTP packets become the access units that a camera made them of, and what is missing costs no more than its unit."""

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.ingest.rtp_video import LARGEST_UNIT_BYTES, AccessUnit, VideoUnits

from .rtp_packets import PAYLOAD_TYPE, START, aggregate, fragments, packets, rtp

KINDS = {"h264": (b"\x67", b"\x65", b"\x41"), "hevc": (b"\x42\x01", b"\x26\x01", b"\x02\x01")}
"""Heads of a parameter set, of a keyframe's slice, of another's."""
codecs = pytest.mark.parametrize("codec", ["h264", "hevc"])


def pictures(codec: str, lengths: list[int]) -> list[list[bytes]]:
    """A keyframe with its parameter set, and pictures of these sizes."""
    sets, key, other = KINDS[codec]
    first, *others = (bytes((length % 251,)) * length for length in lengths)
    return [[sets + b"set", key + first], *([other + body] for body in others)]


def whole(picture: list[bytes]) -> bytes:
    return b"".join(START + unit for unit in picture)


def fed(units: VideoUnits, made: list[bytes]) -> list[AccessUnit]:
    return [unit for packet in made for unit in units.feed(packet)]


@codecs
@given(
    lengths=st.lists(st.integers(1, 5000), min_size=1, max_size=8),
    size=st.integers(30, 1400),
    first=st.sampled_from([0, 65_530, 2**32 - 5000]),
)
def test_what_a_camera_took_apart_is_put_together(codec: str, lengths: list[int], size: int, first: int) -> None:
    made = pictures(codec, lengths)
    units = VideoUnits(codec, PAYLOAD_TYPE)

    found = fed(units, packets(codec, made, size=size, first=first))

    assert [unit.payload for unit in found] == [whole(picture) for picture in made]
    assert [unit.ticks for unit in found] == [3600 * number for number in range(len(made))]
    assert [unit.is_keyframe for unit in found] == [True] + [False] * (len(made) - 1)
    assert units.oddities == 0


@codecs
def test_sets_in_one_packet_and_a_head_with_everything(codec: str) -> None:
    sets, key, _ = KINDS[codec]
    both = aggregate(codec, [sets + b"one", sets + b"two"])
    extended = bytearray(rtp(b"\xbe\xde\x00\x01abcd" + key + b"picture" + b"\x00\x00\x03", 1, 0, marker=True))
    extended[0] |= 0x30  # an extension in front, padding behind
    units = VideoUnits(codec, PAYLOAD_TYPE)

    (found,) = fed(units, [rtp(both, 0, 0), bytes(extended)])

    assert found.payload == whole([sets + b"one", sets + b"two", key + b"picture"])
    assert units.oddities == 0


@codecs
def test_a_picture_that_does_not_say_that_it_is_over_ends_with_the_next(codec: str) -> None:
    made = pictures(codec, [2000, 10])
    unmarked = [bytes((packet[0], packet[1] & 0x7F)) + packet[2:] for packet in packets(codec, made)]
    assert [unit.payload for unit in fed(VideoUnits(codec, PAYLOAD_TYPE), unmarked)] == [whole(made[0])]


def test_sets_that_are_marked_or_have_a_time_of_their_own_stay_with_their_picture() -> None:
    sets, key, _ = KINDS["h264"]
    units = VideoUnits("h264", PAYLOAD_TYPE)
    (found,) = fed(units, [rtp(sets, 0, 0, marker=True) + b"1", rtp(key + b"picture", 1, 900, marker=True)])
    assert found.payload == whole([sets + b"1", key + b"picture"])


@codecs
@pytest.mark.parametrize("lost", range(2, 7))
def test_what_is_lost_costs_its_picture_and_no_other(codec: str, lost: int) -> None:
    made = pictures(codec, [20, 5000, 30])
    sent = packets(codec, made)
    units = VideoUnits(codec, PAYLOAD_TYPE)

    found = fed(units, sent[:lost] + sent[lost + 1 :])

    assert [unit.payload for unit in found] == [whole(made[0]), whole(made[2])]
    assert units.oddities > 0


@codecs
def test_who_joins_in_the_middle_of_a_picture_finds_nothing_odd(codec: str) -> None:
    made = pictures(codec, [5000, 20])
    units = VideoUnits(codec, PAYLOAD_TYPE)
    assert [unit.payload for unit in fed(units, packets(codec, made)[3:])] == [whole(made[1])]
    assert units.oddities == 0


def test_a_time_that_runs_back_and_a_marker_that_means_nothing_are_odd() -> None:
    _, key, other = KINDS["h264"]
    back = VideoUnits("h264", PAYLOAD_TYPE)
    fed(back, [rtp(key + b"a", 0, 9000, marker=True), rtp(other + b"b", 1, 8000, marker=True)])
    assert back.oddities == 1
    twice = VideoUnits("h264", PAYLOAD_TYPE)
    fed(twice, [rtp(key + b"a", 0, 0, marker=True), rtp(key + b"b", 1, 0, marker=True)])
    assert twice.oddities == 1


def test_a_picture_without_end_is_let_go() -> None:
    units = VideoUnits("h264", PAYLOAD_TYPE)
    body = bytes(60_000)
    endless = fragments("h264", b"\x65" + body * 2, len(body))[0]
    middle = b"\x7c\x05" + body
    sent = [rtp(endless, 0, 0), *(rtp(middle, number + 1, 0) for number in range(LARGEST_UNIT_BYTES // 60_000 + 2))]
    assert fed(units, sent) == []
    assert units.oddities > 0
    after = rtp(b"\x65picture", len(sent), 3600, marker=True)
    assert [unit.payload for unit in units.feed(after)] == [START + b"\x65picture"]


@codecs
@given(st.lists(st.binary(max_size=60)), st.booleans())
def test_garbage_is_no_picture_and_no_error(codec: str, garbage: list[bytes], is_rtp: bool) -> None:
    units = VideoUnits(codec, PAYLOAD_TYPE)
    for number, each in enumerate(garbage):
        list(units.feed(rtp(each, number, 0) if is_rtp else each))
    body = KINDS[codec][1] + b"picture"
    sent = [rtp(body, 1000, 5, marker=True), rtp(body, 1001, 6, marker=True)]
    assert fed(units, sent)[-1].payload == START + body


def test_another_payload_type_is_not_for_us() -> None:
    assert list(VideoUnits("h264", PAYLOAD_TYPE + 1).feed(rtp(b"\x65picture", 0, 0, marker=True))) == []
