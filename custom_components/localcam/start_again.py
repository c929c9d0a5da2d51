"""Has the cameras that found no storage folder at their start try again as soon as its disk may be back."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN
from .engine.errors import StorageError

TRY_AGAIN_AFTER: Final = timedelta(seconds=20)
"""Home Assistant's own next attempt may be ten minutes away."""


class StartAgain:
    """For all cameras of the house."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._is_due = False

    @callback
    def async_after(self, err: BaseException) -> None:
        """The station did not start because of this."""
        if isinstance(err, StorageError) and not self._is_due:
            self._is_due = True
            job = HassJob(self._async_try, f"{DOMAIN} start again", cancel_on_shutdown=True)
            async_call_later(self._hass, TRY_AGAIN_AFTER, job)

    @callback
    def _async_try(self, _now: datetime) -> None:
        self._is_due = False
        for entry in self._hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.SETUP_RETRY:
                self._hass.config_entries.async_schedule_reload(entry.entry_id)
