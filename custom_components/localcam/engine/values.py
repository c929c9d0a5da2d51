"""What comes from a camera, in the order in which a worker meets it: formats, packets, pictures.

All nouns of the engine are frozen. Names carry units. Instants ending in `_at_s` are seconds on the worker's monotonic
clock; instants ending in `_utc_s` are seconds since 1970 UTC and are only for people. Media times (`pts`, `dts`) are
integers in the `time_base` of their stream.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Medium(StrEnum):
    """What a stream carries."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """What a muxer must know to write a stream's packets; a change of it splits a clip."""

    medium: Medium
    codec: str
    """libav's name of the codec: `h264`, `hevc`, `aac`, ..."""
    time_base: Fraction
    """Seconds per tick of the stream's packets."""
    extradata: bytes = b""
    """Parameter sets as the container gave them (Annex B, avcC or hvcC; AudioSpecificConfig for AAC)."""
    width_px: int = 0
    """0 for audio, and for video of which no picture was decoded yet."""
    height_px: int = 0
    sample_rate_hz: int = 0
    """0 for video."""
    channels: int = 0
    """0 for video."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packet:
    """One compressed unit of one stream, with repaired timestamps."""

    medium: Medium
    payload: bytes
    pts: int
    dts: int
    """Strictly increasing within a stream format."""
    duration: int
    """In ticks; 0 when the source did not say."""
    time_base: Fraction
    is_keyframe: bool
    """True for every audio packet."""
    received_at_s: float

    @property
    def dts_s(self) -> float:
        """Decoding time in seconds of media time."""
        # Not through Fraction, which would take ten times as long: this is asked several times for each packet.
        return self.dts * self.time_base.numerator / self.time_base.denominator

    @property
    def pts_s(self) -> float:
        """Presentation time in seconds of media time."""
        return self.pts * self.time_base.numerator / self.time_base.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatChange:
    """From here on, the stream's packets have other formats: an open clip must end, another may begin."""

    formats: tuple[StreamFormat, ...]


type SourceItem = Packet | FormatChange


type Luma = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A decoded picture's luma plane, read in place: valid until the next frame is decoded, never written to."""

    luma: Luma
    """Shape (height, width), dtype uint8; rows may be further apart in memory than `width`."""
    captured_at_s: float
    """When its packet arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFacts:
    """What trying a camera found out."""

    codec: str
    width_px: int
    height_px: int
    frames_per_s: float
    keyframe_interval_s: float | None
    """None where fewer than two keyframes came while trying."""
    keyframe_interval_at_least_s: float
    """How long no second keyframe came; equal to the interval where that is known."""
    audio_codec: str | None
    detect_width_px: int | None
    """Of the second stream, where there is one."""
    detect_height_px: int | None
