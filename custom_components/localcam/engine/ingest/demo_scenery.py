"""The simulated room without its inhabitants: furniture, materials and how each light falls on them.

Painted once, in units of a 640x360 picture, as reflectance (how much of the light a surface returns, by day and in
infra-red) and illumination (how much each light gives to each pixel). What the camera sees is their product. It is
painted band by band and kept in half precision: memory is the worker's scarce good.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

type Plane = npt.NDArray[np.floating]
type Kept = npt.NDArray[np.float16]
type Mask = npt.NDArray[np.bool_]

TV_BOX = (382, 118, 508, 190)
"""Left, top, right, bottom of the screen, in units of 640x360; so are the boxes below."""
CURTAIN_BOX = (182, 26, 222, 212)
WINDOW_BOX = (72, 42, 190, 160)
LAMP_AT = (578, 92)
FAN_AT = (338, 176)
FAN_RADIUS = 25
GLOW_BOX = (290, 60, 600, 300)
"""What the television lights."""
BAND_ROWS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """How a surface looks."""

    luma: float
    """Share of the light that it returns, 0 to 1."""
    cb: float = 0.0
    cr: float = 0.0
    """Colour, as offsets from grey in 8-bit steps."""
    infrared: float | None = None
    """Share of infra-red light that it returns; None for the same as `luma`."""


WALL = Material(luma=0.50, cb=-7, cr=5, infrared=0.42)
SKIRTING = Material(luma=0.72, cb=-3, cr=1)
FLOOR = Material(luma=0.26, cb=-16, cr=15, infrared=0.36)
SEAM = Material(luma=0.17, cb=-14, cr=12, infrared=0.27)
RUG = Material(luma=0.30, cb=10, cr=-2, infrared=0.50)
RUG_EDGE = Material(luma=0.55, cb=-4, cr=6, infrared=0.55)
FRAME = Material(luma=0.80, cb=-2, cr=1)
SKY = Material(luma=1.0, cb=14, cr=-8, infrared=0.03)
GARDEN = Material(luma=0.42, cb=-16, cr=-14, infrared=0.05)
CLOTH = Material(luma=0.55, cb=4, cr=8, infrared=0.62)
WOOD = Material(luma=0.13, cb=-8, cr=10, infrared=0.34)
WOOD_TOP = Material(luma=0.22, cb=-12, cr=14, infrared=0.42)
BLACK = Material(luma=0.035, infrared=0.06)
SCREEN = Material(luma=0.02, cb=2, infrared=0.04)
SHADE = Material(luma=0.66, cb=-14, cr=8)
METAL = Material(luma=0.20)
PAINTING = Material(luma=0.30, cb=18, cr=-10)
PAINTING_SUN = Material(luma=0.62, cb=-34, cr=20)
PAINTING_HILL = Material(luma=0.18, cb=-8, cr=-14)
ARMCHAIR = Material(luma=0.20, cb=4, cr=-12, infrared=0.46)
ARMCHAIR_LIT = Material(luma=0.27, cb=3, cr=-13, infrared=0.54)
POT = Material(luma=0.34, cb=-12, cr=22)
LEAF = Material(luma=0.17, cb=-14, cr=-14, infrared=0.60)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenery:
    """The painted room: planes of shape (height, width) where not said otherwise."""

    luma: Kept
    infrared: Kept
    """How much of the light each pixel returns."""
    foreground: Mask
    """Furniture that hides whoever walks behind it."""
    cb: npt.NDArray[np.uint8]
    cr: npt.NDArray[np.uint8]
    """Colour by day, of shape (height / 2, width / 2)."""
    daylight: Kept
    lamplight: Kept
    infrared_light: Kept
    """What each light gives to each pixel."""
    tv_light: Kept
    """The same of the television, of GLOW_BOX alone."""


def on_even_pixels(box: tuple[float, float, float, float], width_px: int, height_px: int) -> tuple[slice, slice]:
    """A box of 640x360 units as rows and columns of a picture of that size."""
    left, right = (2 * round(x * width_px / 1280) for x in (box[0], box[2]))
    top, bottom = (2 * round(y * height_px / 720) for y in (box[1], box[3]))
    return slice(top, bottom), slice(left, right)


def paint_scenery(width_px: int, height_px: int, seed: int) -> Scenery:
    """The room at that size, both even; `seed` decides the grain of its surfaces."""
    shape, half = (height_px, width_px), (height_px // 2, width_px // 2)
    luma, infrared, daylight, lamplight, tv_light, infrared_light = (np.empty(shape, np.float16) for _ in range(6))
    foreground = np.empty(shape, np.bool_)
    cb, cr = np.empty(half, np.uint8), np.empty(half, np.uint8)
    for top in range(0, height_px, BAND_ROWS):
        band = slice(top, min(top + BAND_ROWS, height_px))
        painter = _Painter(width_px, height_px, band)
        painter.paint(np.random.default_rng(seed))  # from its beginning: each band has its part of the same room
        luma[band], infrared[band], foreground[band] = painter.luma, painter.infrared, painter.foreground
        daylight[band], lamplight[band], tv_light[band], infrared_light[band] = painter.lights()
        half_band = slice(band.start // 2, band.stop // 2)
        for kept, plane in ((cb, painter.cb), (cr, painter.cr)):
            kept[half_band] = np.rint(128 + plane[::2, ::2])
    return Scenery(
        luma=luma,
        infrared=infrared,
        foreground=foreground,
        cb=cb,
        cr=cr,
        daylight=daylight,
        lamplight=lamplight,
        infrared_light=infrared_light,
        tv_light=tv_light[on_even_pixels(GLOW_BOX, width_px, height_px)].copy(),
    )


class _Painter:
    """The canvas while a band of the room, some of its rows, is painted."""

    def __init__(self, width_px: int, height_px: int, band: slice) -> None:
        self._size = height_px, width_px
        self._band = band
        rows, columns = np.mgrid[band, 0:width_px].astype(np.float32)
        self.x: Plane = (columns + 0.5) * np.float32(640 / width_px)
        self.y: Plane = (rows + 0.5) * np.float32(360 / height_px)
        shape = rows.shape
        self.luma: Plane = np.zeros(shape, np.float32)
        self.infrared: Plane = np.zeros(shape, np.float32)
        self.cb: Plane = np.zeros(shape, np.float32)
        self.cr: Plane = np.zeros(shape, np.float32)
        self.foreground: Mask = np.zeros(shape, np.bool_)

    def box(self, left: float, top: float, right: float, bottom: float) -> Mask:
        """A rectangle."""
        return (self.x >= left) & (self.x < right) & (self.y >= top) & (self.y < bottom)

    def ellipse(self, x: float, y: float, half_width: float, half_height: float) -> Mask:
        """An ellipse."""
        return ((self.x - x) / half_width) ** 2 + ((self.y - y) / half_height) ** 2 < 1

    def trapezium(self, top: tuple[float, float, float], bottom: tuple[float, float, float]) -> Mask:
        """Between two horizontal edges, each (left, right, y)."""
        down = np.clip((self.y - top[2]) / (bottom[2] - top[2]), 0, 1)
        left = top[0] + (bottom[0] - top[0]) * down
        right = top[1] + (bottom[1] - top[1]) * down
        return (self.y >= top[2]) & (self.y < bottom[2]) & (self.x >= left) & (self.x < right)

    def fill(self, mask: Mask, material: Material, *, foreground: bool = False) -> None:
        """Paint what the mask covers."""
        self.luma[mask] = material.luma
        self.infrared[mask] = material.luma if material.infrared is None else material.infrared
        self.cb[mask] = material.cb
        self.cr[mask] = material.cr
        if foreground:
            self.foreground |= mask

    def _shade(self, mask: Mask, factor: Plane | float) -> None:
        self.luma[mask] *= factor if isinstance(factor, float) else factor[mask]
        self.infrared[mask] *= factor if isinstance(factor, float) else factor[mask]

    def _grain(self, rng: np.random.Generator, cell: tuple[int, int], strength: float) -> Plane:
        """Smooth random texture around 1, its grains of `cell` (height, width) units."""
        height, width = self._size
        coarse = rng.normal(0, 1, (height // cell[0] + 3, width // cell[1] + 3)).astype(np.float32)
        at_y = np.linspace(0, coarse.shape[0] - 1.001, height, dtype=np.float32)[self._band]
        at_x = np.linspace(0, coarse.shape[1] - 1.001, width, dtype=np.float32)
        iy, ix = at_y.astype(int), at_x.astype(int)
        fy, fx = (at_y - iy)[:, None], (at_x - ix)[None, :]
        upper = coarse[iy][:, ix] * (1 - fx) + coarse[iy][:, ix + 1] * fx
        lower = coarse[iy + 1][:, ix] * (1 - fx) + coarse[iy + 1][:, ix + 1] * fx
        grain: Plane = 1 + strength * (upper * (1 - fy) + lower * fy)
        return grain

    def paint(self, rng: np.random.Generator) -> None:
        """Everything, from the far wall to the front."""
        everywhere = np.ones(self.luma.shape, np.bool_)
        self.fill(everywhere, WALL)
        self._shade(everywhere, self._grain(rng, (4, 4), 0.018) * self._grain(rng, (60, 60), 0.02))
        self._paint_floor(rng)
        self._paint_window(rng)
        self._paint_wall_pieces()
        self._paint_sideboard()
        self._paint_lamp()
        self._paint_fan()
        self._paint_front(rng)

    def _paint_floor(self, rng: np.random.Generator) -> None:
        floor = self.y >= 226
        self.fill(floor, FLOOR)
        # Boards run away from the camera: seen from above the picture's middle they meet in one point.
        across = (self.x - 320) / (self.y - 226 + 130) * 130
        board = np.floor(across / 17)
        tone = 1 + 0.13 * np.sin(board * 12.9898 + 4.1)
        self._shade(floor, tone.astype(np.float32) * self._grain(rng, (2, 9), 0.035))
        self.fill(floor & (np.abs(across / 17 - board - 0.5) > 0.475), SEAM)
        joint = (self.y - 226 + 60 * np.modf(np.abs(board) * 0.618)[0]) % 60
        self.fill(floor & (joint < 1.4), SEAM)
        self.fill(self.box(0, 218, 640, 227), SKIRTING)
        self.fill(self.box(0, 226, 640, 228), SEAM)
        rug = self.ellipse(300, 305, 165, 40)
        self.fill(rug, RUG_EDGE)
        inner = self.ellipse(300, 305, 154, 35)
        self.fill(inner, RUG)
        self._shade(inner, 1 + 0.14 * np.sign(np.sin(self.x / 6) * np.sin((self.y - 226) / 3)))
        self._shade(rug, self._grain(rng, (2, 2), 0.06))

    def _paint_window(self, rng: np.random.Generator) -> None:
        left, top, right, bottom = WINDOW_BOX
        self.fill(self.box(left - 8, top - 8, right + 8, bottom + 8), FRAME)
        glass = self.box(left, top, right, bottom)
        self.fill(glass, SKY)
        self._shade(glass, 1 - 0.25 * (self.y - top) / (bottom - top))
        hedge = glass & (self.y > 118 + 9 * np.sin(self.x / 17) + 5 * np.sin(self.x / 5.3))
        self.fill(hedge, GARDEN)
        self._shade(hedge, self._grain(rng, (3, 3), 0.16))
        middle = (left + right) / 2
        self.fill(self.box(middle - 3, top, middle + 3, bottom), FRAME)
        self.fill(self.box(left, 96, right, 100), FRAME)
        self.fill(self.box(left - 14, bottom + 8, right + 14, bottom + 15), SKIRTING)
        self.fill(self.box(28, 22, 236, 26), METAL)
        for box in ((38, 26, 78, 212), CURTAIN_BOX):
            cloth = self.box(*box)
            self.fill(cloth, CLOTH)
            self._shade(cloth, 0.86 + 0.2 * np.sin(self.x / 2.4 + 0.004 * self.y))

    def _paint_wall_pieces(self) -> None:
        self.fill(self.box(262, 56, 342, 116), WOOD)
        self.fill(self.box(267, 61, 337, 111), PAINTING)
        self.fill(self.ellipse(316, 78, 9, 9), PAINTING_SUN)
        self.fill(self.box(267, 61, 337, 111) & (self.y > 92 + 8 * np.sin(self.x / 9)), PAINTING_HILL)
        for shelf, (left, top) in enumerate(((400, 62), (420, 92))):
            self.fill(self.box(left, top, left + 84, top + 4), WOOD_TOP)
            self._shade(self.box(left, top + 4, left + 84, top + 9), 0.8)
            for book in range(7):
                material = (PAINTING, POT, METAL, PAINTING_SUN, ARMCHAIR, WALL, PAINTING_HILL)[(book * 3 + shelf) % 7]
                tall = 15 + (book * 5 + shelf * 3) % 7
                self.fill(self.box(left + 6 + book * 8, top - tall, left + 13 + book * 8, top), material)

    def _paint_sideboard(self) -> None:
        self._shade(self.box(352, 236, 542, 250), 0.62)
        self.fill(self.box(356, 198, 536, 242), WOOD)
        self.fill(self.box(353, 194, 539, 200), WOOD_TOP)
        for left in (360, 419, 478):
            self._shade(self.box(left, 204, left + 54, 238), 1.25)
            self.fill(self.box(left + 23, 219, left + 31, 222), METAL)
        left, top, right, bottom = TV_BOX
        self.fill(self.box(left - 4, top - 4, right + 4, bottom + 5), BLACK)
        self.fill(self.box(430, bottom + 3, 460, 195), BLACK)
        self.fill(self.box(*TV_BOX), SCREEN)

    def _paint_lamp(self) -> None:
        x, y = LAMP_AT
        self.fill(self.box(x - 1.5, y, x + 1.5, 246), METAL)
        self.fill(self.ellipse(x, 247, 17, 4), METAL)
        self.fill(self.trapezium((x - 13, x + 13, y - 22), (x + -24, x + 24, y + 16)), SHADE)

    def _paint_fan(self) -> None:
        x, y = FAN_AT
        self.fill(self.box(x - 1.5, y, x + 1.5, 250), METAL)
        self.fill(self.ellipse(x, 251, 14, 4), METAL)
        self._shade(self.ellipse(x, y, FAN_RADIUS + 2, FAN_RADIUS + 2), 0.88)
        self.fill(self.ellipse(x, y, 5, 5), METAL)

    def _paint_front(self, rng: np.random.Generator) -> None:
        self.fill(self.trapezium((14, 46, 214), (19, 41, 246)), POT)
        for _leaf in range(26):
            x, y = float(rng.normal(30, 14)), float(rng.uniform(140, 214))
            self.fill(self.ellipse(x, y, float(rng.uniform(2, 5)), float(rng.uniform(7, 15))), LEAF)
            self._shade(self.ellipse(x - 1, y, 1, 10), 1.4)
        self._shade(self.ellipse(300, 322, 92, 13), 0.6)
        for left in (226, 368):
            self.fill(self.box(left, 284, left + 7, 326), WOOD, foreground=True)
        self.fill(self.trapezium((232, 368, 266), (214, 386, 284)), WOOD_TOP, foreground=True)
        self.fill(self.box(214, 284, 386, 291), WOOD, foreground=True)
        self.fill(self.ellipse(300, 266, 12, 8), PAINTING_SUN, foreground=True)
        self.fill(self.ellipse(300, 261, 10, 3), BLACK, foreground=True)
        self._shade(self.ellipse(575, 356, 95, 20), 0.55)
        self.fill(self.ellipse(582, 262, 60, 46) & (self.y < 300), ARMCHAIR_LIT, foreground=True)
        self.fill(self.box(522, 262, 642, 346), ARMCHAIR, foreground=True)
        self.fill(self.ellipse(528, 290, 17, 15) | self.box(511, 290, 545, 352), ARMCHAIR_LIT, foreground=True)
        self._shade(self.box(545, 262, 549, 346), 0.7)

    def lights(self) -> tuple[Plane, Plane, Plane, Plane]:
        """What daylight, the lamp, the television and the camera's infra-red light give to each pixel."""

        def glow(x: float, y: float, half: float) -> Plane:
            light: Plane = 1 / (1 + ((self.x - x) ** 2 + (self.y - y) ** 2) / half**2)
            return light

        day = 0.30 + 0.62 * glow(131, 100, 210)
        # The window's light on the floor, slanting away from it, cut by the window's cross.
        patch = self.trapezium((150, 262, 236), (206, 352, 296))
        down = (self.y - 236) / 60
        bars = np.abs(self.x - (206 + 73 * down)) < 4
        day += np.where(patch & ~bars, 0.9, 0)
        # Furniture keeps its own soft shadow beside the wall, away from the window.
        day *= 1 - 0.35 * self.box(542, 194, 556, 242) - 0.18 * self.box(344, 56, 348, 120)
        inside = self.box(*WINDOW_BOX)
        day[inside] = 1.15
        lamp = 0.03 + 0.75 * glow(LAMP_AT[0], LAMP_AT[1] + 10, 95)
        up = (self.y < LAMP_AT[1] - 22) & (np.abs(self.x - LAMP_AT[0]) < 13 + 0.9 * (LAMP_AT[1] - 22 - self.y))
        below = (self.y > LAMP_AT[1] + 16) & (np.abs(self.x - LAMP_AT[0]) < 24 + 0.55 * (self.y - LAMP_AT[1] - 16))
        lamp += np.where(up | below, 0.35 * glow(LAMP_AT[0], LAMP_AT[1], 120), 0)
        lamp[self.trapezium((565, 591, 70), (554, 602, 108))] = 1.4
        lamp[inside] = 0.02
        tv = 0.30 * glow(445, 165, 85) * ~self.box(378, 114, 512, 195)
        tv[inside] = 0
        infrared = 0.08 + 1.05 * glow(320, 215, 250)
        return day, lamp, tv, infrared
