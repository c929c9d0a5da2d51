"""RTP packets of H.264 or H.265 that come in order -> access units as Annex B.

RFC 3550 5.1 (the header), RFC 6184 5.6 to 5.8 (single units, STAP-A, FU-A), RFC 7798 4.4 (single units, AP, FU). A unit
is over with the packet that says so by its marker, or with the first of another time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LARGEST_UNIT_BYTES: Final = 8 << 20
_START = b"\x00\x00\x00\x01"
_HEAD_BYTES: Final = 12
_TIME_AT: Final = 4
_H264_AGGREGATE, _H264_FRAGMENT = 24, 28
_H264_PICTURES, _H264_KEYFRAME = range(1, 6), 5
_HEVC_AGGREGATE, _HEVC_FRAGMENT = 48, 49
_HEVC_PICTURES, _HEVC_KEYFRAMES = range(32), range(16, 22)
_HALF = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessUnit:
    """One picture and what belongs to it."""

    payload: bytes
    ticks: int
    """RTP's time, from 0 with the stream's first packet, without its wraps."""
    is_keyframe: bool


class VideoUnits:
    """One stream; what does not come in whole is left out."""

    def __init__(self, codec: str, payload_type: int) -> None:
        """`codec` is h264 or hevc."""
        self._is_hevc = codec == "hevc"
        self._payload_type = payload_type
        self._plain_head = bytes((0x80, payload_type))
        """Without marker, padding or anything else that would move what follows."""
        self._middle = b""
        """What the next fragments of a unit have in common, from RTP's time to their own head."""
        self.oddities = 0
        """What a stream that is as the standards want it does not have: gaps, times that run back, unknown kinds."""
        self._joined = False
        """Whether a picture has ended: who joins a stream may come in the middle of one."""
        self._sequence = -1
        """Of the packet before; none in the beginning."""
        self._time: int | None = None
        self._ticks = 0
        self._marked = False
        """Whether the packet before ended a unit."""
        self._begin()

    def feed(self, packet: bytes) -> Iterable[AccessUnit]:
        """The units that are complete with this packet, or because of it."""
        if self._in_fragment and self._goes_on(packet):
            return ()
        if len(packet) < _HEAD_BYTES or packet[0] >> 6 != 2 or packet[1] & 0x7F != self._payload_type:
            return ()
        at, end = _HEAD_BYTES + 4 * (packet[0] & 0x0F), len(packet)
        if packet[0] & 0x10:
            at += 4 + 4 * int.from_bytes(packet[at + 2 : at + 4])
        if packet[0] & 0x20:
            end -= packet[-1]
        self._follow(int.from_bytes(packet[2:4]))
        before = self._passes(int.from_bytes(packet[4:8]))
        if end - at > 1 + self._is_hevc:
            self._take(packet, at, end)
        self._marked = packet[1] >= 0x80
        if self._marked and not self._joined:
            self._joined = True
            self.oddities = 0
        if self._marked and self._has_picture and (unit := self._ended()) is not None:
            return (unit,) if before is None else (before, unit)
        return () if before is None else (before,)

    def _begin(self) -> None:
        self._parts: list[bytes] = []
        self._size_bytes = 0
        self._has_picture = self._is_keyframe = self._in_fragment = False
        self._whole = True

    def _goes_on(self, packet: bytes) -> bool:
        """Most of a keyframe: whether it is a fragment in the middle of its unit, and the next; then it is taken."""
        sequence = (self._sequence + 1) & 0xFFFF
        middle = self._middle
        end = _TIME_AT + len(middle)
        if packet[:2] != self._plain_head or int.from_bytes(packet[2:4]) != sequence or packet[_TIME_AT:end] != middle:
            return False
        self._sequence = sequence
        self._add(packet[end:])
        return True

    def _follow(self, sequence: int) -> None:
        if self._sequence >= 0 and sequence != (self._sequence + 1) & 0xFFFF:
            self._break()
        self._sequence = sequence

    def _passes(self, time: int) -> AccessUnit | None:
        """Time goes on, perhaps: the unit before, where it did not say that it was over."""
        if time == self._time:
            # A second picture of the same time, or a marker that meant nothing.
            self.oddities += self._marked and not self._parts
            return None
        unit = self._ended() if self._has_picture or not self._whole else None
        if self._time is not None:
            step = (time - self._time + _HALF) % (2 * _HALF) - _HALF
            self.oddities += step < 0
            self._ticks += step
        self._time = time
        return unit

    def _ended(self) -> AccessUnit | None:
        unit = None
        if self._whole and not self._in_fragment:
            unit = AccessUnit(payload=b"".join(self._parts), ticks=self._ticks, is_keyframe=self._is_keyframe)
        self._begin()
        return unit

    def _take(self, packet: bytes, at: int, end: int) -> None:
        head = packet[at]
        kind = head >> 1 & 0x3F if self._is_hevc else head & 0x1F
        aggregate, fragment = (_HEVC_AGGREGATE, _HEVC_FRAGMENT) if self._is_hevc else (_H264_AGGREGATE, _H264_FRAGMENT)
        if kind == fragment:
            self._take_fragment(packet, at, end)
        elif self._in_fragment:
            self._break()
        elif kind == aggregate:
            self._take_aggregate(packet, at + 1 + self._is_hevc, end)
        elif kind > aggregate or (kind == 0 and not self._is_hevc):
            self._break()
        else:
            self._note(kind)
            self._add(_START, packet[at:end])

    def _take_aggregate(self, packet: bytes, at: int, end: int) -> None:
        while end - at > 2:
            size = int.from_bytes(packet[at : at + 2])
            at += 2
            if not 0 < size <= end - at:
                self._break()
                return
            self._note(packet[at] >> 1 & 0x3F if self._is_hevc else packet[at] & 0x1F)
            self._add(_START, packet[at : at + size])
            at += size

    def _take_fragment(self, packet: bytes, at: int, end: int) -> None:
        begin = at + 2 + self._is_hevc
        head = packet[begin - 1]
        if head & 0x80:
            kind = head & (0x3F if self._is_hevc else 0x1F)
            first = packet[at] & 0x81 | kind << 1 if self._is_hevc else packet[at] & 0xE0 | kind
            self._note(kind)
            self._add(_START, bytes((first,)) + packet[at + 1 : begin - 1])
            self._middle = packet[_TIME_AT : begin - 1] + bytes((kind,))
        elif not self._in_fragment:
            self._break()
            self._whole = False
            return
        self._in_fragment = not head & 0x40
        self._add(packet[begin:end])

    def _note(self, kind: int) -> None:
        self._has_picture |= kind in (_HEVC_PICTURES if self._is_hevc else _H264_PICTURES)
        self._is_keyframe |= kind in _HEVC_KEYFRAMES if self._is_hevc else kind == _H264_KEYFRAME

    def _add(self, *parts: bytes) -> None:
        self._size_bytes += sum(map(len, parts))
        if self._size_bytes > LARGEST_UNIT_BYTES:
            self._break()
        if self._whole:
            self._parts += parts

    def _break(self) -> None:
        """Something is missing, or means nothing here; what is left of the unit goes, too."""
        self.oddities += 1
        if self._parts or self._in_fragment:
            self._parts.clear()
            self._whole = self._in_fragment = False
