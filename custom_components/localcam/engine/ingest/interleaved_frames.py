"""Media as RTSP interleaves them -> the packets of one channel (RFC 2326, 10.12)."""

from typing import Final

_HEAD_BYTES: Final = 4


class InterleavedFrames:
    """Give it media as `Splitter` finds them: frames one after the other, in whatever pieces."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._held = b""

    def feed(self, media: bytes) -> list[bytes]:
        """The payloads of the channel's frames that are complete now."""
        data = self._held + media if self._held else media
        found = []
        at = 0
        while len(data) - at >= _HEAD_BYTES:
            end = at + _HEAD_BYTES + int.from_bytes(data[at + 2 : at + 4])
            if end > len(data):
                break
            if data[at + 1] == self._channel:
                found.append(data[at + _HEAD_BYTES : end])
            at = end
        self._held = data[at:]
        return found
