"""Hostile servers on loopback, and the victims that they would lead a viewer to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
import re
import socket
from threading import Event, Lock, Thread

VICTIM_HOST = "127.0.0.2"
"""Loopback, but no address that any of the servers is at."""

SDP = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=camera\r\nc=IN IP4 {host}\r\nt=0 0\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\r\n"
    "a=control:{control}\r\n"
)


@dataclass
class Victim:
    """Listens on TCP and UDP at the same number, and counts whoever comes."""

    port: int
    hits: list[str] = field(default_factory=list)


@contextmanager
def victim() -> Iterator[Victim]:
    with socket.create_server((VICTIM_HOST, 0)) as listening, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        port = listening.getsockname()[1]
        datagrams.bind((VICTIM_HOST, port))
        found = Victim(port=port)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    found.hits.append("tcp")
                    connection.close()

        def receive() -> None:
            with suppress(OSError):
                while datagrams.recv(2048):
                    found.hits.append("udp")

        for target in (accept, receive):
            Thread(target=target, daemon=True).start()
        try:
            yield found
        finally:
            for each in (listening, datagrams):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    connection: int
    """From 1, in the order in which they were accepted."""
    method: str
    sequence: str
    text: str


type Answer = Callable[[Asked], bytes | None]
"""None closes the connection."""


@contextmanager
def talking_server(answer: Answer) -> Iterator[int]:
    """Its port; answers requests of RTSP and HTTP alike, each connection in a thread."""
    ended = Event()
    connections = 0
    lock = Lock()
    listening = socket.create_server(("127.0.0.1", 0))

    def converse(connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            received = b""
            while not ended.is_set():
                while b"\r\n\r\n" not in received:
                    if not (data := connection.recv(65536)):
                        return
                    received += data
                head, _, received = received.partition(b"\r\n\r\n")
                text = head[max(0, head.find(b"OPTIONS ") if head[:1] == b"$" else 0) :].decode("latin-1")
                sequence = re.search(r"(?i)cseq: *(\d+)", text)
                asked = Asked(
                    connection=number,
                    method=text.partition(" ")[0],
                    sequence=sequence[1] if sequence else "0",
                    text=text,
                )
                said = answer(asked)
                if said is None:
                    return
                connection.sendall(said)

    def accept() -> None:
        nonlocal connections
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with lock:
                    connections += 1
                Thread(target=converse, args=(connection, connections), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def rtsp(asked: Asked, status: str = "200 OK", *headers: str, body: bytes = b"") -> bytes:
    """An RTSP answer."""
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"RTSP/1.0 {status}", f"CSeq: {asked.sequence}", *headers, *length, "", ""]
    return "\r\n".join(lines).encode() + body


def http(status: str = "200 OK", *headers: str, body: bytes = b"") -> bytes:
    """An HTTP answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]).encode() + body


def described(asked: Asked, *headers: str, host: str = "0.0.0.0", control: str = "track1") -> bytes:
    """The answer to DESCRIBE of a camera that means well, but for what is given."""
    body = SDP.format(host=host, control=control).encode()
    return rtsp(asked, "200 OK", "Content-Type: application/sdp", *headers, body=body)


def transport(asked: Asked, *more: str) -> str:
    """The `Transport` header that grants what was asked for."""
    wanted = re.search(r"(?i)transport: *([^\r\n,]+)", asked.text)
    return "Transport: " + ";".join([wanted[1] if wanted else "RTP/AVP", *more])


def well_meaning(asked: Asked) -> bytes | None:
    """A camera that does all that is asked of it, and then sends nothing."""
    match asked.method:
        case "DESCRIBE":
            return described(asked)
        case "SETUP":
            return rtsp(asked, "200 OK", "Session: 1", transport(asked, "server_port=40000-40001"))
        case "OPTIONS":
            return rtsp(asked, "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        case _:
            return rtsp(asked, "200 OK", "Session: 1")
