"""One camera on the event loop: what is known of it, who is told, and what it is asked to do."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
import logging
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .access_rules import camera_rules
from .camera_calibration import CalibrationState, CameraCalibration
from .camera_issues import CameraIssues
from .camera_state import CameraState, Changed, after, unseen
from .camera_view import CameraView, is_rtsp, is_rtsp_url
from .const import CONF_CALIBRATED_UTC_S, CONF_RESTING, DOMAIN
from .engine.audited import AuditHead, AuditNote, Deed
from .engine.catalogued import ClipQuery
from .engine.clip import Clip, ClipReason
from .engine.commands import StreamAddress
from .engine.errors import EngineError, SourceFault
from .engine.reports import (
    AddressWanted,
    Calibrated,
    ClipClosed,
    Health,
    MotionEnded,
    MotionStarted,
    PictureWanted,
    ProblemChanged,
    RecordingFailed,
    Reported,
    SourceBack,
    SourceLost,
    WorkerEnded,
    ZonesMoving,
)
from .engine.safekeeping import StorageState
from .engine.settings import CameraSettings, EntitySource, parse_camera
from .entity_answers import EntityAnswers
from .who import Who

if TYPE_CHECKING:
    from .bridge import House
    from .engine.station import Station

_LOGGER = logging.getLogger(__name__)

NEWEST_SEARCHED = 50


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
        calibrated = CONF_CALIBRATED_UTC_S in entry.options
        self.state = CameraState(
            resting=bool(entry.options.get(CONF_RESTING, False)),
            restricted=camera_rules(entry.options).restricted,
            has_rtsp_stream=is_rtsp(self.settings),
            calibration=CalibrationState.DONE if calibrated else CalibrationState.NEVER,
        )
        self.calibration = CameraCalibration(self)
        self.view = CameraView(self)
        self._listeners: dict[Callable[[Changed], None], None] = {}
        self._changing, self._reading = asyncio.Lock(), asyncio.Lock()
        self._reauth_asked = self._failure_logged = False
        self._last_words = ""
        source = self.settings.source
        self._answers: EntityAnswers | None = None
        if isinstance(source, EntitySource):
            self._answers = EntityAnswers(house, entry, source.entity_id, self._entity_address)
        self._issues = CameraIssues(hass, entry, house.clock)

    # Its life

    async def async_start(self) -> None:
        """Begin to watch, unless the camera rests; the station must run."""
        if not self.state.resting:
            await self.hass.async_add_executor_job(self.house.station.watch, self.settings)

    async def async_stop(self) -> None:
        """Close the open clip and end the worker."""
        self.calibration.async_forget_wish()
        self._issues.async_end()
        if self.house.is_running:
            await self.hass.async_add_executor_job(self.house.station.rest, self.camera_id)

    async def async_apply_options(self) -> None:
        """Bring the entry's changed options to the running camera, without a break in its recording.

        Raises EngineError, SettingsError among them.
        """
        async with self._changing:
            before, self.settings = self.settings, parse_camera(self.camera_id, self.entry.data, self.entry.options)
            await self._async_note_settings(", ".join(_changed_settings(before, self.settings)))
            if not self.state.resting:
                await self.hass.async_add_executor_job(self.house.station.change, self.settings)
        self._update(Changed.SETTINGS)

    @callback
    def async_apply_rules(self) -> None:
        """Follow the entry's changed rules of who may see the camera."""
        restricted = camera_rules(self.entry.options).restricted
        self._update(Changed.SETTINGS | Changed.AVAILABILITY | Changed.CLIPS, restricted=restricted)

    @callback
    def async_keep_options(self, changes: Mapping[str, Any]) -> None:
        """Change the entry's options, and those alone; None takes one away. To be brought to the camera afterwards."""
        options = {key: value for key, value in {**self.entry.options, **changes}.items() if value is not None}
        self.hass.config_entries.async_update_entry(self.entry, options=options)

    async def async_set_resting(self, resting: bool) -> None:
        """Let the camera rest, or watch again; survives a restart."""
        async with self._changing:
            if resting == self.state.resting:
                return
            self.async_keep_options({CONF_RESTING: resting})
            self.view.async_forget()
            await self._async_note_settings(f"{CONF_RESTING} {'on' if resting else 'off'}")
            # Before the worker is asked: from here on, nothing of the camera is shown any more.
            self.calibration.async_lost()
            seen, changed = unseen(self.state)
            self._tell(replace(seen, resting=resting, fault=None), changed | Changed.SETTINGS)
            self.house.away.discard(self.camera_id)
            self._issues.async_end()
            try:
                if resting:
                    await self.hass.async_add_executor_job(self.house.station.rest, self.camera_id)
                else:
                    await self.hass.async_add_executor_job(self.house.station.watch, self.settings)
            except EngineError as err:
                raise HomeAssistantError(translation_domain=DOMAIN, translation_key="worker_failed") from err

    async def _async_note_settings(self, what: str) -> None:
        """Log what somebody changed; it is changed all the same where that cannot be logged."""
        if what:
            who = Who.acting(self.hass)
            note = AuditNote(
                deed=Deed.SETTINGS,
                user_id=who.user_id,
                token_id=who.token_id,
                camera_id=self.camera_id,
                reason=what,
            )
            await self.house.ledger.async_try_record(note)

    # Who is told

    @callback
    def async_add_listener(self, listener: Callable[[Changed], None]) -> CALLBACK_TYPE:
        """Have a callback told of every change; returns what ends that."""
        self._listeners[listener] = None
        return lambda: self._listeners.pop(listener, None)

    @callback
    def _update(self, changed: Changed, **values: object) -> None:
        self._tell(replace(self.state, **values), changed)  # type: ignore[arg-type] # the fields of CameraState, by name

    @callback
    def _tell(self, state: CameraState, changed: Changed) -> None:
        self.state = state
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
                self._heard(report)
            case MotionStarted() | MotionEnded() | ZonesMoving() | ProblemChanged():
                self._tell(*after(self.state, report))
            case Calibrated(calibration=calibration):
                self.calibration.async_over(calibration)
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
    def async_calibration_changed(self, calibration: CalibrationState) -> None:
        """Show how it stands with calibrating; `calibration` calls it."""
        self._update(Changed.CALIBRATION, calibration=calibration)

    @callback
    def _back(self, report: SourceBack) -> None:
        if self.camera_id in self.house.away:
            _LOGGER.info("%s is back", self.entry.title)
        self.house.away.discard(self.camera_id)
        self._reauth_asked = False
        self._update(Changed.AVAILABILITY, online=True, fault=None, facts=report.facts)
        self.calibration.async_seen()

    @callback
    def _heard(self, health: Health) -> None:
        self._issues.async_heard(health)
        self._update(Changed.HEALTH, health=health)

    @callback
    def _worker_died(self, exit_code: int | None, last_words: str) -> None:
        if last_words and last_words != self._last_words:  # once, though each new worker may die of the same
            _LOGGER.warning("%s: its worker ended with %s; it said:\n%s", self.entry.title, exit_code, last_words)
            self._last_words = last_words
        self._issues.async_crashed()
        self._lost(None, "its worker process ended")

    @callback
    def _lost(self, fault: SourceFault | None, reason: str) -> None:
        if self.camera_id not in self.house.away:
            _LOGGER.info("%s is not available: %s", self.entry.title, reason)
            self.house.away.add(self.camera_id)
        if fault is SourceFault.UNAUTHORIZED and not self._reauth_asked:
            self._reauth_asked = True
            self.entry.async_start_reauth(self.hass)
        self._issues.async_lost(fault)
        self.calibration.async_lost()
        seen, changed = unseen(self.state)
        self._tell(replace(seen, fault=fault), changed)

    @callback
    def _entity_address(self, address: StreamAddress | None) -> None:
        if address is not None and (streams := is_rtsp_url(address.url)) != self.state.has_rtsp_stream:
            self._update(Changed.AVAILABILITY, has_rtsp_stream=streams)

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

    @callback
    def async_keys_changed(self, *, is_locked: bool) -> None:
        """The house was locked or unlocked; the house calls it."""
        self._update(Changed.KEYS, locked=is_locked)

    @callback
    def async_audit_signed(self, head: AuditHead | None) -> None:
        """Take the newest checkpoint of the audit log; the house calls it."""
        self._update(Changed.AUDIT, audit_head=head)


def _read_clips(station: Station, camera_id: str, today_utc_s: float) -> tuple[Clip | None, int]:
    """The newest clip of motion that has a picture, and how many clips there are of today."""
    newest = station.clips(ClipQuery(camera_ids=frozenset({camera_id}), limit=NEWEST_SEARCHED))
    shown = (e.clip for e in newest if e.clip.thumbnail and e.clip.reason is not ClipReason.REQUESTED)
    return next(shown, None), station.clips_since(camera_id, today_utc_s)


def _changed_settings(before: CameraSettings, after: CameraSettings) -> list[str]:
    """The names of the record and detect settings that differ; values stay out of the log."""
    return [
        each.name
        for old, new in ((before.record, after.record), (before.detect, after.detect))
        for each in fields(old)
        if getattr(old, each.name) != getattr(new, each.name)
    ]
