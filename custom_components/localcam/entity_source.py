"""What another integration's camera entity gives: its stream's address now, or its still picture now."""

import asyncio
from collections.abc import Awaitable
import logging
from typing import Final

from homeassistant.components.camera import async_get_image, async_get_stream_source
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from .engine.commands import StreamAddress

_LOGGER = logging.getLogger(__name__)

ANSWER_WITHIN_S: Final = 5


async def async_stream_address(hass: HomeAssistant, entity_id: str) -> StreamAddress | None:
    """Where the entity's stream is now; an empty address for one with still pictures only, None while it is away."""
    state = hass.states.get(entity_id)
    if state is None or state.state == STATE_UNAVAILABLE:
        return None
    answered, url = await _async_ask(entity_id, async_get_stream_source(hass, entity_id))
    return StreamAddress(url=url or "") if answered else None


async def async_still_picture(hass: HomeAssistant, entity_id: str) -> bytes:
    """The entity's picture, of whatever type it gives; empty where it gives none in time."""
    _, image = await _async_ask(entity_id, async_get_image(hass, entity_id, timeout=ANSWER_WITHIN_S))
    return image.content if image else b""


async def _async_ask[T](entity_id: str, asked: Awaitable[T]) -> tuple[bool, T | None]:
    """Whether the entity answered in time, and what."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return True, await asked
    except Exception as err:  # noqa: BLE001 - another integration's code: whatever it raises, it has no picture now
        # Only the type: its text may hold the address with its credentials.
        _LOGGER.debug("%s gave no answer: %s", entity_id, type(err).__name__)
        return False, None
