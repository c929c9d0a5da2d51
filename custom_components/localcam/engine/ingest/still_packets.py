"""JPEG pictures -> packets, timed by when they arrived."""

from collections.abc import Iterator
from fractions import Fraction

from ..values import FormatChange, Medium, Packet, SourceItem, StreamFormat
from .jpeg import jpeg_size

TICKS_PER_S = 90_000


class StillPackets:
    """For one source of pictures; each picture is a keyframe."""

    def __init__(self) -> None:
        self.video: StreamFormat | None = None
        """Of the last picture."""
        self._dts = -1

    def describe(self, jpeg: bytes) -> StreamFormat:
        """The format that a picture has; raises SourceError (NOT_VIDEO) where it is none."""
        width_px, height_px = jpeg_size(jpeg)
        return StreamFormat(
            medium=Medium.VIDEO,
            codec="mjpeg",
            time_base=Fraction(1, TICKS_PER_S),
            width_px=width_px,
            height_px=height_px,
        )

    def items(self, jpeg: bytes, received_at_s: float) -> Iterator[SourceItem]:
        """The picture's packet, after a change of format where its size differs; raises as `describe`."""
        video = self.describe(jpeg)
        if self.video is not None and video != self.video:
            yield FormatChange(formats=(video,))
        self.video = video
        self._dts = max(self._dts + 1, int(received_at_s * TICKS_PER_S))
        yield Packet(
            medium=Medium.VIDEO,
            payload=jpeg,
            pts=self._dts,
            dts=self._dts,
            duration=0,
            time_base=video.time_base,
            is_keyframe=True,
            received_at_s=received_at_s,
        )
