"""The simulated room as a camera sees it: scenery, light, inhabitants, and what else its acts do, at an instant.

A picture depends on nothing but the seed and the instant. The room under its present light is kept, and only what
moves is drawn again.
"""

from dataclasses import dataclass, replace
import math

import numpy as np
import numpy.typing as npt

from . import demo_camera, demo_objects
from .demo_camera import Sensor
from .demo_figures import Figures, Sprite
from .demo_objects import Canvas
from .demo_scenery import BAND_ROWS, paint_scenery
from .demo_script import Act, DemoAct, DemoScript, DemoTruth

type Bytes = npt.NDArray[np.uint8]
type Planes = tuple[Bytes, Bytes, Bytes]

EXPOSURE_SETTLES_S = 0.45
"""Time constant of the simulated camera's automatic exposure."""
CLOUD_TAKES = 0.45
"""Of the daylight,"""
CLOUD_COMES_S = 1.6
"""within this time."""
STEP = np.float32(1 / 255)
"""Of a figure's shares."""
FOOT_Y = (262.0, 292.0, 334.0)
PERSON_HEIGHT = (150.0, 178.0, 222.0)
CAT_HEIGHT = (24.0, 29.0, 37.0)
"""Where they walk and how tall they look at each depth, in units of 640x360."""
SEEN_SHARE = 1 / 720
"""Of the picture, 320 pixels of 640x360: whoever covers less is still coming in, or behind the furniture."""
HALF = 127
"""Of a figure's shares: a pixel that it covers."""

type _Part = tuple[slice, slice]


def behind(y: float) -> bool:
    """Whether coffee table and armchair stand in front of a figure with its feet at that height."""
    return y < FOOT_Y[2] - 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Light:
    """The light of an instant, in steps small enough not to be seen."""

    lamp: bool
    night: bool
    gain_percent: int


class DemoRoom:
    """A furnished room in which a script's acts happen; `width_px` and `height_px` even, 16:9 looks best."""

    def __init__(
        self, seed: int, width_px: int = 640, height_px: int = 360, *, script: DemoScript | None = None
    ) -> None:
        self.width_px, self.height_px = width_px, height_px
        self._seed = seed
        self._script = script or DemoScript(seed=seed)
        self._scenery = paint_scenery(width_px, height_px, seed)
        self._figures = Figures()
        self._sensor = Sensor(seed, width_px * height_px)
        self._lit: _Light | None = None
        self._empty = np.empty((height_px, width_px), np.uint8)
        self._behind_fan = np.empty((0, 0), np.uint8)
        """The empty room where the fan's blades stand."""
        self._luma = np.empty((height_px, width_px), np.uint8)
        half = (height_px // 2, width_px // 2)
        self._cb, self._cr = np.empty(half, np.uint8), np.empty(half, np.uint8)

    def truth(self, at_s: float) -> DemoTruth:
        """What is true of the room `at_s` seconds after its start; nobody moves who can hardly be seen."""
        truth = self._script.truth(at_s)
        figures = [act for act in self._script.going_on(at_s) if act.act in {Act.PERSON, Act.PET}]
        if truth.moving and all(self._seen_share(act, at_s) < SEEN_SHARE for act in figures):
            return replace(truth, moving=False)
        return truth

    def picture(self, at_s: float) -> Planes:
        """Luma (height, width), cb and cr (half of each), limited range; the arrays are used again by the next call."""
        at_s = self._script.shown_at_s(at_s)
        acts = self._script.going_on(at_s)
        on = frozenset(act.act for act in acts)
        light = self._light(at_s, on)
        if light != self._lit:
            self._illuminate(light)
        np.copyto(self._luma, self._empty)
        for plane, colour in ((self._cb, self._scenery.cb), (self._cr, self._scenery.cr)):
            if light.night:
                plane.fill(128)
            else:
                np.copyto(plane, colour)
        canvas = Canvas(luma=self._luma, cb=self._cb, cr=self._cr, night=light.night)
        for act in acts:
            self._show_object(canvas, act, at_s)
        for act in acts:
            self._show_visitor(act, at_s, light)
        planes = self._luma, self._cb, self._cr
        for act in acts:
            self._show_camera(planes, act, at_s)
        self._sensor.add_noise(self._luma, demo_camera.noise_strength(on), at_s)
        return planes

    def _light(self, at_s: float, on: frozenset[Act]) -> _Light:
        gain = 1.0
        for act in self._script.acts(at_s):
            since_on_s, since_off_s = at_s - act.from_s, at_s - act.until_s
            if act.act is Act.CLOUD and since_on_s >= 0 > since_off_s:
                gain *= 1 - CLOUD_TAKES * min(1.0, since_on_s / CLOUD_COMES_S, -since_off_s / CLOUD_COMES_S)
            # Exposure answers a change of light late: too bright after the lamp went on, too dark after it went off.
            strength = {Act.LAMP: 0.16, Act.NIGHT: 0.35}.get(act.act, 0.0)
            if strength:
                if since_on_s >= 0:
                    settled = math.exp(-since_on_s / EXPOSURE_SETTLES_S) * (1 if act.act is Act.NIGHT else 0.7)
                    gain *= 1 + strength * settled
                if since_off_s >= 0:
                    gain *= 1 - strength * math.exp(-since_off_s / EXPOSURE_SETTLES_S)
        return _Light(lamp=Act.LAMP in on, night=Act.NIGHT in on, gain_percent=round(gain * 100))

    def _illuminate(self, light: _Light) -> None:
        """Make the empty room under this light the present one."""
        scenery = self._scenery
        for top in range(0, self.height_px, BAND_ROWS):
            band = slice(top, top + BAND_ROWS)
            shines = scenery.infrared_light[band] if light.night else scenery.daylight[band]
            if light.lamp and not light.night:
                shines = shines + scenery.lamplight[band]
            surface = scenery.infrared[band] if light.night else scenery.luma[band]
            self._empty[band] = self._seen(np.multiply(surface, shines, dtype=np.float32), light)
        self._lit = light
        canvas = Canvas(luma=self._empty, cb=self._cb, cr=self._cr, night=light.night)
        self._behind_fan = demo_objects.behind_fan(canvas)
        demo_objects.show_fan(canvas, 0.0, self._behind_fan)

    def _seen(self, linear: npt.NDArray[np.floating], light: _Light) -> Bytes:
        """Light that reaches the sensor as luma: a gamma, a soft shoulder, the limited range."""
        exposed = np.sqrt(linear * np.float32((1.25 if light.night else 0.92) * light.gain_percent / 100))
        bright = exposed / (1 + np.maximum(exposed - 0.8, 0))
        seen: Bytes = np.clip(16 + 219 * bright, 16, 235).astype(np.uint8)
        return seen

    def _show_object(self, canvas: Canvas, act: DemoAct, at_s: float) -> None:
        match act.act:
            case Act.TV:
                demo_objects.show_tv(canvas, act, at_s, self._scenery.tv_light, self._seed)
            case Act.CURTAIN:
                demo_objects.show_curtain(canvas, act, at_s)
            case Act.FAN:
                demo_objects.show_fan(canvas, demo_objects.fan_turned(act, at_s), self._behind_fan)
            case Act.SUN:
                demo_objects.show_sun(canvas, act, at_s)
            case Act.SHADOW:
                demo_objects.show_shadow(canvas, act, at_s)
            case _:
                pass

    def _show_visitor(self, act: DemoAct, at_s: float, light: _Light) -> None:
        match act.act:
            case Act.PERSON | Act.PET:
                self._show_figure(act, at_s, light)
            case _:
                pass

    def _show_camera(self, planes: Planes, act: DemoAct, at_s: float) -> None:
        match act.act:
            case Act.FLICKER:
                demo_camera.flicker(planes[0], act, at_s)
            case Act.KNOCKED:
                demo_camera.knock(planes, act, at_s)
            case Act.COVERED:
                demo_camera.cover(planes, act, at_s)
            case Act.DARK:
                demo_camera.darken(planes)
            case _:
                pass

    def _show_figure(self, act: DemoAct, at_s: float, light: _Light) -> None:
        sprite, x, y = self._placed(act, at_s)
        self._blend(sprite, x, y, light)

    def _placed(self, act: DemoAct, at_s: float) -> tuple[Sprite, float, float]:
        """A person or pet as drawn at that instant, and where on the floor it stands, in units of 640x360."""
        done = (at_s - act.from_s) / (act.until_s - act.from_s)
        is_person = act.act is Act.PERSON
        height = (PERSON_HEIGHT if is_person else CAT_HEIGHT)[act.depth]
        outside = (0.35 if is_person else 1.5) * height
        x = -outside + done * (640 + 2 * outside)
        height_px = height * self.height_px / 360
        if is_person:
            # A double step is 0.8 of a person's height, so that the feet stay where they stand.
            sprite = self._figures.person(x / (0.8 * height), height_px, leftwards=act.leftwards)
        else:
            sprite = self._figures.cat(x / (1.1 * height), height_px, leftwards=act.leftwards)
        y = FOOT_Y[act.depth] + (0 if is_person else 8)
        return sprite, 640 - x if act.leftwards else x, y

    def _blend(self, sprite: Sprite, x: float, y: float, light: _Light) -> None:
        """Stand the figure on the floor at (x, y), behind the furniture in front of it."""
        where = self._where(sprite, x, y)
        if where is None:
            return
        own, there = where
        room = self._luma[there].astype(np.float32) - 16
        figure = self._figure_luma(sprite, own, there, light)
        lets_through = (1 - sprite.shadow[own] * STEP) * (1 - sprite.alpha[own] * STEP)
        seen = 16 + room * lets_through + figure
        if behind(y):
            np.copyto(seen, self._luma[there], where=self._scenery.foreground[there])
        np.copyto(self._luma[there], np.clip(seen, 16, 235), casting="unsafe")
        if not light.night:
            self._blend_colour(sprite, own, there, hidden_behind=behind(y))

    def _where(self, sprite: Sprite, x: float, y: float) -> tuple[_Part, _Part] | None:
        """Which part of the sprite, standing at (x, y), is in the picture, and where; None where none is."""
        height, width = sprite.alpha.shape
        left = 2 * round(x * self.width_px / 1280) - width // 2
        top = 2 * round(y * self.height_px / 720) - sprite.foot_row
        x0, x1 = max(left, 0), min(left + width, self.width_px)
        y0, y1 = max(top, 0), min(top + height, self.height_px)
        if x0 >= x1 or y0 >= y1:
            return None
        return (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)), (slice(y0, y1), slice(x0, x1))

    def _seen_share(self, act: DemoAct, at_s: float) -> float:
        """How much of the picture a person or pet covers, what furniture hides apart."""
        sprite, x, y = self._placed(act, at_s)
        where = self._where(sprite, x, y)
        if where is None:
            return 0.0
        own, there = where
        covers = sprite.alpha[own] > HALF
        if behind(y):
            covers &= ~self._scenery.foreground[there]
        return float(np.count_nonzero(covers)) / self._luma.size

    def _figure_luma(
        self, sprite: Sprite, own: tuple[slice, slice], there: tuple[slice, slice], light: _Light
    ) -> npt.NDArray[np.float32]:
        """The figure's own luma above black, times its cover, in the light of where it stands."""
        scenery = self._scenery
        middle = there[0].start, (there[1].start + there[1].stop) // 2
        if light.night:
            linear = (sprite.root_infrared[own] * STEP) ** 2 * (0.25 + float(scenery.infrared_light[middle]))
        else:
            lamp = float(scenery.lamplight[middle]) if light.lamp else 0.0
            linear = (sprite.root_luma[own] * STEP) ** 2 * min(1.2, 0.28 + 0.6 * float(scenery.daylight[middle]) + lamp)
        exposed = self._seen(linear, light).astype(np.float32) - 16
        # The square root of a half-covered pixel is too bright: cover counts once more at the edge.
        figure: npt.NDArray[np.float32] = exposed * np.sqrt(sprite.alpha[own] * STEP)
        return figure

    def _blend_colour(
        self, sprite: Sprite, own: tuple[slice, slice], there: tuple[slice, slice], *, hidden_behind: bool
    ) -> None:
        half_there = tuple(slice(part.start // 2, part.stop // 2) for part in there)
        half_own = tuple(
            slice(part.start // 2, part.start // 2 + where.stop - where.start)
            for part, where in zip(own, half_there, strict=True)
        )
        alpha = sprite.half_alpha[half_own] * STEP
        if hidden_behind:
            alpha = alpha * ~self._scenery.foreground[there][::2, ::2]
        for plane, offset in ((self._cb, sprite.cb), (self._cr, sprite.cr)):
            colour = plane[half_there]
            shown = np.where(alpha > 0, colour * (1 - alpha) + 128 * alpha + offset[half_own], colour)
            np.copyto(colour, shown, casting="unsafe")
