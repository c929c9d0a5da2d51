"""Packets -> pictures, by libav on one thread; a picture's luma plane is read where libav left it."""

from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
import numpy as np

from ..errors import SourceError, SourceFault
from ..values import Frame, Packet, StreamFormat
from .parameter_sets import restarts

if TYPE_CHECKING:
    import numpy.typing as npt

_PLANAR_8_BIT = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"})
_JPEG_QUANTISER = 6
"""libav's scale: 2 is best, 31 smallest."""


class Picture:
    """A decoded picture; holds libav's own frame for as long as it lives."""

    __slots__ = ("_frame",)

    def __init__(self, frame: av.VideoFrame) -> None:
        self._frame = frame

    @property
    def width_px(self) -> int:
        """As the camera sent it."""
        return self._frame.width

    @property
    def height_px(self) -> int:
        """As the camera sent it."""
        return self._frame.height

    @property
    def native(self) -> av.VideoFrame:
        """For the encoder, which belongs to libav as well; not to be changed."""
        return self._frame

    @property
    def luma(self) -> npt.NDArray[np.uint8]:
        """Brightness, shape (height, width), dtype uint8, read-only, in place where the format allows it."""
        frame = self._frame
        if frame.format.name not in _PLANAR_8_BIT:
            frame = frame.reformat(format="yuv420p", threads=1)
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
        rows.flags.writeable = False
        return rows

    def to_frame(self, captured_at_s: float) -> Frame:
        """What motion detection looks at."""
        return Frame(luma=self.luma, captured_at_s=captured_at_s)

    def to_jpeg(self, max_width_px: int = 640, quality: int = _JPEG_QUANTISER) -> bytes:
        """A JPEG at most this wide, in the picture's proportions; `quality` 2 (best) to 31. Empty if libav cannot."""
        scale = min(1.0, max_width_px / self.width_px)
        width, height = (max(2, int(side * scale) // 2 * 2) for side in (self.width_px, self.height_px))
        try:
            frame = self._frame.reformat(width=width, height=height, format="yuvj420p", threads=1)
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
            encoder.time_base = Fraction(1, 25)
            encoder.thread_count = 1
            encoder.qmin = encoder.qmax = quality
            frame.pts = 0
            return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
        except av.FFmpegError, ValueError:
            return b""


class Decoder:
    """Decodes one video format; a stream that changes its format takes a new one.

    Of `rawvideo`, the format's extradata is the name of libav's pixel format.
    """

    def __init__(self, video: StreamFormat) -> None:
        self.errors = 0
        """Packets that libav could not decode."""
        self._video = video
        self._alone = False
        """Whether keyframes alone were decoded since libav forgot everything, each of them at once."""
        self._context = _context(video)

    def decode(self, packet: Packet) -> Picture | None:
        """The picture that this packet completes, the newest if several; None while there is none."""
        if self._alone:
            self.forget()
        return self._decode(packet)

    def _decode(self, packet: Packet) -> Picture | None:
        # libav reads a little beyond the end of what it decodes: its own buffer has room there, ours has not.
        native = av.Packet(len(packet.payload))
        native.update(packet.payload)
        native.pts, native.dts = packet.pts, packet.dts
        try:
            frames = self._context.decode(native)
        except av.FFmpegError:
            self.errors += 1
            return None
        return Picture(frames[-1]) if frames else None

    def decode_alone(self, keyframe: Packet) -> Picture | None:
        """The picture of this packet, at once, also where the camera reorders pictures; forgets all that came before.

        Its blocks' edges are as they were encoded: nothing follows on it, and smoothing them is a fifth of the work.
        The next packet must be decoded alone, too, or be a keyframe.
        """
        if not self._alone:
            self._context = _context(self._video, {"skip_loop_filter": "all"})
            self._alone = True
        elif not restarts(self._video.codec, keyframe.payload):
            # Having libav forget costs it all its tables, and us their pages: a picture that restarts needs none of it.
            self._context.flush_buffers()
        if (picture := self._decode(keyframe)) is None:
            picture = self.flush()
            self._context.flush_buffers()
        return picture

    def forget(self) -> None:
        """What comes next begins with a keyframe, and follows on nothing that was decoded."""
        if self._alone:
            self._context = _context(self._video)
            self._alone = False
        else:
            self._context.flush_buffers()

    def flush(self) -> Picture | None:
        """The newest picture that the decoder still held back; it takes no packets afterwards, unless it forgets."""
        try:
            frames = self._context.decode(None)
        except av.FFmpegError:
            return None
        return Picture(frames[-1]) if frames else None


def picture_size(video: StreamFormat, keyframe: Packet) -> tuple[int, int]:
    """Width and height that this keyframe decodes to; (0, 0) where it does not."""
    decoder = Decoder(video)
    picture = decoder.decode(keyframe) or decoder.flush()
    return (picture.width_px, picture.height_px) if picture else (0, 0)


def _context(video: StreamFormat, options: dict[str, str] | None = None) -> av.VideoCodecContext:
    try:
        context = cast("av.VideoCodecContext", av.CodecContext.create(video.codec, "r"))
        context.thread_count = 1
        context.options = options or {}
        if video.codec == "rawvideo":
            context.width, context.height = video.width_px, video.height_px
            context.pix_fmt = video.extradata.decode("ascii")
        elif video.extradata:
            context.extradata = video.extradata
        context.open()
    except (av.FFmpegError, ValueError) as err:
        raise SourceError(SourceFault.UNSUPPORTED_CODEC, f"no decoder for {video.codec}") from err
    return context
