"""What each stage of a frame's path costs, on one thread and without a camera: beside decoding and plain differencing.

Plain differencing is the floor that a look is compared with: |a - b| > T and a count, in numpy, on the luma planes of
the same film. Both are measured twice in the same run: between decodings, as in a worker, where what was decoded
meanwhile fills the caches; and warm, on pictures that are in the caches already. The film is watched several times, and
each look and each differencing counts with its quickest: what else runs on the machine only ever adds to it. All of a
film's figures are medians.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
import itertools
from pathlib import Path
from statistics import median
import time

import av
import numpy as np
import numpy.typing as npt

from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.decoder import Decoder, Picture
from custom_components.localcam.engine.record.ring_buffer import RingBuffer
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame, Medium, Packet, StreamFormat

MOST_PACKETS = 500
THRESHOLD = 15
AFTER_LOOK = 2
ROUNDS = 8

type Luma = npt.NDArray[np.uint8]


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
    """One analysed frame, of those that the detector asks for, between decodings."""
    plain_us: float
    """Plain differencing of two frames, between decodings."""
    look_warm_us: float
    plain_warm_us: float
    """The same two warm."""
    looks_per_s: float
    decode_and_look_us: float
    """The path as a whole, per packet."""


class Differencing:
    """|a - b| > T and a count, in numpy, on luma planes of one size; allocated beforehand."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._high, self._low = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
        self._marks = np.empty(shape, np.bool_)

    def changed(self, before: Luma, now: Luma) -> int:
        """How many pixels differ by more than THRESHOLD."""
        np.maximum(before, now, out=self._high)
        np.minimum(before, now, out=self._low)
        np.subtract(self._high, self._low, out=self._high)
        np.greater(self._high, THRESHOLD, out=self._marks)
        return int(np.count_nonzero(self._marks))


def measure(film: Path) -> Stages:
    """Every stage in turn, each over the whole film."""
    video, packets, demux_us = _demuxed(film)
    decoder = Decoder(video)
    began_s = time.process_time()
    frames = sum(decoder.decode(packet) is not None for packet in packets)
    decode_us = (time.process_time() - began_s) / max(frames, 1) * 1e6
    keyframes = [packet for packet in packets if packet.is_keyframe]
    ring = RingBuffer(15, 32 << 20)
    look_us, plain_us, looks_per_s, whole_us = _looked(video, packets)
    look_warm_us, plain_warm_us = _warm(video, packets)
    return Stages(
        film=film.name,
        width_px=video.width_px,
        height_px=video.height_px,
        demux_us=demux_us,
        decode_us=decode_us,
        decode_keyframe_us=_median_us(Decoder(video).decode_alone, keyframes),
        remember_us=_median_us(ring.add, packets),
        look_us=look_us,
        plain_us=plain_us,
        look_warm_us=look_warm_us,
        plain_warm_us=plain_warm_us,
        looks_per_s=looks_per_s,
        decode_and_look_us=whole_us,
    )


def _looked(video: StreamFormat, packets: list[Packet]) -> tuple[float, float, float, float]:
    """Medians of a look and of differencing between decodings, looks per second of film, and the whole per packet."""
    looks_s, plain_s, whole_s = zip(*(_watched(video, packets) for _ in range(ROUNDS)), strict=True)
    looks_per_s = len(looks_s[0]) / max(packets[-1].dts_s - packets[0].dts_s, 1e-3)
    return _median_of_quickest_us(looks_s), _median_of_quickest_us(plain_s), looks_per_s, min(whole_s) * 1e6


def _watched(video: StreamFormat, packets: list[Packet]) -> tuple[list[float], list[float], float]:
    """Seconds that each look and each differencing took, and CPU seconds of the path per packet.

    Differencing takes its turn AFTER_LOOK pictures after each look, against the picture of its turn before, so that
    both find what was decoded meanwhile in the caches, and neither the other's pixels. It is not part of the path.
    """
    watcher = _watcher()
    decoder = Decoder(video)
    differencing = Differencing((video.height_px, video.width_px))
    looks_s: list[float] = []
    plain_s: list[float] = []
    before: Picture | None = None
    since_look = 0
    began_s = time.process_time()
    apart_s = 0.0
    for packet in packets:
        picture: Picture | None = decoder.decode(packet)
        if picture is None:
            continue
        since_look += 1
        if watcher.wants(packet.dts_s):
            frame = Frame(luma=picture.luma, captured_at_s=packet.dts_s)
            looks_s.append(_seconds(watcher.look, frame))
            since_look = 0
        elif since_look == AFTER_LOOK:
            apart_began_s = time.process_time()
            if before is not None:
                plain_s.append(_seconds(differencing.changed, before.luma, picture.luma))
            before = picture
            apart_s += time.process_time() - apart_began_s
    return looks_s, plain_s, (time.process_time() - began_s - apart_s) / len(packets)


def _median_of_quickest_us(turns: Sequence[list[float]]) -> float:
    """Of the same things done in several turns, in seconds."""
    quickest_s: list[float] = [min(times) for times in zip(*turns, strict=True)]
    return median(quickest_s) * 1e6


def _warm(video: StreamFormat, packets: list[Packet]) -> tuple[float, float]:
    """Medians of a look and of differencing with nothing between them: the same pictures, each in the caches already.

    They take turns; in each round the detector begins anew.
    """
    decoder = Decoder(video)
    watcher = _watcher()
    taken: list[tuple[Luma, float]] = []
    for packet in packets:
        picture = decoder.decode(packet)
        if picture is not None and watcher.wants(packet.dts_s):
            taken.append((picture.luma.copy(), packet.dts_s))
            watcher.look(Frame(luma=picture.luma, captured_at_s=packet.dts_s))
    differencing = Differencing((video.height_px, video.width_px))
    now, before = np.empty_like(taken[0][0]), taken[0][0].copy()
    looks_s: list[list[float]] = []
    plain_s: list[list[float]] = []
    for _ in range(ROUNDS):
        watcher = _watcher()
        looks_s.append([])
        plain_s.append([])
        for luma, at_s in taken:
            np.copyto(now, luma)
            looks_s[-1].append(_seconds(watcher.look, Frame(luma=now, captured_at_s=at_s)))
            differencing.changed(before, now)
            plain_s[-1].append(_seconds(differencing.changed, before, now))
            np.copyto(before, now)
    return _median_of_quickest_us(looks_s), _median_of_quickest_us(plain_s)


def _watcher() -> MotionWatcher:
    return MotionWatcher(DetectSettings(), None, (f"e{number}" for number in itertools.count()).__next__)


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
    return median(_seconds(act, item) for item in items) * 1e6


def _seconds[*Arguments](act: Callable[[*Arguments], object], *arguments: *Arguments) -> float:
    began_s = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - began_s
