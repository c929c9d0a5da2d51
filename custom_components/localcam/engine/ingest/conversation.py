"""A connection on which requests are asked and answered, as HTTP and RTSP do; bounded in size and in time.

The bounds are deadlines for the whole, not for the next byte: a camera that sends a byte now and then gains nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import socket

from ..clock import Clock
from ..errors import SourceError, SourceFault
from .address import Place
from .socket_faults import connection_error

HEAD_LIMIT_BYTES = 16 * 1024
_READ_BYTES = 64 * 1024
_LINE_LIMIT_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What stands before the body."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    """By lower-case name, in the order in which they came."""

    def header(self, name: str) -> str:
        """The first of that name; empty where there is none."""
        return next(iter(self.headers.get(name, ())), "")

    @property
    def fault(self) -> SourceFault | None:
        """Why this is no success; None where it is one."""
        if 200 <= self.status < 300:
            return None
        match self.status:
            case 401 | 403:
                return SourceFault.UNAUTHORIZED
            case 404 | 410:
                return SourceFault.NOT_FOUND
            case _ if 300 <= self.status < 400:
                # Redirects are never followed: a camera must not be able to send LocalCam elsewhere.
                return SourceFault.NOT_FOUND
            case _:
                return SourceFault.NO_PICTURE


class Conversation:
    """One connection to a checked place; `close` it."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._socket: socket.socket | None = None
        self._received = b""

    def open(self, deadline_at_s: float) -> None:
        """Connect; raises SourceError: REFUSED, UNREACHABLE."""
        self._socket = connected(self._place, self._left_s(deadline_at_s))

    def ask(self, method: str, uri: str, protocol: str, headers: Mapping[str, str], deadline_at_s: float) -> Answer:
        """Send a request without a body, return what stands before the body; raises SourceError."""
        lines = [f"{method} {uri} {protocol}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        open_socket = self._open_socket()
        try:
            open_socket.settimeout(self._left_s(deadline_at_s))
            open_socket.sendall("\r\n".join(lines).encode("latin-1", "replace"))
        except OSError as err:
            raise connection_error(err) from None
        return _parsed(self.read_until(b"\r\n\r\n", HEAD_LIMIT_BYTES, deadline_at_s))

    def read_until(self, mark: bytes, limit_bytes: int, deadline_at_s: float) -> bytes:
        """What comes before `mark`; raises SourceError where that is too long or the connection ends."""
        while (at := self._received.find(mark)) < 0:
            if len(self._received) > limit_bytes:
                raise SourceError(SourceFault.NOT_VIDEO, "an answer without end")
            if not (more := self._receive(deadline_at_s)):
                raise SourceError(SourceFault.NOT_VIDEO, "the connection was closed in the middle of an answer")
            self._received += more
        found, self._received = self._received[:at], self._received[at + len(mark) :]
        return found

    def read_line(self, deadline_at_s: float) -> bytes:
        """A line without its end."""
        return self.read_until(b"\r\n", _LINE_LIMIT_BYTES, deadline_at_s)

    def read_some(self, deadline_at_s: float, limit_bytes: int = _READ_BYTES) -> bytes:
        """At least one byte and at most `limit_bytes`; empty when the connection was closed."""
        data = self._received or self._receive(deadline_at_s)
        self._received = data[limit_bytes:]
        return data[:limit_bytes]

    def close(self) -> None:
        """Let go of the connection; it may be opened again."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._received = None, b""

    def _receive(self, deadline_at_s: float) -> bytes:
        open_socket = self._open_socket()
        try:
            open_socket.settimeout(self._left_s(deadline_at_s))
            return open_socket.recv(_READ_BYTES)
        except OSError as err:
            raise connection_error(err) from None

    def _left_s(self, deadline_at_s: float) -> float:
        left_s = deadline_at_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise SourceError(SourceFault.UNREACHABLE, "no answer in time")
        return left_s

    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise SourceError(SourceFault.LOST, "the connection is closed")
        return self._socket


def connected(place: Place, timeout_s: float) -> socket.socket:
    """A connection to the very address that was checked, encrypted where the scheme says so; raises SourceError."""
    opened: socket.socket | None = None
    try:
        # Python's own way to it would look the number up as a name, and load all of Unicode's names for that.
        opened = socket.socket(socket.AF_INET6 if ":" in place.ip else socket.AF_INET)
        opened.settimeout(timeout_s)
        opened.connect((place.ip, place.port))
        if place.scheme in {"https", "rtsps"}:
            opened = _encrypted(opened, place.host)
    except OSError as err:
        if opened is not None:
            opened.close()
        raise connection_error(err) from None
    return opened


def _encrypted(plain: socket.socket, host: str) -> socket.socket:
    # Loaded only for cameras that need it: it would cost every worker 2 MB.
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Cameras in a home have certificates that they signed themselves; the address was checked to be in the home.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=host)


def _parsed(head: bytes) -> Answer:
    first, *lines = head.decode("latin-1").split("\r\n")
    protocol, _, rest = first.partition(" ")
    status = rest[:3]
    if not protocol.startswith(("HTTP/", "RTSP/")) or not (status.isascii() and status.isdecimal()):
        raise SourceError(SourceFault.NOT_VIDEO, "not the answer of a camera")
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers[key] = (*headers.get(key, ()), value.strip())
    return Answer(status=int(status), headers=headers)
