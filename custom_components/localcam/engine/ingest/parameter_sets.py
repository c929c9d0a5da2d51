"""The parameter sets (SPS, PPS, VPS) that stand before a keyframe's picture, out of H.264 and H.265.

RTSP delivers Annex B (start codes); MP4 keeps lengths in front. A change of the sets is a change of the stream's
format: another size, another profile.
"""

from collections.abc import Iterator

_START = b"\x00\x00\x01"
_H264_SETS = frozenset({7, 8})
_HEVC_SETS = frozenset({32, 33, 34})
_H264_FIRST_PICTURE, _H264_LAST_PICTURE = 1, 5
_HEVC_LAST_PICTURE = 31

CODECS = frozenset({"h264", "hevc"})
"""The codecs that have parameter sets here."""


def parameter_sets(codec: str, payload: bytes) -> bytes:
    """The sets before the first picture of an Annex B access unit or extradata, as Annex B; empty where none are."""
    found = (unit for unit in _until_picture(codec, annex_b_units(payload)) if _is_set(codec, unit))
    return b"".join(b"\x00" + _START + unit for unit in dict.fromkeys(found))


def configured_sets(codec: str, extradata: bytes) -> bytes:
    """The sets of a stream's extradata, be it Annex B, avcC or hvcC, as Annex B; empty where none are."""
    if extradata[:1] != b"\x01":
        return parameter_sets(codec, extradata)
    units = _avcc_units(extradata) if codec == "h264" else _hvcc_units(extradata)
    return b"".join(b"\x00" + _START + unit for unit in dict.fromkeys(units) if _is_set(codec, unit))


def contains(known: bytes, sets: bytes) -> bool:
    """Whether every set of `sets` is among `known`; both Annex B."""
    units = frozenset(annex_b_units(known))
    return all(unit in units for unit in annex_b_units(sets))


def restarts(codec: str, payload: bytes) -> bool:
    """Whether an Annex B access unit begins with a picture before which a decoder forgets everything: H.264's IDR."""
    if codec != "h264":
        return False
    at = payload.find(_START)
    while 0 <= at < len(payload) - 3:
        kind = payload[at + 3] & 0x1F
        if _H264_FIRST_PICTURE <= kind <= _H264_LAST_PICTURE:
            return kind == _H264_LAST_PICTURE
        at = payload.find(_START, at + 3)
    return False


def annex_b_units(data: bytes) -> Iterator[bytes]:
    """The NAL units between start codes, one at a time: whoever stops early does not pay for the rest."""
    at = data.find(_START)
    while at >= 0:
        following = data.find(_START, at + 3)
        unit = data[at + 3 : following] if following >= 0 else data[at + 3 :]
        at = following
        if unit := unit.rstrip(b"\x00"):
            yield unit


def _until_picture(codec: str, units: Iterator[bytes]) -> Iterator[bytes]:
    for unit in units:
        if _is_picture(codec, unit):
            return
        yield unit


def _kind(codec: str, unit: bytes) -> int:
    return unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F


def _is_set(codec: str, unit: bytes) -> bool:
    return bool(unit) and _kind(codec, unit) in (_H264_SETS if codec == "h264" else _HEVC_SETS)


def _is_picture(codec: str, unit: bytes) -> bool:
    kind = _kind(codec, unit)
    return _H264_FIRST_PICTURE <= kind <= _H264_LAST_PICTURE if codec == "h264" else kind <= _HEVC_LAST_PICTURE


def _sized(data: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    units = []
    for _ in range(count):
        size = int.from_bytes(data[at : at + 2])
        units.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    return units, at


def _avcc_units(data: bytes) -> list[bytes]:
    if len(data) < 7:
        return []
    first, at = _sized(data, 6, data[5] & 0x1F)
    second, _ = _sized(data, at + 1, data[at]) if at < len(data) else ([], at)
    return first + second


def _hvcc_units(data: bytes) -> list[bytes]:
    units: list[bytes] = []
    at = 23
    for _ in range(data[22] if len(data) > 22 else 0):
        found, at = _sized(data, at + 3, int.from_bytes(data[at + 1 : at + 3]))
        units += found
    return units
