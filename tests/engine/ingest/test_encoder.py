"""What MP4 does not hold is encoded; everything else is passed on untouched."""

from collections.abc import Iterable
from fractions import Fraction

import pytest

from custom_components.localcam.engine.errors import SourceError
from custom_components.localcam.engine.ingest.decoder import Decoder
from custom_components.localcam.engine.ingest.encoder import EncodedSource
from custom_components.localcam.engine.ingest.parameter_sets import configured_sets
from custom_components.localcam.engine.ingest.still_packets import StillPackets
from custom_components.localcam.engine.values import FormatChange, Packet, SourceItem
from tests.engine.packets import Camera, film

from .http_cameras import jpeg, with_claimed_size
from .scripted_source import ScriptedSource


def stills(pictures: Iterable[tuple[bytes, float]]) -> ScriptedSource:
    packets = StillPackets()
    items = [item for picture, at_s in pictures for item in packets.items(picture, at_s)]
    first = next(iter(pictures))[0]
    return ScriptedSource((StillPackets().describe(first),), items)


def everything(source: EncodedSource) -> list[SourceItem]:
    items: list[SourceItem] = []
    with pytest.raises(SourceError):
        items.extend(source.packets())
    return items


def test_a_stream_that_mp4_holds_is_passed_on_untouched() -> None:
    footage = film(Camera(sound=True), 1)
    source = EncodedSource(ScriptedSource(footage.formats, footage.packets))
    source.open()
    assert source.formats == footage.formats
    assert [item is packet for item, packet in zip(everything(source), footage.packets, strict=True)]
    assert source.camera_codec == "h264"


def test_pictures_become_h264_with_the_times_at_which_they_arrived() -> None:
    source = EncodedSource(stills([(jpeg(160, 96, 10 * n), 50 + n / 2) for n in range(20)]))
    source.open()
    (video,) = source.formats
    assert (video.codec, video.width_px, video.height_px) == ("h264", 160, 96)
    assert configured_sets("h264", video.extradata)
    packets = [item for item in everything(source) if isinstance(item, Packet)]
    assert [packet.pts_s for packet in packets] == pytest.approx([50 + n / 2 for n in range(20)])
    assert source.camera_codec == "mjpeg"
    decoder = Decoder(video)
    brightness = [float(picture.luma.mean()) for packet in packets if (picture := decoder.decode(packet))]
    assert len(brightness) == 20
    assert brightness == sorted(brightness)


@pytest.mark.parametrize("pictures_per_s", [0.5, 2, 25])
def test_a_keyframe_comes_every_two_seconds_however_fast_pictures_do(pictures_per_s: float) -> None:
    source = EncodedSource(stills([(jpeg(), n / pictures_per_s) for n in range(int(8 * pictures_per_s) + 1)]))
    source.open()
    keyframes = [item.pts_s for item in everything(source) if isinstance(item, Packet) and item.is_keyframe]
    assert keyframes == pytest.approx([0, 2, 4, 6, 8], abs=0.05)


def test_an_odd_size_becomes_an_even_one() -> None:
    source = EncodedSource(stills([(with_claimed_size(jpeg(160, 96), 159, 95), 0), (jpeg(162, 98), 1)]))
    source.open()
    assert (source.formats[0].width_px, source.formats[0].height_px) == (158, 94)
    changes = [item for item in everything(source) if isinstance(item, FormatChange)]
    assert [(change.formats[0].codec, change.formats[0].width_px) for change in changes] == [("h264", 162)]


def test_another_size_is_a_change_of_format_and_begins_with_a_keyframe() -> None:
    source = EncodedSource(
        stills([(jpeg(160, 96), 0), (jpeg(160, 96), 0.5), (jpeg(320, 180), 1), (jpeg(320, 180), 1.5)])
    )
    source.open()
    items = everything(source)
    at = next(index for index, item in enumerate(items) if isinstance(item, FormatChange))
    change, first = items[at], items[at + 1]
    assert isinstance(change, FormatChange)
    assert isinstance(first, Packet)
    assert (change.formats[0].width_px, change.formats[0].height_px) == (320, 180)
    assert first.is_keyframe
    picture = Decoder(change.formats[0]).decode(first)
    assert picture is not None
    assert picture.width_px == 320
    assert source.formats == change.formats


def test_a_picture_that_does_not_decode_is_left_out() -> None:
    whole = jpeg()
    broken = whole[: whole.index(b"\xff\xda")] + b"\xff\xd9"
    source = EncodedSource(stills([(jpeg(), 0), (broken, 1), (jpeg(), 2)]))
    source.open()
    assert [item.pts_s for item in everything(source) if isinstance(item, Packet)][-1] == 2


def test_time_base_is_the_camera_s() -> None:
    source = EncodedSource(stills([(jpeg(), 0)]))
    source.open()
    assert source.formats[0].time_base == Fraction(1, 90_000)
