"""What another integration's camera entity gives the engine: the address of its stream, and its still pictures."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
import logging
from typing import Any, Final

from homeassistant.components.camera import async_get_image, async_get_stream_source
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from .engine.messages import StreamAddress

_LOGGER = logging.getLogger(__name__)

DEADLINE_S: Final = 5.0
LOOP_DEADLINE_S: Final = DEADLINE_S + 5.0
"""What a thread waits at most, even where the event loop has stopped answering."""


async def async_entity_address(hass: HomeAssistant, entity_id: str) -> StreamAddress | None:
    """Where the entity's stream is now, an empty address if it has stills only; None while it cannot say."""
    state = hass.states.get(entity_id)
    if state is None or state.state == STATE_UNAVAILABLE:
        return None
    answered, url = await _async_ask(entity_id, async_get_stream_source(hass, entity_id))
    return StreamAddress(url=url or "") if answered else None


async def async_entity_picture(hass: HomeAssistant, entity_id: str) -> bytes:
    """The entity's picture as it is now; empty while it has none."""
    _, image = await _async_ask(entity_id, async_get_image(hass, entity_id, timeout=int(DEADLINE_S)))
    return image.content if image else b""


def blocking_entity_address(hass: HomeAssistant, entity_id: str) -> Callable[[], StreamAddress | None]:
    """`async_entity_address` for a thread that waits for the answer; never to be called in the event loop."""
    return lambda: _wait_for(hass, async_entity_address(hass, entity_id), None)


def blocking_entity_picture(hass: HomeAssistant, entity_id: str) -> Callable[[], bytes]:
    """`async_entity_picture` for a thread that waits for the answer; never to be called in the event loop."""
    return lambda: _wait_for(hass, async_entity_picture(hass, entity_id), b"")


async def _async_ask[T](entity_id: str, asked: Awaitable[T]) -> tuple[bool, T | None]:
    """Whether the entity answered in time, and what."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            return True, await asked
    except Exception as err:  # noqa: BLE001 - another integration's code: whatever it raises, it has no picture now
        # Only the type: its text may hold the address with its credentials.
        _LOGGER.debug("%s gave no answer: %s", entity_id, type(err).__name__)
        return False, None


def _wait_for[T](hass: HomeAssistant, asked: Coroutine[Any, Any, T], otherwise: T) -> T:
    future = asyncio.run_coroutine_threadsafe(asked, hass.loop)
    try:
        return future.result(LOOP_DEADLINE_S)
    except TimeoutError:
        future.cancel()
        return otherwise
