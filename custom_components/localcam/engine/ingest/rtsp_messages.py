"""What RTSP sends over one connection, taken apart: messages, and between them the media, which is left as it is.

RFC 2326: a message is a line, headers, an empty line and as many bytes as Content-Length says; media are frames of `$`,
a channel, two bytes of length and the payload (10.12).
"""

from dataclasses import dataclass, replace
import re
from typing import Final

from ..errors import SourceError, SourceFault

HEAD_LIMIT_BYTES: Final = 16 * 1024
BODY_LIMIT_BYTES: Final = 64 * 1024
_MEDIA = 0x24
_FRAME_HEAD_BYTES = 4
_BEGINNING = re.compile(rb"(?:RTSP/\d|[A-Z_]{3,20} )")
_LINE_ENDS = re.compile(r"[\r\n]+")
_UNPRINTABLE = re.compile(r"[^\r\n\x20-\x7e\x80-\xff]")
_PERHAPS_BEGINNING = re.compile(rb"(?:R(?:T(?:S(?:P(?:/)?)?)?)?|[A-Z_]{1,20})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request or an answer."""

    first: str
    """The line that says what it is."""
    headers: tuple[tuple[str, str], ...]
    """As they came."""
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first of that name, in whatever case; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """All of that name."""
        return tuple(value for key, value in self.headers if key.lower() == name)

    def without(self, *names: str) -> Message:
        """The same, but for these headers."""
        return replace(self, headers=tuple(each for each in self.headers if each[0].lower() not in names))

    def encoded(self) -> bytes:
        """As it is sent."""
        lines = [self.first, *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace") + self.body


class Splitter:
    """One direction of one connection; give it what arrives, in order.

    Media are found as soon as they arrive, in whatever pieces, or, with `whole_frames`, frame by frame.
    """

    def __init__(self, *, whole_frames: bool = False) -> None:
        self._whole_frames = whole_frames
        self._held = b""
        """The beginning of what is not whole yet."""
        self._media_left = 0
        """Bytes of a frame that are still to come."""

    def feed(self, data: bytes) -> list[bytes | Message]:
        """Media, to be passed on as they are, and messages; raises SourceError for one without end."""
        found: list[bytes | Message] = []
        data = self._held + data if self._held else data
        begin, at = 0, self._media_left
        while at < len(data):
            if data[at] == _MEDIA:
                end = _frame_end(data, at)
                if end == at or (self._whole_frames and end > len(data)):
                    break
                at = end
                if self._whole_frames:
                    found.append(data[begin:end])
                    begin = end
                continue
            if at > begin:
                found.append(data[begin:at])
            begin = at
            message, at = _message(data, at) if _BEGINNING.match(data, at) else (None, _next_beginning(data, at))
            if message is not None:
                found.append(message)
            elif at == begin:
                break
            begin = at
        end = min(at, len(data))
        if end > begin:
            found.append(data[begin:end])
        self._media_left, self._held = at - end, data[end:]
        return found


def _frame_end(data: bytes, at: int) -> int:
    """Where the frame that begins here ends, in what is there or beyond; `at` where not even its head is there."""
    is_told = len(data) - at >= _FRAME_HEAD_BYTES
    return at + _FRAME_HEAD_BYTES + int.from_bytes(data[at + 2 : at + 4]) if is_told else at


def _printable(head: bytes) -> str:
    return _UNPRINTABLE.sub("", head.decode("latin-1"))


def _next_beginning(data: bytes, at: int) -> int:
    """Some cameras send a few bytes too many: what comes after them counts. `at` where they may become a message."""
    if _PERHAPS_BEGINNING.match(data, at):
        return at
    found = [place for place in (data.find(b"$", at + 1), data.find(b"RTSP/", at + 1)) if place >= 0]
    return min(found, default=len(data))


def _message(data: bytes, at: int) -> tuple[Message | None, int]:
    """The message that begins here, and where it ends; None and `at` where more of it must come."""
    end = data.find(b"\r\n\r\n", at, at + HEAD_LIMIT_BYTES)
    if end < 0:
        if len(data) - at >= HEAD_LIMIT_BYTES:
            raise SourceError(SourceFault.NOT_VIDEO, "an answer without end")
        return None, at
    # A line may end for libav where it does not for RFC 2326, and so hide a header in another: for us it ends at both.
    first, *lines = _LINE_ENDS.split(_printable(data[at:end]))
    pairs = (line.partition(":") for line in lines)
    message = Message(first=first, headers=tuple((name.strip(), value.strip()) for name, _, value in pairs))
    text = message.header("content-length")
    length = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if length > BODY_LIMIT_BYTES or len(text) >= 10:
        raise SourceError(SourceFault.NOT_VIDEO, "a description without end")
    end += 4
    if len(data) < end + length:
        return None, at
    return replace(message, body=data[end : end + length]), end + length
