"""Watches over the empty room while it is learned, and takes it all back where it was not empty.

Whatever varies in that time is the room's noise: fish, a fan, a television. Three things are none of it. Something that
moves across the room is somebody: what moved in connected squares reached over more than ROAMED_SHARE of the picture's
width, or covered more than ROAMED_AREA of it. A lamp that is switched would make the whole room seem to vary by as
much. And pictures of another size are of another room.
"""

import numpy as np

from ..motion import Calibration, CalibrationFault
from .background import BRIGHTNESS_FLOOR, Learned
from .cells import Grid
from .room import Room
from .squares import Marks

ROAMED_SHARE = 0.35
ROAMED_AREA = 0.15
STIRRING_CELLS = 3
"""Of a square's 16: as many must differ from the picture before for something to move in it."""
STIRS = np.float32(2.5)
"""By that much, in units of what noise explained before: with fewer, sensor noise would be somebody before long."""
LIT_STEP = 12.0
"""In steps of 8 bits: brightness that left the room's mean by more in LIT_SHARE of the cells is another light, and more
than lamps flicker by."""
LIT_FLOORS = np.float32(LIT_STEP / BRIGHTNESS_FLOOR)
"""The same in units of the smallest change that can count: twice and a half one of 16 bits that never does fits."""
LIT_SHARE = 0.35
_NEAR = range(-2, 3)
"""Squares this far apart are connected: a pet's trail has gaps."""


class _Watch:
    """One time of watching, from its first picture on."""

    def __init__(self, room: Room, seconds: float) -> None:
        self.room = room
        # What noise explained before, and brightness in the picture before.
        self._limit: Grid = (room.background.texture.limit * STIRS).astype(np.int16)
        self._light: Grid = room.measured.light.copy()
        self._before: Learned = room.restart(seconds)
        self._touched: Marks = np.zeros(room.found.squares.shape, np.bool_)

    def fault(self) -> CalibrationFault | None:
        """What the picture seen last shows that does not belong to an empty room."""
        measured = self.room.measured
        lit = np.abs(measured.change) > self.room.background.floor * LIT_FLOORS
        if np.count_nonzero(lit) > LIT_SHARE * self.room.found.changed.size:
            return CalibrationFault.LIGHT
        stirs = self.room.stirring(self._light, self._limit) >= STIRRING_CELLS
        np.copyto(self._light, measured.light)
        if not np.count_nonzero(stirs > self._touched):
            return None
        np.logical_or(self._touched, stirs, out=self._touched)
        return CalibrationFault.MOTION if _roamed(self._touched) else None

    def undo(self) -> None:
        self.room.resume(self._before)


class Calibrator:
    """One camera's; does nothing until it is asked to."""

    def __init__(self) -> None:
        self._wanted_s = 0.0
        self._watch: _Watch | None = None
        self._outcome: Calibration | None = None

    @property
    def runs(self) -> bool:
        """Whether the room is being learned now."""
        return self._watch is not None

    def want(self, seconds: float) -> None:
        """Begin as soon as the room is known at all; what is under way begins anew."""
        if self._watch is not None:
            self._watch.undo()
        self._watch, self._wanted_s, self._outcome = None, seconds, None

    def step(self, room: Room | None) -> bytes:
        """After each picture; None where the camera was lost. Returns the room's new noise floor once it is learned."""
        watch = self._watch
        if watch is None:
            if self._wanted_s and room is None:
                self._end(CalibrationFault.LOST)
            elif self._wanted_s and room is not None and not room.teaches:
                self._watch, self._wanted_s = _Watch(room, self._wanted_s), 0.0
            return b""
        if room is not watch.room:
            self._end(CalibrationFault.LOST)
        elif not room.teaches:
            self._outcome, self._watch = Calibration(fault=None, noise_floor=room.noise_floor()), None
            return self._outcome.noise_floor
        elif (fault := watch.fault()) is not None:
            watch.undo()
            self._end(fault)
        return b""

    def take_outcome(self) -> Calibration | None:
        """What came of it, once."""
        outcome, self._outcome = self._outcome, None
        return outcome

    def _end(self, fault: CalibrationFault) -> None:
        self._outcome, self._watch, self._wanted_s = Calibration(fault=fault), None, 0.0


def _roamed(touched: Marks) -> bool:
    """Whether any connected part of these squares is wider or larger than what stays in its place."""
    rows, columns = touched.shape
    left = {(int(row), int(column)) for row, column in zip(*np.nonzero(touched), strict=True)}
    while left:
        part, grow = [], [left.pop()]
        while grow:
            row, column = grow.pop()
            part.append(column)
            near = {(row + down, column + across) for down in _NEAR for across in _NEAR} & left
            left -= near
            grow += near
        if max(part) - min(part) + 1 > ROAMED_SHARE * columns or len(part) > ROAMED_AREA * rows * columns:
            return True
    return False
