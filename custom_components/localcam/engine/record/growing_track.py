"""One stream of a growing file: how it is announced, and how its packets become packets of libav's."""

from fractions import Fraction
from io import BytesIO
from typing import Final

import av
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.packet import PacketSideData, packet_sidedata_type_from_literal
from av.stream import Stream

from ..errors import ClipFormatError
from ..values import Medium, Packet, StreamFormat
from .thumbnail import first_picture

_FINEST_TIMESCALE = 1_000_000
"""The longest pause between two packets then has room in 32 bits."""
_USUAL_TIME_BASE = Fraction(1, 90_000)
_USUAL_DURATION_S = Fraction(1, 25)
_OPUS_RATE_HZ = 48_000
_EXTRADATA: Final = "new_extradata"


def open_track(muxer: OutputContainer, stream: StreamFormat, first: Packet, origin_s: Fraction) -> GrowingTrack:
    """Add a stream to a new file, as its format and its first packet say.

    `origin_s` is the media time at which the file begins. Raises ClipFormatError, av.FFmpegError and ValueError, and
    then has added nothing.
    """
    if stream.medium is Medium.VIDEO:
        return GrowingTrack(_add_video(muxer, stream, first.payload), origin_s)
    match stream.codec:
        case "aac" if stream.extradata:
            added = muxer.add_mux_stream("aac", rate=stream.sample_rate_hz)
            return GrowingTrack(added, origin_s, config=stream.extradata)
        case "aac":
            if not _describes_itself("aac_adtstoasc", "aac", first.payload):
                raise ClipFormatError("the AAC stream does not say how it is coded")
            added = muxer.add_mux_stream("aac", rate=stream.sample_rate_hz)
            return GrowingTrack(added, origin_s, unwrap=BitStreamFilterContext("aac_adtstoasc", "aac"))
        case "mp3" | "mp3float":
            return GrowingTrack(muxer.add_mux_stream("mp3", rate=stream.sample_rate_hz), origin_s)
        case "opus":
            # Of libav's encoder nothing is wanted but the head, without which MP4 holds no Opus.
            layout = "stereo" if stream.channels > 1 else "mono"
            return GrowingTrack(muxer.add_stream("libopus", rate=_OPUS_RATE_HZ, layout=layout), origin_s)
        case codec:
            raise ClipFormatError(f"no clip can hold {codec} sound")


class GrowingTrack:
    """Holds each packet back until the next one tells how long it lasts."""

    def __init__(
        self, stream: Stream, origin_s: Fraction, *, config: bytes = b"", unwrap: BitStreamFilterContext | None = None
    ) -> None:
        """`config`: the decoder's configuration, where the stream has none yet. All payloads go through `unwrap`."""
        self._stream = stream
        self._origin_s = origin_s
        self._config = config
        self._unwrap = unwrap
        self._held: Packet | None = None
        self._last_duration = 0

    def take(self, packet: Packet) -> list[av.Packet[Stream]]:
        """Take a packet; returns the one before it, as the muxer takes it. Raises av.FFmpegError."""
        held, self._held = self._held, packet
        return [] if held is None else self._made(held, packet.dts - held.dts)

    def take_held(self, end_dts_s: float | None) -> list[av.Packet[Stream]]:
        """The last packet: it lasts until `end_dts_s`, else as long as it says, else as long as the one before."""
        held, self._held = self._held, None
        if held is None:
            return []
        duration = held.duration or self._last_duration or round(_USUAL_DURATION_S / held.time_base)
        if end_dts_s is not None:
            duration = max(0, round(end_dts_s / held.time_base) - held.dts)
        return self._made(held, duration)

    def _made(self, packet: Packet, duration: int) -> list[av.Packet[Stream]]:
        self._last_duration = duration
        made = av.Packet(packet.payload)
        origin = round(self._origin_s / packet.time_base)
        made.pts, made.dts, made.duration = packet.pts - origin, packet.dts - origin, duration
        made.time_base = packet.time_base
        made.is_keyframe = packet.is_keyframe
        if self._config:
            kind = packet_sidedata_type_from_literal(_EXTRADATA)
            side = PacketSideData(kind, len(self._config))  # type: ignore[call-arg]  # missing in PyAV's stubs
            side.update(self._config)
            side.to_packet(made)
            self._config = b""
        ready = self._unwrap.filter(made) if self._unwrap else [made]
        for each in ready:
            each.stream = self._stream
        return ready


def _add_video(muxer: OutputContainer, stream: StreamFormat, keyframe: bytes) -> Stream:
    if stream.codec not in ("h264", "hevc"):
        raise ClipFormatError(f"no clip can hold {stream.codec} video")
    parameter_sets = stream.extradata
    has_lengths = parameter_sets[:1] == b"\1"
    if not has_lengths and _describes_itself("extract_extradata", stream.codec, keyframe):
        # Newer than those of the description; libav takes them from there.
        parameter_sets = b""
    elif not parameter_sets:
        raise ClipFormatError("the stream has no parameter sets yet")
    width_px, height_px = stream.width_px, stream.height_px
    if not (width_px and height_px):
        width_px, height_px = _size_px(stream.codec, parameter_sets, keyframe)
    # A file of nothing is what PyAV makes a stream of without a camera's connection or a file.
    with av.open(BytesIO(), "r", format=stream.codec) as nothing:
        added = muxer.add_stream_from_template(nothing.streams.video[0], opaque=True)
    added.codec_context.width, added.codec_context.height = width_px, height_px
    added.codec_context.extradata = parameter_sets
    added.time_base = stream.time_base if stream.time_base.denominator <= _FINEST_TIMESCALE else _USUAL_TIME_BASE
    return added


def _describes_itself(bitstream_filter: str, codec: str, payload: bytes) -> bool:
    """Whether a filter of libav's finds in a payload what decoders must know beforehand."""
    found = BitStreamFilterContext(bitstream_filter, codec).filter(av.Packet(payload))
    return any(packet.has_sidedata(_EXTRADATA) for packet in found)


def _size_px(codec: str, parameter_sets: bytes, keyframe: bytes) -> tuple[int, int]:
    picture = first_picture(codec, parameter_sets, av.Packet(keyframe))
    if picture is None:
        raise ClipFormatError("the stream's pictures have no size")
    return picture.width, picture.height
