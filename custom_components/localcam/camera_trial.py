"""Tries a camera before it is saved: a worker connects to it, and its picture and facts come back."""

import asyncio
from collections.abc import Coroutine
from functools import partial
import logging
from typing import Any, Final

from homeassistant.const import CONF_ENTITY_ID, CONF_URL
from homeassistant.core import HomeAssistant

from .const import CONF_DETECT_URL
from .engine.errors import DetectStreamError, EngineError, SourceError, SourceFault
from .engine.probe import probe
from .engine.reports import Probed
from .engine.settings import AddressSource, CameraSettings, EntitySource
from .entity_source import ANSWER_WITHIN_S, async_still_picture, async_stream_address
from .house import async_address_rules

_LOGGER = logging.getLogger(__name__)

CANNOT_START: Final = "cannot_start"
ENTITY_MISSING: Final = "entity_missing"
LOOP_DEADLINE_S: Final = ANSWER_WITHIN_S + 5.0
"""What the trying thread waits at most, even where the event loop has stopped answering."""


_OF_THE_ADDRESS: Final = frozenset(
    {SourceFault.INVALID_ADDRESS, SourceFault.PUBLIC_ADDRESS, SourceFault.FORBIDDEN_ADDRESS}
)
"""What is wrong with an address whatever is there."""


class TrialError(Exception):
    """The camera cannot be used as it was described."""

    def __init__(self, key: str, field: str = "base") -> None:
        super().__init__(f"{field}: {key}")
        self.key = key
        """Of the message in the translations: a `SourceFault`, `ENTITY_MISSING` or `CANNOT_START`."""
        self.field = field
        """Of the form, to which it belongs; `base` for the whole form."""


async def async_try_camera(hass: HomeAssistant, settings: CameraSettings) -> Probed:
    """What the camera shows, within about 25 s; raises TrialError."""
    try:
        attempt = partial(probe, settings, address_rules=await async_address_rules(hass))
    except EngineError as err:
        _LOGGER.warning("Could not try %s: %s", settings.name, err)
        raise TrialError(CANNOT_START) from err
    if isinstance(settings.source, EntitySource):
        entity_id = settings.source.entity_id
        if hass.states.get(entity_id) is None:
            raise TrialError(ENTITY_MISSING, CONF_ENTITY_ID)
        attempt = partial(
            attempt,
            entity_address=lambda: _wait_for(hass, async_stream_address(hass, entity_id), None),
            entity_picture=lambda: _wait_for(hass, async_still_picture(hass, entity_id), b""),
        )
    try:
        return await hass.async_add_executor_job(attempt)
    except SourceError as err:
        _LOGGER.debug("Trying %s failed: %s", settings.name, err)
        raise TrialError(err.fault.value, _field_of(err, settings)) from err
    except EngineError as err:
        _LOGGER.warning("Could not try %s: %s", settings.name, err)
        raise TrialError(CANNOT_START) from err


def _field_of(err: SourceError, settings: CameraSettings) -> str:
    """Of the form: where the owner can mend it, as far as that is known."""
    if isinstance(err, DetectStreamError):
        return CONF_DETECT_URL
    is_address = isinstance(settings.source, AddressSource) and err.fault in _OF_THE_ADDRESS
    return CONF_URL if is_address else "base"


def _wait_for[T](hass: HomeAssistant, asked: Coroutine[Any, Any, T], otherwise: T) -> T:
    """What the event loop answers; called from the trying thread only."""
    future = asyncio.run_coroutine_threadsafe(asked, hass.loop)
    try:
        return future.result(LOOP_DEADLINE_S)
    except TimeoutError:
        future.cancel()
        return otherwise
