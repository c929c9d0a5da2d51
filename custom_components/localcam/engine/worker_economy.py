"""Whether a worker may rest between keyframes: by the owner's choice, and by how the camera sends.

While it may not, everything is decoded as it comes. While it rests, keyframes alone are decoded, and what comes between
them is remembered until the next, so that all of it can be decoded once something is suspected.
"""

from .ingest.packet_sizes import PacketSizes
from .settings import Economising
from .values import Packet

SETTLING_S = 5.0
"""After connecting: the room and the usual size of packets are learned first."""
CALM_S = 2.0
"""So long nothing must have been suspected before the worker rests."""
KEYFRAMES_AT_MOST_S = 2.2
"""Automatic economy is for cameras that send a keyframe at least every 2 s, give or take."""
SAME_PICTURE_S = 0.01
"""Keyframes closer than this are pieces of one, as some servers send them: alone, none of them is a picture."""
INTERVALS_KNOWN = 2
ESTABLISHED_S = 4.0
"""An event that has gone on for so long is told of and recorded: it is only to be seen that it goes on."""
SAMPLE_S = 0.5
"""As much of each GOP is enough for that."""
LONGEST_GOP_S = 4.0
"""No more than this is remembered, so that no alert waits for longer, whatever the owner chose."""
LARGEST_GOP_BYTES = 8 << 20
WAKE_S = 1.0
"""What arrives waits for its reader no longer than this,"""
MOST_WAITING_BYTES = 192 << 10
"""and no more than about this much: cameras have little room for what is not taken from them."""
AFTER_KEYFRAME_S = 0.06
"""A keyframe that is waited for is fetched this much after it is due: cameras are not exact."""


class Economy:
    """One stream's; fed with every video packet in order of arrival."""

    def __init__(self, choice: Economising, *, source_suits: bool) -> None:
        self.choice = choice
        """May be changed at any time."""
        self._source_suits = source_suits
        self.sizes = PacketSizes()
        self._since_s: float | None = None
        self._keyframe: Packet | None = None
        self._interval_s = 0.0
        self._intervals = 0
        self._bytes_per_s = 0.0
        self._gop_bytes = 0
        self._disturbed_at_s = 0.0
        self._comes_in_pieces = False
        self.hinted = False
        """By sizes, with the packet that came last."""

    @property
    def chosen(self) -> bool:
        """Whether keyframes alone are to be decoded while the room is quiet."""
        if self._comes_in_pieces:
            return False
        match self.choice:
            case Economising.FAST:
                return False
            case Economising.ECONOMY:
                return True
            case Economising.AUTO:
                return self._source_suits and self._regular

    def note(self, packet: Packet) -> None:
        """A packet arrived."""
        self.hinted = self.sizes.hints(packet)
        if self._since_s is None:
            self._since_s = self._disturbed_at_s = packet.received_at_s
        if packet.is_keyframe:
            self._note_keyframe(packet)
        self._gop_bytes += len(packet.payload)

    def disturbed(self, at_s: float) -> None:
        """Something is suspected, or goes on."""
        self._disturbed_at_s = max(at_s, self._disturbed_at_s)

    def may_rest(self, at_s: float) -> bool:
        """Whether, from the keyframe that arrived at `at_s` on, keyframes are enough."""
        since_s = self._since_s
        settled = since_s is not None and at_s - since_s >= SETTLING_S
        return self.chosen and settled and at_s - self._disturbed_at_s >= CALM_S

    def samples(self, keyframe: Packet, moving_since_s: float | None) -> bool:
        """Whether the beginning of this GOP is enough, because what moves there has done so for long."""
        established = moving_since_s is not None and keyframe.received_at_s - moving_since_s >= ESTABLISHED_S
        return established and self.chosen and self._regular

    def left_out(self, packet: Packet) -> bool:
        """Whether a packet comes after the beginning of its GOP."""
        return self._keyframe is not None and packet.dts_s - self._keyframe.dts_s > SAMPLE_S

    @property
    def _regular(self) -> bool:
        return self._intervals >= INTERVALS_KNOWN and self._interval_s <= KEYFRAMES_AT_MOST_S

    def is_overlong(self, newest: Packet) -> bool:
        """Whether more has come since the last keyframe than is remembered."""
        keyframe = self._keyframe
        if keyframe is None or self._gop_bytes > LARGEST_GOP_BYTES:
            return True
        return newest.dts_s - keyframe.dts_s > LONGEST_GOP_S

    def wake_in_s(self, now_s: float, *, resting: bool) -> float:
        """After how long what has arrived is to be fetched: while resting, just after the next keyframe is due."""
        longest_s = WAKE_S
        if self._bytes_per_s > 0:
            longest_s = max(0.2, min(longest_s, MOST_WAITING_BYTES / self._bytes_per_s))
        if not resting or self._keyframe is None or self._interval_s <= 0:
            return longest_s
        due_in_s = self._keyframe.received_at_s + self._interval_s + AFTER_KEYFRAME_S - now_s
        while due_in_s <= 0.1:
            due_in_s += self._interval_s
        return due_in_s / -(-due_in_s // longest_s)

    def _note_keyframe(self, packet: Packet) -> None:
        if self._keyframe is not None:
            interval_s = packet.dts_s - self._keyframe.dts_s
            self._comes_in_pieces |= interval_s < SAME_PICTURE_S
            if interval_s > 0:
                self._bytes_per_s = self._gop_bytes / interval_s
            # The longest of late, so that one keyframe out of turn does not make a rare one regular.
            self._intervals += 1
            self._interval_s = max(interval_s, self._interval_s * 0.5)
        self._keyframe = packet
        self._gop_bytes = 0
