"""The decision of `authority` with what Home Assistant knows; every surface asks it before it shows or does."""

import re
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.components.camera import DOMAIN as CAMERA_DOMAIN
from homeassistant.components.http.auth import STORAGE_KEY as CONTENT_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .access_rules import camera_rules, house_rules
from .authority import OF_THE_HOUSE, Action, Asker, Decision, authorize as decide
from .bridge import HOUSE
from .const import DOMAIN
from .engine.audited import AuditNote, Deed, DeedOutcome
from .entity import unique_id
from .who import Who

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
def authorize(hass: HomeAssistant, who: Who, action: Action, camera_id: str | None = None) -> Decision:
    """Whether it may be done; a refusal of what was really asked for goes through `async_authorize`, which logs it."""
    entry = hass.config_entries.async_get_entry(camera_id) if camera_id else None
    camera = camera_rules(entry.options) if entry is not None and entry.domain == DOMAIN else None
    return decide(_asker(hass, who, camera_id), action, camera, house_rules(hass))


async def async_authorize(
    hass: HomeAssistant, who: Who, action: Action, deed: Deed, camera_id: str | None = None, clip_id: str | None = None
) -> Decision:
    """The same of something that was really asked for: a refusal is logged. `camera_id` None: of no known camera."""
    decision = (
        Decision.NOT_A_VIEWER
        if camera_id is None and action not in OF_THE_HOUSE
        else authorize(hass, who, action, camera_id)
    )
    if not decision.allowed:
        await hass.data[HOUSE].ledger.async_refused(
            AuditNote(
                deed=deed,
                outcome=DeedOutcome.REFUSED,
                user_id=who.user_id,
                token_id=who.token_id,
                camera_id=camera_id,
                clip_id=clip_id,
                reason=decision.value,
            )
        )
    return decision


@callback
def note(
    who: Who, deed: Deed, camera_id: str | None = None, clip_id: str | None = None, *, reason: str = ""
) -> AuditNote:
    """What the audit log is to say of somebody's deed."""
    return AuditNote(
        deed=deed, user_id=who.user_id, token_id=who.token_id, camera_id=camera_id, clip_id=clip_id, reason=reason
    )


@callback
def _asker(hass: HomeAssistant, who: Who, camera_id: str | None) -> Asker:
    user = who.user
    if user is None:
        return Asker(is_itself=True, is_remote=who.is_remote)
    entity_id = camera_entity_id(hass, camera_id) if camera_id else None
    may_read, may_control = (
        entity_id is not None and user.permissions.check_entity(entity_id, policy)
        for policy in (POLICY_READ, POLICY_CONTROL)
    )
    return Asker(
        user_id=user.id,
        is_admin=user.is_active and user.is_admin,
        is_content_user=hass.data.get(CONTENT_TOKEN) in user.refresh_tokens,
        is_remote=who.is_remote,
        may_read=user.is_active and may_read,
        may_control=user.is_active and may_control,
    )
