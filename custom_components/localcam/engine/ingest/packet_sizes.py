"""Sizes of packets as a hint that something moves, for cameras whose bit rate follows what they see.

Between keyframes a quiet room costs such a camera hardly anything. Where the bit rate is constant, or noise eats it,
sizes say nothing; that is found out by what came of the hints: each vain one asks for more from the next, and a true
one for less. Reference: of labelled sequences, sizes alone found a quarter of the events (docs/detection.md).
"""

from ..values import Packet

USUAL_S = 8.0
"""Time constant of what is usual."""
IN_A_ROW = 3
"""As many packets must be larger: one alone is a hiccup."""
LEAST_RATIO = 2.0
MOST_RATIO = 16.0
"""Times the usual size that is suspicious; beyond the second, sizes mean nothing here."""
VAIN = 1.5
TRUE = 0.8
"""By how much a hint's outcome changes the ratio."""
FORGIVING = 0.999
"""And each keyframe: cameras send another way by day than by night."""
LARGER_LEARN = 0.25
"""What is larger than usual becomes usual this much slower."""
KEYFRAME_SHARE = 0.25
"""Usual packets of more than this share of a keyframe are no sign of a bit rate that follows the picture."""
STEADY_PACKETS = 25
"""As many must be known before any is unusual."""


class PacketSizes:
    """Of one stream; fed with every video packet, in order."""

    def __init__(self) -> None:
        self._usual_bytes = 0.0
        self._keyframe_bytes = 0.0
        self._known = 0
        self._last_dts_s = 0.0
        self._larger = 0
        self.ratio = LEAST_RATIO
        """Times the usual size that is suspicious now."""

    def hints(self, packet: Packet) -> bool:
        """Whether packets have just become larger than is usual while nothing moves."""
        size_bytes = len(packet.payload)
        if packet.is_keyframe:
            self._keyframe_bytes = size_bytes
            self._larger = 0
            self.ratio = max(LEAST_RATIO, self.ratio * FORGIVING)
            return False
        step_s = min(max(packet.dts_s - self._last_dts_s, 0.0), 1.0)
        self._last_dts_s = packet.dts_s
        larger = self._known >= STEADY_PACKETS and size_bytes > self._usual_bytes * self.ratio
        self._larger = self._larger + 1 if larger else 0
        self._learn(size_bytes, step_s * (LARGER_LEARN if larger else 1.0))
        return self._larger == IN_A_ROW and self.mean_something

    @property
    def mean_something(self) -> bool:
        """Whether the bit rate follows what is seen, as far as is known."""
        return self.ratio <= MOST_RATIO and 0 < self._usual_bytes < KEYFRAME_SHARE * self._keyframe_bytes

    def meant(self, something: bool) -> None:
        """What came of a hint."""
        self.ratio = max(LEAST_RATIO, self.ratio * TRUE) if something else self.ratio * VAIN

    def _learn(self, size_bytes: int, step_s: float) -> None:
        self._known += 1
        share = max(step_s / (step_s + USUAL_S), 1 / self._known)
        self._usual_bytes += (size_bytes - self._usual_bytes) * share
