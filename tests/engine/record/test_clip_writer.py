"""The growing file takes what cameras send: both ways of framing, every sound that MP4 holds, any clock."""

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path
import struct

import av
from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.errors import ClipFormatError
from custom_components.localcam.engine.record.clip_finish import finish
from custom_components.localcam.engine.record.mp4_boxes import file_boxes
from custom_components.localcam.engine.record.mp4_fragments import read_grown
from custom_components.localcam.engine.record.nal_units import (
    has_start_code,
    split_annex_b,
    to_annex_b,
    to_length_prefixed,
)
from custom_components.localcam.engine.record.picture_parameters import h264_parameters, h265_parameters
from custom_components.localcam.engine.record.sample_entry import video_entry
from custom_components.localcam.engine.record.sound_entry import sound_entry
from custom_components.localcam.engine.values import Medium, StreamFormat
from custom_components.localcam.engine.vault.vault import Vault
from tests.engine.packets import ENCODERS, Camera, Footage, decode, film, parameter_sets
from tests.engine.record.growing import finished, grow


def without_parameter_sets(footage: Footage) -> Footage:
    """As a camera sends that puts them into its SDP alone."""
    sets = {bytes(unit) for unit in split_annex_b(footage.formats[0].extradata)}
    packets = tuple(
        replace(
            packet, payload=b"".join(b"\0\0\1" + unit for unit in split_annex_b(packet.payload) if unit not in sets)
        )
        for packet in footage.packets
    )
    return replace(footage, packets=packets)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_parameter_sets_may_come_in_the_stream_in_its_description_or_both(codec: str, tmp_path: Path) -> None:
    both = film(Camera(codec=codec), 3)
    described = without_parameter_sets(both)
    in_stream = replace(both, formats=(replace(both.formats[0], extradata=b"", width_px=0, height_px=0),))
    for name, footage in (("both", both), ("described", described), ("in stream", in_stream)):
        clip, path = finished(tmp_path / name, footage)
        assert decode(str(path)) == (30, 0)
        assert (clip.width_px, clip.height_px) == (160, 96)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_packets_that_already_are_as_mp4_holds_them_pass_unchanged(codec: str, tmp_path: Path) -> None:
    footage = film(Camera(codec=codec), 3)
    entry = video_entry(footage.formats[0], b"").entry
    config = entry[entry.index({"h264": b"avcC", "hevc": b"hvcC"}[codec]) + 4 :]
    framed = Footage(
        formats=(replace(footage.formats[0], extradata=config),),
        packets=tuple(replace(packet, payload=to_length_prefixed(packet.payload)) for packet in footage.packets),
    )
    clip, path = finished(tmp_path / "framed", framed)
    assert decode(str(path)) == (30, 0)
    assert decode(str(tmp_path / "framed" / grow(Vault(tmp_path / "framed"), framed, "CLIP2").name)) == (30, 0)
    thumbnail = finish(Vault(tmp_path / "framed"), grow(Vault(tmp_path / "framed"), framed, "CLIP3"), b"").thumbnail
    assert clip.thumbnail is not None
    assert thumbnail is not None


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_decoders_are_told_what_libav_would_tell_them(codec: str, tmp_path: Path) -> None:
    """The configuration record, against the one that libav's own muxer writes of the same stream."""
    footage = film(Camera(codec=codec), 1)
    _, path = finished(tmp_path, footage)
    reference = tmp_path / "reference.mp4"
    raw = BytesIO(b"".join(packet.payload for packet in footage.packets))
    with av.open(raw, format=codec) as source, av.open(str(reference), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
        stream.codec_tag = {"h264": "avc1", "hevc": "hvc1"}[codec]
        for number, packet in enumerate(source.demux(video=0)):
            if packet.size:
                packet.stream, packet.pts, packet.dts = stream, number, number
                target.mux(packet)

    def record(file: Path) -> bytes:
        with av.open(str(file)) as container:
            found = container.streams.video[0].codec_context.extradata
        # How H.265 pictures may be decoded in parallel is a hint that we leave out (0).
        return found if codec == "h264" else found[:13] + found[16:]

    assert record(path) == record(reference)


@pytest.mark.parametrize(
    ("size", "pixels"),
    [((162, 90), "yuv420p"), ((160, 96), "yuv444p"), ((1280, 718), "yuv420p"), ((96, 64), "yuv422p")],
)
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_sizes_and_formats_are_read_from_the_parameter_sets(codec: str, size: tuple[int, int], pixels: str) -> None:
    encoder = av.VideoCodecContext.create(ENCODERS[codec], "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, pixels
    encoder.framerate, encoder.time_base = Fraction(10), Fraction(1, 10)
    encoder.thread_count = 1
    encoder.options = {"preset": "ultrafast", "x265-params": "log-level=none:pools=none"}
    keyframe = bytes([*encoder.encode(av.VideoFrame(*size, pixels)), *encoder.encode(None)][0])
    units = [bytes(unit) for unit in split_annex_b(parameter_sets(codec, keyframe))]
    if codec == "h264":
        found = h264_parameters(next(unit for unit in units if unit[0] & 0x1F == 7))
    else:
        found = h265_parameters(next(unit for unit in units if unit[0] >> 1 & 0x3F == 33))
    assert (found.width_px, found.height_px) == size
    assert (found.chroma_format, found.luma_bits) == ({"yuv420p": 1, "yuv422p": 2, "yuv444p": 3}[pixels], 8)


@given(st.binary(max_size=80))
def test_damaged_parameter_sets_are_refused_and_nothing_else_happens(damaged: bytes) -> None:
    for codec, sets in (("h264", (b"\x67", b"\x68")), ("hevc", (b"\x40\1", b"\x42\1", b"\x44\1"))):
        extradata = b"".join(b"\0\0\1" + each + damaged for each in sets)
        stream = StreamFormat(medium=Medium.VIDEO, codec=codec, time_base=Fraction(1, 90_000), extradata=extradata)
        with suppress(ClipFormatError):
            video_entry(stream, b"")


def test_a_stream_without_parameter_sets_is_refused(tmp_path: Path) -> None:
    footage = without_parameter_sets(film(Camera(), 3))
    bare = replace(footage, formats=(replace(footage.formats[0], extradata=b""),))
    with pytest.raises(ClipFormatError):
        grow(Vault(tmp_path), bare)
    with pytest.raises(ClipFormatError):
        video_entry(replace(footage.formats[0], codec="mjpeg"), b"")


@pytest.mark.parametrize(("codec", "encoder"), [("aac", "aac"), ("mp3", "libmp3lame"), ("opus", "libopus")])
def test_every_sound_that_an_mp4_holds(codec: str, encoder: str, tmp_path: Path) -> None:
    video = film(Camera(), 3)
    stream, sound = encode_sound(codec, encoder)
    packets = sorted([*video.packets, *sound], key=lambda packet: packet.dts_s)
    clip, path = finished(tmp_path, Footage(formats=(*video.formats, stream), packets=tuple(packets)))
    assert clip.has_audio
    with av.open(str(path)) as container:
        track = container.streams.audio[0]
        assert track.codec_context.name.startswith(codec)
        assert track.codec_context.sample_rate == 48_000
        frames = list(container.decode(track))
    assert sum(frame.samples for frame in frames) == pytest.approx(3 * 48_000, rel=0.05)


def encode_sound(codec: str, encoder_name: str) -> tuple[StreamFormat, list[object]]:
    template = film(Camera(sound=True), 0.2).sound[0]
    encoder = av.AudioCodecContext.create(encoder_name, "w")
    encoder.sample_rate, encoder.layout = 48_000, "stereo"
    encoder.format = {"aac": "fltp", "mp3": "fltp", "opus": "s16"}[codec]
    encoder.open()
    base = Fraction(1, 48_000)
    first = round(5_000 / base)
    packets = []
    for number in range(3 * 48_000 // encoder.frame_size):
        frame = av.AudioFrame(format=encoder.format.name, layout="stereo", samples=encoder.frame_size)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * encoder.frame_size, base
        for packet in encoder.encode(frame):
            at = first + len(packets) * encoder.frame_size
            packets.append(
                replace(template, payload=bytes(packet), pts=at, dts=at, duration=encoder.frame_size, time_base=base)
            )
    stream = StreamFormat(
        medium=Medium.AUDIO,
        codec=codec,
        time_base=base,
        extradata=encoder.extradata or b"",
        sample_rate_hz=48_000,
        channels=2,
    )
    return stream, packets


def test_aac_that_is_described_in_each_packet(tmp_path: Path) -> None:
    footage = film(Camera(sound=True), 3)
    with_adts = tuple(
        packet
        if packet.medium is Medium.VIDEO
        else replace(packet, payload=adts_header(len(packet.payload)) + packet.payload)
        for packet in footage.packets
    )
    bare = tuple(replace(each, extradata=b"") if each.medium is Medium.AUDIO else each for each in footage.formats)
    _, path = finished(tmp_path, Footage(formats=bare, packets=with_adts))
    assert decode(str(path)) == (30, len(footage.sound))


def adts_header(size: int) -> bytes:
    """AAC-LC, 16 kHz, mono, without a checksum."""
    length = size + 7
    return bytes([0xFF, 0xF1, 0x60, 0x40 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])


def test_sound_that_no_player_knows_costs_the_clip_its_sound_only(tmp_path: Path) -> None:
    footage = film(Camera(sound=True), 3)
    strange = tuple(
        replace(each, codec="pcm_alaw") if each.medium is Medium.AUDIO else each for each in footage.formats
    )
    clip, path = finished(tmp_path, replace(footage, formats=strange))
    assert decode(str(path)) == (30, 0)
    assert not clip.has_audio
    with pytest.raises(ClipFormatError):
        sound_entry(strange[1], b"")


def test_sound_that_was_announced_and_never_came(tmp_path: Path) -> None:
    footage = film(Camera(sound=True), 3)
    clip, path = finished(tmp_path, replace(footage, packets=tuple(footage.video)))
    assert decode(str(path)) == (30, 0)
    assert not clip.has_audio


def test_fragments_are_two_seconds_at_most(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    growing = grow(vault, film(Camera(keyframe_interval_s=7, sound=True), 15))
    with vault.open(growing.name) as source:
        kinds = [each.kind for each in file_boxes(source)]
        grown = read_grown(source)
    assert kinds == [b"ftyp", b"moov", *[b"moof", b"mdat"] * 8]
    for track in grown.tracks:
        samples, at = grown.samples[track.track_id], 0
        for count in samples.chunk_counts:
            assert sum(samples.durations[at : at + count]) <= 2.2 * track.timescale
            at += count


def test_a_clock_too_fine_for_mp4_is_told_in_a_usual_one(tmp_path: Path) -> None:
    footage = film(Camera(), 3)
    nanoseconds = Fraction(1, 1_000_000_000)
    packets = tuple(
        replace(
            packet,
            dts=round(packet.dts * packet.time_base / nanoseconds),
            pts=round(packet.pts * packet.time_base / nanoseconds),
            duration=100_000_000,
            time_base=nanoseconds,
        )
        for packet in footage.packets
    )
    clip, path = finished(
        tmp_path, Footage(formats=(replace(footage.formats[0], time_base=nanoseconds),), packets=packets)
    )
    assert clip.duration_s == pytest.approx(3.0)
    assert decode(str(path)) == (30, 0)


@given(st.lists(st.binary(min_size=1, max_size=20).map(lambda data: data.replace(b"\0", b"\1")), max_size=6))
def test_framing_there_and_back(units: list[bytes]) -> None:
    annex_b = b"".join(b"\0\0\0\1" + unit for unit in units)
    assert [bytes(unit) for unit in split_annex_b(annex_b)] == units
    framed = to_length_prefixed(annex_b)
    assert framed == b"".join(struct.pack(">I", len(unit)) + unit for unit in units)
    assert to_annex_b(framed, 4) == annex_b
    assert has_start_code(annex_b) is bool(units)


def test_a_picture_larger_than_16_megabytes_is_not_taken_for_annex_b() -> None:
    assert not has_start_code(struct.pack(">I", 0x01000000) + b"\x65")
