"""What the camera's view is known by: the room's detail, each cell's brightness against its surroundings."""

import math

import numpy as np

from .cells import DARK, UNIT, Floats, Grid
from .problems import View
from .surroundings import Surroundings

EVERY_ROW = 2
"""Of cells that detail is compared in: every other one tells as much, at half the cost."""


class Outlook:
    """One camera's, for grids of one shape."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._detail: Floats = np.zeros((-(-shape[0] // EVERY_ROW), shape[1]), np.float32)
        """The room's, in each of those rows."""
        self._detail_norm = 0.0
        self._now: Grid = np.zeros(shape, np.int16)
        self._seen = b""
        """Brightness when it was looked at last: bytes are compared up to the first that differs."""

    def begin(self, usual: Grid, surroundings: Surroundings) -> None:
        """The room's detail is that of its usual brightness."""
        surroundings.without(usual, out=self._now)
        np.copyto(self._detail, self._now[::EVERY_ROW])
        self._detail_norm = _norm(self._detail)

    def view(
        self, light: Grid, surroundings: Surroundings, spare: Floats, *, at_s: float, moving_share: float, lit: bool
    ) -> View:
        """Of a picture's brightness; `spare` is written to."""
        surroundings.without(light, out=self._now)
        now = self._floats_of_now(spare)
        norm = _norm(now) * self._detail_norm
        likeness = float(np.vdot(now, self._detail)) / norm if norm else 1.0
        np.abs(now, out=now)
        before, self._seen = self._seen, light.tobytes()
        return View(
            at_s=at_s,
            brightness=DARK * (math.exp(surroundings.mean / UNIT) - 1),
            detail=float(np.add.reduce(now, axis=None)) / now.size / UNIT,
            likeness=likeness,
            moving_share=moving_share,
            differs=self._seen != before,
            lit=lit,
        )

    def follow(self, rate: float, spare: Floats) -> None:
        """Let the room's detail follow that of the picture viewed last by that share, 0 to 1; `spare` is written to."""
        now = self._floats_of_now(spare)
        np.subtract(now, self._detail, out=now)
        np.multiply(now, np.float32(rate), out=now)
        np.add(self._detail, now, out=self._detail)
        self._detail_norm = _norm(self._detail)

    def _floats_of_now(self, spare: Floats) -> Floats:
        now = spare[: len(self._detail)]
        np.copyto(now, self._now[::EVERY_ROW])
        return now


def _norm(numbers: Floats) -> float:
    return math.sqrt(float(np.vdot(numbers, numbers)))
