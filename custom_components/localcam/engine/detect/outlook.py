"""What the camera's view is known by: the room's detail, each cell's brightness against its surroundings."""

import math

import numpy as np

from .cells import DARK, UNIT, Floats, Grid
from .problems import View
from .surroundings import Surroundings


class Outlook:
    """One camera's, for grids of one shape."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._detail: Floats = np.zeros(shape, np.float32)
        """The room's."""
        self._now: Grid = np.zeros(shape, np.int16)
        self._seen: Grid = np.zeros(shape, np.int16)
        """Brightness when it was looked at last."""

    def begin(self, usual: Grid, surroundings: Surroundings) -> None:
        """The room's detail is that of its usual brightness."""
        surroundings.without(usual, out=self._now)
        np.copyto(self._detail, self._now)

    def view(
        self, light: Grid, surroundings: Surroundings, now: Floats, *, at_s: float, moving_share: float, lit: bool
    ) -> View:
        """Of a picture's brightness; `now` is written to."""
        surroundings.without(light, out=self._now)
        np.copyto(now, self._now)
        norm = math.sqrt(float(np.vdot(now, now)) * float(np.vdot(self._detail, self._detail)))
        likeness = float(np.vdot(now, self._detail)) / norm if norm else 1.0
        np.abs(now, out=now)
        differs = not np.array_equal(light, self._seen)
        np.copyto(self._seen, light)
        return View(
            at_s=at_s,
            brightness=DARK * (math.exp(surroundings.mean / UNIT) - 1),
            detail=float(now.mean()) / UNIT,
            likeness=likeness,
            moving_share=moving_share,
            differs=differs,
            lit=lit,
        )

    def follow(self, rate: float, spare: Floats) -> None:
        """Let the room's detail follow that of the picture viewed last by that share, 0 to 1; `spare` is written to."""
        np.copyto(spare, self._now)
        np.subtract(spare, self._detail, out=spare)
        np.multiply(spare, np.float32(rate), out=spare)
        np.add(self._detail, spare, out=self._detail)
