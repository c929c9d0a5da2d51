"""Packets of a camera that libav reads: RTSP and USB differ only in how they are opened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction

import av
import av.container

from ..clock import Clock
from ..errors import SourceError, SourceFault
from ..values import FormatChange, Medium, Packet, SourceItem, StreamFormat
from .faults import lost_error, opening_error
from .format_watch import FormatWatch
from .timestamps import TimestampRepair

MP4_VIDEO = frozenset({"h264", "hevc"})
TO_ENCODE = frozenset({"mjpeg", "rawvideo"})
"""Video that must be encoded before MP4 holds it; see `encoder.py`."""
MP4_AUDIO = frozenset({"aac", "mp3", "opus"})
OPEN_TIMEOUT_S = 5.0
SILENCE_S = 4.5
"""A camera is lost within 5 s: some of them are for noticing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What libav is told; the demuxer is pinned, nothing is guessed from what a camera sends."""

    address: str = field(repr=False)
    """May hold credentials."""
    demuxer: str
    options: Mapping[str, str]
    fallback: SourceFault
    """Where libav says no more than that it failed."""


class LibavSource:
    """See `MediaSource`; `prepare` is entered while it opens, gives the ways to try in turn, may raise SourceError."""

    def __init__(
        self,
        prepare: Callable[[], AbstractContextManager[Sequence[Opening]]],
        *,
        with_sound: bool,
        clock: Clock,
        keeps_arrivals: bool = False,
        hold: Callable[[bool], None] | None = None,
    ) -> None:
        self._prepare = prepare
        self.keeps_arrivals = keeps_arrivals
        """See `MediaSource`."""
        self._hold = hold
        self._with_sound = with_sound
        self._clock = clock
        self._container: av.container.InputContainer | None = None
        self.formats: tuple[StreamFormat, ...] = ()
        self.camera_sound: str | None = None
        """Codec of the sound that the camera sends, also where no clip can hold it; only where sound is wanted."""

    def open(self) -> None:
        """See `MediaSource`."""
        av.logging.set_level(None)  # libav's own log repeats addresses, with what is in them
        with self._prepare() as openings:
            self._container = _opened(openings)
        try:
            self.formats = self._describe(self._container)
        except BaseException:
            self.close()
            raise

    def packets(self) -> Iterator[SourceItem]:
        """See `MediaSource`."""
        if self._container is None:
            raise SourceError(SourceFault.LOST, "not open")
        try:
            yield from self._read(self._container)
        except av.FFmpegError as err:
            raise lost_error(err) from None

    def hold(self, *, holding: bool) -> None:
        """See `MediaSource`."""
        if self._hold is not None:
            self._hold(holding)

    def close(self) -> None:
        """See `MediaSource`."""
        self.hold(holding=False)
        if self._container is not None:
            self._container.close()
            self._container = None

    def _describe(self, container: av.container.InputContainer) -> tuple[StreamFormat, ...]:
        if not container.streams.video:
            raise SourceError(SourceFault.NOT_VIDEO, "no video in the stream")
        stream = container.streams.video[0]
        codec = _codec(stream)
        if codec not in MP4_VIDEO and codec not in TO_ENCODE:
            raise SourceError(SourceFault.UNSUPPORTED_CODEC, codec)
        formats = [_video_format(stream)]
        if self._with_sound and container.streams.audio:
            audio = container.streams.audio[0]
            self.camera_sound = _codec(audio)
            if self.camera_sound in MP4_AUDIO:
                formats.append(_audio_format(audio))
        return tuple(formats)

    def _read(self, container: av.container.InputContainer) -> Iterator[SourceItem]:
        video = container.streams.video[0]
        streams = [video, *(container.streams.audio[:1] if len(self.formats) > 1 else ())]
        formats = {stream.index: found for stream, found in zip(streams, self.formats, strict=True)}
        repairs = {index: TimestampRepair(found.time_base) for index, found in formats.items()}
        watch = FormatWatch(formats[video.index])
        arriving = container.demux(streams)
        received_at_s = asked_at_s = self._clock.monotonic_s()
        while received_at_s - asked_at_s < SILENCE_S:
            asked_at_s = self._clock.monotonic_s()
            native = next(arriving, None)
            if native is None or not native.size:  # the end of the stream, as PyAV says it
                raise SourceError(SourceFault.LOST, "the stream ended")
            # libav's parser holds the last packet back, and gives it out when reading has timed out: it is sent on,
            # but the next would have to time out again before anybody heard of it.
            received_at_s = self._clock.monotonic_s()
            index = native.stream_index
            found = formats[index]
            pts, dts = repairs[index].repair(native.pts, native.dts, native.duration or 0, received_at_s)
            packet = Packet(
                medium=found.medium,
                payload=bytes(native),
                pts=pts,
                dts=dts,
                duration=native.duration or 0,
                time_base=found.time_base,
                is_keyframe=native.is_keyframe or found.medium is Medium.AUDIO,
                received_at_s=received_at_s,
            )
            if packet.is_keyframe and index == video.index and (changed := watch.changed(packet)) is not None:
                formats[index] = changed
                self.formats = (changed, *self.formats[1:])
                yield FormatChange(formats=self.formats)
            yield packet
        raise SourceError(SourceFault.LOST, "nothing arrived in time")


def _opened(openings: Sequence[Opening]) -> av.container.InputContainer:
    error = SourceError(SourceFault.NOT_VIDEO, "no way to open it")
    for opening in openings:
        try:
            return av.open(
                opening.address,
                "r",
                format=opening.demuxer,
                options=dict(opening.options),
                timeout=(OPEN_TIMEOUT_S, SILENCE_S),
            )
        except av.FFmpegError as err:
            error = opening_error(err, opening.fallback)
    raise error from None


def _codec(stream: av.VideoStream | av.AudioStream) -> str:
    """The codec as libav names it: `mp3`, not `mp3float` as the decoder is called."""
    # PyAV has no context where libav has no decoder, which its types do not say.
    context: av.CodecContext | None = stream.codec_context
    return context.codec.canonical_name if context is not None else "unknown"


def _fraction(stream: av.VideoStream | av.AudioStream) -> Fraction:
    time_base = stream.time_base
    return Fraction(time_base.numerator, time_base.denominator) if time_base else Fraction(1, 90_000)


def _video_format(stream: av.VideoStream) -> StreamFormat:
    context = stream.codec_context
    extradata = bytes(context.extradata or b"")
    codec = _codec(stream)
    if codec == "rawvideo":
        extradata = (context.pix_fmt or "yuyv422").encode("ascii")
    return StreamFormat(
        medium=Medium.VIDEO,
        codec=codec,
        time_base=_fraction(stream),
        extradata=extradata,
        width_px=context.width,
        height_px=context.height,
    )


def _audio_format(stream: av.AudioStream) -> StreamFormat:
    context = stream.codec_context
    return StreamFormat(
        medium=Medium.AUDIO,
        codec=_codec(stream),
        time_base=_fraction(stream),
        extradata=bytes(context.extradata or b""),
        sample_rate_hz=context.sample_rate,
        channels=context.layout.nb_channels,
    )
