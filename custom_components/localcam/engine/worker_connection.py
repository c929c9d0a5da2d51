"""One connection to one stream of a camera, on a thread of its own: opens it, delivers packets, tries again."""

from collections.abc import Callable
from threading import Event, Semaphore, Thread

from .backoff import Backoff
from .clock import Clock
from .errors import SourceError, SourceFault
from .ingest.source import MediaSource
from .worker_inbox import Arrived, Connected, Disconnected, Inbox, Role

_GOOD_RUN_S = 10.0
_WAITING_PACKETS = 512
"""Delivered and not yet handled, at most: beyond it the connection stops reading, and TCP holds the camera back."""
_SLOT_WAIT_S = 1.0


class Connection:
    """Tries for as long as it is not stopped."""

    def __init__(
        self, role: Role, make_source: Callable[[], MediaSource], inbox: Inbox, backoff: Backoff, clock: Clock
    ) -> None:
        self._role = role
        self._make_source = make_source
        self._inbox = inbox
        self._backoff = backoff
        self._clock = clock
        self._stop = Event()
        self._slots = Semaphore(_WAITING_PACKETS)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        Thread(target=self._run, name=f"connection_{self._role.value}", daemon=True).start()

    def stop(self) -> None:
        """Let go at the next packet or time-out; nothing more is delivered."""
        self._stop.set()

    def handled(self) -> None:
        """The main thread is through with one `Arrived` of this connection."""
        self._slots.release()

    def _run(self) -> None:
        while not self._stop.is_set():
            began_at_s = self._clock.monotonic_s()
            try:
                self._read(self._make_source())
            except SourceError as err:
                lost = err
            except Exception as err:  # noqa: BLE001 - what nobody foresaw must not cost the attempts after this one
                lost = SourceError(SourceFault.LOST, type(err).__name__)
            else:
                return
            if self._clock.monotonic_s() - began_at_s > _GOOD_RUN_S:
                self._backoff.reset()
            self._lost(lost)

    def _read(self, source: MediaSource) -> None:
        try:
            source.open()
            self._inbox.put(Connected(source=self, role=self._role, formats=source.formats))
            for item in source.packets():
                while not self._slots.acquire(timeout=_SLOT_WAIT_S):
                    if self._stop.is_set():
                        return
                if self._stop.is_set():
                    return
                self._inbox.put(Arrived(source=self, role=self._role, item=item))
            raise SourceError(SourceFault.LOST, "the stream ended")
        finally:
            source.close()

    def _lost(self, err: SourceError) -> None:
        if self._stop.is_set():
            return
        retry_in_s = self._backoff.next_s()
        self._inbox.put(
            Disconnected(source=self, role=self._role, fault=err.fault, detail=err.detail, retry_in_s=retry_in_s)
        )
        self._stop.wait(retry_in_s)
