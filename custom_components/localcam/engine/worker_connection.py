"""One connection to one stream of a camera, on a thread of its own: opens it, delivers packets, tries again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event, Semaphore, Thread

from .backoff import Backoff
from .clock import Clock
from .errors import SourceError, SourceFault
from .ingest.source import MediaSource
from .values import Medium, Packet, SourceItem
from .worker_inbox import Arrived, Connected, Disconnected, Inbox, Role

_GOOD_RUN_S = 10.0
_WAITING_BURSTS = 64
"""Delivered and not yet handled, at most: beyond it the connection stops reading, and TCP holds the camera back."""
_LONGEST_BURST = 256
"""Packets."""
_WAITED_S = 0.003
"""What took this long to read was not there yet: nothing that is older waits."""
_EARLY_S = 0.03
"""Reading begins this much before a burst is due, since it ends with a packet that has yet to come."""
_SAME_PACE_S = 0.02
"""A pace that differs by less is no other."""
_SLOT_WAIT_S = 1.0
_SAME_TIME_S = 0.001
"""Times of arrival that differ by less are the same."""
_AWAY = frozenset({SourceFault.UNREACHABLE, SourceFault.REFUSED})
_KNOCK_EVERY_S = 3.0


class Connection:
    """Tries for as long as it is not stopped.

    A source that keeps what arrives is read in bursts, as often as its pictures are looked at: packets that are taken
    and handled together cost less than half of what they cost one by one, because code and tables are still in the
    processor's caches. A burst ends with the packet that arrives now, so what is looked at is as new as ever.
    """

    def __init__(
        self,
        role: Role,
        make_source: Callable[[], MediaSource],
        inbox: Inbox,
        backoff: Backoff,
        clock: Clock,
        listens: Callable[[], bool],
    ) -> None:
        self._role = role
        self._make_source = make_source
        self._inbox = inbox
        self._backoff = backoff
        self._clock = clock
        self._listens = listens
        self._stop = Event()
        self._slots = Semaphore(_WAITING_BURSTS)
        self._interval_s = 0.2
        self._hurry = Event()
        """Set where the pace changed, so that a pause becomes shorter, or longer."""

    def start(self) -> None:
        """Begin, on a thread of its own."""
        Thread(target=self._run, name=f"connection_{self._role.value}", daemon=True).start()

    def stop(self) -> None:
        """Let go at the next packet or time-out; nothing more is delivered."""
        self._stop.set()
        self._hurry.set()

    def pace(self, interval_s: float) -> None:
        """Deliver this often from the last delivery on, where the source can be read in bursts."""
        changed = abs(interval_s - self._interval_s) > _SAME_PACE_S
        self._interval_s = interval_s
        if changed:
            self._hurry.set()

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
            self._inbox.put(
                Connected(source=self, role=self._role, formats=source.formats, keeps_arrivals=source.keeps_arrivals)
            )
            for items in self._bursts(source):
                while not self._slots.acquire(timeout=_SLOT_WAIT_S):
                    if self._stop.is_set():
                        return
                if self._stop.is_set():
                    return
                self._inbox.put(Arrived(source=self, role=self._role, items=items))
            raise SourceError(SourceFault.LOST, "the stream ended")
        finally:
            source.close()

    def _bursts(self, source: MediaSource) -> Iterator[tuple[SourceItem, ...]]:
        """What arrived, together; raises SourceError after all that came before."""
        burst: list[SourceItem] = []
        asked_at_s = read_at_s = self._clock.monotonic_s()
        try:
            for item in source.packets():
                burst.append(item)
                now_s = self._clock.monotonic_s()
                if not source.keeps_arrivals or now_s - asked_at_s > _WAITED_S or len(burst) >= _LONGEST_BURST:
                    yield as_arrived(burst, read_at_s) if source.keeps_arrivals else tuple(burst)
                    burst.clear()
                    read_at_s = now_s
                    if source.keeps_arrivals and now_s - asked_at_s > _WAITED_S:
                        self._pause(source, now_s)
                asked_at_s = self._clock.monotonic_s()
        except SourceError:
            if burst:
                yield tuple(burst)
            raise

    def _pause(self, source: MediaSource, since_s: float) -> None:
        """Until the next burst is due, by the pace as it is and as it changes meanwhile."""
        source.hold(holding=True)
        try:
            while (left_s := since_s + self._interval_s - _EARLY_S - self._clock.monotonic_s()) > 0:
                if self._stop.is_set() or not self._hurry.wait(left_s):
                    return
                self._hurry.clear()
        finally:
            source.hold(holding=False)

    def _lost(self, err: SourceError) -> None:
        if self._stop.is_set():
            return
        retry_in_s = self._backoff.next_s()
        self._inbox.put(
            Disconnected(source=self, role=self._role, fault=err.fault, detail=err.detail, retry_in_s=retry_in_s)
        )
        self._wait(retry_in_s, for_somebody=err.fault in _AWAY)

    def _wait(self, seconds: float, *, for_somebody: bool) -> None:
        """Until the next attempt is due; where nothing listens, only until something does.

        So a camera that was away for long is seen as soon as it is back, and one that takes connections and does
        nothing with them gains no attempts.
        """
        ends_at_s = self._clock.monotonic_s() + seconds
        nobody_there = for_somebody and not self._listens()
        while (left_s := ends_at_s - self._clock.monotonic_s()) > 0:
            if self._stop.wait(min(left_s, _KNOCK_EVERY_S)) or (nobody_there and self._listens()):
                return


def as_arrived(burst: list[SourceItem], since_s: float) -> tuple[SourceItem, ...]:
    """The items with the times at which video arrived, not at which it was taken: as far apart as it was sent.

    The newest arrived when it was taken; those before it waited, but not from before `since_s`, when nothing did.
    """
    newest = next((item for item in reversed(burst) if isinstance(item, Packet) and item.medium is Medium.VIDEO), None)
    if newest is None:
        return tuple(burst)
    arrived: list[SourceItem] = []
    for item in burst:
        if isinstance(item, Packet) and item.medium is Medium.VIDEO and item.time_base == newest.time_base:
            sent_at_s = newest.received_at_s - (newest.dts_s - item.dts_s)
            at_s = min(item.received_at_s, max(sent_at_s, since_s))
            same = item.received_at_s - at_s < _SAME_TIME_S
            arrived.append(item if same else replace(item, received_at_s=at_s))
        else:
            arrived.append(item)
    return tuple(arrived)
