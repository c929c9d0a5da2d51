"""The growing file takes what cameras send: both ways of framing, sound of every kind, and how long a fragment is."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
import errno
from fractions import Fraction
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import av
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.localcam.engine.errors import ClipFormatError, StorageFullError
from custom_components.localcam.engine.record.clip_finish import finish
from custom_components.localcam.engine.record.clip_writer import ClipWriter, open_clip
from custom_components.localcam.engine.record.mp4_boxes import file_boxes
from custom_components.localcam.engine.record.salvage import salvage
from custom_components.localcam.engine.values import Medium, Packet, StreamFormat
from tests.engine.keys import unsealed_copy, vault_in
from tests.engine.packets import ENCODERS, Camera, Footage, decode, film
from tests.engine.record.framing import split_annex_b, to_length_prefixed
from tests.engine.record.growing import finished, grow, identity_of


def without_parameter_sets(footage: Footage) -> Footage:
    """As a camera sends that puts them into its SDP alone."""
    sets = set(split_annex_b(footage.formats[0].extradata))
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
    with av.open(str(finished(tmp_path / "annex b", footage)[1])) as container:
        config = container.streams.video[0].codec_context.extradata
    assert config is not None
    assert config[0] == 1
    framed = Footage(
        formats=(replace(footage.formats[0], extradata=config),),
        packets=tuple(replace(packet, payload=to_length_prefixed(packet.payload)) for packet in footage.packets),
    )
    clip, path = finished(tmp_path / "framed", framed)
    growing = grow(vault_in(tmp_path / "framed"), framed, "CLIP2")
    assert decode(str(path)) == (30, 0)
    assert decode(str(unsealed_copy(tmp_path / "framed", growing.name))) == (30, 0)
    thumbnail = finish(
        vault_in(tmp_path / "framed"), grow(vault_in(tmp_path / "framed"), framed, "CLIP3"), b""
    ).thumbnail
    assert clip.thumbnail is not None
    assert thumbnail is not None


@pytest.mark.parametrize(
    ("size", "pixels"),
    [((162, 90), "yuv420p"), ((160, 96), "yuv444p"), ((1280, 718), "yuv420p"), ((96, 64), "yuv422p")],
)
@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize("has_lengths", [False, True])
def test_a_size_that_nobody_told_is_that_of_the_first_picture(
    codec: str, size: tuple[int, int], pixels: str, has_lengths: bool, tmp_path: Path
) -> None:
    encoder = av.CodecContext.create(ENCODERS[codec], "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, pixels
    encoder.framerate, encoder.time_base = Fraction(10), Fraction(1, 10)
    encoder.thread_count = 1
    encoder.options = {"preset": "ultrafast", "x265-params": "log-level=none:pools=none"}
    keyframe = bytes([*encoder.encode(av.VideoFrame(*size, pixels)), *encoder.encode(None)][0])
    template = film(Camera(codec=codec), 0.2)
    sent = replace(
        template,
        formats=(replace(template.formats[0], extradata=b"", width_px=0, height_px=0),),
        packets=(replace(template.packets[0], payload=keyframe),),
    )
    clip, path = finished(tmp_path / "sent", sent)
    assert (clip.width_px, clip.height_px) == size
    if has_lengths:
        with av.open(str(path)) as container:
            config = container.streams.video[0].codec_context.extradata or b""
        framed = replace(
            sent,
            formats=(replace(sent.formats[0], extradata=config),),
            packets=(replace(sent.packets[0], payload=to_length_prefixed(keyframe)),),
        )
        clip, _ = finished(tmp_path / "framed", framed)
        assert (clip.width_px, clip.height_px) == size


@settings(deadline=None, max_examples=25)
@given(st.binary(max_size=80))
def test_damaged_parameter_sets_are_refused_and_nothing_else_happens(damaged: bytes) -> None:
    for codec, sets in (("h264", (b"\x67", b"\x68")), ("hevc", (b"\x40\1", b"\x42\1", b"\x44\1"))):
        extradata = b"".join(b"\0\0\1" + each + damaged for each in sets)
        template = film(Camera(codec=codec), 0.2)
        for size_px in (0, 160):
            stream = replace(template.formats[0], extradata=extradata, width_px=size_px, height_px=size_px)
            with TemporaryDirectory() as folder, suppress(ClipFormatError):
                footage = without_parameter_sets(template)
                finished(Path(folder), replace(footage, formats=(stream,)))


def test_a_stream_without_parameter_sets_is_refused(tmp_path: Path) -> None:
    footage = without_parameter_sets(film(Camera(), 3))
    bare = replace(footage, formats=(replace(footage.formats[0], extradata=b""),))
    with pytest.raises(ClipFormatError):
        grow(vault_in(tmp_path), bare)
    pictures = replace(footage, formats=(replace(footage.formats[0], codec="mjpeg"),))
    with pytest.raises(ClipFormatError):
        grow(vault_in(tmp_path), pictures, "CLIP2")


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


def encode_sound(codec: str, encoder_name: str) -> tuple[StreamFormat, list[Packet]]:
    template = film(Camera(sound=True), 0.2).sound[0]
    encoder = av.CodecContext.create(encoder_name, "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout = 48_000, "stereo"
    encoder.format = {"aac": "fltp", "mp3": "fltp", "opus": "s16"}[codec]
    encoder.open()
    base = Fraction(1, 48_000)
    first = round(5_000 / base)
    packets: list[Packet] = []
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


def test_sound_that_does_not_say_how_it_is_coded_costs_the_clip_its_sound_only(tmp_path: Path) -> None:
    footage = film(Camera(sound=True), 3)
    bare = tuple(replace(each, extradata=b"") if each.medium is Medium.AUDIO else each for each in footage.formats)
    clip, path = finished(tmp_path, replace(footage, formats=bare))
    assert decode(str(path)) == (30, 0)
    assert not clip.has_audio


def test_sound_that_was_announced_and_never_came(tmp_path: Path) -> None:
    footage = film(Camera(sound=True), 3)
    clip, path = finished(tmp_path, replace(footage, packets=tuple(footage.video)))
    assert decode(str(path)) == (30, 0)
    assert not clip.has_audio


def test_a_fragment_is_less_than_a_second_however_rare_keyframes_are(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    growing = grow(vault, film(Camera(keyframe_interval_s=7, sound=True), 15))
    with vault.open(growing.name) as source:
        boxes = list(file_boxes(source))
    fragments = [each.kind for each in boxes].count(b"moof")
    assert fragments >= 15 / 0.9
    kinds = [b"ftyp", b"moov", *[b"moof", b"mdat", b"free"] * fragments]
    assert [each.kind for each in boxes] == kinds[:-1]
    with av.open(str(unsealed_copy(tmp_path, growing.name))) as container:
        packets = [
            (packet.stream.type, packet.pos or 0, float((packet.duration or 0) * packet.time_base))
            for packet in container.demux()
            if packet.size
        ]
    for fragment in boxes[3::3]:
        for medium in ("video", "audio"):
            inside = [
                duration_s
                for kind, at, duration_s in packets
                if kind == medium and fragment.contents_at <= at < fragment.end
            ]
            assert 0 < sum(inside) <= 0.9


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


def add_all(writer: ClipWriter, packets: Iterable[Packet]) -> None:
    for packet in packets:
        writer.add(packet)


@pytest.mark.parametrize("room_bytes", [0, 100, 3_000, 40_000, 60_000])
def test_a_full_disk_is_told_as_what_it_is_and_what_was_whole_stays(room_bytes: int, tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    footage = film(Camera(sound=True), 9)
    write, written = os.write, 0

    def filling_write(fd: int, data: memoryview) -> int:
        nonlocal written
        if written + len(data) > room_bytes:
            raise OSError(errno.ENOSPC, "No space left on device")
        written += len(data)
        return write(fd, data)

    name = "camera-1/2026-11-30/CLIP1.lcv.grow.part"
    writer = open_clip(vault, name, identity_of(), footage.formats)
    with patch("os.write", filling_write):
        with pytest.raises(StorageFullError):
            add_all(writer, footage.packets)
        writer.close()
    # There is room again, but nothing comes after what was lost.
    writer.close()
    assert vault.size_on_disk(name) == written
    clip = salvage(vault, name) if written else None
    assert (clip.duration_s if clip else 0) == pytest.approx(0.71 * writer.fragments, abs=0.2)


def test_sound_that_falls_silent_does_not_hold_pictures_back(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    footage = film(Camera(sound=True), 12)
    silent_from_s = footage.packets[0].dts_s + 3
    name = "camera-1/2026-11-30/CLIP1.lcv.grow.part"
    writer = open_clip(vault, name, identity_of(), footage.formats)
    for packet in footage.packets:
        if packet.medium is Medium.VIDEO or packet.dts_s < silent_from_s:
            writer.add(packet)
    writer.close()
    clip = salvage(vault, name)
    assert clip is not None
    assert clip.duration_s >= 12 - 2 - 1.2


def test_the_packet_that_came_next_says_when_the_last_one_ends(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    footage = film(Camera(), 3)
    name = "camera-1/2026-11-30/CLIP1.lcv.grow.part"
    writer = open_clip(vault, name, identity_of(), footage.formats)
    for packet in footage.packets:
        writer.add(replace(packet, duration=0))
    writer.finish(footage.packets[-1].dts_s + 0.75)
    writer.close()
    clip = salvage(vault, name)
    assert clip is not None
    assert clip.duration_s == pytest.approx(2.9 + 0.75, abs=0.001)
