"""What a worker costs, from the operating system."""

import ctypes
from pathlib import Path
import resource

from .clock import Clock

_STATM = Path("/proc/self/statm")


class Account:
    """CPU and memory of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen_at_s = clock.monotonic_s()
        self._seen_cpu_s = _cpu_s()

    def cpu_share(self) -> float:
        """Of one core, since this was asked last."""
        now_s, cpu_s = self._clock.monotonic_s(), _cpu_s()
        share = (cpu_s - self._seen_cpu_s) / max(now_s - self._seen_at_s, 1e-3)
        self._seen_at_s, self._seen_cpu_s = now_s, cpu_s
        return share


def anonymous_bytes() -> int:
    """Memory of this process that is not a mapped file (proc(5), `statm`); 0 where the system does not tell."""
    try:
        _, resident, shared, *_ = map(int, _STATM.read_text().split())
    except OSError, ValueError:
        return 0
    return (resident - shared) * resource.getpagesize()


def release_free_memory() -> None:
    """Give back what was freed: glibc keeps it otherwise, and clips and decoders come and go (about 1 ms).

    musl gives back by itself, and other systems do as they do: without the function nothing happens.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
