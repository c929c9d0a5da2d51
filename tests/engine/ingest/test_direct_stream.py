"""A camera's own connection is read where libav leaves off; nothing is missing, nothing comes twice."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
import itertools
import socket
from typing import override

import pytest

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.address import locate
from custom_components.localcam.engine.ingest.authorization import Authorizer
from custom_components.localcam.engine.ingest.direct_stream import DirectStream, Suits, suits
from custom_components.localcam.engine.ingest.handed import Handed
from custom_components.localcam.engine.ingest.relayed_exchange import RelayedExchange
from custom_components.localcam.engine.values import Medium, Packet, StreamFormat

from .rtp_packets import START, answers, interleaved, packets, rtp

GATE = "rtsp://127.0.0.1:5555/token"
CAMERA = locate("rtsp://camera.local:8554/live", lambda _: ["192.168.1.20"])
VIDEO = StreamFormat(medium=Medium.VIDEO, codec="h264", time_base=Fraction(1, 90_000), width_px=640, height_px=360)
SOUND = StreamFormat(medium=Medium.AUDIO, codec="aac", time_base=Fraction(1, 16_000))
PICTURES = [
    [b"\x65" + bytes((number,)) * 3000] if number % 4 == 0 else [b"\x41" + bytes((number,)) * 90]
    for number in range(12)
]
SENT = [interleaved(packet) for packet in packets("h264", PICTURES)]
STREAM = b"".join(SENT)


class SteppingClock(SystemClock):
    """Half a minute passes with every look at it, once it runs."""

    def __init__(self) -> None:
        self.runs = False
        self._steps = itertools.count(1)

    @override
    def monotonic_s(self) -> float:
        return next(self._steps) * 30.0 if self.runs else 0.0


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    camera, ours = socket.socketpair()
    camera.settimeout(5)
    with camera, ours:
        yield camera, ours


def stream(ours: socket.socket, heard: bytes, clock: SystemClock | None = None) -> DirectStream:
    exchange = RelayedExchange(GATE, CAMERA, Authorizer("me", "p@ss"))
    exchange.asked(f"OPTIONS {GATE} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
    exchange.answered(heard)
    return DirectStream(Handed(camera=ours, exchange=exchange, url=GATE, heard=heard), VIDEO, clock or SystemClock())


@pytest.mark.parametrize("cut", [0, 2, 50, 1500, 4200])
def test_wherever_it_is_taken_over_every_picture_comes_once(
    ends: tuple[socket.socket, socket.socket], cut: int
) -> None:
    camera, ours = ends
    direct = stream(ours, answers() + STREAM[:cut])
    other = interleaved(rtp(b"\x65another stream's", 0, 0, marker=True), channel=4)
    camera.sendall(STREAM[cut:6000])
    camera.sendall(STREAM[6000:] + other + b"RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n")

    found = [item for item in itertools.islice(direct.packets(), len(PICTURES)) if isinstance(item, Packet)]

    assert [packet.payload for packet in found] == [START + picture[0] for picture in PICTURES]
    assert [packet.is_keyframe for packet in found] == [number % 4 == 0 for number in range(len(PICTURES))]
    assert {later.dts - earlier.dts for earlier, later in itertools.pairwise(found)} == {3600}
    assert all(later.received_at_s >= earlier.received_at_s for earlier, later in itertools.pairwise(found))
    assert found[-1].received_at_s - found[-2].received_at_s <= 0.041, "no earlier than it was sent"


def test_the_camera_hears_that_somebody_still_watches_and_when_nobody_does(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    camera, ours = ends
    clock = SteppingClock()
    direct = stream(ours, answers(), clock)
    items = direct.packets()
    camera.sendall(STREAM)
    next(items)
    clock.runs = True
    for _ in range(len(PICTURES) - 1):
        next(items)
    camera.sendall(interleaved(rtp(b"\x41more", len(SENT), 3600 * 12, marker=True)))
    next(items)
    said = camera.recv(4096).decode()
    assert said.startswith("GET_PARAMETER rtsp://camera.local:8554/live RTSP/1.0\r\nCSeq: 10\r\nSession: abc\r\n")

    direct.close()
    assert camera.recv(4096).startswith(b"TEARDOWN rtsp://camera.local:8554/live RTSP/1.0\r\nCSeq: 11\r\n")
    assert camera.recv(4096) == b""


def test_a_camera_that_says_nothing_more_is_lost(ends: tuple[socket.socket, socket.socket]) -> None:
    clock = SteppingClock()
    clock.runs = True
    with pytest.raises(SourceError) as caught:
        list(stream(ends[1], answers() + STREAM, clock).packets())
    assert caught.value.fault is SourceFault.LOST


def test_a_stream_as_the_standards_want_it_suits() -> None:
    assert suits((VIDEO,), answers() + STREAM) is Suits.YES
    assert suits((VIDEO,), answers() + STREAM[:-5]) is Suits.YES


@pytest.mark.parametrize("heard", [b"", b"".join(SENT[5:8])])
def test_before_a_keyframe_nobody_knows(heard: bytes) -> None:
    assert suits((VIDEO,), answers() + heard) is Suits.NOT_YET


@pytest.mark.parametrize(
    ("formats", "heard"),
    [
        pytest.param((VIDEO, SOUND), answers() + STREAM, id="sound that is wanted"),
        pytest.param((replace(VIDEO, codec="mjpeg"),), answers() + STREAM, id="another codec"),
        pytest.param((replace(VIDEO, time_base=Fraction(1, 1000)),), answers() + STREAM, id="another clock"),
        pytest.param((VIDEO,), answers(videos=2) + STREAM, id="two videos"),
        pytest.param((VIDEO,), answers(setups=2) + STREAM, id="two streams"),
        pytest.param((VIDEO,), STREAM, id="nothing that was said before"),
        pytest.param((VIDEO,), b"", id="too much"),
        pytest.param((VIDEO,), answers() + b"".join(SENT[:6] + SENT[7:]), id="gaps"),
        pytest.param((VIDEO,), answers() + b"RTSP/1.0 200 OK\r\nContent-Length: 999999\r\n\r\n", id="endless"),
    ],
)
def test_whatever_is_odd_stays_with_libav(formats: tuple[StreamFormat, ...], heard: bytes) -> None:
    assert suits(formats, heard) is Suits.NO
