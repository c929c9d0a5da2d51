"""Pictures that no clip can hold as they are -> H.264, which everything plays."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.codec.context import Flags
from av.video.frame import PictureType

from ..errors import SourceError, SourceFault
from ..values import FormatChange, Medium, Packet, SourceItem, StreamFormat
from .decoder import Decoder, Picture
from .libav_source import TO_ENCODE
from .source import MediaSource

KEYFRAME_INTERVAL_S = 2.0
_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "crf": "24", "forced-idr": "1"}
_ENDLESS_GOP = 1 << 20


class EncodedSource:
    """See `MediaSource`; passes on what MP4 holds, and encodes the video that it does not."""

    def __init__(self, inner: MediaSource) -> None:
        self._inner = inner
        self._encoding: _Encoding | None = None
        self._formats: tuple[StreamFormat, ...] = ()
        self.camera_codec = ""
        """What the camera itself sends; after `open`."""

    @property
    def formats(self) -> tuple[StreamFormat, ...]:
        """See `MediaSource`; after encoding."""
        return self._formats or self._inner.formats

    @property
    def camera_sound(self) -> str | None:
        """Codec of the sound that the camera itself sends, also where no clip can hold it; after `open`."""
        if hasattr(self._inner, "camera_sound"):
            told: str | None = self._inner.camera_sound
            return told
        return next((sound.codec for sound in self._inner.formats[1:]), None)

    @property
    def keeps_arrivals(self) -> bool:
        """See `MediaSource`."""
        return self._inner.keeps_arrivals

    def hold(self, *, holding: bool) -> None:
        """See `MediaSource`."""
        self._inner.hold(holding=holding)

    def open(self) -> None:
        """See `MediaSource`."""
        self._inner.open()
        self.camera_codec = self._inner.formats[0].codec
        if self.camera_codec in TO_ENCODE:
            self._begin(self._inner.formats)

    def packets(self) -> Iterator[SourceItem]:
        """See `MediaSource`."""
        return self._inner.packets() if self._encoding is None else self._encoded()

    def close(self) -> None:
        """See `MediaSource`."""
        self._encoding = None
        self._inner.close()

    def _encoded(self) -> Iterator[SourceItem]:
        for item in self._inner.packets():
            if isinstance(item, FormatChange):
                self._begin(item.formats)
                yield FormatChange(formats=self._formats)
            elif item.medium is Medium.VIDEO and self._encoding is not None:
                yield from self._encoding.encode(item)
            else:
                yield item

    def _begin(self, formats: tuple[StreamFormat, ...]) -> None:
        self._encoding = _Encoding(formats[0])
        self._formats = (self._encoding.video, *formats[1:])


class _Encoding:
    """One picture size."""

    def __init__(self, camera_video: StreamFormat) -> None:
        self._decoder = Decoder(camera_video)
        self._width_px = max(2, camera_video.width_px // 2 * 2)
        self._height_px = max(2, camera_video.height_px // 2 * 2)
        self._time_base = camera_video.time_base
        self._keyframe_every = int(KEYFRAME_INTERVAL_S / camera_video.time_base)
        self._keyframe_pts: int | None = None
        try:
            self._context = self._opened()
        except (av.FFmpegError, ValueError) as err:
            raise SourceError(SourceFault.UNSUPPORTED_CODEC, "libav encodes no H.264 here") from err
        self.video = StreamFormat(
            medium=Medium.VIDEO,
            codec="h264",
            time_base=self._time_base,
            extradata=bytes(self._context.extradata or b""),
            width_px=self._width_px,
            height_px=self._height_px,
        )

    def encode(self, packet: Packet) -> Iterator[Packet]:
        """The packet's picture as H.264; none for a picture that does not decode."""
        picture = self._decoder.decode(packet)
        if picture is None:
            return
        try:
            for native in self._context.encode(self._frame(picture, packet.pts)):
                yield Packet(
                    medium=Medium.VIDEO,
                    payload=bytes(native),
                    pts=packet.pts,
                    dts=packet.pts,  # without B frames each picture is decoded when it is shown
                    duration=packet.duration,
                    time_base=self._time_base,
                    is_keyframe=native.is_keyframe,
                    received_at_s=packet.received_at_s,
                )
        except av.FFmpegError as err:
            raise SourceError(SourceFault.LOST, "encoding failed") from err

    def _frame(self, picture: Picture, pts: int) -> av.VideoFrame:
        frame = picture.native.reformat(
            width=self._width_px, height=self._height_px, format="yuv420p", dst_color_range="MPEG", threads=1
        )
        frame.pts, frame.time_base = pts, self._time_base
        frame.pict_type = PictureType.NONE
        if self._keyframe_pts is None or pts - self._keyframe_pts >= self._keyframe_every:
            self._keyframe_pts = pts
            frame.pict_type = PictureType.I
        return frame

    def _opened(self) -> av.VideoCodecContext:
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = self._width_px, self._height_px, "yuv420p"
        context.time_base = self._time_base
        context.framerate = Fraction(15)
        context.gop_size = _ENDLESS_GOP  # keyframes are asked for by time: pictures come at no fixed rate
        context.max_b_frames = 0
        context.thread_count = 1
        context.flags |= Flags.global_header
        context.options = dict(_OPTIONS)
        context.open()
        return context
