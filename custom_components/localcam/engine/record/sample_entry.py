"""What an MP4 says of a stream so that players can decode it: sample entries after ISO/IEC 14496-12, -14 and -15."""

from dataclasses import dataclass
import struct

from ..errors import ClipFormatError
from ..values import StreamFormat
from .mp4_boxes import box, boxes, unpack
from .nal_units import split_annex_b, to_annex_b
from .picture_parameters import PictureParameters, h264_parameters, h265_parameters

_H264_SPS, _H264_PPS = 7, 8
_H265_VPS, _H265_SPS, _H265_PPS = 32, 33, 34
_H264_WITH_CHROMA_FIELDS = frozenset({100, 110, 122, 144})
_VISUAL_HEAD = 78
"""Bytes of a visual sample entry before its boxes."""
_AUDIO_HEAD = 28
CODEC_OF_ENTRY = {b"avc1": "h264", b"hvc1": "hevc"}
"""libav's names, by the kinds of sample entry that `video_entry` makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEntry:
    """How a video track is announced."""

    entry: bytes
    """The sample entry: an `avc1` or `hvc1` box."""
    width_px: int
    height_px: int
    is_annex_b: bool
    """Whether the stream's payloads still have to be turned into length-prefixed ones."""


def video_entry(stream: StreamFormat, keyframe: bytes) -> VideoEntry:
    """For H.264 and H.265, from the stream's parameter sets or from those in its keyframe; raises ClipFormatError."""
    if stream.codec not in ("h264", "hevc"):
        raise ClipFormatError(f"no clip can hold {stream.codec} video")
    is_annex_b = stream.extradata[:1] != b"\1"
    config = stream.extradata
    if stream.codec == "h264":
        units = _h264_units(config) if is_annex_b else _avcc_units(config)
        if is_annex_b and not (units[_H264_SPS] and units[_H264_PPS]):
            units = _h264_units(keyframe)
        if not (units[_H264_SPS] and units[_H264_PPS]):
            raise ClipFormatError("the stream has no parameter sets yet")
        parameters = h264_parameters(units[_H264_SPS][0])
        kind, config = b"avc1", box(b"avcC", _avcc(units, parameters) if is_annex_b else config)
    else:
        units = _h265_units(config) if is_annex_b else _hvcc_units(config)
        if is_annex_b and not all(units.values()):
            units = _h265_units(keyframe)
        if not all(units.values()):
            raise ClipFormatError("the stream has no parameter sets yet")
        parameters = h265_parameters(units[_H265_SPS][0])
        kind, config = b"hvc1", box(b"hvcC", _hvcc(units, parameters) if is_annex_b else config)
    width_px, height_px = stream.width_px or parameters.width_px, stream.height_px or parameters.height_px
    if not (0 < width_px <= 0xFFFF and 0 < height_px <= 0xFFFF):
        raise ClipFormatError("the stream's pictures have no size that a clip can hold")
    head = struct.pack(">6xH16xHHII4xH32sHh", 1, width_px, height_px, 72 << 16, 72 << 16, 1, b"", 24, -1)
    return VideoEntry(entry=box(kind, head, config), width_px=width_px, height_px=height_px, is_annex_b=is_annex_b)


def keyframe_as_annex_b(entry: bytes, payload: bytes) -> bytes:
    """A track's keyframe with the parameter sets of its sample entry, as decoders take it; raises ClipFormatError."""
    kind, contents = next(boxes(entry))
    config = next((each for name, each in boxes(contents[_VISUAL_HEAD:]) if name in (b"avcC", b"hvcC")), b"")
    by_type, at = (_avcc_units(config), 4) if kind == b"avc1" else (_hvcc_units(config), 21)
    length_size = (unpack(">B", config, at)[0] & 3) + 1
    sets = b"".join(b"\0\0\0\1" + unit for units in by_type.values() for unit in units)
    return sets + to_annex_b(payload, length_size)


def _h264_units(payload: bytes) -> dict[int, list[bytes]]:
    units: dict[int, list[bytes]] = {_H264_SPS: [], _H264_PPS: []}
    for unit in split_annex_b(payload):
        _collect(units, unit[0] & 0x1F, bytes(unit))
    return units


def _h265_units(payload: bytes) -> dict[int, list[bytes]]:
    units: dict[int, list[bytes]] = {_H265_VPS: [], _H265_SPS: [], _H265_PPS: []}
    for unit in split_annex_b(payload):
        _collect(units, unit[0] >> 1 & 0x3F, bytes(unit))
    return units


def _collect(units: dict[int, list[bytes]], kind: int, unit: bytes) -> None:
    if kind in units and unit not in units[kind]:
        units[kind].append(unit)


def _avcc(units: dict[int, list[bytes]], parameters: PictureParameters) -> bytes:
    sps = units[_H264_SPS][0]
    parts = [b"\1", sps[1:4], b"\xff", bytes([0xE0 | len(units[_H264_SPS])]), *_with_lengths(units[_H264_SPS])]
    parts += [bytes([len(units[_H264_PPS])]), *_with_lengths(units[_H264_PPS])]
    if sps[1] in _H264_WITH_CHROMA_FIELDS:
        depths = (0xF8 | parameters.luma_bits - 8, 0xF8 | parameters.chroma_bits - 8)
        parts.append(bytes([0xFC | parameters.chroma_format, *depths, 0]))
    return b"".join(parts)


def _hvcc(units: dict[int, list[bytes]], parameters: PictureParameters) -> bytes:
    layers = parameters.temporal_layers << 3 | parameters.temporal_nesting << 2 | 3
    depths = (0xF8 | parameters.luma_bits - 8, 0xF8 | parameters.chroma_bits - 8)
    parts = [b"\1", parameters.profile, b"\xf0\0\xfc", bytes([0xFC | parameters.chroma_format, *depths])]
    parts.append(struct.pack(">HBB", 0, layers, len(units)))
    for kind, sets in units.items():
        # The highest bit: all sets of this kind are here and none is in the stream alone, as `hvc1` promises.
        parts += [struct.pack(">BH", 0x80 | kind, len(sets)), *_with_lengths(sets)]
    return b"".join(parts)


def _with_lengths(units: list[bytes]) -> list[bytes]:
    return [struct.pack(">H", len(unit)) + unit for unit in units]


def _avcc_units(config: bytes) -> dict[int, list[bytes]]:
    units: dict[int, list[bytes]] = {}
    at = 5
    for kind, mask in ((_H264_SPS, 0x1F), (_H264_PPS, 0xFF)):
        count = unpack(">B", config, at)[0] & mask
        units[kind], at = _read_units(config, at + 1, count)
    return units


def _hvcc_units(config: bytes) -> dict[int, list[bytes]]:
    units: dict[int, list[bytes]] = {_H265_VPS: [], _H265_SPS: [], _H265_PPS: []}
    at = 23
    for _ in range(unpack(">B", config, 22)[0]):
        kind, count = unpack(">BH", config, at)
        found, at = _read_units(config, at + 3, count)
        units.setdefault(kind & 0x3F, []).extend(found)
    return units


def _read_units(config: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    units: list[bytes] = []
    for _ in range(count):
        (size,) = unpack(">H", config, at)
        units.append(config[at + 2 : at + 2 + size])
        at += 2 + size
    return units, at
