"""A small JPEG of a clip, for clips of which nobody remembers a picture."""

from typing import Any

import av
from av.container import InputContainer

from .libav_files import SourceFile, open_mp4

_WIDTH_PX = 640
_QUALITY = "4"
"""libav's scale from 2, best, to 31."""


def keyframe_jpeg(clip: SourceFile, moment_s: float) -> bytes:
    """The last keyframe at or before a moment of a clip, else the first one, as a JPEG at most 640 px wide.

    Returns b"" where it is damaged. Raises StorageError.
    """
    try:
        with open_mp4(clip) as container:
            video = container.streams.video[0].codec_context
            keyframe = _keyframe_before(container, moment_s)
            frame = first_picture(video.name, video.extradata or b"", keyframe) if keyframe else None
            return jpeg_of(frame) if frame else b""
    except av.FFmpegError, ValueError:
        return b""


def first_picture(codec: str, parameter_sets: bytes, keyframe: av.Packet[Any]) -> av.VideoFrame | None:
    """Decode a keyframe; None where there is no picture in it. Raises av.FFmpegError.

    In a decoder of its own, because those of streams keep their memory until the garbage collector comes by.
    """
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.extradata = parameter_sets
    decoder.thread_count = 1
    return next(iter([*decoder.decode(keyframe), *decoder.decode(None)]), None)


def _keyframe_before(container: InputContainer, moment_s: float) -> av.Packet[av.VideoStream] | None:
    found: av.Packet[av.VideoStream] | None = None
    begins_s = 0.0
    for packet in container.demux(container.streams.video[0]):
        if packet.pts is None or not packet.is_keyframe:
            continue
        shown_s = float(packet.pts * packet.time_base)
        if found is None:
            begins_s = shown_s
        elif shown_s - begins_s > moment_s:
            break
        found = packet
    return found


def jpeg_of(frame: av.VideoFrame) -> bytes:
    """A JPEG at most 640 px wide; raises av.FFmpegError, ValueError."""
    width_px = min(_WIDTH_PX, frame.width) // 2 * 2
    height_px = max(2, round(frame.height * width_px / frame.width) // 2 * 2)
    small = frame.reformat(width=width_px, height=height_px, format="yuvj420p", threads=1)
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.thread_count = 1
    encoder.width, encoder.height = width_px, height_px
    encoder.pix_fmt = "yuvj420p"
    encoder.options = {"qmin": _QUALITY, "qmax": _QUALITY}
    small.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(small), *encoder.encode(None)])
