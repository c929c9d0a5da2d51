"""Clips that a removed camera left: told to administrators, who say whether they stay or go."""

from collections.abc import Callable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import Store

from .bridge import HOUSE
from .const import DOMAIN
from .engine.audited import AuditNote, Deed, deletion_reason
from .engine.catalogued import ClipQuery
from .engine.station import Station
from .who import Who

ISSUE_CLIPS_LEFT: Final = "clips_left"
"""And, after an underscore, the camera's id."""

STORAGE_VERSION: Final = 1
STORAGE_KEY: Final = f"{DOMAIN}.removed_cameras"

_AT_ONCE: Final = 200
"""Clips that are deleted in one go, so that the catalogue is never held for long."""


async def async_tell_clips_left(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """The camera was removed; nothing is told where it left no clip. Raises EngineError.

    With the last camera of the house gone, the station goes on running, so that administrators can see them.
    """
    house = hass.data[HOUSE]
    left, cameras = await house.async_ask(
        lambda station: (station.clips_since(entry.entry_id, float("-inf")), station.camera_ids())
    )
    names = await async_names_of_removed(hass)
    await _store(hass).async_save(
        {each: name for each, name in {**names, entry.entry_id: entry.title}.items() if each in cameras}
    )
    if left:
        ir.async_create_issue(
            hass,
            DOMAIN,
            f"{ISSUE_CLIPS_LEFT}_{entry.entry_id}",
            data={"camera_id": entry.entry_id},
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_CLIPS_LEFT,
            translation_placeholders={"camera": entry.title, "count": str(left)},
        )
    if cameras:
        await house.async_stay()


async def async_names_of_removed(hass: HomeAssistant) -> dict[str, str]:
    """What removed cameras were called that left clips: id to name; none of one that was removed while that failed."""
    return await _store(hass).async_load() or {}


async def async_delete_clips_left(hass: HomeAssistant, camera_id: str) -> int:
    """Delete all of them, flagged ones too, in the name of who acts; returns how many. Raises EngineError."""
    who = Who.acting(hass)
    house = hass.data[HOUSE]
    try:
        return await house.async_ask(_deleting(camera_id, who.user_id, who.token_id))
    finally:
        await house.async_clips_changed()


@callback
def is_removed(hass: HomeAssistant, camera_id: str) -> bool:
    """Whether there is no such camera, so that what is left under its id may go."""
    entry = hass.config_entries.async_get_entry(camera_id)
    return entry is None or entry.domain != DOMAIN


def _store(hass: HomeAssistant) -> Store[dict[str, str]]:
    return Store(hass, STORAGE_VERSION, STORAGE_KEY)


def _deleting(camera_id: str, user_id: str | None, token_id: str | None) -> Callable[[Station], int]:
    def delete(station: Station) -> int:
        query = ClipQuery(camera_ids=frozenset({camera_id}), limit=_AT_ONCE)
        deleted = 0
        while clip_ids := [entry.clip.clip_id for entry in station.clips(query)]:
            station.audit.record(
                [
                    AuditNote(
                        deed=Deed.DELETE,
                        user_id=user_id,
                        token_id=token_id,
                        camera_id=camera_id,
                        clip_id=clip_id,
                        reason=deletion_reason("owner", station.key_digest(clip_id)),
                    )
                    for clip_id in clip_ids
                ]
            )
            station.delete(clip_ids)
            deleted += len(clip_ids)
        return deleted

    return delete
