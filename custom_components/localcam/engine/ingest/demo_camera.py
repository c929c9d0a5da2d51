"""What the simulated camera itself does to the room's picture: noise, flicker, a knock, a cloth over it, darkness.

A knocked camera looks aside, and what would lie beyond the room's edge mirrors what lies before it.
"""

import math

import numpy as np
import numpy.typing as npt

from .demo_script import Act, DemoAct

type Bytes = npt.NDArray[np.uint8]

BLACK, WHITE = 16, 235
"""Limited range."""
LARGEST_NOISE = 15
"""Added with wrap-around: the room keeps to 16..235, so that no sum leaves 8 bits."""
DAY_NOISE, NIGHT_NOISE, SNOW = 1.3, 3.4, 7.5
"""Standard deviation of a pixel's luma."""
POOL = 65536
"""As many pictures of noise begin at another place of the same row of random numbers."""
FLICKER_HZ = 1.3
FLICKER_DEPTH = 0.14
KNOCKED_BY = (14, 88)
"""Rows and columns, in units of 640x360, by which a knocked camera looks aside."""
SWINGS_S = 0.35
CLOTH = 58
COVERED_AFTER_S = 0.6


class Sensor:
    """The noise of one camera; another strength is drawn anew, since memory is the worker's scarce good."""

    def __init__(self, seed: int, size: int) -> None:
        self._seed = seed
        self._pool = np.empty(size + POOL, np.uint8)
        self._strength = 0.0

    def add_noise(self, luma: Bytes, strength: float, at_s: float) -> None:
        """Add noise of that standard deviation, in place; the same instant has the same noise."""
        if strength != self._strength:
            self._strength = strength
            self._draw()
        offset = (int(at_s * 1000) * 7919 + self._seed * 104729) % POOL
        np.add(luma, self._pool[offset : offset + luma.size].reshape(luma.shape), out=luma)

    def _draw(self) -> None:
        rng = np.random.default_rng((self._seed, 1))
        for begin in range(0, self._pool.size, POOL):
            part = self._pool[begin : begin + POOL]
            noise = rng.standard_normal(part.size, np.float32) * np.float32(self._strength)
            np.clip(np.rint(noise, out=noise), -LARGEST_NOISE, LARGEST_NOISE, out=noise)
            part[:] = noise.astype(np.int8).view(np.uint8)


def noise_strength(on: frozenset[Act]) -> float:
    """How noisy the picture is while these acts go on."""
    if Act.SNOW in on:
        return SNOW
    return NIGHT_NOISE if Act.NIGHT in on else DAY_NOISE


def flicker(luma: Bytes, act: DemoAct, at_s: float) -> None:
    """The mains or a worn lamp lets all light go up and down, in place."""
    factor = 1 + FLICKER_DEPTH * math.sin(2 * math.pi * FLICKER_HZ * (at_s - act.from_s))
    levels = np.clip(BLACK + (np.arange(256, dtype=np.float32) - BLACK) * factor, BLACK, WHITE).astype(np.uint8)
    luma[:] = levels[luma]


def knock(planes: tuple[Bytes, Bytes, Bytes], act: DemoAct, at_s: float) -> None:
    """The camera looks aside, after a swing, in place."""
    into_s = at_s - act.from_s
    swing = 1 - math.exp(-into_s / SWINGS_S) * math.cos(into_s * 14)
    height, width = planes[0].shape
    down, right = (by * swing / 2 for by in KNOCKED_BY)
    rows, columns = 2 * round(down * height / 360), 2 * round(right * width / 640)
    for plane, step in zip(planes, (1, 2, 2), strict=True):
        at_row = _mirrored(plane.shape[0], rows // step)
        at_column = _mirrored(plane.shape[1], columns // step)
        plane[:] = plane[at_row[:, None], at_column[None, :]]


def _mirrored(length: int, shift: int) -> npt.NDArray[np.intp]:
    """Which row or column is seen at each place."""
    at = np.abs(np.arange(length) + shift)
    mirrored: npt.NDArray[np.intp] = np.where(at >= length, 2 * length - 1 - at, at)
    return mirrored


def cover(planes: tuple[Bytes, Bytes, Bytes], act: DemoAct, at_s: float) -> None:
    """A cloth comes over the lens from above, out of focus, in place."""
    luma, cb, cr = planes
    height = luma.shape[0]
    down = min(1.0, (at_s - act.from_s) / COVERED_AFTER_S)
    rows = 2 * round(down * height / 2)
    weave = np.linspace(CLOTH + 6, CLOTH - 6, height)[:rows, None]
    luma[:rows] = weave.astype(np.uint8)
    cb[: rows // 2], cr[: rows // 2] = 124, 134


def darken(planes: tuple[Bytes, Bytes, Bytes]) -> None:
    """No light at all, in place."""
    planes[0].fill(BLACK)
    planes[1].fill(128)
    planes[2].fill(128)
