"""LocalCam's websocket commands, for pages that draw zones."""

from typing import Any

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
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


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register all of them; once, before the first camera."""
    websocket_api.async_register_command(hass, _async_zones_get)
    websocket_api.async_register_command(hass, _async_zones_set)


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/zones/get", vol.Required("entity_id"): str})
@websocket_api.async_response
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
