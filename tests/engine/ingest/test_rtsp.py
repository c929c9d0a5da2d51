"""Real RTSP cameras: every codec, passwords, silence, death and return, sizes that change."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
import threading
from threading import Event
import time

import pytest

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.address import locate
from custom_components.localcam.engine.ingest.connect import source_for
from custom_components.localcam.engine.ingest.decoder import Decoder
from custom_components.localcam.engine.ingest.libav_source import SILENCE_S
from custom_components.localcam.engine.ingest.probing import try_source
from custom_components.localcam.engine.ingest.rtsp import rtsp_source
from custom_components.localcam.engine.ingest.source import MediaSource
from custom_components.localcam.engine.settings import AddressSource, RtspTransport
from custom_components.localcam.engine.values import FormatChange, Medium, Packet, SourceItem
from tests.engine.packets import Camera, film
from tests.engine.workers import BUSY_S
from tests.rtsp_server import RtspServer, TestPattern, VideoFile

from .footage_files import write_mp4, write_raw

pytestmark = pytest.mark.rtsp

PASSWORD = "p@ss/wörd:x%"
MOUNTS = {
    "h264": TestPattern(),
    "hevc": TestPattern(codec="hevc"),
    "mjpeg": TestPattern(codec="mjpeg"),
    "aac": TestPattern(sound="aac"),
    "mp3": TestPattern(sound="mp3"),
    "alaw": TestPattern(sound="alaw"),
    "rare": TestPattern(keyframe_every_frames=150),
}


@pytest.fixture(scope="module")
def camera() -> Iterator[RtspServer]:
    with RtspServer(MOUNTS) as server:
        yield server


@dataclass(frozen=True)
class Settings:
    username: str = ""
    password: str = ""
    transport: RtspTransport = RtspTransport.TCP
    with_sound: bool = False


PLAIN = Settings()


def source_at(url: str, settings: Settings = PLAIN) -> MediaSource:
    address = AddressSource(
        url=url, username=settings.username, password=settings.password, rtsp_transport=settings.transport
    )
    return source_for(address, with_sound=settings.with_sound, clock=SystemClock(), stop=Event())


def take(source: MediaSource, count: int) -> list[Packet]:
    packets: list[Packet] = []
    for item in source.packets():
        if isinstance(item, Packet):
            packets.append(item)
        if len(packets) == count:
            break
    return packets


@pytest.mark.parametrize("transport", list(RtspTransport))
@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
def test_each_codec_arrives_over_tcp_and_udp_and_decodes(
    camera: RtspServer, codec: str, transport: RtspTransport
) -> None:
    source = source_at(camera.url(codec), Settings(transport=transport))
    source.open()
    try:
        packets = take(source, 20)
        (video,) = source.formats
    finally:
        source.close()
    assert video.codec == ("hevc" if codec == "hevc" else "h264")
    assert (video.width_px, video.height_px) == (640, 360)
    assert packets[0].is_keyframe
    assert all(later.dts > earlier.dts for earlier, later in pairwise(packets))
    decoder = Decoder(video)
    pictures = [picture for packet in packets if (picture := decoder.decode(packet))]
    assert len(pictures) >= 15
    assert pictures[-1].luma.shape == (360, 640)
    assert pictures[-1].luma.max() > 200, "the ball is white"


@pytest.mark.parametrize(
    ("mount", "with_sound", "stays"), [("h264", False, False), ("hevc", False, False), ("aac", True, True)]
)
def test_once_it_is_open_a_plain_stream_needs_no_gate(
    camera: RtspServer, mount: str, with_sound: bool, stays: bool
) -> None:
    before = set(threading.enumerate())
    source = source_at(camera.url(mount), Settings(with_sound=with_sound))
    source.open()
    try:
        take(source, 5)
        relays = [thread for thread in set(threading.enumerate()) - before if thread.name == "relay"]
        for relay in relays:
            relay.join(0.5)  # it may be about to end
        assert any(relay.is_alive() for relay in relays) == stays
    finally:
        source.close()


def test_packets_come_at_the_camera_s_pace(camera: RtspServer) -> None:
    source = source_at(camera.url("h264"))
    source.open()
    packets = take(source, 30)
    source.close()
    assert packets[-1].dts_s - packets[1].dts_s == pytest.approx(28 / 15, abs=0.05)
    assert 0.3 < packets[-1].received_at_s - packets[-16].received_at_s < 1 + BUSY_S


@pytest.mark.parametrize("codec", ["aac", "mp3"])
def test_sound_is_taken_where_it_is_wanted_and_fits_a_clip(camera: RtspServer, codec: str) -> None:
    source = source_at(camera.url(codec), Settings(with_sound=True))
    source.open()
    packets = take(source, 60)
    source.close()
    _, sound = source.formats
    assert (sound.codec, sound.sample_rate_hz, sound.channels) == (codec, 16_000, 1)
    assert bool(sound.extradata) == (codec == "aac")
    heard = [packet for packet in packets if packet.medium is Medium.AUDIO]
    seen = [packet for packet in packets if packet.medium is Medium.VIDEO]
    assert heard
    assert seen
    assert all(packet.is_keyframe for packet in heard)
    assert abs(heard[-1].dts_s - seen[-1].dts_s) < 1


def test_sound_that_nobody_wants_is_left_out(camera: RtspServer) -> None:
    source = source_at(camera.url("aac"))
    source.open()
    assert {packet.medium for packet in take(source, 20)} == {Medium.VIDEO}
    source.close()


def test_sound_that_fits_no_clip_never_costs_the_pictures(camera: RtspServer) -> None:
    source = rtsp_source(AddressSource(url=camera.url("alaw")), with_sound=True, clock=SystemClock(), locate=locate)
    source.open()
    assert {packet.medium for packet in take(source, 20)} == {Medium.VIDEO}
    source.close()
    assert source.camera_sound == "pcm_alaw"


def test_trying_a_camera_tells_what_it_is_like(camera: RtspServer) -> None:
    facts, still = try_source(
        source_at(camera.url("h264")), source_at(camera.url("mjpeg")), timeout_s=10, clock=SystemClock()
    )
    assert (facts.codec, facts.width_px, facts.height_px) == ("h264", 640, 360)
    assert facts.frames_per_s == pytest.approx(15, abs=1)
    assert facts.keyframe_interval_s == pytest.approx(2, abs=0.1)
    assert (facts.detect_width_px, facts.detect_height_px) == (640, 360)
    assert still.startswith(b"\xff\xd8\xff")


def test_rare_keyframes_are_found_out_when_a_camera_is_tried(camera: RtspServer) -> None:
    facts, _ = try_source(source_at(camera.url("rare")), None, timeout_s=10, clock=SystemClock())
    assert facts.keyframe_interval_s == pytest.approx(10, abs=0.2)


def test_a_path_that_is_not_there_is_said_to_be_missing(camera: RtspServer) -> None:
    with pytest.raises(SourceError) as caught:
        source_at(camera.url("nothing")).open()
    assert caught.value.fault is SourceFault.NOT_FOUND


@pytest.mark.parametrize("scheme", ["digest", "basic"])
def test_a_camera_with_a_password_lets_in_whoever_knows_it(scheme: str) -> None:
    with RtspServer({"h264": TestPattern()}, username="owner", password=PASSWORD, scheme=scheme) as server:
        source = source_at(server.url("h264"), Settings("owner", PASSWORD))
        source.open()
        assert take(source, 3)
        source.close()
        for settings in (Settings("owner", "wrong-secret"), Settings("nobody", PASSWORD), PLAIN):
            with pytest.raises(SourceError) as caught:
                source_at(server.url("h264"), settings).open()
            assert caught.value.fault is SourceFault.UNAUTHORIZED
            assert "wrong-secret" not in repr(caught.value)
            assert "wörd" not in repr(caught.value)


def test_a_camera_that_falls_silent_is_lost_within_five_seconds() -> None:
    with RtspServer({"h264": TestPattern()}) as server:
        source = source_at(server.url("h264"))
        source.open()
        take_some = source.packets()
        for _ in range(10):
            next(take_some)
        server.freeze()
        began_at_s = time.monotonic()
        with pytest.raises(SourceError) as caught:
            list(take_some)
        assert SILENCE_S < 5
        assert time.monotonic() - began_at_s < SILENCE_S + BUSY_S
        assert caught.value.fault is SourceFault.LOST
        server.thaw()
        source.close()


def test_a_camera_that_dies_is_lost_at_once_and_found_when_it_is_back() -> None:
    with RtspServer({"h264": TestPattern()}) as server:
        source = source_at(server.url("h264"))
        source.open()
        packets = source.packets()
        for _ in range(10):
            next(packets)
        server.kill()
        began_at_s = time.monotonic()
        with pytest.raises(SourceError) as caught:
            list(packets)
        assert time.monotonic() - began_at_s < SILENCE_S, "it was waited for although its connection had ended"
        assert caught.value.fault is SourceFault.LOST
        source.close()
        with pytest.raises(SourceError) as caught:
            source_at(server.url("h264")).open()
        assert caught.value.fault is SourceFault.REFUSED
        server.start()
        back = source_at(server.url("h264"))
        back.open()
        assert take(back, 3)
        back.close()


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_change_of_size_in_mid_stream_is_announced_before_its_keyframe(codec: str, tmp_path: Path) -> None:
    parts = [
        film(Camera(codec=codec, width_px=width, height_px=height, frames_per_s=25), 2)
        for width, height in ((160, 96), (320, 192))
    ]
    path = write_raw(tmp_path / f"two_sizes.{codec}", *parts)
    with RtspServer({"sizes": VideoFile(path=path)}) as server:
        source = source_at(server.url("sizes"))
        source.open()
        items: list[SourceItem] = []
        with pytest.raises(SourceError):
            items.extend(source.packets())
        source.close()
    changes = [index for index, item in enumerate(items) if isinstance(item, FormatChange)]
    last = items[changes[-1]]
    assert isinstance(last, FormatChange)
    assert (last.formats[0].width_px, last.formats[0].height_px) == (320, 192)
    following = [item for item in items[changes[-1] + 1 :] if isinstance(item, Packet)]
    assert following[0].is_keyframe
    decoder = Decoder(last.formats[0])
    widths = {picture.width_px for packet in following if (picture := decoder.decode(packet))}
    assert widths == {320}


def test_pictures_that_are_shown_in_another_order_keep_good_timestamps(tmp_path: Path) -> None:
    path = tmp_path / "reordered.mp4"
    write_mp4(path, film(Camera(b_frames=2, frames_per_s=25, first_dts_s=0), 3))
    with RtspServer({"reordered": VideoFile(path=path)}) as server:
        source = source_at(server.url("reordered"))
        source.open()
        packets = take(source, 60)
        source.close()
    assert all(later.dts > earlier.dts for earlier, later in pairwise(packets))
    assert all(packet.pts >= packet.dts for packet in packets)
    # libav does not tell the first picture's time; the last ones are still without those shown between them.
    shown = sorted(packet.pts_s for packet in packets)[1:-3]
    assert [later - earlier for earlier, later in pairwise(shown)] == pytest.approx([0.04] * (len(shown) - 1))


def test_a_stream_that_ends_is_a_lost_camera(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "short.h264", film(Camera(frames_per_s=25), 1))
    with RtspServer({"short": VideoFile(path=path)}) as server:
        source = source_at(server.url("short"))
        source.open()
        with pytest.raises(SourceError) as caught:
            list(source.packets())
        source.close()
    assert caught.value.fault is SourceFault.LOST


def test_a_camera_whose_codec_fits_no_clip_is_told_so() -> None:
    with RtspServer({"vp8": TestPattern(codec="vp8")}) as server, pytest.raises(SourceError) as caught:
        source_at(server.url("vp8")).open()
    assert caught.value.fault is SourceFault.UNSUPPORTED_CODEC
