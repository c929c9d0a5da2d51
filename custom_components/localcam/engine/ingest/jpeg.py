"""What a JPEG says of itself before anything decodes it, and pictures found in a stream of bytes."""

import re

from ..errors import SourceError, SourceFault

LARGEST_BYTES = 8 << 20
LARGEST_SIDE_PX = 4096
"""Decoding reserves memory by the size that the header claims."""

_BEGINNING = b"\xff\xd8\xff"
_BEGINNING_OR_END = re.compile(rb"\xff[\xd8\xd9]")
_SCAN = 0xDA
_END = 0xD9
_BEFORE_SCAN = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))
"""Markers that a length follows; any other one means that the picture was cut short."""
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height by the header; raises SourceError (NOT_VIDEO) where it is no JPEG, or one of absurd size."""
    if data[:3] != _BEGINNING:
        raise SourceError(SourceFault.NOT_VIDEO, "not a JPEG picture")
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _FRAME_HEADERS:
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            if not (0 < width <= LARGEST_SIDE_PX and 0 < height <= LARGEST_SIDE_PX):
                raise SourceError(SourceFault.NOT_VIDEO, f"a JPEG of {width}x{height}")
            return width, height
        if marker in {_SCAN, _END}:
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    raise SourceError(SourceFault.NOT_VIDEO, "a JPEG without a header")


class JpegStream:
    """Finds whole JPEG pictures in what arrives, whatever stands between them.

    Multipart boundaries and lengths are not trusted: cameras get them wrong. A picture that was cut short is dropped,
    and the next one is found.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._scanned = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The pictures that are complete with this."""
        self._pending += data
        pictures = []
        while (picture := self._next()) is not None:
            pictures.append(picture)
        return pictures

    def _next(self) -> bytes | None:
        while True:
            beginning = self._pending.find(_BEGINNING)
            if beginning < 0:
                del self._pending[: max(0, len(self._pending) - 2)]
                return None
            if beginning:
                self._drop(beginning)
            scan = self._scan_at()
            if scan is None:
                if len(self._pending) <= LARGEST_BYTES:
                    return None
                self._drop(2)
                continue
            if scan < 0:
                self._drop(2)
                continue
            mark = _BEGINNING_OR_END.search(self._pending, max(scan, self._scanned))
            if mark is None:
                self._scanned = len(self._pending) - 1
                if len(self._pending) <= LARGEST_BYTES:
                    return None
                self._drop(2)
            elif self._pending[mark.start() + 1] == _END:
                picture = bytes(self._pending[: mark.end()])
                self._drop(mark.end())
                return picture
            else:
                self._drop(mark.start())

    def _scan_at(self) -> int | None:
        """Where compressed picture data begins; None: not arrived yet; -1: this is no picture after all."""
        at = 2
        while at + 4 <= len(self._pending):
            if self._pending[at] != 0xFF:
                return -1
            marker = self._pending[at + 1]
            if marker == 0xFF:
                at += 1
                continue
            if marker not in _BEFORE_SCAN:
                return -1
            at += 2 + int.from_bytes(self._pending[at + 2 : at + 4])
            if marker == _SCAN:
                return at if at <= len(self._pending) else None
        return None

    def _drop(self, count: int) -> None:
        del self._pending[:count]
        self._scanned = 0
