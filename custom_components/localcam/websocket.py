"""LocalCam's websocket commands, for pages that draw zones."""

from typing import Any

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

from .access import camera_ids, may
from .bridge import HOUSE
from .camera_zones import async_set_zones, zones_of
from .const import DOMAIN
from .coordinator import LocalCamCoordinator
from .refusal import refused


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
    coordinator = _camera(hass, connection, msg["entity_id"], POLICY_READ)
    connection.send_result(msg["id"], {"zones": zones_of(coordinator)})


@websocket_api.websocket_command(
    {vol.Required("type"): f"{DOMAIN}/zones/set", vol.Required("entity_id"): str, vol.Required("zones"): object}
)
@websocket_api.async_response
async def _async_zones_set(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]
) -> None:
    """Other zones for a camera that the user may control."""
    coordinator = _camera(hass, connection, msg["entity_id"], POLICY_CONTROL)
    connection.send_result(msg["id"], {"zones": await async_set_zones(coordinator, msg["zones"])})


def _camera(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, entity_id: str, policy: str
) -> LocalCamCoordinator:
    """A camera that the user may not see is as unknown as one that does not exist."""
    camera_id = camera_ids(hass).get(entity_id)
    if camera_id is None or not may(hass, connection.user, camera_id, POLICY_READ):
        raise refused("unknown_camera", camera=entity_id)
    if not may(hass, connection.user, camera_id, policy):
        raise refused("not_permitted")
    if (coordinator := hass.data[HOUSE].coordinator(camera_id)) is None:
        raise refused("camera_not_loaded", camera=entity_id)
    return coordinator
