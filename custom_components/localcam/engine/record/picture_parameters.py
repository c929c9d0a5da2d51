"""What a sequence parameter set says of the pictures: ITU-T H.264 7.3.2.1.1 and H.265 7.3.2.2.1, as far as needed."""

from dataclasses import dataclass

from ..errors import ClipFormatError
from .nal_units import without_emulation_prevention

_WITH_CHROMA_FIELDS = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""H.264 profiles whose parameter sets name the chroma format and bit depths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureParameters:
    """Of one sequence parameter set."""

    width_px: int
    height_px: int
    chroma_format: int
    """1 is 4:2:0."""
    luma_bits: int
    chroma_bits: int
    profile: bytes = b""
    """H.265 only: the 12 bytes general_profile_space to general_level_idc."""
    temporal_layers: int = 1
    """H.265 only."""
    temporal_nesting: int = 0
    """H.265 only."""


def h264_parameters(sps: bytes) -> PictureParameters:
    """Of an H.264 unit of type 7, its header included; raises ClipFormatError."""
    bits = _Bits(without_emulation_prevention(sps)[4:])
    bits.ue()
    chroma_format, luma_bits, chroma_bits, separate = 1, 8, 8, 0
    if sps[1] in _WITH_CHROMA_FIELDS:
        chroma_format = bits.ue()
        separate = bits.u(1) if chroma_format == 3 else 0
        luma_bits, chroma_bits = 8 + bits.ue(), 8 + bits.ue()
        bits.u(1)
        if bits.u(1):
            _skip_scaling_lists(bits, 8 if chroma_format != 3 else 12)
    bits.ue()
    _skip_picture_order(bits)
    bits.ue()
    bits.u(1)
    columns, rows = bits.ue() + 1, bits.ue() + 1
    frames_only = bits.u(1)
    if not frames_only:
        bits.u(1)
    bits.u(1)
    left = right = top = bottom = 0
    if bits.u(1):
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
    step_x, step_y = _chroma_steps(0 if separate else chroma_format)
    step_y *= 2 - frames_only
    return PictureParameters(
        width_px=columns * 16 - (left + right) * step_x,
        height_px=rows * 16 * (2 - frames_only) - (top + bottom) * step_y,
        chroma_format=chroma_format,
        luma_bits=luma_bits,
        chroma_bits=chroma_bits,
    )


def h265_parameters(sps: bytes) -> PictureParameters:
    """Of an H.265 unit of type 33, its header included; raises ClipFormatError."""
    raw = without_emulation_prevention(sps)
    bits = _Bits(raw[2:])
    bits.u(4)
    sub_layers = bits.u(3)
    nesting = bits.u(1)
    profile = raw[3:15]
    bits.u(96)
    present = [(bits.u(1), bits.u(1)) for _ in range(8)][:sub_layers] if sub_layers else []
    for has_profile, has_level in present:
        bits.u(88 * has_profile + 8 * has_level)
    bits.ue()
    chroma_format = bits.ue()
    separate = bits.u(1) if chroma_format == 3 else 0
    width_px, height_px = bits.ue(), bits.ue()
    left = right = top = bottom = 0
    if bits.u(1):
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
    step_x, step_y = _chroma_steps(0 if separate else chroma_format)
    return PictureParameters(
        width_px=width_px - (left + right) * step_x,
        height_px=height_px - (top + bottom) * step_y,
        chroma_format=chroma_format,
        luma_bits=8 + bits.ue(),
        chroma_bits=8 + bits.ue(),
        profile=profile,
        temporal_layers=sub_layers + 1,
        temporal_nesting=nesting,
    )


def _chroma_steps(chroma_format: int) -> tuple[int, int]:
    """How many luma samples one unit of cropping is, across and down."""
    return (2 if chroma_format in (1, 2) else 1), (2 if chroma_format == 1 else 1)


def _skip_picture_order(bits: _Bits) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.u(1)
        bits.ue()
        bits.ue()
        for _ in range(bits.ue()):
            bits.ue()


def _skip_scaling_lists(bits: _Bits, count: int) -> None:
    for index in range(count):
        if not bits.u(1):
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.se()) % 256
            last = following or last


class _Bits:
    """Reads bits from the most significant on; raises ClipFormatError past the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data)
        self._left = len(data) * 8

    def u(self, count: int) -> int:
        """A number of `count` bits."""
        self._left -= count
        if self._left < 0:
            raise ClipFormatError("a parameter set ends too early")
        return (self._value >> self._left) & ((1 << count) - 1)

    def ue(self) -> int:
        """An unsigned Exp-Golomb number."""
        zeros = 0
        while not self.u(1):
            zeros += 1
        if zeros > 32:
            raise ClipFormatError("a parameter set holds a number that is too large")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """A signed one."""
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)
