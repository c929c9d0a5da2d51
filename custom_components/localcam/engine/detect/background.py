"""What is learned of a room, cell by cell: the usual value of one measure, and how much it varies by itself."""

import numpy as np

from .cells import Grid

NOISE_FACTOR = 4.0
"""How many mean absolute deviations noise explains: three standard deviations of a normal distribution."""


class LearnedGrid:
    """One measure of each cell, brightness or texture; everything is written in place."""

    def __init__(self, shape: tuple[int, int], *, floor: float, noise: float) -> None:
        self._floor = np.float32(floor)
        self.usual: Grid = np.zeros(shape, np.float32)
        self.noise: Grid = np.full(shape, noise, np.float32)
        """Mean absolute deviation."""
        self.difference: Grid = np.zeros(shape, np.float32)
        """Of the picture compared last."""
        self.excess: Grid = np.zeros(shape, np.float32)
        """How many times that difference is what noise explains."""
        self._scratch: Grid = np.zeros(shape, np.float32)
        self._rate: Grid = np.zeros(shape, np.float32)
        self._beyond = np.zeros(shape, np.bool_)
        self._pictures = 0

    def begin(self, seen: Grid) -> None:
        """One of the first pictures: their mean is the room."""
        self._pictures += 1
        np.subtract(seen, self.usual, out=self._scratch)
        np.multiply(self._scratch, np.float32(1 / self._pictures), out=self._scratch)
        np.add(self.usual, self._scratch, out=self.usual)

    def explained(self) -> Grid:
        """How large a difference noise explains; written again by every other call."""
        np.multiply(self.noise, np.float32(NOISE_FACTOR), out=self._scratch)
        return np.maximum(self._scratch, self._floor, out=self._scratch)

    def compare(self, seen: Grid) -> None:
        """Fill `difference` and `excess`."""
        np.subtract(seen, self.usual, out=self.difference)
        np.abs(self.difference, out=self.excess)
        np.divide(self.excess, self.explained(), out=self.excess)

    def follow(self, rate: Grid | np.float32) -> None:
        """Move towards the picture compared last by that share of the difference."""
        np.multiply(self.difference, rate, out=self._scratch)
        np.add(self.usual, self._scratch, out=self.usual)

    def learn_noise(self, rate: float, rate_beyond: float) -> None:
        """Let the picture compared last count towards the noise; by the second rate where noise does not explain it."""
        np.greater(self.excess, 1, out=self._beyond)
        self._rate.fill(rate)
        np.copyto(self._rate, np.float32(rate_beyond), where=self._beyond)
        np.abs(self.difference, out=self._scratch)
        np.subtract(self._scratch, self.noise, out=self._scratch)
        np.multiply(self._scratch, self._rate, out=self._scratch)
        np.add(self.noise, self._scratch, out=self.noise)
