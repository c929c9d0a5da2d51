"""Still pictures, asked for again and again: HTTP snapshots, and camera entities that have nothing else."""

from collections.abc import Callable, Iterator

from ..clock import Clock, StopSignal
from ..errors import SourceError, SourceFault
from ..values import SourceItem, StreamFormat
from .jpeg import LARGEST_BYTES
from .still_packets import StillPackets

DEFAULT_INTERVAL_S = 0.5
FORGIVEN_S = 4.0
"""A camera may fail to answer for this long before it counts as lost."""
_FINAL = frozenset({SourceFault.UNAUTHORIZED, SourceFault.NOT_FOUND, SourceFault.PUBLIC_ADDRESS})


class SnapshotSource:
    """See `MediaSource`; its pictures are JPEG. `fetch` blocks for one picture, and may raise SourceError."""

    keeps_arrivals = False
    """See `MediaSource`."""

    def __init__(self, fetch: Callable[[], bytes], interval_s: float, clock: Clock, stop: StopSignal) -> None:
        self._fetch = fetch
        self._interval_s = interval_s
        self._clock = clock
        self._stop = stop
        self._stills = StillPackets()
        self._first: tuple[bytes, float] | None = None
        self.formats: tuple[StreamFormat, ...] = ()

    def hold(self, *, holding: bool) -> None:
        """See `MediaSource`."""

    def open(self) -> None:
        """See `MediaSource`: a first picture tells what there is."""
        jpeg = self._picture()
        self._first = jpeg, self._clock.monotonic_s()
        self.formats = (self._stills.describe(jpeg),)

    def packets(self) -> Iterator[SourceItem]:
        """See `MediaSource`; one picture each `interval_s`, or as fast as the camera gives them."""
        if self._first is None:
            raise SourceError(SourceFault.LOST, "not open")
        jpeg, good_at_s = self._first
        yield from self._stills.items(jpeg, good_at_s)
        next_at_s = good_at_s + self._interval_s
        while not self._stop.wait(max(0.0, next_at_s - self._clock.monotonic_s())):
            next_at_s = self._clock.monotonic_s() + self._interval_s
            try:
                items = tuple(self._stills.items(self._picture(), self._clock.monotonic_s()))
            except SourceError as err:
                if err.fault in _FINAL:
                    raise
                if self._clock.monotonic_s() - good_at_s > FORGIVEN_S:
                    raise SourceError(SourceFault.LOST, str(err)) from err
            else:
                good_at_s = self._clock.monotonic_s()
                yield from items

    def close(self) -> None:
        """See `MediaSource`; there is no connection between two pictures."""
        self._first = None

    def _picture(self) -> bytes:
        jpeg = self._fetch()
        if not jpeg:
            raise SourceError(SourceFault.NO_IMAGE, "no picture")
        if len(jpeg) > LARGEST_BYTES:
            raise SourceError(SourceFault.NOT_VIDEO, "a picture without end")
        return jpeg
