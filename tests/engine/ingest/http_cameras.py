"""A small world of HTTP cameras: real servers in threads, some of them badly made, some of them hostile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import datetime as dt
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
import re
import socket
import ssl
import threading
from typing import ClassVar, override

import av
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import numpy as np

USERNAME, PASSWORD = "owner", 'p@ss/w:rd "x"'


def jpeg(width: int = 160, height: int = 96, brightness: int = 128) -> bytes:
    """A grey picture."""
    return jpeg_of(np.full((height * 3 // 2, width), brightness, np.uint8))


def jpeg_of(planes: np.ndarray) -> bytes:
    """A picture of planes in yuv420p, one below the other: shape (height * 3 // 2, width), dtype uint8."""
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = 1
    frame.pts = 0
    return b"".join(bytes(packet) for packet in encoder.encode(frame.reformat(format="yuvj420p", threads=1)))


def with_claimed_size(picture: bytes, width: int, height: int) -> bytes:
    """The same bytes, with another size in the header."""
    at = picture.index(b"\xff\xc0")
    return picture[: at + 5] + height.to_bytes(2) + width.to_bytes(2) + picture[at + 9 :]


def self_signed(folder: Path) -> Path:
    """A certificate and its key in one file, as a camera makes them for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now.replace(year=2021))
        .sign(key, hashes.SHA256())
    )
    path = folder / "camera.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


class CameraHandler(BaseHTTPRequestHandler):
    """Answers by the table of its server; `paths` is filled by each test."""

    protocol_version = "HTTP/1.1"
    paths: ClassVar[dict[str, Callable[[CameraHandler], None]]] = {}
    scheme: ClassVar[str] = ""
    requests: ClassVar[list[str]] = []
    gone: ClassVar[threading.Event]

    def do_GET(self) -> None:
        self.requests.append(self.path)
        self.close_connection = True
        if not self._is_allowed():
            self._challenge()
        elif (answer := self.paths.get(self.path)) is not None:
            answer(self)
        else:
            self.send_error(404)

    def send(self, body: bytes, content_type: str = "image/jpeg", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin_stream(self, content_type: str = "multipart/x-mixed-replace; boundary=frame") -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass

    def _challenge(self) -> None:
        self.send_response(401)
        for challenge in {
            "basic": ['Basic realm="cam"'],
            "md5": ['Digest realm="cam", nonce="n1", qop="auth", algorithm=MD5'],
            "old": ['Digest realm="cam", nonce="n1"'],
            "sha-256": [
                'Digest realm="cam", nonce="n1", qop="auth", algorithm=MD5',
                'Digest realm="cam", nonce="n1", qop="auth,auth-int", algorithm=SHA-256, opaque="o"',
                'Basic realm="cam"',
            ],
        }[self.scheme]:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_allowed(self) -> bool:
        if not self.scheme:
            return True
        sent = self.headers.get("Authorization", "")
        if self.scheme == "basic":
            import base64

            return sent == "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        fields = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', sent)}

        def digest(text: str) -> str:
            return (hashlib.sha256 if self.scheme == "sha-256" else hashlib.md5)(text.encode()).hexdigest()

        secret, request = digest(f"{USERNAME}:cam:{PASSWORD}"), digest(f"GET:{self.path}")
        wanted = digest(f"{secret}:n1:{request}")
        if self.scheme != "old":
            wanted = digest(f"{secret}:n1:{fields.get('nc')}:{fields.get('cnonce')}:auth:{request}")
        return sent.startswith("Digest ") and fields.get("response") == wanted


@contextmanager
def http_camera(
    paths: dict[str, Callable[[CameraHandler], None]],
    scheme: str = "",
    certificate: Path | None = None,
    address: str = "127.0.0.1",
) -> Iterator[tuple[str, list[str], threading.Event]]:
    """`(address, paths asked for so far, what ends its endless answers)`."""
    gone = threading.Event()
    table = paths

    class Handler(CameraHandler):
        paths = table
        requests: ClassVar[list[str]] = []

    Handler.scheme, Handler.gone = scheme, gone
    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://{address}:{server.server_port}", Handler.requests, gone
    finally:
        gone.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def bare_server(answer: Callable[[bytes], bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """`(port, requests so far)` of a server that answers each piece it receives with whatever `answer` says."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def converse(connection: socket.socket) -> None:
            with connection:
                try:
                    while request := connection.recv(65536):
                        requests.append(request)
                        connection.sendall(answer(request))
                except OSError:
                    pass

        def accept() -> None:
            try:
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=converse, args=(connection,), daemon=True).start()
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1], requests
        listening.shutdown(socket.SHUT_RDWR)
