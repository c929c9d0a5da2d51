"""The ring always starts at a keyframe, reaches back as far as it was asked to, and never grows beyond its capacity."""

from fractions import Fraction

from hypothesis import given, strategies as st

from custom_components.localcam.engine.record.ring_buffer import RingBuffer
from custom_components.localcam.engine.values import Medium, Packet

MS = Fraction(1, 1000)


def packet(at_ms: int, *, key: bool = False, size: int = 10, medium: Medium = Medium.VIDEO) -> Packet:
    return Packet(
        medium=medium,
        payload=bytes(size),
        pts=at_ms,
        dts=at_ms,
        duration=0,
        time_base=MS,
        is_keyframe=key or medium is Medium.AUDIO,
        received_at_s=1000 + at_ms / 1000,
    )


@st.composite
def streams(draw: st.DrawFn) -> list[Packet]:
    """Any camera: uneven frames, keyframes and sound anywhere, payloads of any size."""
    at_ms = draw(st.integers(0, 10_000))
    packets: list[Packet] = []
    for _ in range(draw(st.integers(0, 60))):
        at_ms += draw(st.integers(1, 3_000))
        medium = draw(st.sampled_from([Medium.VIDEO, Medium.VIDEO, Medium.AUDIO]))
        packets.append(packet(at_ms, key=draw(st.booleans()), size=draw(st.integers(1, 400)), medium=medium))
    return packets


@given(stream=streams(), keep_ms=st.integers(0, 20_000), capacity=st.integers(1, 4_000), back_ms=st.integers(0, 30_000))
def test_what_is_given_out_is_playable_complete_and_bounded(
    stream: list[Packet], keep_ms: int, capacity: int, back_ms: int
) -> None:
    ring = RingBuffer(keep_ms / 1000, capacity)
    for number, each in enumerate(stream):
        ring.add(each)
        assert ring.size_bytes <= capacity
        seen = stream[: number + 1]
        given_out = ring.since(each.dts_s - back_ms / 1000)
        if given_out:
            assert given_out[0].is_keyframe
            assert given_out[0].medium is Medium.VIDEO
            assert list(given_out) == seen[seen.index(given_out[0]) :]
        whole = ring.since(-1.0)
        assert ring.size_bytes == sum(len(packet.payload) for packet in whole)


@given(stream=streams(), keep_ms=st.integers(0, 20_000), back_ms=st.integers(0, 20_000))
def test_never_less_than_asked_when_it_is_kept(stream: list[Packet], keep_ms: int, back_ms: int) -> None:
    ring = RingBuffer(keep_ms / 1000, capacity_bytes=1 << 20)
    for number, each in enumerate(stream):
        ring.add(each)
        keyframes = [p for p in stream[: number + 1] if p.medium is Medium.VIDEO and p.is_keyframe]
        if each.medium is Medium.AUDIO or not keyframes:
            continue
        wanted_s = each.dts_s - min(back_ms, keep_ms) / 1000
        start = ring.since(wanted_s)[0]
        at_or_before = [p for p in keyframes if p.dts_s <= wanted_s]
        assert start is (at_or_before[-1] if at_or_before else keyframes[0])


def test_a_keyframe_interval_of_ten_seconds_keeps_the_whole_interval() -> None:
    ring = RingBuffer(5, 1 << 20)
    for second in range(15):
        ring.add(packet(second * 1000, key=second % 10 == 0))
    assert ring.since(9.0)[0].dts == 0
    assert ring.oldest_dts_s == 0
    ring.add(packet(15_000))
    assert ring.oldest_dts_s == 10.0


def test_a_gop_larger_than_the_ring_is_dropped_whole() -> None:
    ring = RingBuffer(5, 100)
    ring.add(packet(0, key=True, size=60))
    ring.add(packet(100, size=60))
    assert ring.since(0) == ()
    assert ring.newest_dts_s is None
    ring.add(packet(200))
    assert ring.since(0) == ()
    ring.add(packet(300, key=True))
    assert [each.dts for each in ring.since(0)] == [300]


def test_times_of_arrival_become_media_times() -> None:
    ring = RingBuffer(60, 1 << 20)
    assert ring.media_time_s(1000) is None
    for at_ms in range(0, 5_000, 100):
        ring.add(packet(at_ms, key=at_ms % 1000 == 0))
    assert ring.media_time_s(1002.0) == 2.0
    assert ring.media_time_s(1002.05) == 2.0
    assert ring.media_time_s(2000.0) == 4.9
    assert ring.media_time_s(990.0) == -10.0
    ring.clear()
    assert ring.media_time_s(1002.0) is None
