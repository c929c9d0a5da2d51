"""One camera on the event loop: what is known of it, who is told, and what it is asked to do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Flag, auto
import logging
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import CONF_RESTING, DOMAIN
from .engine.errors import EngineError, SourceFault
from .engine.messages import (
    AddressWanted,
    ClipClosed,
    Health,
    MotionEnded,
    MotionStarted,
    PictureWanted,
    RecordingFailed,
    Reported,
    SourceBack,
    SourceLost,
    StreamAddress,
    WorkerEnded,
)
from .engine.settings import AddressSource, CameraSettings, EntitySource, parse_camera
from .engine.values import CameraFacts, Clip, ClipQuery, ClipReason, MotionEvent, StorageState
from .entity_answers import EntityAnswers
from .entity_source import async_stream_address

if TYPE_CHECKING:
    from .bridge import House
    from .engine.station import Station

_LOGGER = logging.getLogger(__name__)

PICTURE_FRESH_S = 1.0
NEWEST_SEARCHED = 50


class Changed(Flag):
    """What listeners are told of; an entity names what it shows."""

    AVAILABILITY = auto()
    MOTION = auto()
    CLIP_SAVED = auto()
    CLIPS = auto()
    HEALTH = auto()
    STORAGE = auto()
    SETTINGS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """All that is known of a camera now."""

    online: bool = False
    """It gives pictures."""
    resting: bool = False
    """The owner wants privacy: nothing is connected, decoded or shown."""
    in_motion: bool = False
    fault: SourceFault | None = None
    """Why it gives no pictures; None where it does, or where that is not known."""
    facts: CameraFacts | None = None
    health: Health | None = None
    last_event: MotionEvent | None = None
    saved_clip: Clip | None = None
    """The clip that was just announced; None until there is one since the start."""
    motion_clip: Clip | None = None
    """The newest clip of motion with a thumbnail that the catalogue holds."""
    clips_today: int = 0
    storage: StorageState | None = None
    has_rtsp_stream: bool = False
    """Home Assistant's own stream can show it."""


type LocalCamConfigEntry = ConfigEntry[LocalCamData]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCamData:
    """What a loaded config entry holds."""

    coordinator: LocalCamCoordinator


class LocalCamCoordinator:
    """One camera; all methods are for the event loop."""

    def __init__(self, hass: HomeAssistant, entry: LocalCamConfigEntry, house: House) -> None:
        """Raises SettingsError."""
        self.hass = hass
        self.entry = entry
        self.house = house
        self.camera_id = entry.entry_id
        self.settings = parse_camera(entry.entry_id, entry.data, entry.options)
        self.state = CameraState(
            resting=bool(entry.options.get(CONF_RESTING, False)), has_rtsp_stream=_is_rtsp(self.settings)
        )
        self._listeners: dict[Callable[[Changed], None], None] = {}
        self._changing, self._reading, self._picture_wanted = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._away_logged = self._reauth_asked = self._failure_logged = False
        self._last_words = ""
        source = self.settings.source
        self._answers: EntityAnswers | None = None
        if isinstance(source, EntitySource):
            self._answers = EntityAnswers(house, entry, source.entity_id, self._entity_address)
        self._picture: tuple[float, bytes] = (float("-inf"), b"")

    # Its life

    async def async_start(self) -> None:
        """Begin to watch, unless the camera rests; the station must run."""
        if not self.state.resting:
            await self.hass.async_add_executor_job(self.house.station.watch, self.settings)

    async def async_stop(self) -> None:
        """Close the open clip and end the worker."""
        if self.house.is_running:
            await self.hass.async_add_executor_job(self.house.station.rest, self.camera_id)

    async def async_apply_options(self) -> None:
        """Bring the entry's changed options to the running camera, without a break in its recording.

        Raises EngineError, SettingsError among them.
        """
        async with self._changing:
            self.settings = parse_camera(self.camera_id, self.entry.data, self.entry.options)
            if not self.state.resting:
                await self.hass.async_add_executor_job(self.house.station.change, self.settings)
        self._update(Changed.SETTINGS)

    async def async_set_resting(self, resting: bool) -> None:
        """Let the camera rest, or watch again; survives a restart."""
        async with self._changing:
            if resting == self.state.resting:
                return
            self.hass.config_entries.async_update_entry(
                self.entry, options={**self.entry.options, CONF_RESTING: resting}
            )
            self._picture = (float("-inf"), b"")
            # Before the worker is asked: from here on, nothing of the camera is shown any more.
            self._update(
                Changed.AVAILABILITY | Changed.MOTION | Changed.SETTINGS,
                resting=resting,
                online=False,
                in_motion=False,
                fault=None,
            )
            self._away_logged = False
            try:
                if resting:
                    await self.hass.async_add_executor_job(self.house.station.rest, self.camera_id)
                else:
                    await self.hass.async_add_executor_job(self.house.station.watch, self.settings)
            except EngineError as err:
                raise HomeAssistantError(translation_domain=DOMAIN, translation_key="worker_failed") from err

    # Who is told

    @callback
    def async_add_listener(self, listener: Callable[[Changed], None]) -> CALLBACK_TYPE:
        """Have a callback told of every change; returns what ends that."""
        self._listeners[listener] = None
        return lambda: self._listeners.pop(listener, None)

    @callback
    def _update(self, changed: Changed, **values: object) -> None:
        self.state = replace(self.state, **values)  # type: ignore[arg-type] # the fields of CameraState, by name
        for listener in list(self._listeners):
            listener(changed)

    # What the worker says

    @callback
    def async_receive(self, reported: Reported) -> None:
        """Take a report of this camera's worker; the house calls it, in the order of the reports."""
        report = reported.report
        match report:
            case ClipClosed():
                self._failure_logged = False
                self._update(Changed.CLIP_SAVED, saved_clip=report.clip)
                self.entry.async_create_background_task(
                    self.hass, self.async_refresh_clips(), f"{DOMAIN} clips of {self.camera_id}"
                )
            case _ if self.state.resting:
                pass  # a last word of the worker that was sent to rest
            case Health():
                self._update(Changed.HEALTH, health=report)
            case MotionStarted(kind=kind):
                self._update(Changed.MOTION, in_motion=kind.alerts)
            case MotionEnded():
                self._update(Changed.MOTION, in_motion=False, last_event=report.event)
            case SourceBack():
                self._back(report)
            case SourceLost(fault=fault):
                self._lost(fault, str(fault))
            case WorkerEnded(expected=False, exit_code=exit_code, last_words=last_words):
                self._worker_died(exit_code, last_words)
            case RecordingFailed(fault=why):
                if not self._failure_logged:  # once until a clip is saved again
                    _LOGGER.warning("%s: a clip could not be recorded: %s", self.entry.title, why)
                self._failure_logged = True
            case AddressWanted() | PictureWanted() if self._answers:
                self._answers.async_answer(report)
            case _:
                pass  # answers to the station's own questions

    @callback
    def _back(self, report: SourceBack) -> None:
        if self._away_logged:
            _LOGGER.info("%s is back", self.entry.title)
        self._away_logged = self._reauth_asked = False
        self._update(Changed.AVAILABILITY, online=True, fault=None, facts=report.facts)

    @callback
    def _worker_died(self, exit_code: int | None, last_words: str) -> None:
        if last_words and last_words != self._last_words:  # once, though each new worker may die of the same
            _LOGGER.warning("%s: its worker ended with %s; it said:\n%s", self.entry.title, exit_code, last_words)
            self._last_words = last_words
        self._lost(None, "its worker process ended")

    @callback
    def _lost(self, fault: SourceFault | None, reason: str) -> None:
        if not self._away_logged:
            _LOGGER.info("%s is not available: %s", self.entry.title, reason)
            self._away_logged = True
        if fault is SourceFault.UNAUTHORIZED and not self._reauth_asked:
            self._reauth_asked = True
            self.entry.async_start_reauth(self.hass)
        self._update(Changed.AVAILABILITY | Changed.MOTION, online=False, in_motion=False, fault=fault)

    @callback
    def _entity_address(self, address: StreamAddress | None) -> None:
        if address is not None and (streams := _is_rtsp_url(address.url)) != self.state.has_rtsp_stream:
            self._update(Changed.AVAILABILITY, has_rtsp_stream=streams)

    # What is asked of the camera

    async def async_picture(self) -> bytes | None:
        """The newest picture as JPEG, at most a second old or just fetched; None where there is nothing to show."""
        async with self._picture_wanted:
            if not self.state.online:
                return None
            taken_at_s, jpeg = self._picture
            if self.house.clock.monotonic_s() - taken_at_s >= PICTURE_FRESH_S:
                jpeg = await self.hass.async_add_executor_job(self._fetch_picture)
                self._picture = (self.house.clock.monotonic_s(), jpeg)
            return jpeg if jpeg and self.state.online else None

    def _fetch_picture(self) -> bytes:
        try:
            return self.house.station.picture(self.camera_id)
        except EngineError:
            return b""  # it went away in between; the report of that is on its way

    async def async_live_address(self) -> str | None:
        """The RTSP address with credentials, for Home Assistant's own stream; None where there is none to show.

        Raises SourceError where the address leaves the private ranges.
        """
        if self.state.resting or not self.state.has_rtsp_stream:
            return None
        source = self.settings.source
        if not isinstance(source, EntitySource):
            return await self.hass.async_add_executor_job(self.house.station.live_address, self.camera_id)
        address: StreamAddress | None = await async_stream_address(self.hass, source.entity_id)
        if address is None or not _is_rtsp_url(address.url):
            return None
        await self.hass.async_add_executor_job(self.house.station.check_address, address.url)
        return address.url

    # What the catalogue and the disk say

    async def async_refresh_clips(self) -> None:
        """Read again which clips there are; after each change of the catalogue, and when a day begins."""
        async with self._reading:  # one reading after the other: the last one is the newest
            if not self.house.is_running:
                return
            today_utc_s = dt_util.start_of_local_day().timestamp()
            motion_clip, clips_today = await self.hass.async_add_executor_job(
                _read_clips, self.house.station, self.camera_id, today_utc_s
            )
        if (motion_clip, clips_today) != (self.state.motion_clip, self.state.clips_today):
            self._update(Changed.CLIPS, motion_clip=motion_clip, clips_today=clips_today)

    @callback
    def async_storage_changed(self, storage: StorageState) -> None:
        """Take the state of the storage folder; the house calls it."""
        self._update(Changed.STORAGE, storage=storage)


def _read_clips(station: Station, camera_id: str, today_utc_s: float) -> tuple[Clip | None, int]:
    """The newest clip of motion that has a picture, and how many clips there are of today."""
    newest = station.clips(ClipQuery(camera_ids=frozenset({camera_id}), limit=NEWEST_SEARCHED))
    shown = (e.clip for e in newest if e.clip.thumbnail and e.clip.reason is not ClipReason.REQUESTED)
    return next(shown, None), station.clips_since(camera_id, today_utc_s)


def _is_rtsp(settings: CameraSettings) -> bool:
    return isinstance(settings.source, AddressSource) and _is_rtsp_url(settings.source.url)


def _is_rtsp_url(url: str) -> bool:
    return url.lower().startswith(("rtsp://", "rtsps://"))
