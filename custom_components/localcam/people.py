"""Home Assistant's users, as the owner knows them."""

from homeassistant.core import HomeAssistant


async def async_names(hass: HomeAssistant) -> dict[str, str]:
    """All users, gone ones not: id to name."""
    return {user.id: user.name or user.id for user in await hass.auth.async_get_users()}


async def async_persons(hass: HomeAssistant) -> dict[str, str]:
    """Those who can log in: id to name."""
    users = await hass.auth.async_get_users()
    return {user.id: user.name or user.id for user in users if user.is_active and not user.system_generated}
