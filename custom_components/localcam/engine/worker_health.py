"""What a worker says of itself every 2 s: that it is alive, and what it costs."""

from .clock import Clock
from .reports import Health
from .worker_account import Account, anonymous_bytes, release_free_memory
from .worker_sight import Sight

_HEALTH_S = 2.0
_MEMORY_EVERY = 5
"""Health reports from one look at the memory to the next."""
_GREW_BYTES = 256 << 10
"""Worth giving back: what is given back has to be asked for again."""


class HealthReport:
    """Rates since the last report."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._account = Account(clock)
        self._sent_at_s = clock.monotonic_s()
        self._analysed = 0
        self._count = 0
        self._memory_bytes = 0
        """When it was looked at last, without what could be given back then."""

    def due(self, online: bool, sight: Sight, *, lacks_keyframes: bool) -> Health | None:
        """The report, if it is time for one."""
        now_s = self._clock.monotonic_s()
        elapsed_s = now_s - self._sent_at_s
        if elapsed_s < _HEALTH_S:
            return None
        if self._count % _MEMORY_EVERY == 0:
            self._look_at_memory()
        self._count += 1
        rate = (sight.analysed - self._analysed) / elapsed_s
        self._sent_at_s, self._analysed = now_s, sight.analysed
        return Health(
            online=online,
            analysed_frames_per_s=rate,
            dropped_packets=sight.dropped,
            cpu_share=self._account.cpu_share(),
            memory_bytes=self._memory_bytes,
            lacks_keyframes=lacks_keyframes,
            economises=online and sight.economises,
            shed=sight.shed,
        )

    def _look_at_memory(self) -> None:
        memory_bytes = anonymous_bytes()
        if memory_bytes - self._memory_bytes > _GREW_BYTES:
            release_free_memory()
            memory_bytes = anonymous_bytes()
        self._memory_bytes = memory_bytes
