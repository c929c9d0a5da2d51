"""What makes pictures change without anybody moving, laid over a room's pictures; each with parameters of its own.

A nuisance is a function of a picture's luma and the instant, seconds since the room's start. `drawn` gives each its
parameters by lot, so that no constant of the detector can have been chosen for them.
"""

from collections.abc import Callable, Mapping
import functools

import numpy as np
import numpy.typing as npt

type Luma = npt.NDArray[np.uint8]
type Nuisance = Callable[[Luma, float], Luma]


def _seen(picture: npt.NDArray[np.floating]) -> Luma:
    seen: Luma = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return seen


@functools.lru_cache(maxsize=2)
def _places(shape: tuple[int, int]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return rows / shape[0], columns / shape[1]


def _grid(luma: Luma) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Rows and columns from 0 to 1."""
    return _places((luma.shape[0], luma.shape[1]))


def lamp(x: float, y: float, reach: float, gain: float, on_s: tuple[tuple[float, float], ...]) -> Nuisance:
    """A lamp that lights its surroundings while on, with an exposure that overshoots and settles."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        light = 1 / (1 + ((rows - y) ** 2 + (columns - x) ** 2) / reach**2)
        lit = any(begin <= at_s < end for begin, end in on_s)
        factor = 1 + gain * light * lit
        for edge_s, sign in [(begin, 1) for begin, _ in on_s] + [(end, -1) for _, end in on_s]:
            if at_s >= edge_s:
                factor = factor * (1 + sign * 0.25 * np.exp(-(at_s - edge_s) / 0.6))
        return _seen(luma * factor)

    return apply


def banding(mains_hz: float, exposure_rows: float, depth: float) -> Nuisance:
    """Mains flicker seen through a rolling shutter: dark bands that wander up or down."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, _ = _grid(luma)
        return _seen(luma * (1 + depth * np.sin(2 * np.pi * (2 * mains_hz * at_s + exposure_rows * rows))))

    return apply


def flicker(hz: float, depth: float) -> Nuisance:
    """The whole picture's light goes up and down."""
    return lambda luma, at_s: _seen(luma * (1 + depth * np.sin(2 * np.pi * hz * at_s)))


def snow(sigma: float, gain: float = 0.35, seed: int = 5) -> Nuisance:
    """A dark room through a sensor at its limit."""
    noise = np.random.default_rng(seed)

    def apply(luma: Luma, at_s: float) -> Luma:
        return _seen(luma * gain + noise.normal(0, sigma, luma.shape))

    return apply


def cloud(depth: float, period_s: float) -> Nuisance:
    """Daylight that comes and goes, more at the window's side."""

    def apply(luma: Luma, at_s: float) -> Luma:
        _, columns = _grid(luma)
        return _seen(luma * (1 - depth * (1 - 0.5 * columns) * (0.5 - 0.5 * np.cos(2 * np.pi * at_s / period_s))))

    return apply


def sun_patch(speed: float, gain: float, size: float) -> Nuisance:
    """A sharp patch of sunlight that creeps over the floor."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        left = 0.15 + speed * at_s + 0.3 * (rows - 0.6)
        inside = (columns > left) & (columns < left + size) & (rows > 0.55) & (rows < 0.9)
        return _seen(luma * np.where(inside, 1 + gain, 1))

    return apply


def fan(x: float, y: float, radius: float, turns_per_s: float) -> Nuisance:
    """Three dark blades that turn."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        dy, dx = (rows - y) * luma.shape[0] / luma.shape[1], columns - x
        angle = np.arctan2(dy, dx) + 2 * np.pi * turns_per_s * at_s
        blade = (np.hypot(dx, dy) < radius) & (np.mod(angle, 2 * np.pi / 3) < 0.7)
        return _seen(np.where(blade, luma * 0.3 + 10, luma))

    return apply


def fish_tank(x: float, y: float, width: float, fishes: int) -> Nuisance:
    """A lit tank in which small fish swim to and fro."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        inside = (abs(columns - x) < width / 2) & (abs(rows - y) < width / 2)
        picture = np.where(inside, 140 + 20 * np.sin(40 * columns) + 4 * np.sin(30 * rows + 3 * at_s), luma)
        for fish in range(fishes):
            fx = x + 0.42 * width * np.sin(at_s * (0.5 + 0.23 * fish) + fish * 2.1)
            fy = y + 0.4 * width * np.sin(fish * 1.7 + 0.2 * at_s)
            picture = np.where(inside & (np.hypot((columns - fx) * 1.3, rows - fy) < 0.018), 60, picture)
        return _seen(picture)

    return apply


def screen(box: tuple[float, float, float, float], seed: int, glow: float) -> Nuisance:
    """A screen (left, top, right, bottom) with cuts, movement between them, and light on the room."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        left, top, right, bottom = box
        shot = int(at_s * 0.6 + seed) + int(at_s * 0.37)
        shown = np.random.default_rng((seed, shot)).uniform(20, 230, (6, 10)).astype(np.float32)
        down = np.clip((rows - top) / (bottom - top) * 6, 0, 5.99).astype(int)
        across = np.mod((columns - left) / (right - left) * 10 + 0.8 * at_s, 10).astype(int)
        inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
        far = np.hypot(columns - (left + right) / 2, rows - (top + bottom) / 2)
        lit = luma * (1 + glow * float(shown.mean()) / 255 / (1 + (far / 0.25) ** 2))
        return _seen(np.where(inside, shown[down, across], lit))

    return apply


def infrared(at_s: float) -> Nuisance:
    """From `at_s` on the night's light, from the camera: other reflectances, brightest in the middle."""

    def apply(luma: Luma, now_s: float) -> Luma:
        if now_s < at_s:
            return luma
        rows, columns = _grid(luma)
        light = 1.1 / (1 + ((rows - 0.5) ** 2 + (columns - 0.5) ** 2) / 0.2)
        settled = 1 + 0.5 * np.exp(-(now_s - at_s) / 0.5)
        return _seen((0.6 * luma + 40) * light * settled)

    return apply


def exposure(edge_s: float, overshoot: float, settles_s: float) -> Nuisance:
    """The automatic exposure is startled: far too bright at once, then too dark, then right."""

    def apply(luma: Luma, at_s: float) -> Luma:
        since_s = at_s - edge_s
        if since_s < 0:
            return luma
        swing = overshoot * np.exp(-since_s / settles_s) * np.cos(2.5 * since_s / settles_s)
        return _seen(luma * (1 + swing))

    return apply


def curtain(box: tuple[float, float, float, float], folds: float, sways_per_s: float, reach: float) -> Nuisance:
    """Folded cloth (left, top, right, bottom) that sways, the more the lower."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        left, top, right, bottom = box
        inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
        down = (rows - top) / (bottom - top)
        sway = reach * down * np.sin(2 * np.pi * sways_per_s * at_s - 2 * down)
        cloth = 120 + 35 * np.sin(2 * np.pi * folds * (columns - left + sway) / (right - left))
        return _seen(np.where(inside, cloth, luma))

    return apply


def taken(from_s: float, rises_s: float, at_s: float) -> float:
    """How much of its strength a draught that begins then has, 0 to 1."""
    return min(max(at_s - from_s, 0) / rises_s, 1)


def draught(
    box: tuple[float, float, float, float],
    cloth: tuple[float, float, float],
    sways_per_s: float,
    reach: float,
    draught_s: tuple[float, float],
) -> Nuisance:
    """A curtain (left, top, right, bottom) that a draught takes, its sides over what is behind it.

    `cloth`: its brightness, the depth of its folds, and how many. `draught_s`: when it begins, and how long it rises.
    """
    left, top, right, bottom = box
    brightness, depth, folds = cloth

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        down = np.clip((rows - top) / (bottom - top), 0, 1)
        into_s = at_s - draught_s[0]
        at = columns - reach * taken(*draught_s, at_s) * down * np.sin(2 * np.pi * sways_per_s * into_s - 2 * down)
        inside = (at >= left) & (at < right) & (rows >= top) & (rows < bottom)
        folded = brightness + depth * np.sin(2 * np.pi * folds * (at - left) / (right - left))
        return _seen(np.where(inside, folded, luma))

    return apply


def plant(
    at: tuple[float, float], height: float, seed: int, sways_per_s: float, reach: float, draught_s: tuple[float, float]
) -> Nuisance:
    """Leaves above a pot (x, y) that a draught takes, each a little later than another."""
    rng = np.random.default_rng(seed)
    leaves = [(rng.normal(0, 0.12), rng.uniform(0.1, 1), rng.uniform(0.05, 0.12), rng.uniform(0, 2)) for _ in range(22)]
    x, y = at

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        picture = luma.astype(np.float32)
        into_s = at_s - draught_s[0]
        for aside, up, size, late in leaves:
            sway = reach * taken(*draught_s, at_s) * up * np.sin(2 * np.pi * sways_per_s * into_s - late)
            across = (columns - x - aside * height - sway) / (0.5 * size * height)
            picture[across**2 + ((rows - y + up * height) / (2.2 * size * height)) ** 2 < 1] = 45 + 20 * late
        return _seen(picture)

    return apply


def hanging_lamp(x: float, length: float, width: float, reach: float, draught_s: tuple[float, float]) -> Nuisance:
    """A pale shade on a cord from the ceiling that a draught swings to and fro, in 2 s."""

    def apply(luma: Luma, at_s: float) -> Luma:
        rows, columns = _grid(luma)
        aside = reach * taken(*draught_s, at_s) * np.sin(np.pi * (at_s - draught_s[0]))
        at = abs(columns - x - aside * rows / length)
        shade = (at < 0.3 * width + 0.2 * (rows - length)) & (abs(rows - length) < width)
        return _seen(np.where(shade, 190, np.where((at < 0.003) & (rows < length), 40, luma)))

    return apply


def drawn(rng: np.random.Generator) -> Mapping[str, Nuisance]:
    """One of each by name, with parameters by lot; those that begin do so between 5 s and 7 s."""

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    at_s = between(5, 7)
    left, top = between(0.1, 0.7), between(0.15, 0.4)
    return {
        "lamp": lamp(between(0, 1), between(0.1, 0.6), between(0.12, 0.4), between(0.5, 1.6), ((at_s, at_s + 7),)),
        "banding50": banding(50 + between(-0.4, 0.4), between(1, 4), between(0.06, 0.16)),
        "banding60": banding(60 + between(-0.4, 0.4), between(1, 4), between(0.06, 0.16)),
        "flicker": flicker(between(0.7, 4), between(0.05, 0.16)),
        "snow": snow(between(5, 10), between(0.2, 0.45), int(rng.integers(1000))),
        "cloud": cloud(between(0.25, 0.55), between(4, 12)),
        "sun": sun_patch(between(0.003, 0.012), between(0.4, 0.9), between(0.1, 0.3)),
        "infrared": infrared(at_s),
        "exposure": exposure(at_s, between(0.4, 0.9), between(0.3, 0.8)),
        "fan": fan(between(0.1, 0.9), between(0.2, 0.6), between(0.03, 0.09), between(0.7, 4)),
        "fishtank": fish_tank(between(0.25, 0.75), between(0.3, 0.6), between(0.15, 0.3), int(rng.integers(2, 5))),
        "screen": screen(
            (left, top, left + between(0.12, 0.25), top + between(0.12, 0.25)), int(rng.integers(99)), 0.4
        ),
        "curtain": curtain((left, 0.08, left + between(0.05, 0.12), 0.65), 4, between(0.2, 0.7), between(0.005, 0.02)),
    }


def swaying(rng: np.random.Generator) -> Mapping[str, Nuisance]:
    """What hangs or stands until a draught takes it, by name, with parameters by lot."""

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    draught_s = between(5, 7), between(0.5, 2.5)
    left = between(0.1, 0.7)
    return {
        "draught": draught(
            (left, 0.08, left + between(0.05, 0.14), between(0.45, 0.8)),
            (between(60, 190), between(8, 35), between(3, 6)),
            between(0.3, 0.7),
            between(0.008, 0.025),
            draught_s,
        ),
        "plant": plant(
            (between(0.1, 0.9), between(0.5, 0.9)),
            between(0.2, 0.4),
            int(rng.integers(1000)),
            between(0.4, 1),
            between(0.008, 0.025),
            draught_s,
        ),
        "hanging": hanging_lamp(
            between(0.2, 0.8), between(0.25, 0.45), between(0.05, 0.1), between(0.01, 0.04), draught_s
        ),
    }


def steady(luma: Luma, _at_s: float) -> Luma:
    """Nothing."""
    return luma
