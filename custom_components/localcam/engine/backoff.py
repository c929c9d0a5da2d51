"""How long to wait before the next attempt: 1, 2, 4, 8, then 15 s, each up to a fifth shorter or longer."""

from collections.abc import Callable

_STEPS_S = (1.0, 2.0, 4.0, 8.0, 15.0)
_JITTER_SHARE = 0.2


class Backoff:
    """Counts failures; `random` gives numbers from 0 to 1, so that cameras that vanished together return apart."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0

    def next_s(self) -> float:
        """Seconds to wait after one more failure."""
        step_s = _STEPS_S[min(self._failures, len(_STEPS_S) - 1)]
        self._failures += 1
        return step_s * (1 + _JITTER_SHARE * (2 * self._random() - 1))

    def reset(self) -> None:
        """A good run: the next failure starts over."""
        self._failures = 0
