"""A worker's voice: reports, numbered in order, onto the pipe to the station."""

from threading import Lock
from typing import Protocol

from .reports import Report, Reported
from .wire import encode


class ByteWriter(Protocol):
    """The pipe to the station."""

    def write(self, data: bytes, /) -> object:
        """Write all of it."""

    def flush(self) -> object:
        """Hand it over now."""


class Outbox:
    """Any thread of the worker may report; the sequence is that of the pipe."""

    def __init__(self, pipe: ByteWriter, camera_id: str, epoch: int) -> None:
        self._pipe = pipe
        self._camera_id = camera_id
        self._epoch = epoch
        self._sequence = 0
        self._lock = Lock()

    def report(self, report: Report) -> None:
        """Send one report; a station that is gone is noticed by the reader of its commands, not here."""
        with self._lock:
            self._sequence += 1
            message = Reported(camera_id=self._camera_id, epoch=self._epoch, sequence=self._sequence, report=report)
            try:
                self._pipe.write(encode(message))
                self._pipe.flush()
            except OSError:
                return
