"""The only bridge to the engine: one station for all cameras, started with the first, stopped with the last."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
import logging
from pathlib import Path

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .coordinator import LocalCamCoordinator
from .engine.audited import AuditHead, AuditNote, Deed
from .engine.clock import Clock, SystemClock
from .engine.errors import EngineError
from .engine.reports import Reported
from .engine.safekeeping import StorageState
from .engine.settings import HouseSettings
from .engine.station import Station
from .house import async_load_house, async_on_house_change, own_port
from .house_keys import HouseKeys
from .issue import async_set_issue
from .ledger import Ledger
from .playback_links import PlaybackLinks
from .refusal import refused
from .start_again import StartAgain
from .storage_check import DailyCheck
from .storage_folder import swells_backups
from .storage_issues import async_tell_put_back, async_tell_storage, async_tell_trouble, trouble_of
from .stream_places import StreamPlaces
from .who import Who

_LOGGER = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=10)
"""Within this time a disk that is gone or full is told, and used again once it is well."""
TELL_EVERY = timedelta(minutes=1)
"""How often entities are told how full a disk is that is well."""

ISSUE_CLIPS_IN_BACKUPS = "clips_in_backups"
ISSUE_PUBLIC_HOST = "public_host_allowed"


class House:
    """All loaded cameras and their station; all methods are for the event loop."""

    def __init__(self, hass: HomeAssistant, clock: Clock | None = None) -> None:
        self.hass = hass
        self.clock = clock or SystemClock()
        self.storage: StorageState | None = None
        self.ledger = Ledger(hass, self.clock, self._on_audit_head)
        """What is done is written there first."""
        self.keys = HouseKeys(hass, self.ledger, self.clock, self._on_keys_changed)
        self.streams = StreamPlaces()
        self.links = PlaybackLinks(self.clock)
        self._audit_head: AuditHead | None = None
        self.away: set[str] = set()
        """Cameras of which the log said last that they are not available; a camera that is loaded anew is no other."""
        self._coordinators: dict[str, LocalCamCoordinator] = {}
        self._station: Station | None = None
        self._changing = asyncio.Lock()
        self._undo: list[CALLBACK_TYPE] = []
        self._counted: tuple[int, date] | None = None
        self._told_at: datetime | None = None
        self._check = DailyCheck(hass, self.clock)
        self._start_again = StartAgain(hass)
        self._bounds_failed = False
        async_on_house_change(hass, self.async_change)

    @property
    def is_running(self) -> bool:
        """Whether there is a station to ask."""
        return self._station is not None

    @property
    def station(self) -> Station:
        """To be called from executor threads only."""
        if self._station is None:
            raise refused("not_running")
        return self._station

    @callback
    def coordinator(self, camera_id: str) -> LocalCamCoordinator | None:
        """Of a loaded camera."""
        return self._coordinators.get(camera_id)

    async def async_enter(self, coordinator: LocalCamCoordinator) -> None:
        """Have the camera's reports brought to it; the first one starts the station. Raises EngineError."""
        async with self._changing:
            if self._station is None:
                await self._async_start(await async_load_house(self.hass))
            self._coordinators[coordinator.camera_id] = coordinator
            coordinator.async_audit_signed(self._audit_head)
            coordinator.async_keys_changed(is_locked=self.keys.is_locked)
            if self.storage is not None:
                coordinator.async_storage_changed(self.storage)

    async def async_leave(self, coordinator: LocalCamCoordinator) -> None:
        """The camera is gone; the last one stops the station."""
        async with self._changing:
            self._coordinators.pop(coordinator.camera_id, None)
            if not self._coordinators:
                await self._async_stop()

    async def async_stay(self) -> None:
        """Run without a camera, for as long as there are clips of removed ones to be seen. Raises EngineError."""
        async with self._changing:
            if self._station is None:
                await self._async_start(await async_load_house(self.hass))

    async def async_change(self, settings: HouseSettings) -> None:
        """Follow new settings of the house, before they are saved. Raises EngineError."""
        async with self._changing:
            if self._station is not None:
                who = Who.acting(self.hass)
                await self.ledger.async_try_record(
                    AuditNote(deed=Deed.SETTINGS, user_id=who.user_id, token_id=who.token_id, reason="house")
                )
                await self.hass.async_add_executor_job(self._station.change_house, settings)
                await self._async_look_at_storage(settings)
            elif settings.storage_folder != (await async_load_house(self.hass)).storage_folder:
                # Perhaps nothing runs because the folder of before is gone: this is the way out.
                await self.hass.async_add_executor_job(self._new_station().choose_folder, settings)

    async def async_clips_changed(self) -> None:
        """Tell the cameras that clips were deleted or flagged."""
        async with self._changing:
            await self._async_check_bounds()
            await self._async_stop_for_nobody()
        for coordinator in list(self._coordinators.values()):
            await coordinator.async_refresh_clips()

    async def async_ask[T](self, question: Callable[[Station], T]) -> T:
        """Of the station that runs; where no camera is loaded, of one that runs for as long. Raises EngineError."""
        async with self._changing:
            if self._station is not None:
                return await self.hass.async_add_executor_job(question, self._station)
            settings = await async_load_house(self.hass)
            return await self.hass.async_add_executor_job(_ask_alone, self._new_station(), settings, question)

    # Start and stop, under the lock

    async def _async_start(self, settings: HouseSettings) -> None:
        station = self._new_station()
        try:
            await self.hass.async_add_executor_job(station.start, settings)
        except BaseException as err:
            self.keys.async_failed(err)
            async_tell_trouble(self.hass, trouble_of(err))
            self._start_again.async_after(err)
            # Even half a start may have left the catalogue open.
            await self.hass.async_add_executor_job(station.stop)
            raise
        self._station = station
        async_tell_put_back(self.hass, station.deleted_again)
        self.ledger.async_begin(station.audit)
        self.keys.async_begin(station)
        # Entries are not unloaded when Home Assistant stops.
        self._undo = [
            self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._async_home_assistant_stops),
            async_track_time_interval(
                self.hass, self._async_look, LOOK_EVERY, name=f"{DOMAIN} bounds", cancel_on_shutdown=True
            ),
            self._check.async_begin(station),
        ]
        await self._async_look_at_storage(settings)

    def _new_station(self) -> Station:
        return Station(
            catalogue_folder=Path(self.hass.config.path(DOMAIN)),
            clock=self.clock,
            on_report=self._on_report,
            keyring=self.keys.keyring,
            own_port=own_port(self.hass),
        )

    async def _async_stop(self) -> None:
        for undo in self._undo:
            undo()
        self._undo = []
        for issue_id in (ISSUE_CLIPS_IN_BACKUPS, ISSUE_PUBLIC_HOST):
            ir.async_delete_issue(self.hass, DOMAIN, issue_id)
        async_tell_storage(self.hass, None)
        station, self._station, self.storage = self._station, None, None
        self.keys.async_end()
        self.ledger.async_end()
        if station is not None:
            await self.hass.async_add_executor_job(station.stop)

    async def _async_stop_for_nobody(self) -> None:
        """Where it ran for the clips of removed cameras alone, and the last of them is gone."""
        if not self._coordinators and self.storage is not None and not self.storage.clips:
            await self._async_stop()

    async def _async_home_assistant_stops(self, _event: Event) -> None:
        async with self._changing:
            self._undo = self._undo[1:]  # a listener that fires once is gone already
            await self._async_stop()

    # Reports

    def _on_report(self, reported: Reported) -> None:
        """Called from the station's threads: the one way from them to the event loop."""
        self.hass.loop.call_soon_threadsafe(self._async_receive, reported)

    @callback
    def _async_receive(self, reported: Reported) -> None:
        if coordinator := self._coordinators.get(reported.camera_id):
            coordinator.async_receive(reported)

    @callback
    def _on_audit_head(self, head: AuditHead | None) -> None:
        if head != self._audit_head:
            self._audit_head = head
            for coordinator in list(self._coordinators.values()):
                coordinator.async_audit_signed(head)

    @callback
    def _on_keys_changed(self) -> None:
        for coordinator in list(self._coordinators.values()):
            coordinator.async_keys_changed(is_locked=self.keys.is_locked)

    # Storage

    async def _async_look(self, now: datetime) -> None:
        if self._changing.locked():
            return  # the next time will do
        async with self._changing:
            is_time = self._told_at is None or not timedelta(0) <= now - self._told_at < TELL_EVERY
            self._told_at = now if is_time else self._told_at
            await self._async_check_bounds(only_news=not is_time)
            await self._async_stop_for_nobody()
        counted = (self.storage.clips if self.storage else 0, dt_util.now().date())
        if counted != self._counted:
            self._counted = counted
            for coordinator in list(self._coordinators.values()):
                await coordinator.async_refresh_clips()

    async def _async_check_bounds(self, *, only_news: bool = False) -> None:
        if self._station is None:
            return
        before = self.storage
        try:
            self.storage = await self.hass.async_add_executor_job(self._station.enforce_bounds)
        except EngineError as err:
            if not self._bounds_failed:
                _LOGGER.warning("The bounds of the storage could not be kept: %s", err)
            self._bounds_failed = True
            async_tell_trouble(self.hass, trouble_of(err))
            return
        self._bounds_failed = False
        async_tell_storage(self.hass, self.storage)
        if only_news and _is_as_well_as(self.storage, before):
            return
        for coordinator in self._coordinators.values():
            coordinator.async_storage_changed(self.storage)

    async def _async_look_at_storage(self, settings: HouseSettings) -> None:
        in_backups = await self.hass.async_add_executor_job(swells_backups, settings, self.hass.config.config_dir)
        async_set_issue(self.hass, ISSUE_CLIPS_IN_BACKUPS, exists=in_backups, severity=ir.IssueSeverity.WARNING)
        # As long as it is allowed, nobody shall forget it.
        async_set_issue(
            self.hass,
            ISSUE_PUBLIC_HOST,
            exists=bool(settings.public_host),
            severity=ir.IssueSeverity.WARNING,
            placeholders={"host": settings.public_host},
        )
        await self._async_check_bounds()


def _ask_alone[T](station: Station, settings: HouseSettings, question: Callable[[Station], T]) -> T:
    try:
        station.start(settings)
        return question(station)
    finally:
        station.stop()


HOUSE: HassKey[House] = HassKey(f"{DOMAIN}_running_house")


def _is_as_well_as(state: StorageState, before: StorageState | None) -> bool:
    return before is not None and (state.may_record, state.trouble) == (before.may_record, before.trouble)
