"""What is learned of a room, cell by cell: the usual value of one measure, and how much it varies by itself."""

from typing import NamedTuple

import numpy as np

from .cells import Grid

SETTLED_PICTURES = 4
"""As many pictures make a mean that a picture's difference from says something."""


class Learned(NamedTuple):
    """Copies of what was learned of one measure."""

    usual: Grid
    noise: Grid
    least: Grid


class LearnedGrid:
    """One measure of each cell, brightness or texture; everything is written in place.

    `factor` mean absolute deviations, and never less than `floor`, are what noise explains of a difference.
    """

    def __init__(self, shape: tuple[int, int], *, floor: float, factor: float, noise: float) -> None:
        self._floor = np.float32(floor)
        self.least: Grid = np.full(shape, floor, np.float32)
        """Of what noise explains: the floor, or the largest difference while calibrating."""
        self._factor = np.float32(factor)
        self.usual: Grid = np.zeros(shape, np.float32)
        self.noise: Grid = np.full(shape, noise, np.float32)
        """Mean absolute deviation."""
        self.sharpness: Grid = np.zeros(shape, np.float32)
        """1 / what noise explains."""
        self.difference: Grid = np.zeros(shape, np.float32)
        """Of the picture compared last."""
        self.excess: Grid = np.zeros(shape, np.float32)
        """How many times that difference is what noise explains."""
        self._scratch: Grid = np.zeros(shape, np.float32)
        self._pictures = 0
        self._calibrates = False
        self._sharpen()

    def restart(self) -> Learned:
        """The pictures that come are the first ones, and whatever differs among them is noise; what was learned."""
        learned = Learned(self.usual.copy(), self.noise.copy(), self.least.copy())
        self._pictures = 0
        self.least.fill(self._floor)
        self._calibrates = True
        return learned

    def resume(self, learned: Learned) -> None:
        """Go on with what was learned before."""
        np.copyto(self.usual, learned.usual)
        np.copyto(self.noise, learned.noise)
        self.raise_floor(learned.least)

    def raise_floor(self, least: Grid) -> None:
        """Let noise explain as much of each cell from now on, and never less than the floor of all."""
        self._calibrates = False
        np.maximum(least, self._floor, out=self.least)
        self._sharpen()

    def begin(self, seen: Grid) -> None:
        """One of the first pictures: their mean is the room."""
        self._pictures += 1
        np.subtract(seen, self.usual, out=self.difference)
        np.multiply(self.difference, np.float32(1 / self._pictures), out=self._scratch)
        np.add(self.usual, self._scratch, out=self.usual)
        if self._pictures > SETTLED_PICTURES:
            # Their mean absolute deviation; what moves from the beginning on is not the first thing to tell of.
            np.abs(self.difference, out=self._scratch)
            if self._calibrates:
                np.maximum(self.least, self._scratch, out=self.least)
            np.subtract(self._scratch, self.noise, out=self._scratch)
            np.multiply(self._scratch, np.float32(1 / self._pictures), out=self._scratch)
            np.add(self.noise, self._scratch, out=self.noise)
            self._sharpen()

    def compare(self, seen: Grid) -> None:
        """Fill `difference` and `excess`."""
        np.subtract(seen, self.usual, out=self.difference)
        np.abs(self.difference, out=self.excess)
        np.multiply(self.excess, self.sharpness, out=self.excess)

    def follow(self, rate: Grid) -> None:
        """Move towards the picture compared last by that share of the difference."""
        np.multiply(self.difference, rate, out=self._scratch)
        np.add(self.usual, self._scratch, out=self.usual)

    def learn_noise(self, rate: Grid) -> None:
        """Let the picture compared last count towards the noise by that share."""
        np.abs(self.difference, out=self._scratch)
        np.subtract(self._scratch, self.noise, out=self._scratch)
        np.multiply(self._scratch, rate, out=self._scratch)
        np.add(self.noise, self._scratch, out=self.noise)
        self._sharpen()

    def _sharpen(self) -> None:
        np.multiply(self.noise, self._factor, out=self._scratch)
        np.maximum(self._scratch, self.least, out=self._scratch)
        np.divide(np.float32(1), self._scratch, out=self.sharpness)
