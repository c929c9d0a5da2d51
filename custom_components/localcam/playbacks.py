"""One entry for each playback: its first request is logged, the others are known to belong to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .engine.audited import AuditNote
from .engine.clock import Clock

IDLE_S = 60.0
"""A player that asks for nothing longer than this has ended; the next request is another playback."""
LONGEST_S = 900.0
"""The longest clip is ten minutes: whoever keeps on asking after this is logged again."""


@dataclass(slots=True, kw_only=True)
class _Playback:
    began_s: float
    last_s: float
    logged: asyncio.Future[None]


class Playbacks:
    """Those that go on; for the event loop."""

    def __init__(self, clock: Clock, record: Callable[[AuditNote], Awaitable[None]]) -> None:
        self._clock = clock
        self._record = record
        self._going_on: dict[AuditNote, _Playback] = {}

    async def async_look(self, note: AuditNote) -> None:
        """Returns once the playback of which this request is a part is on disk; raises AuditError.

        The same person with the same log-in, clip and deed is the same playback: whoever is anyone else has his own.
        """
        now_s = self._clock.monotonic_s()
        self._forget(now_s)
        playback = self._going_on.get(note)
        if playback is None:
            logged = asyncio.ensure_future(self._record(note))
            logged.add_done_callback(_retrieve)
            playback = self._going_on[note] = _Playback(began_s=now_s, last_s=now_s, logged=logged)
        playback.last_s = now_s
        try:
            # Requests of one playback that come at once wait for the one entry; one that goes away leaves it be.
            await asyncio.shield(playback.logged)
        except BaseException:
            if playback.logged.done() and self._going_on.get(note) is playback:
                del self._going_on[note]
            raise

    def _forget(self, now_s: float) -> None:
        ended = [
            note
            for note, playback in self._going_on.items()
            if now_s - playback.last_s >= IDLE_S or now_s - playback.began_s >= LONGEST_S
        ]
        for note in ended:
            del self._going_on[note]


def _retrieve(written: asyncio.Future[None]) -> None:
    """Whoever waited may have gone: then nobody asks what came of it, and asyncio would complain."""
    if not written.cancelled():
        written.exception()
