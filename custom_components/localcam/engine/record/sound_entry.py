"""What an MP4 says of a sound track: AAC and MP3 after ISO/IEC 14496-1 and -14, Opus after its own mapping to MP4."""

from dataclasses import dataclass
import struct

from ..errors import ClipFormatError
from ..values import StreamFormat
from .mp4_boxes import box, full_box, unpack

_AAC_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_AAC, _MPEG2_MP3, _MPEG1_MP3 = 0x40, 0x69, 0x6B
"""Object types of ISO/IEC 14496-1, table 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundEntry:
    """How a sound track is announced."""

    entry: bytes
    """The sample entry: an `mp4a` or `Opus` box."""
    has_adts: bool
    """Whether each payload begins with an ADTS header, which MP4 does not hold."""


def sound_entry(stream: StreamFormat, first_payload: bytes) -> SoundEntry:
    """For AAC, MP3 and Opus; raises ClipFormatError."""
    rate_hz, channels = stream.sample_rate_hz, stream.channels or 1
    has_adts = False
    match stream.codec:
        case "aac":
            config = stream.extradata
            if not config:
                config, rate_hz, channels = _config_from_adts(first_payload)
                has_adts = True
            kind, description = b"mp4a", _elementary_stream(_AAC, config)
        case "mp3" | "mp3float":
            kind = b"mp4a"
            description = _elementary_stream(_MPEG2_MP3 if rate_hz <= 24000 else _MPEG1_MP3, b"")
        case "opus":
            kind, rate_hz, description = b"Opus", 48000, _opus(stream.extradata, channels, rate_hz)
        case codec:
            raise ClipFormatError(f"no clip can hold {codec} sound")
    # A rate that 16.16 cannot hold is written as 0: players then take it from the decoder's own configuration.
    head = struct.pack(">6xH8xHH4xI", 1, channels, 16, (rate_hz if rate_hz <= 0xFFFF else 0) << 16)
    return SoundEntry(entry=box(kind, head, description), has_adts=has_adts)


def without_adts(payload: bytes) -> bytes:
    """The AAC frame after its header, which is 7 bytes, or 9 with a checksum."""
    if len(payload) < 7 or payload[0] != 0xFF or payload[1] & 0xF0 != 0xF0:
        return payload
    return payload[7 if payload[1] & 1 else 9 :]


def _config_from_adts(payload: bytes) -> tuple[bytes, int, int]:
    """AudioSpecificConfig, rate and channels out of an ADTS header."""
    if len(payload) < 7 or payload[0] != 0xFF or payload[1] & 0xF0 != 0xF0:
        raise ClipFormatError("the AAC stream does not say how it is coded")
    profile = (payload[2] >> 6) + 1
    rate_index = payload[2] >> 2 & 0xF
    channels = (payload[2] & 1) << 2 | payload[3] >> 6
    if rate_index >= len(_AAC_RATES_HZ):
        raise ClipFormatError("the AAC stream has no valid sample rate")
    config = struct.pack(">H", profile << 11 | rate_index << 7 | channels << 3)
    return config, _AAC_RATES_HZ[rate_index], channels


def _elementary_stream(object_type: int, config: bytes) -> bytes:
    decoder = struct.pack(">BB3xII", object_type, 5 << 2 | 1, 0, 0)
    if config:
        decoder += _descriptor(5, config)
    return full_box(
        b"esds", 0, 0, _descriptor(3, struct.pack(">HB", 0, 0), _descriptor(4, decoder), _descriptor(6, b"\2"))
    )


def _descriptor(tag: int, *parts: bytes) -> bytes:
    contents = b"".join(parts)
    size = len(contents)
    return (
        bytes([tag, 0x80 | size >> 21 & 0x7F, 0x80 | size >> 14 & 0x7F, 0x80 | size >> 7 & 0x7F, size & 0x7F])
        + contents
    )


def _opus(head: bytes, channels: int, rate_hz: int) -> bytes:
    """The `OpusHead` of other containers, turned to big-endian; without one, what RTP promises."""
    if not head.startswith(b"OpusHead"):
        return box(b"dOps", struct.pack(">BBHIhB", 0, min(channels, 2), 0, rate_hz, 0, 0))
    channels, skip, rate_hz, gain, family = unpack("<BHIhB", head, 9)
    return box(b"dOps", struct.pack(">BBHIhB", 0, channels, skip, rate_hz, gain, family), head[19:] if family else b"")
