"""A small JPEG of a keyframe, for clips of which nobody remembers a picture."""

import av

_WIDTH_PX = 640
_QUALITY = "4"
"""libav's scale from 2, best, to 31."""


def keyframe_jpeg(codec: str, keyframe: bytes) -> bytes:
    """Decode a keyframe (Annex B, with its parameter sets) into a JPEG at most 640 px wide; b"" where it is damaged."""
    try:
        decoder = av.CodecContext.create(codec, "r")
        if not isinstance(decoder, av.VideoCodecContext):
            return b""
        decoder.thread_count = 1
        frames = [*decoder.decode(av.Packet(keyframe)), *decoder.decode(None)]
        if not frames:
            return b""
        return _jpeg(frames[0])
    except av.FFmpegError, ValueError:
        return b""


def _jpeg(frame: av.VideoFrame) -> bytes:
    width_px = min(_WIDTH_PX, frame.width) // 2 * 2
    height_px = max(2, round(frame.height * width_px / frame.width) // 2 * 2)
    small = frame.reformat(width=width_px, height=height_px, format="yuvj420p")
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.thread_count = 1
    encoder.width, encoder.height = width_px, height_px
    encoder.pix_fmt = "yuvj420p"
    encoder.options = {"qmin": _QUALITY, "qmax": _QUALITY}
    small.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(small), *encoder.encode(None)])
