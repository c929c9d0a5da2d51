"""Looks at what must always hold of catalogue and storage folder: once a day by itself, and whenever it is asked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from typing import Final
import zlib

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant
from homeassistant.helpers.event import async_call_later, async_track_time_interval

from .const import DOMAIN
from .engine.archive.check import Depth, Violation
from .engine.clock import Clock
from .engine.errors import EngineError
from .engine.station import Station
from .storage_issues import async_suspects, async_tell_damage

_LOGGER = logging.getLogger(__name__)

FIRST_AFTER: Final = timedelta(minutes=10)
"""After the start, when other integrations are through with theirs; a house that restarts each day is checked, too."""
EVERY: Final = timedelta(days=1)
DAYS_FOR_ALL: Final = 100
"""Within so many days every byte of every clip has been read."""
_DAY_S: Final = 86_400


class CheckDepth(StrEnum):
    """How closely files are looked at; each includes those before it."""

    PRESENCE = "presence"
    SIZE = "size"
    DIGEST = "digest"


def check_storage(station: Station, depth: CheckDepth) -> list[Violation]:
    """All that does not hold; blocking. Raises EngineError."""
    return station.check_storage(Depth[depth.name])


class DailyCheck:
    """Of one station, from `async_begin` until what that returns is called."""

    def __init__(self, hass: HomeAssistant, clock: Clock) -> None:
        self._hass = hass
        self._clock = clock

    def async_begin(self, station: Station) -> CALLBACK_TYPE:
        """Look in ten minutes, then each day."""

        async def look(_now: datetime) -> None:
            await self._async_look(station)

        undo = [
            async_call_later(self._hass, FIRST_AFTER, HassJob(look, f"{DOMAIN} first check", cancel_on_shutdown=True)),
            async_track_time_interval(self._hass, look, EVERY, name=f"{DOMAIN} check", cancel_on_shutdown=True),
        ]

        def end() -> None:
            for each in undo:
                each()

        return end

    async def _async_look(self, station: Station) -> None:
        reads = reads_today(int(self._clock.utc_s() // _DAY_S), async_suspects(self._hass))
        try:
            violations = await self._hass.async_add_executor_job(station.check_storage, Depth.SIZE, reads)
        except EngineError as err:
            # That the disk or the catalogue is gone is told by who looks each ten seconds; what was found stays.
            _LOGGER.warning("The storage of clips could not be checked: %s", err)
            return
        for violation in violations:
            _LOGGER.warning("%s: %s %s", violation.invariant, violation.subject, violation.text)
        async_tell_damage(self._hass, list(dict.fromkeys(violation.subject for violation in violations)))


def reads_today(day: int, suspects: frozenset[str]) -> Callable[[str], bool]:
    """Of which clips every byte is read: one in a hundred, by their ids, another hundredth each day, and suspects."""
    return lambda clip_id: clip_id in suspects or zlib.crc32(clip_id.encode()) % DAYS_FOR_ALL == day % DAYS_FOR_ALL
