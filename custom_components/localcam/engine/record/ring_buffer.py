"""Remembers the last packets, in whole GOPs, so that a clip can begin before the motion that causes it."""

from collections import deque
from collections.abc import Iterator

from ..values import Medium, Packet


class Gop:
    """A video keyframe and everything, sound too, that arrived from it to the next."""

    __slots__ = ("packets", "size_bytes", "start_dts_s")

    def __init__(self, keyframe: Packet) -> None:
        self.packets = [keyframe]
        self.start_dts_s = keyframe.dts_s
        self.size_bytes = len(keyframe.payload)

    def add(self, packet: Packet) -> None:
        """Append what arrived."""
        self.packets.append(packet)
        self.size_bytes += len(packet.payload)


class RingBuffer:
    """The last `keep_s` of media time and the GOP in which they begin, as far as `capacity_bytes` allow.

    Whatever is given out starts with a video keyframe. Payloads are kept as they came and never copied. A single GOP
    that is larger than the capacity is dropped whole: what follows it cannot be decoded before the next keyframe.
    """

    def __init__(self, keep_s: float, capacity_bytes: int) -> None:
        self._keep_s = keep_s
        self._capacity_bytes = capacity_bytes
        self._gops: deque[Gop] = deque()
        self._size_bytes = 0
        self._newest_dts_s: float | None = None

    @property
    def size_bytes(self) -> int:
        """Of the payloads kept; at most the capacity."""
        return self._size_bytes

    @property
    def newest_dts_s(self) -> float | None:
        """Media time of the newest video packet; None while nothing is kept."""
        return self._newest_dts_s if self._gops else None

    @property
    def oldest_dts_s(self) -> float | None:
        """Media time of the oldest keyframe; None while nothing is kept."""
        return self._gops[0].start_dts_s if self._gops else None

    def add(self, packet: Packet) -> None:
        """Remember a packet, and forget GOPs that nobody needs or that there is no room for."""
        is_video = packet.medium is Medium.VIDEO
        if is_video and packet.is_keyframe:
            self._gops.append(Gop(packet))
        elif self._gops:
            self._gops[-1].add(packet)
        else:
            return
        self._size_bytes += len(packet.payload)
        if is_video:
            self._newest_dts_s = dts_s = packet.dts_s
            self._forget_old(dts_s - self._keep_s)
        while self._size_bytes > self._capacity_bytes:
            self._forget()

    def clear(self) -> None:
        """Forget everything: the stream ended, or goes on in another format."""
        self._gops.clear()
        self._size_bytes = 0

    def keep(self, keep_s: float) -> None:
        """Reach back at least this far from now on."""
        self._keep_s = keep_s

    def since(self, dts_s: float) -> tuple[Packet, ...]:
        """All packets, in order of arrival, from the last keyframe at or before `dts_s`, else from the oldest one."""
        first = 0
        for index, gop in enumerate(self._gops):
            if gop.start_dts_s <= dts_s:
                first = index
        return tuple(packet for index, gop in enumerate(self._gops) if index >= first for packet in gop.packets)

    def media_time_s(self, received_at_s: float) -> float | None:
        """Media time of the last video packet received by then; None while nothing is kept.

        For times before everything that is kept, as if media time and time of arrival had run alike.
        """
        oldest: Packet | None = None
        for packet in self._newest_first():
            if packet.received_at_s <= received_at_s:
                return packet.dts_s
            oldest = packet
        return None if oldest is None else oldest.dts_s - (oldest.received_at_s - received_at_s)

    def _newest_first(self) -> Iterator[Packet]:
        for gop in reversed(self._gops):
            for packet in reversed(gop.packets):
                if packet.medium is Medium.VIDEO:
                    yield packet

    def _forget_old(self, needed_dts_s: float) -> None:
        while len(self._gops) > 1 and self._gops[1].start_dts_s <= needed_dts_s:
            self._forget()

    def _forget(self) -> None:
        self._size_bytes -= self._gops.popleft().size_bytes
