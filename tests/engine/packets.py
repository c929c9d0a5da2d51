"""A small world of cameras: real H.264 and H.265 packets, with sound if wanted, as ingest would hand them on.

Nothing here is stored: each footage is encoded when a test asks for it. Frame n of a footage is a grey picture whose
bar stands at column n, so that what was decoded tells which frames it holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np

from custom_components.localcam.engine.values import Medium, Packet, StreamFormat

VIDEO_CLOCK = Fraction(1, 90_000)
SOUND_RATE_HZ = 16_000
ENCODERS = {"h264": "libx264", "hevc": "libx265"}


@dataclass(frozen=True, kw_only=True)
class Camera:
    """How a camera sends."""

    codec: str = "h264"
    width_px: int = 160
    height_px: int = 96
    frames_per_s: int = 10
    keyframe_interval_s: float = 1.0
    b_frames: int = 0
    sound: bool = False
    bit_rate: int = 0
    first_dts_s: float = 5_000.0
    """Media time of the first packet; cameras begin anywhere."""
    first_received_at_s: float = 100.0
    moves_from_s: float = 0.0
    """Before, the bar stands still."""
    moves_until_s: float = 1e9


@dataclass(frozen=True, kw_only=True)
class Footage:
    """What arrived from a camera, in order."""

    formats: tuple[StreamFormat, ...]
    packets: tuple[Packet, ...]

    @property
    def video(self) -> list[Packet]:
        return [packet for packet in self.packets if packet.medium is Medium.VIDEO]

    @property
    def sound(self) -> list[Packet]:
        return [packet for packet in self.packets if packet.medium is Medium.AUDIO]


def film(camera: Camera, seconds: float) -> Footage:
    """Footage of this length."""
    formats, packets = _film_video(camera, seconds)
    if camera.sound:
        sound_format, sound = _film_sound(camera, seconds)
        formats = (*formats, sound_format)
        packets = sorted([*packets, *sound], key=lambda packet: packet.received_at_s)
    return Footage(formats=formats, packets=tuple(packets))


def loop(footage: Footage, times: int) -> Iterator[Packet]:
    """The footage again and again, with timestamps that go on; it must be whole GOPs."""
    video = footage.video
    frame_ticks = video[1].dts - video[0].dts
    length = (video[-1].dts - video[0].dts + frame_ticks) * VIDEO_CLOCK
    for number in range(times):
        for packet in footage.packets:
            ticks = round(number * length / packet.time_base)
            yield replace(
                packet,
                dts=packet.dts + ticks,
                pts=packet.pts + ticks,
                received_at_s=packet.received_at_s + float(number * length),
            )


def decode(path_or_file: object) -> tuple[int, int]:
    """How many pictures and how many sound frames a file decodes to; raises av.FFmpegError where it is damaged."""
    with av.open(path_or_file, "r") as container:
        for stream in container.streams.video:
            stream.codec_context.options = {"err_detect": "explode"}
        pictures = sound = 0
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                pictures += 1
            else:
                sound += 1
    return pictures, sound


def positions(path_or_file: object) -> list[int]:
    """At which column the bar stands in each picture shown."""
    with av.open(path_or_file, "r") as container:
        return [
            int(np.argmax(frame.to_ndarray(format="gray").mean(axis=0))) // 4 for frame in container.decode(video=0)
        ]


def parameter_sets(codec: str, keyframe: bytes) -> bytes:
    """Those that stand before an Annex B keyframe, as an RTSP server's description gives them."""
    units = [unit.rstrip(b"\0") for unit in keyframe.split(b"\0\0\1")[1:]]
    kinds = {"h264": (7, 8), "hevc": (32, 33, 34)}[codec]
    return b"".join(
        b"\0\0\0\1" + unit for unit in units if (unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F) in kinds
    )


def _picture(camera: Camera, number: int) -> av.VideoFrame:
    luma = np.full((camera.height_px, camera.width_px), 60, np.uint8)
    if camera.bit_rate:
        luma[:] = np.random.default_rng(number).integers(0, 120, luma.shape, np.uint8)
    first, last = (round(at_s * camera.frames_per_s) for at_s in (camera.moves_from_s, camera.moves_until_s))
    at = max(0, min(number, last) - first) * 4 % camera.width_px
    luma[:, at : at + 4] = 230
    frame = av.VideoFrame.from_ndarray(luma, format="gray").reformat(format="yuv420p", threads=1)
    frame.pts, frame.time_base = number, Fraction(1, camera.frames_per_s)
    return frame


def _film_video(camera: Camera, seconds: float) -> tuple[tuple[StreamFormat, ...], list[Packet]]:
    encoder = av.CodecContext.create(ENCODERS[camera.codec], "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = camera.width_px, camera.height_px, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(camera.frames_per_s), Fraction(1, camera.frames_per_s)
    interval = round(camera.keyframe_interval_s * camera.frames_per_s)
    encoder.gop_size = interval
    encoder.max_b_frames = camera.b_frames
    encoder.bit_rate = camera.bit_rate
    encoder.thread_count = 1
    fixed = f"keyint={interval}:min-keyint={interval}:scenecut=0:bframes={camera.b_frames}:open-gop=0"
    if camera.codec == "h264":
        encoder.options = {"preset": "ultrafast", "x264-params": fixed}
    else:
        encoder.options = {"preset": "ultrafast", "x265-params": f"{fixed}:log-level=none:pools=none"}
    raw: list[av.Packet[av.VideoStream]] = []
    for number in range(round(seconds * camera.frames_per_s)):
        raw += encoder.encode(_picture(camera, number))
    raw += encoder.encode(None)
    frame_ticks = round(1 / camera.frames_per_s / VIDEO_CLOCK)
    first_dts = round(camera.first_dts_s / VIDEO_CLOCK)
    stamps = [(packet.pts, packet.dts) for packet in raw if packet.pts is not None and packet.dts is not None]
    delay = -min(dts for _, dts in stamps)
    packets = [
        Packet(
            medium=Medium.VIDEO,
            payload=bytes(packet),
            pts=first_dts + (pts + delay) * frame_ticks,
            dts=first_dts + (dts + delay) * frame_ticks,
            duration=frame_ticks,
            time_base=VIDEO_CLOCK,
            is_keyframe=packet.is_keyframe,
            received_at_s=camera.first_received_at_s + (dts + delay) / camera.frames_per_s,
        )
        for packet, (pts, dts) in zip(raw, stamps, strict=True)
    ]
    video = StreamFormat(
        medium=Medium.VIDEO,
        codec=camera.codec,
        time_base=VIDEO_CLOCK,
        extradata=parameter_sets(camera.codec, packets[0].payload),
        width_px=camera.width_px,
        height_px=camera.height_px,
    )
    return (video,), packets


def _film_sound(camera: Camera, seconds: float) -> tuple[StreamFormat, Sequence[Packet]]:
    encoder = av.AudioCodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_RATE_HZ, "mono", "fltp"
    encoder.open()
    base = Fraction(1, SOUND_RATE_HZ)
    first_dts = round(camera.first_dts_s / base) + 300
    packets: list[Packet] = []
    for number in range(int(seconds * SOUND_RATE_HZ) // 1024):
        wave = np.sin(np.arange(1024, dtype=np.float32) / 8 + number)[np.newaxis]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE_HZ, number * 1024, base
        for packet in encoder.encode(frame):
            at = len(packets) * 1024
            packets.append(
                Packet(
                    medium=Medium.AUDIO,
                    payload=bytes(packet),
                    pts=first_dts + at,
                    dts=first_dts + at,
                    duration=1024,
                    time_base=base,
                    is_keyframe=True,
                    received_at_s=camera.first_received_at_s + (300 + at) / SOUND_RATE_HZ + 0.03,
                )
            )
    sound = StreamFormat(
        medium=Medium.AUDIO,
        codec="aac",
        time_base=base,
        extradata=encoder.extradata or b"",
        sample_rate_hz=SOUND_RATE_HZ,
        channels=1,
    )
    return sound, packets
