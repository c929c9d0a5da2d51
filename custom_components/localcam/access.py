"""Who may see or change what of which camera; asked by every surface before it shows or does anything."""

import re
from typing import TYPE_CHECKING, Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .entity import unique_id

if TYPE_CHECKING:
    from homeassistant.auth.models import User

CLIP_ID_PATTERN: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
"""A ULID; nothing else is ever looked up as a clip."""


@callback
def camera_entity_id(hass: HomeAssistant, camera_id: str) -> str | None:
    """The camera entity by which permissions are given; None once the camera was removed."""
    return er.async_get(hass).async_get_entity_id(CAMERA_DOMAIN, DOMAIN, unique_id(camera_id, "camera"))


@callback
def camera_ids(hass: HomeAssistant) -> dict[str, str]:
    """All configured cameras, loaded or not: entity id to camera id."""
    return {
        entity_id: entry.entry_id
        for entry in hass.config_entries.async_entries(DOMAIN)
        if (entity_id := camera_entity_id(hass, entry.entry_id))
    }


@callback
def may(hass: HomeAssistant, user: User | None, camera_id: str, policy: str = POLICY_READ) -> bool:
    """Whether the user may do this with the camera and its clips.

    No user means Home Assistant itself: an automation or a media player. What a removed camera left behind is for
    administrators only.
    """
    if user is None or user.is_admin:
        return True
    entity_id = camera_entity_id(hass, camera_id)
    return entity_id is not None and user.permissions.check_entity(entity_id, policy)
