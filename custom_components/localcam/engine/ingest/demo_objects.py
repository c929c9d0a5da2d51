"""What moves in the simulated room without getting anywhere: television, curtain, fan, a patch of sun, a shadow.

Each is drawn over the empty room's picture, in its own box alone.
"""

from dataclasses import dataclass
import math

import numpy as np
import numpy.typing as npt

from .demo_scenery import CURTAIN_BOX, FAN_AT, FAN_RADIUS, GLOW_BOX, TV_BOX, Kept, on_even_pixels
from .demo_script import DemoAct

type Bytes = npt.NDArray[np.uint8]

_FAN_BOX = (FAN_AT[0] - FAN_RADIUS, FAN_AT[1] - FAN_RADIUS, FAN_AT[0] + FAN_RADIUS, FAN_AT[1] + FAN_RADIUS)
FAN_TURNS_PER_S = 1.3
FAN_STARTS_S = 2.0
FAN_BLADES = 3
DRAUGHT_RISES_S = 2.0
SUN_BOX = (60, 236, 430, 352)
SUN_GAIN = 0.55
SUN_SPEED = 3.0
"""Units of the picture per second: the sun itself needs minutes, its patch between moving clouds seconds."""
SHADOW_WIDTH = 150.0
SHADOW_TAKES = 0.5
"""Of the light, by whoever passes between the window and the sun."""
SHADOW_EDGE = 14.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """The picture being drawn; planes as `DemoRoom.picture` gives them."""

    luma: Bytes
    cb: Bytes
    cr: Bytes
    night: bool

    def box(self, box: tuple[float, float, float, float]) -> tuple[slice, slice]:
        """A box of 640x360 units as rows and columns, on even pixels."""
        height, width = self.luma.shape
        return on_even_pixels(box, width, height)

    def scale(self, there: tuple[slice, slice], factor: npt.NDArray[np.floating]) -> None:
        """Let that much of the light reach the sensor there."""
        room = self.luma[there]
        # The camera's gamma is a square root.
        seen = 16 + (room - np.float32(16)) * np.sqrt(factor)
        np.copyto(room, np.minimum(seen, 235), casting="unsafe")


def show_tv(canvas: Canvas, act: DemoAct, at_s: float, tv_light: Kept, seed: int) -> None:
    """A programme with cuts every 1 to 4 s, slow pans between them, and its light on the room."""
    into_s = at_s - act.from_s
    shot, shot_began_s = 0, 0.0
    while shot_began_s + (length_s := 1 + (shot * 0.618 * 3 + seed * 0.37) % 3) <= into_s:
        shot, shot_began_s = shot + 1, shot_began_s + length_s
    rng = np.random.default_rng((seed, shot))
    scene = rng.uniform(30, 225, (5, 12)).astype(np.float32) * float(rng.uniform(0.45, 1))
    rows, columns = canvas.box(TV_BOX)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    pan = (into_s - shot_began_s) * float(rng.uniform(0.3, 1.0)) * (1 if shot % 2 else -1)
    at_y = np.linspace(0, 3.999, height, dtype=np.float32)
    at_x = (np.linspace(0, 6, width, dtype=np.float32) + 2.5 + pan) % 11
    iy, ix = at_y.astype(np.intp), at_x.astype(np.intp)
    fx = at_x - ix
    line = scene[:, ix] * (1 - fx) + scene[:, np.minimum(ix + 1, 11)] * fx
    fy = (at_y - iy)[:, None]
    level = float(scene.mean()) * (1 + 0.06 * math.sin(into_s * 9))
    if not canvas.night:
        room = canvas.luma[canvas.box(GLOW_BOX)]
        glow = tv_light * np.float32(level / 255 * 0.55)
        np.copyto(room, np.minimum(room + (room + np.float32(24)) * glow, 235), casting="unsafe")
    picture = line[iy] * (1 - fy) + line[iy + 1] * fy
    np.copyto(canvas.luma[rows, columns], np.clip(picture, 16, 235), casting="unsafe")
    if not canvas.night:
        half = slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)
        canvas.cb[half] = 128 + round(float(rng.uniform(-25, 35)))
        canvas.cr[half] = 128 + round(float(rng.uniform(-25, 25)))


def show_curtain(canvas: Canvas, act: DemoAct, at_s: float) -> None:
    """The right curtain waves in a draught, the more the lower."""
    cloth = canvas.luma[canvas.box(CURTAIN_BOX)]
    height, width = cloth.shape
    into_s = at_s - act.from_s
    strength = min(1.0, into_s / DRAUGHT_RISES_S, (act.until_s - at_s) / 1.0)
    down = np.linspace(0, 1, height, dtype=np.float32)
    sway = 9 * strength * canvas.luma.shape[1] / 640 * down * np.sin(into_s * 3.1 - 2.5 * down)
    source = np.arange(width, dtype=np.float32)[None, :] + sway[:, None] * np.linspace(1, 0.6, width)[None, :]
    index = np.clip(source, 0, width - 1).astype(np.intp)
    cloth[:] = np.take_along_axis(cloth, index, axis=1)


def behind_fan(canvas: Canvas) -> Bytes:
    """What lies behind the fan's blades, copied from a picture without them."""
    return canvas.luma[canvas.box(_FAN_BOX)].copy()


def fan_turned(act: DemoAct, at_s: float) -> float:
    """By how many turns: it gathers way and runs down, and stands at the act's end as it stood before."""
    lasting_s = act.until_s - act.from_s
    ramp_s = min(FAN_STARTS_S, lasting_s / 2)
    into_s, left_s = at_s - act.from_s, act.until_s - at_s
    whole_s = lasting_s - ramp_s
    if into_s < ramp_s:
        steady_s = into_s**2 / (2 * ramp_s)
    elif left_s < ramp_s:
        steady_s = whole_s - left_s**2 / (2 * ramp_s)
    else:
        steady_s = into_s - ramp_s / 2
    return round(FAN_TURNS_PER_S * whole_s) * steady_s / whole_s


def show_fan(canvas: Canvas, turned: float, behind: Bytes) -> None:
    """Its blades before what lies behind them, that many turns on."""
    there = canvas.box(_FAN_BOX)
    canvas.luma[there] = behind
    height, width = behind.shape
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    far = np.hypot(down, across)
    angle = np.arctan2(down, across) / np.float32(2 * math.pi) + np.float32(turned)
    blade = (np.mod(angle * FAN_BLADES, 1) < 0.45) & (far < 0.96) & (far > 0.22)
    canvas.scale(there, np.where(blade, np.float32(0.25), np.float32(1)))


def show_sun(canvas: Canvas, act: DemoAct, at_s: float) -> None:
    """A sharp patch of sunlight creeps over the floor, brightening and fading with the clouds."""
    into_s = at_s - act.from_s
    strength = min(1.0, into_s / 1.5, (act.until_s - at_s) / 1.5)
    there = canvas.box(SUN_BOX)
    height, width = canvas.luma[there].shape
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(SUN_BOX[0], SUN_BOX[2], width, dtype=np.float32)[None, :]
    left = SUN_BOX[0] + 10 + SUN_SPEED * into_s + 60 * down
    inside = (across > left) & (across < left + 130) & (down > 0.1) & (down < 0.85)
    canvas.scale(there, np.where(inside, np.float32(1 + SUN_GAIN * strength), np.float32(1)))


def show_shadow(canvas: Canvas, act: DemoAct, at_s: float) -> None:
    """The broad shadow of somebody outside, who passes between the window and the sun, sweeps through the room."""
    height, width = canvas.luma.shape
    done = (at_s - act.from_s) / (act.until_s - act.from_s)
    middle = -SHADOW_WIDTH / 2 + done * (640 + SHADOW_WIDTH)
    if act.leftwards:
        middle = 640 - middle
    across = (np.arange(width, dtype=np.float32) + 0.5) * (640 / width)
    covered = np.clip((SHADOW_WIDTH / 2 - np.abs(across - middle)) / SHADOW_EDGE, 0, 1)
    columns = np.flatnonzero(covered)
    if columns.size:
        there = slice(0, height), slice(int(columns[0]), int(columns[-1]) + 1)
        canvas.scale(there, np.float32(1) - np.float32(SHADOW_TAKES) * covered[None, there[1]])
