"""The Range header of one request, as the part of a file that it asks for; pure."""

import re
from typing import NamedTuple

_ONE_RANGE = re.compile(r"bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})", re.ASCII | re.IGNORECASE)


class ByteRange(NamedTuple):
    """Bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes that is."""
        return self.last - self.first + 1


class UnsatisfiableRangeError(Exception):
    """A range of which the file has no byte: 416."""


def parse_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The part asked for; None for the whole file.

    A header that is malformed, of another unit, or asks for several parts at once is answered with the whole file,
    as RFC 9110 allows. Raises UnsatisfiableRangeError.
    """
    match = _ONE_RANGE.fullmatch((header or "").strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        found = ByteRange(max(0, size_bytes - int(last)), size_bytes - 1)
    elif last and int(last) < int(first):
        return None
    else:
        found = ByteRange(int(first), min(int(last), size_bytes - 1) if last else size_bytes - 1)
    if found.first > found.last:
        raise UnsatisfiableRangeError
    return found
