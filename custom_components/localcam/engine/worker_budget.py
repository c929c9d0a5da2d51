"""What a worker may cost, kept to by looking less: first every second look is left out, then all but keyframes.

Recording, which is but a copy of what the camera sends, goes on whatever it costs. What was left out comes back one
step at a time once there is room for it; where that soon proves to be too much, it is not tried again for longer.
"""

from typing import Protocol

from .clock import Clock
from .motion import Shedding

WINDOW_S = 2.0
START_S = 8.0
"""A worker's start is not counted: imports, connecting."""
OVER_WINDOWS = 2
"""So many in a row must cost too much before anything is left out."""
ROOM_SHARE = 0.6
"""Of the budget: costing less leaves room."""
PATIENCE_S = 20.0
LONGEST_PATIENCE_S = 640.0
"""How long there must be room before anything comes back; doubled when it had to be left out again soon."""
STEPS = (Shedding.NOTHING, Shedding.LOOKS, Shedding.DECODING)


class CpuMeter(Protocol):
    """What the operating system says of this process."""

    def cpu_share(self) -> float:
        """Of one core, since this was asked last."""


class CpuBudget:
    """Of one worker; asked again and again."""

    def __init__(self, share: float, meter: CpuMeter, clock: Clock) -> None:
        self.share = share
        """Of one core; may be changed at any time."""
        self._meter = meter
        self._clock = clock
        self._began_at_s = self._measured_at_s = clock.monotonic_s()
        self._step = 0
        self._over = 0
        self._room_since_s: float | None = None
        self._returned_at_s: float | None = None
        self._patience_s = PATIENCE_S

    @property
    def shed(self) -> Shedding:
        """What is to be left out now."""
        return STEPS[self._step]

    def tick(self) -> None:
        """Time passes; measures when it is time to."""
        now_s = self._clock.monotonic_s()
        if now_s - self._measured_at_s < WINDOW_S:
            return
        self._measured_at_s = now_s
        spent = self._meter.cpu_share()
        if now_s - self._began_at_s < START_S:
            return
        self._over = self._over + 1 if spent > self.share else 0
        if spent > ROOM_SHARE * self.share:
            self._room_since_s = None
        elif self._room_since_s is None:
            self._room_since_s = now_s
        if self._over >= OVER_WINDOWS:
            self._leave_out(now_s)
        elif self._room_since_s is not None and now_s - self._room_since_s >= self._patience_s:
            self._bring_back(now_s)

    def _leave_out(self, now_s: float) -> None:
        self._over = 0
        if self._step == len(STEPS) - 1:
            return
        self._step += 1
        if self._returned_at_s is not None and now_s - self._returned_at_s < self._patience_s:
            self._patience_s = min(2 * self._patience_s, LONGEST_PATIENCE_S)
        else:
            self._patience_s = PATIENCE_S

    def _bring_back(self, now_s: float) -> None:
        if self._step > 0:
            self._step -= 1
            self._returned_at_s = self._room_since_s = now_s
