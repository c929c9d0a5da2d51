"""Sizes of packets hint at motion where the bit rate follows the picture, and fall silent where it does not."""

from fractions import Fraction

from custom_components.localcam.engine.ingest.packet_sizes import IN_A_ROW, MOST_RATIO, PacketSizes
from custom_components.localcam.engine.values import Medium, Packet


class Stream:
    """25 packets per second, a keyframe of 20 kB each second."""

    def __init__(self) -> None:
        self.sizes = PacketSizes()
        self._number = 0

    def send(self, size_bytes: int, packets: int) -> int:
        """How many hints came of so many packets between keyframes."""
        return sum(self._next(size_bytes) for _ in range(packets))

    def _next(self, size_bytes: int) -> bool:
        is_keyframe = self._number % 25 == 0
        sent = Packet(
            medium=Medium.VIDEO,
            payload=bytes(20_000 if is_keyframe else size_bytes),
            pts=self._number,
            dts=self._number,
            duration=1,
            time_base=Fraction(1, 25),
            is_keyframe=is_keyframe,
            received_at_s=self._number / 25,
        )
        self._number += 1
        return self.sizes.hints(sent)


def test_what_stays_as_it_is_hints_at_nothing() -> None:
    assert Stream().send(400, 1000) == 0


def test_several_larger_packets_are_a_hint() -> None:
    stream = Stream()
    stream.send(400, 202)

    assert stream.send(1200, IN_A_ROW - 1) == 0
    assert stream.send(1200, 1) == 1


def test_a_single_larger_packet_is_none() -> None:
    stream = Stream()
    stream.send(400, 202)

    assert sum(stream.send(4000, 1) + stream.send(400, 9) for _ in range(20)) == 0


def test_a_constant_bit_rate_says_nothing() -> None:
    stream = Stream()
    stream.send(8_000, 202)

    assert stream.send(18_000, 20) == 0
    assert not stream.sizes.mean_something


def test_vain_hints_ask_for_more_and_end_while_true_ones_keep_them() -> None:
    stream = Stream()
    stream.send(400, 202)
    first = stream.sizes.ratio
    stream.sizes.meant(something=False)
    assert stream.sizes.ratio > first
    stream.sizes.meant(something=True)
    stream.sizes.meant(something=True)
    assert stream.sizes.ratio == first
    for _ in range(10):
        stream.sizes.meant(something=False)

    assert stream.sizes.ratio > MOST_RATIO
    assert stream.send(400 * 19, 20) == 0
