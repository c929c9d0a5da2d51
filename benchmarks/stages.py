"""What each stage of a frame's path costs, on one thread and without a camera: beside decoding and plain differencing.

`absdiff` is the floor that everything is compared with: |a - b| > T and a count, in numpy, on uint8 pictures of
640x360 that are allocated beforehand. All of a film's figures are medians of the same run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
import itertools
from pathlib import Path
from statistics import median
import time

import av
import numpy as np

from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.decoder import Decoder, Picture
from custom_components.localcam.engine.record.ring_buffer import RingBuffer
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame, Medium, Packet, StreamFormat

MOST_PACKETS = 500
ABSDIFF_ROUNDS = 400
THRESHOLD = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Microseconds of CPU per packet, keyframe or frame of one film."""

    film: str
    width_px: int
    height_px: int
    demux_us: float
    decode_us: float
    decode_keyframe_us: float
    remember_us: float
    look_us: float
    """One analysed frame, of those that the detector asks for."""
    looks_per_s: float
    decode_and_look_us: float
    """The path as a whole, per packet."""


def absdiff_us() -> float:
    """Plain differencing of two 640x360 pictures."""
    rng = np.random.default_rng(1)
    before, now = (rng.integers(0, 255, (360, 640), np.uint8) for _ in range(2))
    high, low, marks = np.empty_like(now), np.empty_like(now), np.empty(now.shape, np.bool_)

    def difference(_: None) -> None:
        np.maximum(before, now, out=high)
        np.minimum(before, now, out=low)
        np.subtract(high, low, out=high)
        np.greater(high, THRESHOLD, out=marks)
        np.count_nonzero(marks)

    return _median_us(difference, itertools.repeat(None, ABSDIFF_ROUNDS))


def measure(film: Path) -> Stages:
    """Every stage in turn, each over the whole film."""
    video, packets, demux_us = _demuxed(film)
    decoder = Decoder(video)
    began_s = time.process_time()
    frames = sum(decoder.decode(packet) is not None for packet in packets)
    decode_us = (time.process_time() - began_s) / max(frames, 1) * 1e6
    keyframes = [packet for packet in packets if packet.is_keyframe]
    ring = RingBuffer(15, 32 << 20)
    looks_us, looks_per_s, whole_us = _looked(video, packets)
    return Stages(
        film=film.name,
        width_px=video.width_px,
        height_px=video.height_px,
        demux_us=demux_us,
        decode_us=decode_us,
        decode_keyframe_us=_median_us(Decoder(video).decode_alone, keyframes),
        remember_us=_median_us(ring.add, packets),
        look_us=looks_us,
        looks_per_s=looks_per_s,
        decode_and_look_us=whole_us,
    )


def _looked(video: StreamFormat, packets: list[Packet]) -> tuple[float, float, float]:
    """Median of a look, looks per second of film, and the mean of decoding and looking per packet."""
    watcher = MotionWatcher(DetectSettings(), None, (f"e{number}" for number in itertools.count()).__next__)
    decoder = Decoder(video)
    spent_s: list[float] = []
    began_s = time.process_time()
    for packet in packets:
        picture: Picture | None = decoder.decode(packet)
        if picture is not None and watcher.wants(packet.dts_s):
            frame = Frame(luma=picture.luma, captured_at_s=packet.dts_s)
            look_began_s = time.perf_counter()
            watcher.look(frame)
            spent_s.append(time.perf_counter() - look_began_s)
    whole_us = (time.process_time() - began_s) / len(packets) * 1e6
    length_s = packets[-1].dts_s - packets[0].dts_s
    return median(spent_s) * 1e6, len(spent_s) / max(length_s, 1e-3), whole_us


def _demuxed(film: Path) -> tuple[StreamFormat, list[Packet], float]:
    packets: list[Packet] = []
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        time_base = Fraction(stream.time_base.numerator, stream.time_base.denominator)
        context = stream.codec_context
        video = StreamFormat(
            medium=Medium.VIDEO,
            codec=context.codec.canonical_name,
            time_base=time_base,
            extradata=bytes(context.extradata or b""),
            width_px=context.width,
            height_px=context.height,
        )
        began_s = time.process_time()
        for native in itertools.islice(container.demux(stream), MOST_PACKETS):
            if native.dts is None or not native.size:
                continue
            packets.append(
                Packet(
                    medium=Medium.VIDEO,
                    payload=bytes(native),
                    pts=native.pts if native.pts is not None else native.dts,
                    dts=native.dts,
                    duration=native.duration or 0,
                    time_base=time_base,
                    is_keyframe=native.is_keyframe,
                    received_at_s=float(native.dts * time_base),
                )
            )
        spent_s = time.process_time() - began_s
    return video, packets, spent_s / len(packets) * 1e6


def _median_us[T](act: Callable[[T], object], items: Iterable[T]) -> float:
    spent_s = []
    for item in items:
        began_s = time.perf_counter()
        act(item)
        spent_s.append(time.perf_counter() - began_s)
    return median(spent_s) * 1e6
