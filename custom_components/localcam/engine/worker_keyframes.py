"""Notices a stream that goes on without keyframes: nothing can begin in it, neither a picture nor a clip."""

from .values import Packet

_MISSING_S = 20.0


class KeyframeWatch:
    """For one connection's video."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        """The last keyframe, or the first packet where there was none."""
        self._last_s = 0.0

    def arrived(self, packet: Packet) -> None:
        """A packet of the video."""
        self._last_s = packet.received_at_s
        if packet.is_keyframe or self._since_s is None:
            self._since_s = packet.received_at_s

    @property
    def missing(self) -> bool:
        """Packets came for 20 s, and no keyframe among them."""
        return self._since_s is not None and self._last_s - self._since_s > _MISSING_S
