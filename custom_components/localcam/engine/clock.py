"""The only reader of real time; everything else is given a clock."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings of now."""

    def monotonic_s(self) -> float:
        """Seconds that only ever grow: for every duration and every deadline."""

    def utc_s(self) -> float:
        """Seconds since 1970 UTC: for people only."""


class SystemClock:
    """The machine's own clocks."""

    def monotonic_s(self) -> float:
        """Seconds of CLOCK_MONOTONIC, comparable between processes of one machine on Linux."""
        return time.monotonic()

    def utc_s(self) -> float:
        """Seconds since 1970 UTC."""
        return time.time()


class StopSignal(Protocol):
    """What `threading.Event` offers to whoever waits: every wait in the engine is one on this, with a timeout."""

    def is_set(self) -> bool:
        """Whether it is time to end."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is time to end, `timeout` seconds at most; whether it is."""
