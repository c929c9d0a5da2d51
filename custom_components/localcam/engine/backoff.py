"""How long to wait before the next attempt, each time up to a fifth shorter or longer."""

from collections.abc import Callable, Sequence

CONNECTION_STEPS_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""A camera that comes back is seen soon."""
CRASH_STEPS_S = (0.0, 0.25, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Of a worker: one that died is missed at once; one that dies again and again must not cost the house a processor."""
_JITTER_SHARE = 0.2


class Backoff:
    """Counts failures; `random` gives numbers from 0 to 1, so that cameras that vanished together return apart."""

    def __init__(self, random: Callable[[], float], steps_s: Sequence[float] = CONNECTION_STEPS_S) -> None:
        self._random = random
        self._steps_s = steps_s
        self._failures = 0

    def next_s(self) -> float:
        """Seconds to wait after one more failure."""
        step_s = self._steps_s[min(self._failures, len(self._steps_s) - 1)]
        self._failures += 1
        return step_s * (1 + _JITTER_SHARE * (2 * self._random() - 1))

    def reset(self) -> None:
        """A good run: the next failure starts over."""
        self._failures = 0
