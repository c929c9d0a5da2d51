"""Calibrates one camera: asks its worker to learn the empty room, keeps what it learned, and says how it went."""

from enum import StrEnum
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later

from .const import CONF_CALIBRATE, CONF_CALIBRATED_UTC_S, CONF_NOISE_FLOOR, DOMAIN
from .engine.errors import EngineError, WorkerError
from .engine.motion import Calibration, CalibrationFault
from .engine.settings import noise_floor_text
from .refusal import refused

if TYPE_CHECKING:
    from datetime import datetime

    from .coordinator import LocalCamCoordinator

_LOGGER = logging.getLogger(__name__)

CALIBRATION_S: Final = 20.0
WISH_AFTER_S: Final = 5.0
"""After a camera was added and seen: until both its streams are there."""

_PROBLEMS: Final = {
    "offline": "camera_offline",
    "sees_nothing": "camera_sees_nothing",
    "something_moves": "something_moves",
}


class CalibrationState(StrEnum):
    """How it stands with a camera's calibration."""

    NEVER = "not_calibrated"
    RUNNING = "calibrating"
    DONE = "calibrated"
    MOTION = "disturbed"
    """Something moved; what was known before stays, as for what follows."""
    LIGHT = "light_changed"
    LOST = "interrupted"


_FAULTS: Final = {
    CalibrationFault.MOTION: CalibrationState.MOTION,
    CalibrationFault.LIGHT: CalibrationState.LIGHT,
    CalibrationFault.LOST: CalibrationState.LOST,
}


class CameraCalibration:
    """Of one camera; all methods are for the event loop."""

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        self._coordinator = coordinator
        self._forget_wish: CALLBACK_TYPE | None = None

    async def async_begin(self) -> None:
        """Begin; how it went shows in the camera's state. Raises HomeAssistantError where it cannot begin."""
        coordinator = self._coordinator
        state, name = coordinator.state, coordinator.entry.title
        if state.resting:
            raise refused("camera_resting", camera=name)
        if not state.online:
            raise refused("camera_offline", camera=name)
        # Before it is asked for: its end may be told before the answer is here.
        coordinator.async_calibration_changed(CalibrationState.RUNNING)
        try:
            await coordinator.hass.async_add_executor_job(
                coordinator.house.station.calibrate, coordinator.camera_id, CALIBRATION_S
            )
        except EngineError as err:
            coordinator.async_calibration_changed(state.calibration)
            key = _PROBLEMS.get(str(err), "worker_failed") if isinstance(err, WorkerError) else "worker_failed"
            raise refused(key, camera=name) from err

    @callback
    def async_over(self, calibration: Calibration) -> None:
        """Keep what was learned; where nothing was, what was known stays."""
        coordinator = self._coordinator
        if calibration.fault is not None:
            _LOGGER.info("%s was not calibrated: %s", coordinator.entry.title, calibration.fault)
            coordinator.async_calibration_changed(_FAULTS[calibration.fault])
            return
        coordinator.async_keep_options(
            {
                CONF_NOISE_FLOOR: noise_floor_text(calibration.noise_floor),
                CONF_CALIBRATED_UTC_S: round(coordinator.house.clock.utc_s(), 1),
            }
        )
        coordinator.async_calibration_changed(CalibrationState.DONE)
        coordinator.entry.async_create_background_task(
            coordinator.hass, self._async_apply(), f"{DOMAIN} calibration of {coordinator.camera_id}"
        )

    async def _async_apply(self) -> None:
        """Let a worker that starts later know it, too; the one that runs learned it itself."""
        try:
            await self._coordinator.async_apply_options()
        except EngineError as err:
            _LOGGER.warning("%s: what was calibrated holds from the next start: %s", self._coordinator.entry.title, err)

    @callback
    def async_lost(self) -> None:
        """Nothing more comes of the worker that was at it."""
        if self._coordinator.state.calibration is CalibrationState.RUNNING:
            self._coordinator.async_calibration_changed(CalibrationState.LOST)

    @callback
    def async_seen(self) -> None:
        """The camera gives pictures: do soon what its owner asked for when adding it."""
        coordinator = self._coordinator
        if coordinator.entry.options.get(CONF_CALIBRATE) and self._forget_wish is None:
            job = HassJob(self._async_wish, f"{DOMAIN} first calibration", cancel_on_shutdown=True)
            self._forget_wish = async_call_later(coordinator.hass, WISH_AFTER_S, job)

    @callback
    def async_forget_wish(self) -> None:
        """The camera is unloaded; the wish stays in its options."""
        if self._forget_wish is not None:
            self._forget_wish()
            self._forget_wish = None

    async def _async_wish(self, _now: datetime) -> None:
        self._forget_wish = None
        coordinator = self._coordinator
        if not coordinator.state.online:
            return  # when it is seen again
        coordinator.async_keep_options({CONF_CALIBRATE: None})
        try:
            await self.async_begin()
        except HomeAssistantError as err:
            _LOGGER.info("%s was not calibrated: %s", coordinator.entry.title, err)
            moves = err.translation_key == "something_moves"
            coordinator.async_calibration_changed(CalibrationState.MOTION if moves else CalibrationState.LOST)
