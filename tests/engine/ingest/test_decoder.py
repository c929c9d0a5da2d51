"""Packets become pictures; a picture's brightness is read where libav left it."""

from dataclasses import replace
from fractions import Fraction

import av
from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.decoder import Decoder, Picture, picture_size
from custom_components.localcam.engine.values import Medium, StreamFormat
from tests.engine.packets import Camera, film

from .http_cameras import jpeg


def picture_of(pixel_format: str, width: int = 100, height: int = 60) -> tuple[Picture, np.ndarray]:
    """A picture with a gradient, in this format, and the brightness that it was drawn with."""
    wanted = np.add.outer(np.arange(height), np.arange(width)).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(np.stack([wanted] * 3, axis=-1), format="rgb24")
    # On one thread: libav's scaler now and then mixes up the slices of its threads.
    grey = frame.reformat(format="gray", threads=1).to_ndarray()
    return Picture(frame.reformat(format=pixel_format, threads=1)), grey


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_each_packet_becomes_a_picture_of_the_right_size(codec: str) -> None:
    footage = film(Camera(codec=codec, width_px=160, height_px=96), 2)
    decoder = Decoder(footage.formats[0])
    pictures = [picture for packet in footage.video if (picture := decoder.decode(packet))]
    assert len(pictures) >= len(footage.video) - 4
    assert {(picture.width_px, picture.height_px, picture.luma.shape) for picture in pictures} == {(160, 96, (96, 160))}
    assert decoder.errors == 0


def test_pictures_in_the_wrong_order_are_all_decoded() -> None:
    footage = film(Camera(b_frames=2), 2)
    decoder = Decoder(footage.formats[0])
    pictures = [decoder.decode(packet) for packet in footage.video]
    assert sum(picture is not None for picture in pictures) >= len(footage.video) - 3


@pytest.mark.parametrize("camera", [Camera(), Camera(codec="hevc"), Camera(b_frames=2)])
def test_a_keyframe_alone_looks_as_in_its_place_and_what_follows_it_is_not_disturbed(camera: Camera) -> None:
    footage = film(camera, 4)
    keyframes = [packet for packet in footage.video if packet.is_keyframe]
    decoder = Decoder(footage.formats[0])

    for keyframe in keyframes:
        fresh = Decoder(footage.formats[0])
        wanted = fresh.decode(keyframe) or fresh.flush()
        found = decoder.decode_alone(keyframe)
        assert found is not None
        assert wanted is not None
        # Blocks' edges are not smoothed: hardly anything of a picture.
        apart = np.abs(found.luma.astype(int) - wanted.luma)
        assert apart.mean() < 1

    plain = Decoder(footage.formats[0])
    for packet in footage.video:
        wanted, found = plain.decode(packet), decoder.decode(packet)
        assert (found is None) == (wanted is None)
        assert found is None or wanted is None or np.array_equal(found.luma, wanted.luma)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv422p", "nv12", "gray"])
def test_brightness_is_read_in_place_where_it_lies_in_a_plane_of_its_own(pixel_format: str) -> None:
    picture, wanted = picture_of(pixel_format)
    luma = picture.luma
    assert luma.shape == (60, 100)
    assert not luma.flags.owndata
    assert not luma.flags.writeable
    assert luma.strides[0] == picture.native.planes[0].line_size
    # Full and limited range differ by a tenth; what matters is that it is this picture.
    assert np.corrcoef(luma.ravel(), wanted.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuyv422", "rgb24", "p010le"])
def test_and_converted_where_it_does_not(pixel_format: str) -> None:
    picture, wanted = picture_of(pixel_format)
    assert picture.luma.shape == (60, 100)
    assert picture.luma.dtype == np.uint8
    assert np.corrcoef(picture.luma.ravel(), wanted.ravel())[0, 1] > 0.999


def test_a_frame_keeps_its_picture_alive() -> None:
    picture, _ = picture_of("yuv420p")
    frame = picture.to_frame(12.5)
    before = frame.luma.copy()
    del picture
    assert (frame.luma == before).all()
    assert frame.captured_at_s == 12.5


@pytest.mark.parametrize(
    ("size", "wanted"), [((1280, 720), (640, 360)), ((320, 180), (320, 180)), ((101, 61), (100, 60))]
)
def test_a_still_is_a_jpeg_in_the_picture_s_proportions(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    picture, _ = picture_of("yuv420p", *size)
    still = picture.to_jpeg(max_width_px=640)
    decoder = Decoder(StreamFormat(medium=Medium.VIDEO, codec="mjpeg", time_base=Fraction(1)))
    packet = replace(film(Camera(), 1).video[0], payload=still)
    decoded = decoder.decode(packet)
    assert decoded is not None
    assert (decoded.width_px, decoded.height_px) == wanted


@given(st.binary(max_size=400), st.integers(0, 10_000))
@settings(max_examples=60)
def test_damaged_packets_are_survived(damage: bytes, at: int) -> None:
    footage = film(Camera(), 1)
    decoder = Decoder(footage.formats[0])
    for packet in footage.video:
        place = at % len(packet.payload)
        decoder.decode(replace(packet, payload=packet.payload[:place] + damage + packet.payload[place + len(damage) :]))


def test_garbage_is_counted_and_the_next_keyframe_is_good_again() -> None:
    footage = film(Camera(), 2)
    decoder = Decoder(footage.formats[0])
    garbage = b"\x00\x00\x00\x01\x65" + bytes(range(1, 200))
    assert decoder.decode(replace(footage.video[0], payload=garbage)) is None
    assert decoder.errors == 1
    assert decoder.decode(footage.video[0]) or decoder.decode(footage.video[1])


def test_the_size_of_a_keyframe_is_what_it_decodes_to() -> None:
    footage = film(Camera(codec="hevc", width_px=320, height_px=192), 1)
    assert picture_size(footage.formats[0], footage.video[0]) == (320, 192)
    assert picture_size(footage.formats[0], replace(footage.video[0], payload=b"\x00" * 10)) == (0, 0)


def test_raw_pictures_take_their_format_from_the_extradata() -> None:
    raw = StreamFormat(
        medium=Medium.VIDEO, codec="rawvideo", time_base=Fraction(1), extradata=b"yuyv422", width_px=16, height_px=8
    )
    packet = replace(film(Camera(), 1).video[0], payload=bytes([200, 128]) * (16 * 8))
    picture = Decoder(raw).decode(packet)
    assert picture is not None
    assert (picture.luma == 200).all()


def test_a_codec_that_libav_does_not_know_is_said_to_be_unsupported() -> None:
    with pytest.raises(SourceError) as caught:
        Decoder(StreamFormat(medium=Medium.VIDEO, codec="telepathy", time_base=Fraction(1)))
    assert caught.value.fault is SourceFault.UNSUPPORTED_CODEC


def test_a_jpeg_is_a_picture_like_any_other() -> None:
    mjpeg = StreamFormat(medium=Medium.VIDEO, codec="mjpeg", time_base=Fraction(1))
    picture = Decoder(mjpeg).decode(replace(film(Camera(), 1).video[0], payload=jpeg(64, 48, 77)))
    assert picture is not None
    assert abs(float(picture.luma.mean()) - 77) < 8
