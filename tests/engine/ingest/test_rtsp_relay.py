"""The gate between a player and a camera: what each of them may hear, and who is let in."""

from collections.abc import Iterator
from contextlib import contextmanager
import re
import socket

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.address import Place, locate
from custom_components.localcam.engine.ingest.authorization import Authorizer
from custom_components.localcam.engine.ingest.relayed_exchange import RelayedExchange
from custom_components.localcam.engine.ingest.rtsp_messages import HEAD_LIMIT_BYTES, Message, Splitter
from custom_components.localcam.engine.ingest.rtsp_relay import RtspRelay

from .http_cameras import bare_server

GATE = "rtsp://127.0.0.1:5555/token"
CAMERA = locate("rtsp://camera.local:8554/live?a=b", lambda _: ["192.168.1.20"])
MEDIA = b"$\x00\x00\x03abc"
OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nhi"
SAID = b"".join((OK, MEDIA, MEDIA, b"REDIRECT rtsp://x/ RTSP/1.0\r\nCSeq: 4\r\n\r\n", MEDIA, OK, b"$\x01\x00\x00"))


def exchange(username: str = "me", password: str = "p@ss") -> RelayedExchange:
    return RelayedExchange(GATE, CAMERA, Authorizer(username, password))


def asks(method: str, path: str = "", sequence: int = 1) -> bytes:
    return f"{method} {GATE}{path} RTSP/1.0\r\nCSeq: {sequence}\r\nUser-Agent: player\r\n\r\n".encode()


def answered(answer: str, to: RelayedExchange | None = None) -> str:
    """What the player hears of it."""
    return (to or exchange()).answered(answer.replace("\n", "\r\n").encode())[1].decode()


@given(st.lists(st.integers(1, 40)))
def test_in_whatever_pieces_it_comes_the_same_is_found(sizes: list[int]) -> None:
    splitter, rest = Splitter(), SAID
    found: list[bytes | Message] = []
    for size in [*sizes, len(SAID)]:
        found += splitter.feed(rest[:size])
        rest = rest[size:]
    whole = Splitter().feed(SAID)
    assert [each for each in found if isinstance(each, Message)] == [e for e in whole if isinstance(e, Message)]
    media = (b"".join(each for each in of if isinstance(each, bytes)) for of in (found, whole))
    assert next(media) == next(media) == MEDIA * 3 + b"$\x01\x00\x00"


@given(st.lists(st.integers(1, 40)))
def test_media_are_found_frame_by_frame_where_that_is_asked(sizes: list[int]) -> None:
    splitter, rest = Splitter(whole_frames=True), SAID
    found: list[bytes | Message] = []
    for size in [*sizes, len(SAID)]:
        found += splitter.feed(rest[:size])
        rest = rest[size:]
    assert [each for each in found if isinstance(each, bytes)] == [MEDIA, MEDIA, MEDIA, b"$\x01\x00\x00"]
    assert len(found) == 7


@pytest.mark.parametrize("garbage", [b"\x00\x01", b"\r\n", b"lower case", b"RTS"])
def test_bytes_too_many_are_left_out(garbage: bytes) -> None:
    assert Splitter().feed(MEDIA + garbage + MEDIA) == [MEDIA, MEDIA]


@pytest.mark.parametrize(
    "said",
    [
        b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * HEAD_LIMIT_BYTES,
        b"RTSP/1.0 200 OK\r\nContent-Length: 536870912\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
    ],
)
def test_a_message_without_end_ends_the_connection(said: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        exchange().answered(said)
    assert caught.value.fault is SourceFault.NOT_VIDEO


def test_the_camera_is_asked_by_its_own_name_and_told_the_password_only_when_it_asks() -> None:
    talk = exchange()
    to_camera, _ = talk.asked(asks("DESCRIBE"))
    assert to_camera == b"DESCRIBE rtsp://camera.local:8554/live?a=b RTSP/1.0\r\nCSeq: 1\r\n\r\n"

    challenge = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\n'
    again, to_player = talk.answered(challenge)
    assert b'uri="rtsp://camera.local:8554/live?a=b"' in again
    assert b"p@ss" not in again
    assert to_player == b""

    refused, to_player = talk.answered(challenge)
    assert refused == b"", "it is said once, not for ever"
    assert to_player == b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n"

    setup, _ = talk.asked(asks("SETUP", "/track1", 2))
    assert setup.startswith(b"SETUP rtsp://camera.local:8554/live?a=b/track1 RTSP/1.0\r\n")
    assert b"Authorization: Digest" in setup


@pytest.mark.parametrize("status", [300, 301, 302, 305, 399])
def test_a_redirect_is_no_way(status: int) -> None:
    heard = answered(f"RTSP/1.0 {status} Moved\nCSeq: 1\nLocation: rtsp://9.9.9.9/\n\n")
    assert heard == "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n"


@pytest.mark.parametrize(
    "hidden",
    ["CSeq: 1\rLocation: rtsp://9.9.9.9/", "Session: 1\x00\rLocation: rtsp://9.9.9.9/", "Server: WMServer/9.0"],
)
def test_no_header_hides_in_another(hidden: str) -> None:
    heard = exchange().answered(f"RTSP/1.0 200 OK\r\n{hidden.replace(chr(13), chr(10))}\r\n\r\n".encode())[1]
    assert b"Location" not in heard
    assert b"Server" not in heard


@pytest.mark.parametrize(
    "granted",
    [
        "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;source=9.9.9.9;destination=8.8.8.8",
        "RTP/AVP/UDP;unicast;client_port=5000-5001;SOURCE = 9.9.9.9;server_port=6000-6001",
        "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001,RTP/AVP;source=9.9.9.9",
    ],
)
def test_media_come_from_the_camera_and_nowhere_else(granted: str) -> None:
    heard = answered(f"RTSP/1.0 200 OK\nCSeq: 1\nTransport: {granted}\n\n")
    assert ";client_port=5000-5001;server_port=6000-6001;source=192.168.1.20\r\n" in heard
    assert "9.9.9.9" not in heard
    assert "8.8.8.8" not in heard


def test_over_tcp_there_is_no_source_at_all() -> None:
    heard = answered("RTSP/1.0 200 OK\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1;source=9.9.9.9;ssrc=AB12\n\n")
    assert "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=AB12\r\n" in heard


@pytest.mark.parametrize("granted", ["RTP/AVP;multicast;destination=239.0.0.1;port=1-2", "x-real-rdt/tcp", ""])
def test_other_ways_to_send_end_the_connection(granted: str) -> None:
    with pytest.raises(SourceError):
        answered(f"RTSP/1.0 200 OK\nTransport: {granted}\n\n")


def test_a_camera_that_asks_something_gets_no_hearing() -> None:
    assert exchange().answered(b"REDIRECT rtsp://9.9.9.9/ RTSP/1.0\r\nLocation: rtsp://9.9.9.9/\r\n\r\n") == (b"", b"")


@pytest.mark.parametrize(
    "first", ["OPTIONS rtsp://127.0.0.1:5555/ RTSP/1.0", "GET / HTTP/1.1", "RECORD {gate} RTSP/1.0"]
)
def test_who_does_not_know_the_way_or_wants_more_than_to_watch_is_turned_away(first: str) -> None:
    with pytest.raises(SourceError):
        exchange().asked(f"{first.replace('{gate}', GATE)}\r\n\r\n".encode())


# Sockets


def here(port: int) -> tuple[Place, Authorizer]:
    return locate(f"rtsp://127.0.0.1:{port}/live"), Authorizer("", "")


@contextmanager
def relay_to(port: int, *, once: bool = False) -> Iterator[RtspRelay]:
    relay = RtspRelay(lambda: here(port), SystemClock(), once=once)
    relay.start()
    yield relay
    relay.close()


def player_of(relay: RtspRelay) -> socket.socket:
    found = re.match(r"rtsp://([^:]+):(\d+)/", relay.url)
    assert found is not None
    return socket.create_connection((found[1], int(found[2])), 5)


def ask(player: socket.socket, relay: RtspRelay) -> bytes:
    player.sendall(f"OPTIONS {relay.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
    return player.recv(4096)


def test_a_player_that_knows_the_way_reaches_the_camera() -> None:
    with bare_server(lambda _: OK) as (port, requests), relay_to(port) as relay, player_of(relay) as player:
        assert ask(player, relay) == OK
        assert requests == [f"OPTIONS rtsp://127.0.0.1:{port}/live RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode()]


def test_one_that_does_not_reaches_nobody() -> None:
    with bare_server(lambda _: OK) as (port, requests), relay_to(port) as relay, player_of(relay) as player:
        player.sendall(b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\n\r\n")
        assert player.recv(4096) == b""
        assert requests == []


def test_each_connection_goes_where_the_camera_is_then() -> None:
    with bare_server(lambda _: OK) as (first, _), bare_server(lambda _: OK) as (second, requests):
        ports = iter([first, second])
        relay = RtspRelay(lambda: here(next(ports)), SystemClock())
        relay.start()
        for _ in range(2):
            with player_of(relay) as player:
                ask(player, relay)
        relay.close()
        assert len(requests) == 1


def test_who_watches_is_put_out_when_it_closes() -> None:
    with bare_server(lambda _: OK) as (port, _), relay_to(port) as relay, player_of(relay) as player:
        ask(player, relay)
        relay.close()
        assert player.recv(4096) == b""


def test_for_one_player_it_lets_in_one_and_stays_with_it() -> None:
    with bare_server(lambda _: OK) as (port, _), relay_to(port, once=True) as relay, player_of(relay) as player:
        assert ask(player, relay) == OK
        with pytest.raises(ConnectionRefusedError):
            player_of(relay)
        player.sendall(f"OPTIONS {GATE} RTSP/1.0\r\nCSeq: 2\r\n\r\n".encode())
        assert player.recv(4096) == OK


def test_somebody_else_goes_on_with_the_camera_where_the_player_was_put_out() -> None:
    with bare_server(lambda _: OK + MEDIA[:3]) as (port, requests), relay_to(port, once=True) as relay:
        with player_of(relay) as player:
            ask(player, relay)
            handed = relay.hand_over()
            assert player.recv(4096) == b"", "two readers would each get a part"
        assert handed is not None
        with handed.camera as camera:
            assert handed.heard == relay.heard == OK + MEDIA[:3]
            to_camera, _ = handed.exchange.asked(f"PLAY {handed.url} RTSP/1.0\r\nCSeq: 2\r\n\r\n".encode())
            camera.sendall(to_camera)
            assert camera.recv(4096) == OK + MEDIA[:3]
        assert requests[-1] == f"PLAY rtsp://127.0.0.1:{port}/live RTSP/1.0\r\nCSeq: 2\r\n\r\n".encode()


def test_what_is_too_much_to_be_heard_again_is_not_kept() -> None:
    many = b"$\x00\xff\xfb" + bytes(0xFFFB)
    said = OK + many * 70
    with bare_server(lambda _: said) as (port, _), relay_to(port, once=True) as relay, player_of(relay) as player:
        player.sendall(f"OPTIONS {relay.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        heard = 0
        while heard < len(said):
            heard += len(player.recv(1 << 20))
        assert relay.heard == b""


def test_a_crowd_is_not_let_in() -> None:
    with bare_server(lambda _: OK) as (port, _), relay_to(port) as relay:
        players = [player_of(relay) for _ in range(12)]
        heard = [_heard(player, relay) for player in players]
        assert heard.count(OK) == 8
        for player in players:
            player.close()


def _heard(player: socket.socket, relay: RtspRelay) -> bytes:
    try:
        return ask(player, relay)
    except OSError:
        return b""
