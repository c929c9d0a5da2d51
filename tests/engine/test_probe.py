"""Trying a real camera in a real worker, before there is anything that its owner could have set."""

from collections.abc import Iterator

import pytest

from custom_components.localcam.engine.errors import DetectStreamError, SourceError, SourceFault
from custom_components.localcam.engine.probe import probe
from custom_components.localcam.engine.settings import AddressSource, CameraSettings
from tests.rtsp_server import RtspServer, TestPattern

pytestmark = [pytest.mark.rtsp, pytest.mark.timeout(120)]

CAMERAS = {
    "aac": TestPattern(keyframe_every_frames=15, sound="aac"),
    "alaw": TestPattern(keyframe_every_frames=15, sound="alaw"),
    "silent": TestPattern(keyframe_every_frames=15),
}


@pytest.fixture(scope="module")
def camera() -> Iterator[RtspServer]:
    with RtspServer(CAMERAS) as server:
        yield server


@pytest.mark.parametrize(("path", "codec"), [("aac", "aac"), ("alaw", "pcm_alaw"), ("silent", None)])
def test_the_camera_s_sound_is_named_although_it_is_not_recorded(
    camera: RtspServer, path: str, codec: str | None
) -> None:
    settings = CameraSettings(camera_id="tried", name="Tried", source=AddressSource(url=camera.url(path)))
    assert not settings.record.sound
    assert probe(settings).facts.audio_codec == codec


@pytest.mark.parametrize(
    ("second", "fault"),
    [("missing", SourceFault.NOT_FOUND), ("rtsp://203.0.113.7/small", SourceFault.PUBLIC_ADDRESS)],
)
def test_what_is_wrong_with_the_second_stream_alone_is_told_apart(
    camera: RtspServer, second: str, fault: SourceFault
) -> None:
    detect_url = second if "://" in second else camera.url(second)
    source = AddressSource(url=camera.url("silent"), detect_url=detect_url)
    with pytest.raises(DetectStreamError) as raised:
        probe(CameraSettings(camera_id="tried", name="Tried", source=source))
    assert raised.value.fault is fault


def test_what_is_wrong_with_the_camera_itself_is_not_the_second_streams(camera: RtspServer) -> None:
    source = AddressSource(url=camera.url("missing"), detect_url=camera.url("silent"))
    with pytest.raises(SourceError) as raised:
        probe(CameraSettings(camera_id="tried", name="Tried", source=source))
    assert not isinstance(raised.value, DetectStreamError)
