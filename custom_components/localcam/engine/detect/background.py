"""What is learned of a room, cell by cell: usual brightness, and how much brightness and texture vary by themselves.

Brightness is logarithmic, so that the usual texture needs no memory of its own: a change's texture is the texture's
change.
"""

from typing import NamedTuple

import numpy as np

from .cells import DARK, UNIT, Floats, Grid
from .constants import SMALL

SETTLED_PICTURES = 4
"""As many pictures make a mean that a picture's difference from says something."""
MOST_PICTURES = 16
"""From as many on the first pictures' mean follows the newest: a smaller step would be lost in rounding."""
NEVER = 10_000
"""Larger than any difference; three times as much is still a number of 16 bits."""
FINER_BITS = 4
FINER = 1 << FINER_BITS
"""Noise is remembered in as many times smaller steps than brightness is."""
MOST_NOISE = 2047
"""Of a difference that noise is learned from: more would leave 16 bits in the smaller steps."""
BRIGHTNESS_FLOOR = 5.0
"""Smallest change of brightness that can count, in steps of 8 bits."""
BRIGHTNESS_DIVISOR = 5
"""FINER / 5, or 3.2, mean absolute deviations are noise: what makes brightness noisy is light that flickers, and a
sine's peak is 1.6 of them."""
TEXTURE_FLOOR = 0.04
"""Smallest change of texture that can count."""
TEXTURE_DIVISOR = 4
"""The same for texture, whose noise is the sensor's: four are three standard deviations of a normal distribution."""
LEAST_TEXTURE = np.int16(round(TEXTURE_FLOOR * UNIT))


class Strays(NamedTuple):
    """Copies of what was learned of how one measure strays."""

    noise: Grid
    least: Grid | None


class Learned(NamedTuple):
    """Copies of what was learned of a room."""

    usual: Grid
    brightness: Strays
    texture: Strays


class Noise:
    """How far one measure of each cell strays by itself."""

    def __init__(self, shape: tuple[int, int], *, divisor: int, noise: float) -> None:
        self._divisor = divisor
        # A row of them: numpy is several times as slow with a single number.
        self._most: Grid = np.full(shape[1], MOST_NOISE, np.int16)
        self._noise: Grid = np.full(shape, round(noise * UNIT * FINER), np.int16)
        """Mean absolute deviation, in FINER steps."""
        self.limit: Grid = np.zeros(shape, np.int16)
        """What noise explains of a difference: FINER / `divisor` mean deviations, or a floor."""
        self.least: Grid | None = None
        """Of what it explains: the largest difference while calibrating."""
        self._calibrates = False

    def calibrate(self) -> Strays:
        """From now on remember the largest differences; what was learned before."""
        strays = Strays(self._noise.copy(), self.least)
        self.least = np.zeros_like(self._noise)
        self._calibrates = True
        return strays

    def resume(self, strays: Strays) -> None:
        """Go on with what was learned before."""
        np.copyto(self._noise, strays.noise)
        self.expect(strays.least)

    def expect(self, least: Grid | None) -> None:
        """Let noise explain as much of each cell from now on; `limit` is to be set again."""
        self._calibrates = False
        self.least = least

    def learn(self, size: Grid, usual_bits: int, beyond_bits: int, spare: Grid) -> None:
        """Let these sizes of differences count by 1 / 2^`usual_bits`, and where they are no noise by the other.

        `size` and `spare` are written to.
        """
        slower = beyond_bits - usual_bits
        if slower:
            # By how many bits more each cell's is to be shifted: all of them where it is beyond the limit, or none.
            np.subtract(self.limit, size, out=spare)
            np.right_shift(spare, SMALL[15], out=spare)
            np.bitwise_and(spare, SMALL[slower], out=spare)
        np.minimum(size, self._most, out=size)
        np.left_shift(size, SMALL[FINER_BITS], out=size)
        np.subtract(size, self._noise, out=size)
        np.right_shift(size, SMALL[usual_bits], out=size)
        if slower:
            np.right_shift(size, spare, out=size)
        np.add(self._noise, size, out=self._noise)

    def keep_largest(self, size: Grid) -> None:
        """While calibrating: these sizes of differences are noise."""
        if self._calibrates and self.least is not None:
            np.maximum(self.least, size, out=self.least)

    def set_limit(self, floor: Grid) -> None:
        """Work out `limit`, which is `floor` at least."""
        np.floor_divide(self._noise, SMALL[self._divisor], out=self.limit)
        np.maximum(self.limit, floor, out=self.limit)
        if self.least is not None:
            np.maximum(self.limit, self.least, out=self.limit)


class Background:
    """Of cells of one shape, of which the first `inside` are the picture's own; everything is written in place."""

    def __init__(self, shape: tuple[int, int], inside: tuple[int, int]) -> None:
        self.usual: Grid = np.zeros(shape, np.int16)
        self.brightness = Noise(shape, divisor=BRIGHTNESS_DIVISOR, noise=0.01)
        self.texture = Noise(shape, divisor=TEXTURE_DIVISOR, noise=0.008)
        self.floor: Grid = np.zeros(shape, np.int16)
        """Smallest change of brightness that can count."""
        self._inside = inside
        # What lies beyond the picture never changes.
        self._texture_floor: Grid = np.full(shape[1], LEAST_TEXTURE, np.int16)
        self._texture_floor[inside[1] :] = NEVER
        self._pictures = 0

    def restart(self) -> Learned:
        """The pictures that come are the first ones, and whatever differs among them is noise; what was learned."""
        self._pictures = 0
        return Learned(self.usual.copy(), self.brightness.calibrate(), self.texture.calibrate())

    def resume(self, learned: Learned, floats: Floats) -> None:
        """Go on with what was learned before; `floats` is written to."""
        np.copyto(self.usual, learned.usual)
        self.brightness.resume(learned.brightness)
        self.texture.resume(learned.texture)
        self.set_floor(floats)
        self.set_limits()

    def expect(self, least: tuple[Grid, Grid] | None) -> None:
        """Let noise explain as much of each cell's brightness and texture from now on."""
        brightness, texture = least or (None, None)
        self.brightness.expect(brightness)
        self.texture.expect(texture)
        self.set_limits()

    @property
    def least(self) -> tuple[Grid, Grid]:
        """The largest differences of brightness and texture while calibrating, which began before."""
        brightness, texture = self.brightness.least, self.texture.least
        assert brightness is not None
        assert texture is not None
        return brightness, texture

    def begin(self, change: Grid, texture: Grid, size: Grid, spare: Grid, floats: Floats) -> None:
        """One of the first pictures, as its difference from `usual` and that one's texture: their mean is the room.

        All arguments are written to; the difference becomes what is left of it.
        """
        self._pictures += 1
        if self._pictures > SETTLED_PICTURES:
            # Their mean absolute deviation; what moves from the beginning on is not the first thing to tell of.
            bits = min(self._pictures, MOST_PICTURES).bit_length() - 1
            for noise, difference in ((self.brightness, change), (self.texture, texture)):
                np.abs(difference, out=size)
                noise.keep_largest(size)
                noise.learn(size, bits, bits, spare)
        np.multiply(change, np.float32(1 / min(self._pictures, MOST_PICTURES)), out=floats)
        np.rint(floats, out=floats)
        np.copyto(size, floats, casting="unsafe")
        self.move(change, size)
        self.set_floor(floats)
        self.set_limits()

    def step(self, change: Grid, sixteenths: int, out: Grid) -> None:
        """Write so many sixteenths of each cell's difference, at most 5, to `out`."""
        np.multiply(change, SMALL[sixteenths], out=out)
        np.add(out, SMALL[8], out=out)
        np.right_shift(out, SMALL[4], out=out)

    def move(self, change: Grid, step: Grid) -> None:
        """Move by that step; the difference becomes what is left of it."""
        np.subtract(change, step, out=change)
        np.add(self.usual, step, out=self.usual)

    def set_floor(self, floats: Floats) -> None:
        """Work out the smallest change that can count; its brightness is relative, the least is not."""
        np.copyto(floats, self.usual)
        np.multiply(floats, np.float32(-1 / UNIT), out=floats)
        np.exp(floats, out=floats)
        np.multiply(floats, np.float32(UNIT * BRIGHTNESS_FLOOR / DARK), out=floats)
        np.copyto(self.floor, floats, casting="unsafe")
        rows, columns = self._inside
        self.floor[rows:] = NEVER
        self.floor[:, columns:] = NEVER

    def set_limits(self) -> None:
        """Work out what noise explains."""
        self.brightness.set_limit(self.floor)
        self.texture.set_limit(self._texture_floor)
        self.texture.limit[self._inside[0] :] = NEVER
