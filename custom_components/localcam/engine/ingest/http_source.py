"""A camera at an http or https address: a stream of JPEG pictures, or one picture for each request."""

from collections.abc import Iterator

from ..clock import Clock, StopSignal
from ..errors import SourceError, SourceFault
from ..values import SourceItem, StreamFormat
from .http_camera import HttpAnswer, HttpCamera
from .jpeg import JpegStream
from .snapshots import DEFAULT_INTERVAL_S, SnapshotSource
from .source import MediaSource
from .still_packets import StillPackets

PICTURE_TIMEOUT_S = 4.5
"""For the next whole picture of a stream: a camera is lost within 5 s."""


class HttpSource:
    """See `MediaSource`; what the camera says it sends decides how it is read."""

    keeps_arrivals = False
    """See `MediaSource`."""

    def __init__(self, camera: HttpCamera, clock: Clock, stop: StopSignal) -> None:
        self._camera = camera
        self._clock = clock
        self._stop = stop
        self._chosen: MediaSource | None = None

    @property
    def formats(self) -> tuple[StreamFormat, ...]:
        """See `MediaSource`."""
        return self._chosen.formats if self._chosen is not None else ()

    def hold(self, *, holding: bool) -> None:
        """See `MediaSource`."""

    def open(self) -> None:
        """See `MediaSource`."""
        answer = self._camera.ask()
        kind = answer.content_type
        chosen: MediaSource
        if kind.startswith("multipart/"):
            chosen = MjpegSource(answer, self._clock, self._stop)
        else:
            answer.close()
            if kind.startswith("text/"):
                raise SourceError(SourceFault.NOT_VIDEO, f"the camera sent {kind}")
            # Some cameras call a JPEG an octet stream, or nothing at all: the picture itself has to prove it.
            chosen = SnapshotSource(self._camera.picture, DEFAULT_INTERVAL_S, self._clock, self._stop)
        self._chosen = chosen
        try:
            chosen.open()
        except BaseException:
            chosen.close()
            raise

    def packets(self) -> Iterator[SourceItem]:
        """See `MediaSource`."""
        if self._chosen is None:
            raise SourceError(SourceFault.LOST, "not open")
        return self._chosen.packets()

    def close(self) -> None:
        """See `MediaSource`."""
        if self._chosen is not None:
            self._chosen.close()


class MjpegSource:
    """See `MediaSource`; reads an answer that has begun already."""

    keeps_arrivals = False
    """See `MediaSource`."""

    def __init__(self, answer: HttpAnswer, clock: Clock, stop: StopSignal) -> None:
        self._answer = answer
        self._clock = clock
        self._stop = stop
        self._stills = StillPackets()
        self._arriving = self._pictures()
        self._first: tuple[bytes, float] | None = None
        self.formats: tuple[StreamFormat, ...] = ()

    def hold(self, *, holding: bool) -> None:
        """See `MediaSource`."""

    def open(self) -> None:
        """See `MediaSource`: a first picture tells what there is."""
        try:
            self._first = next(self._arriving)
        except StopIteration:
            raise SourceError(SourceFault.NO_PICTURE, "the stream ended before its first picture") from None
        except SourceError as err:
            fault = SourceFault.NO_PICTURE if err.fault is SourceFault.UNREACHABLE else err.fault
            raise SourceError(fault, err.detail) from None
        self.formats = (self._stills.describe(self._first[0]),)

    def packets(self) -> Iterator[SourceItem]:
        """See `MediaSource`."""
        if self._first is None:
            raise SourceError(SourceFault.LOST, "not open")
        yield from self._stills.items(*self._first)
        good_at_s = self._first[1]
        try:
            for jpeg, received_at_s in self._arriving:
                if self._stop.is_set():
                    return
                try:
                    items = tuple(self._stills.items(jpeg, received_at_s))
                except SourceError:
                    if received_at_s - good_at_s > PICTURE_TIMEOUT_S:
                        raise
                    continue  # one bad picture is no reason to connect anew
                good_at_s = received_at_s
                yield from items
        except SourceError as err:
            raise SourceError(SourceFault.LOST, err.detail) from None
        raise SourceError(SourceFault.LOST, "the stream ended")

    def close(self) -> None:
        """See `MediaSource`."""
        self._answer.close()
        self._first = None

    def _pictures(self) -> Iterator[tuple[bytes, float]]:
        stream = JpegStream()
        due_at_s = self._clock.monotonic_s() + PICTURE_TIMEOUT_S
        for piece in self._answer.body(PICTURE_TIMEOUT_S, self._clock):
            now_s = self._clock.monotonic_s()
            for jpeg in stream.feed(piece):
                due_at_s = now_s + PICTURE_TIMEOUT_S
                yield jpeg, now_s
            if now_s > due_at_s:
                raise SourceError(SourceFault.UNREACHABLE, "no whole picture in time")
