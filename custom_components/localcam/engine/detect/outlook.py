"""What the camera's view is known by: the room's detail, each cell's brightness against its surroundings."""

import numpy as np

from .cells import DARK, UNIT, Floats, Grid
from .problems import View
from .surroundings import Surroundings

LEAST_STEP = 0.1
"""The room's detail follows by this share or more at once: a smaller step would be lost in rounding."""


class Outlook:
    """One camera's, for grids of one shape."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._detail: Grid = np.zeros(shape, np.int16)
        """The room's."""
        self._now: Grid = np.zeros(shape, np.int16)
        self._seen: Grid = np.zeros(shape, np.int16)
        """Brightness when it was looked at last."""
        self._unfollowed = 0.0

    def begin(self, usual: Grid, surroundings: Surroundings) -> None:
        """The room's detail is that of its usual brightness."""
        surroundings.without(usual, out=self._detail)

    def view(
        self,
        light: Grid,
        surroundings: Surroundings,
        spare: tuple[Floats, Floats],
        *,
        at_s: float,
        moving_share: float,
        lit: bool,
    ) -> View:
        """Of a picture's brightness."""
        surroundings.without(light, out=self._now)
        now, room = spare
        np.copyto(now, self._now)
        np.copyto(room, self._detail)
        norm = float(np.sqrt(np.vdot(now, now) * np.vdot(room, room)))
        likeness = float(np.vdot(now, room)) / norm if norm else 1.0
        np.abs(now, out=now)
        differs = not np.array_equal(light, self._seen)
        np.copyto(self._seen, light)
        return View(
            at_s=at_s,
            brightness=DARK * (float(np.exp(float(light.mean()) / UNIT)) - 1),
            detail=float(now.mean()) / UNIT,
            likeness=likeness,
            moving_share=moving_share,
            differs=differs,
            lit=lit,
        )

    def follow(self, rate: float) -> None:
        """Let the room's detail follow that of the picture viewed last by that share, 0 to 1."""
        self._unfollowed += rate
        if self._unfollowed < LEAST_STEP:
            return
        np.subtract(self._now, self._detail, out=self._now)
        step = np.rint(self._now * np.float32(min(self._unfollowed, 1.0)))
        np.add(self._detail, step.astype(np.int16), out=self._detail)
        self._unfollowed = 0.0
