"""LocalCam's websocket commands, for pages that draw zones."""

from collections.abc import Awaitable, Callable
from functools import wraps
import logging
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from .access import async_authorize, camera_ids
from .authority import Action
from .bridge import HOUSE
from .camera_zones import async_set_zones, zones_of
from .const import DOMAIN
from .coordinator import LocalCamCoordinator
from .engine.audited import Deed
from .refusal import refused
from .who import Who

_LOGGER = logging.getLogger(__name__)

type _Command = Callable[[HomeAssistant, websocket_api.ActiveConnection, dict[str, Any]], Awaitable[None]]


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register all of them; once, before the first camera."""
    websocket_api.async_register_command(hass, _async_zones_get)
    websocket_api.async_register_command(hass, _async_zones_set)


def _refusals_answered(command: _Command) -> _Command:
    """Answer what the command refuses; left to Home Assistant, each would be an error in its log.

    Anybody who may log in can ask for what he may not have, as often as he likes.
    """

    @wraps(command)
    async def answer(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
        try:
            await command(hass, connection, msg)
        except HomeAssistantError as err:
            _LOGGER.debug("%s was refused: %s", msg["type"], err)
            connection.send_error(
                msg["id"],
                websocket_api.ERR_HOME_ASSISTANT_ERROR,
                str(err),
                translation_domain=err.translation_domain,
                translation_key=err.translation_key,
                translation_placeholders=err.translation_placeholders,
            )

    return answer


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/zones/get", vol.Required("entity_id"): str})
@websocket_api.async_response
@_refusals_answered
async def _async_zones_get(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]
) -> None:
    """The zones of a camera that the user may see."""
    coordinator = await _async_camera(hass, msg["entity_id"], Action.LIST)
    connection.send_result(msg["id"], {"zones": zones_of(coordinator)})


@websocket_api.websocket_command(
    {vol.Required("type"): f"{DOMAIN}/zones/set", vol.Required("entity_id"): str, vol.Required("zones"): object}
)
@websocket_api.async_response
@_refusals_answered
async def _async_zones_set(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]
) -> None:
    """Other zones for a camera that the user may control."""
    coordinator = await _async_camera(hass, msg["entity_id"], Action.CONTROL)
    connection.send_result(msg["id"], {"zones": await async_set_zones(coordinator, msg["zones"])})


async def _async_camera(hass: HomeAssistant, entity_id: str, action: Action) -> LocalCamCoordinator:
    """A camera that the user may not see is as unknown as one that does not exist."""
    camera_id = camera_ids(hass).get(entity_id)
    decision = await async_authorize(hass, Who.acting(hass), action, Deed.SETTINGS, camera_id)
    if camera_id is None or decision.hides:
        raise refused("unknown_camera", camera=entity_id)
    if not decision.allowed:
        raise refused("not_permitted")
    if (coordinator := hass.data[HOUSE].coordinator(camera_id)) is None:
        raise refused("camera_not_loaded", camera=entity_id)
    return coordinator
