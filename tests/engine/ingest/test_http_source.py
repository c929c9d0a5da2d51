"""HTTP cameras, real and badly made: what they send decides how they are read, and no one waits for them for long."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
import time

import pytest

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest import http_camera as http_camera_module, http_source
from custom_components.localcam.engine.ingest.connect import source_for
from custom_components.localcam.engine.ingest.source import MediaSource
from custom_components.localcam.engine.settings import AddressSource
from custom_components.localcam.engine.values import Packet
from tests.engine.workers import BUSY_S

from .http_cameras import (
    PASSWORD,
    USERNAME,
    CameraHandler,
    bare_server,
    http_camera,
    jpeg,
    self_signed,
    with_claimed_size,
)

PICTURES = [jpeg(160, 96, brightness) for brightness in (20, 120, 220)]


def source_at(url: str, username: str = "", password: str = "") -> MediaSource:
    return source_for(
        AddressSource(url=url, username=username, password=password),
        with_sound=False,
        clock=SystemClock(),
        stop=Event(),
    )


def fault_of(url: str, username: str = "", password: str = "") -> SourceFault:
    source = source_at(url, username, password)
    with pytest.raises(SourceError) as caught:
        source.open()
    source.close()
    assert PASSWORD not in repr(caught.value)
    return caught.value.fault


def take(source: MediaSource, count: int) -> list[Packet]:
    packets: list[Packet] = []
    for item in source.packets():
        assert isinstance(item, Packet)
        packets.append(item)
        if len(packets) == count:
            break
    return packets


def snapshot(camera: CameraHandler) -> None:
    camera.send(PICTURES[1])


def sending(body: bytes, kind: str = "image/jpeg", status: int = 200) -> Callable[[CameraHandler], None]:
    return lambda camera: camera.send(body, kind, status)


def stream_of(
    pictures: list[bytes], *, lengths: bool = True, boundary: bytes = b"--frame", end: bool = False
) -> Callable[[CameraHandler], None]:
    def answer(camera: CameraHandler) -> None:
        camera.begin_stream()
        while not camera.gone.is_set():
            for picture in pictures:
                length = b"Content-Length: %d\r\n" % len(picture) if lengths else b""
                camera.wfile.write(
                    boundary + b"\r\nContent-Type: image/jpeg\r\n" + length + b"\r\n" + picture + b"\r\n"
                )
                camera.gone.wait(0.02)
            if end:
                return

    return answer


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("boundary", [b"--frame", b"--another"])
def test_a_stream_of_pictures_is_read_whatever_its_boundaries_say(lengths: bool, boundary: bytes) -> None:
    with http_camera({"/": stream_of(PICTURES, lengths=lengths, boundary=boundary)}) as (url, requests, _):
        source = source_at(url)
        source.open()
        packets = take(source, 6)
        source.close()
    assert source.formats[0].codec == "h264"
    assert len(packets) == 6
    assert requests == ["/"]


def test_a_chunked_stream_is_read_too() -> None:
    def answer(camera: CameraHandler) -> None:
        camera.send_response(200)
        camera.send_header("Content-Type", "multipart/x-mixed-replace;boundary=x")
        camera.send_header("Transfer-Encoding", "chunked")
        camera.end_headers()
        data = b"".join(b"--x\r\n\r\n" + picture for picture in PICTURES * 2)
        for at in range(0, len(data), 333):
            piece = data[at : at + 333]
            camera.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        camera.wfile.write(b"0\r\n\r\n")

    with http_camera({"/": answer}) as (url, _, _):
        source = source_at(url)
        source.open()
        assert len(take(source, 6)) == 6
        source.close()


def test_a_broken_picture_in_a_stream_costs_itself_alone() -> None:
    bomb = with_claimed_size(PICTURES[0], 65535, 65535)
    with http_camera({"/": stream_of([PICTURES[0], PICTURES[1][:300], bomb, PICTURES[2]])}) as (url, requests, _):
        source = source_at(url)
        source.open()
        assert len(take(source, 8)) == 8
        source.close()
    assert requests == ["/"]


def test_a_stream_that_ends_is_a_lost_camera() -> None:
    with http_camera({"/": stream_of(PICTURES, end=True)}) as (url, _, _):
        source = source_at(url)
        source.open()
        with pytest.raises(SourceError) as caught:
            take(source, 100)
        source.close()
    assert caught.value.fault is SourceFault.LOST


def test_a_stream_that_falls_silent_is_lost_within_five_seconds() -> None:
    def answer(camera: CameraHandler) -> None:
        camera.begin_stream()
        camera.wfile.write(PICTURES[0])
        camera.gone.wait()

    with http_camera({"/": answer}) as (url, _, _):
        source = source_at(url)
        source.open()
        began_at_s = time.monotonic()
        with pytest.raises(SourceError) as caught:
            take(source, 100)
        source.close()
    assert caught.value.fault is SourceFault.LOST
    assert http_source.PICTURE_TIMEOUT_S < 5
    assert time.monotonic() - began_at_s < http_source.PICTURE_TIMEOUT_S + BUSY_S


def test_a_camera_with_a_certificate_of_its_own_is_asked_over_tls(tmp_path: Path) -> None:
    with http_camera({"/": snapshot}, certificate=self_signed(tmp_path)) as (url, _, _):
        assert url.startswith("https://")
        source = source_at(url)
        source.open()
        assert len(take(source, 2)) == 2
        source.close()
        assert fault_of(url.replace("https", "http")) in {SourceFault.REFUSED, SourceFault.NOT_VIDEO}
    with http_camera({"/": snapshot}) as (url, _, _):
        assert fault_of(url.replace("http", "https")) is SourceFault.REFUSED


def test_a_single_picture_is_asked_for_again_and_again() -> None:
    with http_camera({"/snap.jpg?big=1": snapshot}) as (url, requests, _):
        source = source_at(f"{url}/snap.jpg?big=1")
        source.open()
        packets = take(source, 3)
        source.close()
    assert packets[2].pts_s - packets[0].pts_s == pytest.approx(1, abs=0.3)
    assert set(requests) == {"/snap.jpg?big=1"}


@pytest.mark.parametrize("scheme", ["basic", "md5", "old", "sha-256"])
def test_the_password_is_given_in_the_way_the_camera_asks_for(scheme: str) -> None:
    with http_camera({"/a?b=c": snapshot}, scheme) as (url, requests, _):
        source = source_at(f"{url}/a?b=c", USERNAME, PASSWORD)
        source.open()
        assert len(take(source, 3)) == 3
        source.close()
        assert len(requests) <= 5, "it asks without a password once, not each time"


@pytest.mark.parametrize("scheme", ["basic", "md5", "old", "sha-256"])
def test_a_wrong_password_and_none_are_refused(scheme: str) -> None:
    with http_camera({"/": snapshot}, scheme) as (url, _, _):
        assert fault_of(url, USERNAME, "wrong") is SourceFault.UNAUTHORIZED
        assert fault_of(url) is SourceFault.UNAUTHORIZED


def test_a_page_to_log_in_is_no_video() -> None:
    page = b"<html><form>Password: <input></form></html>"
    answers = {"/html": "text/html", "/lie": "image/jpeg", "/nothing": "application/octet-stream"}
    with http_camera({path: sending(page, kind) for path, kind in answers.items()}) as (url, _, _):
        assert {fault_of(url + path) for path in answers} == {SourceFault.NOT_VIDEO}


def test_a_path_that_is_not_there_is_said_to_be_missing() -> None:
    with http_camera({}) as (url, _, _):
        assert fault_of(f"{url}/nothing") is SourceFault.NOT_FOUND


def test_a_camera_that_forbids_and_one_that_fails_are_told_apart() -> None:
    with http_camera({f"/{status}": sending(b"", status=status) for status in (403, 503)}) as (url, _, _):
        assert fault_of(f"{url}/403") is SourceFault.UNAUTHORIZED
        assert fault_of(f"{url}/503") is SourceFault.NO_PICTURE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    with http_camera({"/": snapshot}) as (victim, victim_requests, _):
        paths = {"/": lambda camera: camera.send(b"", status=status, Location=victim)}
        with http_camera(paths) as (url, _, _):
            assert fault_of(url) is SourceFault.NOT_FOUND
    assert victim_requests == []


def test_a_playlist_leads_nowhere() -> None:
    with http_camera({"/": snapshot}) as (victim, victim_requests, _):
        playlist = f"#EXTM3U\n#EXTINF:1,\n{victim}\n".encode()
        with http_camera({"/": lambda camera: camera.send(playlist, "application/vnd.apple.mpegurl")}) as (url, _, _):
            assert fault_of(url) is SourceFault.NOT_VIDEO
    assert victim_requests == []


@pytest.mark.parametrize("claimed", [(65535, 65535), (13000, 13000)])
def test_a_picture_of_absurd_size_is_not_even_decoded(claimed: tuple[int, int]) -> None:
    bomb = with_claimed_size(PICTURES[0], *claimed)
    with http_camera({"/": lambda camera: camera.send(bomb)}) as (url, _, _):
        assert fault_of(url) is SourceFault.NOT_VIDEO


def test_a_picture_without_end_is_given_up() -> None:
    def answer(camera: CameraHandler) -> None:
        camera.begin_stream("image/jpeg")
        camera.wfile.write(b"\xff\xd8\xff")
        while not camera.gone.is_set():
            camera.wfile.write(bytes(1 << 20))

    with http_camera({"/": answer}) as (url, _, _):
        assert fault_of(url) is SourceFault.NOT_VIDEO


def test_headers_without_end_are_given_up() -> None:
    with bare_server(lambda _: b"HTTP/1.1 200 OK\r\n" + b"X-Filler: nothing\r\n" * 10_000) as (port, _):
        assert fault_of(f"http://127.0.0.1:{port}/") is SourceFault.NOT_VIDEO


def drip(camera: CameraHandler) -> None:
    camera.begin_stream("image/jpeg")
    for byte in PICTURES[0]:
        camera.wfile.write(bytes([byte]))
        if camera.gone.wait(0.1):
            return


def drip_stream(camera: CameraHandler) -> None:
    camera.begin_stream()
    while not camera.gone.wait(0.1):
        camera.wfile.write(b"-")


@pytest.mark.parametrize(("answer", "fault"), [(drip, SourceFault.UNREACHABLE), (drip_stream, SourceFault.NO_PICTURE)])
def test_a_camera_that_sends_a_byte_now_and_then_is_not_waited_for(
    answer: Callable[[CameraHandler], None], fault: SourceFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_camera_module, "ANSWER_TIMEOUT_S", 1.0)
    monkeypatch.setattr(http_source, "PICTURE_TIMEOUT_S", 1.0)
    with http_camera({"/": answer}) as (url, _, _):
        began_at_s = time.monotonic()
        assert fault_of(url) is fault
    assert time.monotonic() - began_at_s < 1 + BUSY_S


def test_a_host_that_refuses_and_one_that_does_not_speak_http_are_named() -> None:
    with bare_server(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as (port, _):
        assert fault_of(f"http://127.0.0.1:{port}/") is SourceFault.NOT_VIDEO
    assert fault_of(f"http://127.0.0.1:{port}/") is SourceFault.REFUSED


def test_a_public_address_is_not_even_asked() -> None:
    assert fault_of("http://8.8.8.8/") is SourceFault.PUBLIC_ADDRESS
