"""Hostile and broken RTSP servers: each gets its fault, none gets anywhere."""

from collections.abc import Callable
import re
from threading import Event

import pytest

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest import rtsp
from custom_components.localcam.engine.ingest.connect import source_for
from custom_components.localcam.engine.settings import AddressSource

from .http_cameras import bare_server


def fault_of(url: str) -> SourceFault:
    source = source_for(
        AddressSource(url=url, username="user", password="hunter2"), with_sound=False, clock=SystemClock(), stop=Event()
    )
    with pytest.raises(SourceError) as caught:
        source.open()
    source.close()
    assert "hunter2" not in repr(caught.value)
    return caught.value.fault


def answering(status: str, *lines: str, body: bytes = b"") -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        sequence = re.search(rb"CSeq: (\d+)", request)
        assert sequence is not None
        head = [f"RTSP/1.0 {status}", f"CSeq: {sequence[1].decode()}", *lines]
        return "\r\n".join([*head, "", ""]).encode() + body

    return answer


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("404 Not Found", SourceFault.NOT_FOUND),
        ("401 Unauthorized", SourceFault.UNAUTHORIZED),
        ("403 Forbidden", SourceFault.UNAUTHORIZED),
        ("503 Service Unavailable", SourceFault.NO_PICTURE),
    ],
)
def test_an_answer_has_its_fault(status: str, fault: SourceFault) -> None:
    with bare_server(answering(status)) as (port, _):
        assert fault_of(f"rtsp://127.0.0.1:{port}/x") is fault


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "305 Use Proxy"])
def test_a_redirect_is_never_followed(status: str) -> None:
    with bare_server(answering("200 OK")) as (victim, victim_requests):
        with bare_server(answering(status, f"Location: rtsp://127.0.0.1:{victim}/")) as (port, _):
            assert fault_of(f"rtsp://127.0.0.1:{port}/x") is SourceFault.NOT_FOUND
        assert victim_requests == []


@pytest.mark.parametrize("length", ["550000000", "99999999999999999999"])
def test_a_description_without_end_reserves_nothing(length: str) -> None:
    with bare_server(answering("200 OK", f"Content-Length: {length}", body=b"v=0\r\n")) as (port, _):
        assert fault_of(f"rtsp://127.0.0.1:{port}/x") is SourceFault.NOT_VIDEO


def test_a_description_without_video_is_no_video() -> None:
    sound = b"v=0\r\nm=audio 0 RTP/AVP 8\r\n"
    with bare_server(answering("200 OK", f"Content-Length: {len(sound)}", body=sound)) as (port, _):
        assert fault_of(f"rtsp://127.0.0.1:{port}/x") is SourceFault.NOT_VIDEO


def test_another_protocol_and_headers_without_end_are_no_video() -> None:
    with bare_server(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as (port, _):
        assert fault_of(f"rtsp://127.0.0.1:{port}/x") is SourceFault.NOT_VIDEO
    with bare_server(lambda _: b"RTSP/1.0 200 OK\r\n" + b"X: nothing\r\n" * 10_000) as (port, _):
        assert fault_of(f"rtsp://127.0.0.1:{port}/x") is SourceFault.NOT_VIDEO


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtsp, "_GREETING_TIMEOUT_S", 0.5)
    with bare_server(lambda _: b"") as (port, _):
        assert fault_of(f"rtsp://127.0.0.1:{port}/x") is SourceFault.UNREACHABLE


def test_a_host_that_refuses_is_said_to_refuse() -> None:
    with bare_server(lambda _: b"") as (port, _):
        pass
    assert fault_of(f"rtsp://127.0.0.1:{port}/x") is SourceFault.REFUSED


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    assert fault_of("rtsp://no-such-camera.invalid/x") is SourceFault.UNREACHABLE
