"""The simulated room's inhabitants: a person and a cat, drawn as rounded limbs in a walk cycle.

A figure is drawn once per phase of its step and size, and kept: drawing costs a few milliseconds, showing it costs
microseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
import math

import numpy as np
import numpy.typing as npt

from .demo_scenery import Material

type Point = tuple[float, float]
type Plane = npt.NDArray[np.float32]
type Share = npt.NDArray[np.uint8]
"""0 to 1 in steps of 1/255, a quarter of what is drawn with: figures are most of what the room keeps in memory."""

PHASES = 14
"""Pictures of one double step."""

SKIN = Material(luma=0.42, cb=-14, cr=22, infrared=0.60)
HAIR = Material(luma=0.05, cb=-2, cr=3, infrared=0.20)
SHIRT = Material(luma=0.34, cb=24, cr=-14, infrared=0.66)
TROUSERS = Material(luma=0.085, cb=8, cr=-2, infrared=0.40)
SHOE = Material(luma=0.05, infrared=0.12)
FUR = Material(luma=0.21, cb=-18, cr=22, infrared=0.52)
FUR_DARK = Material(luma=0.13, cb=-14, cr=16, infrared=0.38)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limb:
    """A rounded, tapering stroke from one point to another, in figure heights; x forward, y up from the floor."""

    begin: Point
    end: Point
    begin_radius: float
    end_radius: float
    material: Material
    tone: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sprite:
    """A drawn figure: planes of shape (h, w), its colour planes of shape (h / 2, w / 2), both h and w even."""

    alpha: Share
    root_luma: Share
    """Square root of the reflectance times `alpha`, by day: what is dark needs the finer steps."""
    root_infrared: Share
    """The same in infra-red light."""
    half_alpha: Share
    cb: npt.NDArray[np.int8]
    cr: npt.NDArray[np.int8]
    """Offsets from grey times `half_alpha`."""
    shadow: Share
    """How much light the figure takes from the floor below it, 0 to 1."""
    foot_row: int
    """Which row of the sprite stands on the floor."""


def _swing(origin: Point, angle: float, length: float) -> Point:
    """The end of a bone that hangs from `origin`, `angle` forward of straight down."""
    return origin[0] + length * math.sin(angle), origin[1] - length * math.cos(angle)


def _leg(hip: Point, phase: float, tone: float) -> Iterator[Limb]:
    thigh = 0.46 * math.sin(phase)
    knee = _swing(hip, thigh, 0.245)
    ankle = _swing(knee, thigh - 0.12 - 0.75 * max(0.0, math.sin(phase + 1.25)) ** 2, 0.235)
    toe = ankle[0] + 0.075, max(ankle[1] - 0.012, 0.012)
    yield Limb(begin=ankle, end=toe, begin_radius=0.024, end_radius=0.016, material=SHOE, tone=tone)
    yield Limb(begin=knee, end=ankle, begin_radius=0.038, end_radius=0.026, material=TROUSERS, tone=tone)
    yield Limb(begin=hip, end=knee, begin_radius=0.056, end_radius=0.040, material=TROUSERS, tone=tone)


def _arm(shoulder: Point, phase: float, tone: float) -> Iterator[Limb]:
    upper = 0.42 * math.sin(phase)
    elbow = _swing(shoulder, upper, 0.165)
    hand = _swing(elbow, upper + 0.38, 0.155)
    yield Limb(begin=elbow, end=hand, begin_radius=0.024, end_radius=0.019, material=SKIN, tone=tone)
    yield Limb(begin=shoulder, end=elbow, begin_radius=0.034, end_radius=0.027, material=SHIRT, tone=tone)


def person(phase: float) -> tuple[Limb, ...]:
    """A walking person, seen from the side, farthest limb first; `phase` in radians of a double step."""
    bob = 0.012 * math.cos(2 * phase)
    hip = 0.0, 0.505 + bob
    shoulder = 0.018, 0.80 + bob
    head = 0.034, 0.925 + bob
    return (
        *_arm(shoulder, phase, 0.75),
        *_leg(hip, phase + math.pi, 0.75),
        *_leg(hip, phase, 1.0),
        Limb(begin=(0.0, 0.53 + bob), end=(0.014, 0.785 + bob), begin_radius=0.072, end_radius=0.078, material=SHIRT),
        Limb(begin=shoulder, end=head, begin_radius=0.034, end_radius=0.034, material=SKIN, tone=0.85),
        Limb(begin=head, end=(0.040, 0.905 + bob), begin_radius=0.060, end_radius=0.048, material=SKIN),
        Limb(begin=(0.012, 0.945 + bob), end=(0.035, 0.958 + bob), begin_radius=0.058, end_radius=0.046, material=HAIR),
        *_arm(shoulder, phase + math.pi, 1.0),
    )


def cat(phase: float) -> tuple[Limb, ...]:
    """A trotting cat, seen from the side, farthest limb first."""
    bob = 0.03 * math.sin(2 * phase)

    def leg(x: float, swing: float, material: Material) -> Limb:
        paw = _swing((x, 0.5 + bob), 0.5 * math.sin(swing), 0.47)
        return Limb(begin=(x, 0.5 + bob), end=paw, begin_radius=0.11, end_radius=0.055, material=material)

    tail = -1.12 + 0.1 * math.sin(phase), 1.02 + 0.08 * math.cos(phase)
    return (
        leg(0.38, phase + math.pi, FUR_DARK),
        leg(-0.52, phase, FUR_DARK),
        Limb(begin=(-0.6, 0.66 + bob), end=(-0.95, 0.78 + bob), begin_radius=0.07, end_radius=0.05, material=FUR_DARK),
        Limb(begin=(-0.95, 0.78 + bob), end=tail, begin_radius=0.05, end_radius=0.04, material=FUR),
        Limb(begin=(-0.52, 0.60 + bob), end=(0.42, 0.62 + bob), begin_radius=0.21, end_radius=0.19, material=FUR),
        leg(0.44, phase, FUR),
        leg(-0.48, phase + math.pi, FUR),
        Limb(begin=(0.66, 0.92 + bob), end=(0.64, 1.07 + bob), begin_radius=0.06, end_radius=0.015, material=FUR_DARK),
        Limb(begin=(0.46, 0.72 + bob), end=(0.70, 0.86 + bob), begin_radius=0.15, end_radius=0.145, material=FUR),
        Limb(begin=(0.74, 0.92 + bob), end=(0.74, 1.06 + bob), begin_radius=0.06, end_radius=0.015, material=FUR),
        Limb(begin=(0.82, 0.82 + bob), end=(0.84, 0.81 + bob), begin_radius=0.06, end_radius=0.05, material=FUR_DARK),
    )


def draw(limbs: tuple[Limb, ...], height_px: float, *, leftwards: bool) -> Sprite:
    """The limbs as a picture, a figure height being `height_px`; lit from the left, where the room's window is."""
    reach = max(max(abs(limb.begin[0]), abs(limb.end[0])) for limb in limbs) + 0.22
    top = max(max(limb.begin[1], limb.end[1]) for limb in limbs) + 0.10
    half_width = 2 * math.ceil(reach * height_px / 2)
    above, below = 2 * math.ceil(top * height_px / 2), 2 * math.ceil(0.07 * height_px / 2)
    rows, columns = np.mgrid[0 : above + below, 0 : 2 * half_width].astype(np.float32)
    planes = {name: np.zeros_like(rows) for name in ("alpha", "luma", "infrared", "cb", "cr")}
    for limb in limbs:
        _stroke(planes, limb, (half_width, above), height_px, -1 if leftwards else 1)
    flat = (np.hypot((columns - half_width - 0.03 * height_px) / (0.9 * reach), (above - rows) / 0.055)) / height_px
    return Sprite(
        alpha=_share(planes["alpha"]),
        root_luma=_share(np.sqrt(planes["luma"])),
        root_infrared=_share(np.sqrt(planes["infrared"])),
        half_alpha=_share(_halved(planes["alpha"])),
        cb=np.rint(_halved(planes["cb"])).astype(np.int8),
        cr=np.rint(_halved(planes["cr"])).astype(np.int8),
        shadow=_share(0.5 * np.clip(1.25 - flat, 0, 1) * (1 - planes["alpha"])),
        foot_row=above,
    )


def _stroke(planes: dict[str, Plane], limb: Limb, origin: Point, height_px: float, facing: int) -> None:
    """Paint one limb over the planes; `origin` is the figure's foot in pixels (column, row)."""
    (x0, y0), (x1, y1) = limb.begin, limb.end
    thick = max(limb.begin_radius, limb.end_radius)
    xs, ys = sorted((facing * x0, facing * x1)), sorted((y0, y1))
    left, right = (int(origin[0] + height_px * x) for x in (xs[0] - thick, xs[1] + thick))
    top, bottom = (int(origin[1] - height_px * y) for y in (ys[1] + thick, ys[0] - thick))
    rows, columns = np.mgrid[max(top - 1, 0) : bottom + 2, max(left - 1, 0) : right + 2].astype(np.float32)
    there = slice(max(top - 1, 0), bottom + 2), slice(max(left - 1, 0), right + 2)
    height, width = planes["alpha"][there].shape
    rows, columns = rows[:height, :width], columns[:height, :width]
    along_x, along_y = x1 - x0, y1 - y0
    ux = facing * (columns + 0.5 - origin[0]) / height_px - x0
    uy = (origin[1] - rows - 0.5) / height_px - y0
    way = np.clip((ux * along_x + uy * along_y) / max(along_x**2 + along_y**2, 1e-6), 0, 1)
    off_x, off_y = ux - way * along_x, uy - way * along_y
    radius = limb.begin_radius + (limb.end_radius - limb.begin_radius) * way
    cover = np.clip((radius - np.hypot(off_x, off_y)) * height_px + 0.5, 0, 1)
    # A round limb is lighter where it faces the window and from above.
    light = limb.tone * (1 + 0.28 * np.clip((-facing * off_x + 0.5 * off_y) / radius, -1, 1))
    material = limb.material
    infrared = material.luma if material.infrared is None else material.infrared
    values = {
        "luma": material.luma * light,
        "infrared": infrared * light,
        "cb": material.cb,
        "cr": material.cr,
        "alpha": 1.0,
    }
    for name, value in values.items():
        planes[name][there] += cover * (value - planes[name][there])


def _share(plane: Plane) -> Share:
    share: Share = np.rint(np.clip(plane, 0, 1) * 255).astype(np.uint8)
    return share


def _halved(plane: Plane) -> Plane:
    halved: Plane = (plane[0::2, 0::2] + plane[1::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 1::2]) * np.float32(0.25)
    return halved


class Figures:
    """Drawn figures, each phase drawn when it is first shown."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[bool, int, int, bool], Sprite] = {}

    def person(self, phase: float, height_px: float, *, leftwards: bool) -> Sprite:
        """A person `phase` double steps on."""
        return self._sprite(is_person=True, phase=phase, height_px=height_px, leftwards=leftwards)

    def cat(self, phase: float, height_px: float, *, leftwards: bool) -> Sprite:
        """A cat `phase` double steps on."""
        return self._sprite(is_person=False, phase=phase, height_px=height_px, leftwards=leftwards)

    def _sprite(self, *, is_person: bool, phase: float, height_px: float, leftwards: bool) -> Sprite:
        step = int(phase * PHASES) % PHASES
        key = (is_person, step, round(height_px), leftwards)
        sprite = self._drawn.get(key)
        if sprite is None:
            if len(self._drawn) >= PHASES:
                self._drawn.clear()  # one walk's pictures are enough: memory is the worker's scarce good
            angle = step / PHASES * 2 * math.pi
            sprite = draw(person(angle) if is_person else cat(angle), height_px, leftwards=leftwards)
            self._drawn[key] = sprite
        return sprite
