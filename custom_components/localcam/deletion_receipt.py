"""What a deletion destroyed, in the words of an action's answer; and which backups may still open it.

Home Assistant is asked which backups it knows. It cannot tell of copies that somebody made by other means, nor
whether a backup holds the clips' files; so what is said is "may".
"""

from collections.abc import Iterable
from typing import Any

from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.components.backup.manager import ManagerBackup
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .access import camera_entity_id
from .const import DOMAIN
from .engine.catalogued import DeletionReceipt, DestroyedClip


async def async_receipt(hass: HomeAssistant, receipt: DeletionReceipt) -> dict[str, Any]:
    """As the action answers."""
    backups, unasked = await _async_backups(hass)
    texts = await async_get_translations(hass, hass.config.language, "selector", {DOMAIN})
    listed = [_of_backup(backup, receipt) for backup in backups if _may_hold_keys(backup)]
    listed = [backup for backup in listed if backup["clip_ids"]]
    said = "unknown" if unasked else "listed" if listed else "nothing"
    return {
        "deleted": dt_util.utc_from_timestamp(receipt.deleted_utc_s).isoformat(),
        "why": receipt.why,
        "clips": [_of_clip(hass, clip) for clip in receipt.clips],
        "keys_destroyed": sum(clip.key_digest is not None for clip in receipt.clips),
        "journal_emptied": receipt.journal_emptied,
        "backups": listed,
        "backups_not_asked": unasked,
        "note": texts[f"component.{DOMAIN}.selector.receipt.options.{said}"],
    }


async def _async_backups(hass: HomeAssistant) -> tuple[Iterable[ManagerBackup], list[str]]:
    """All that Home Assistant knows, and where it could not look; `backup` where it knows of no backups at all."""
    manager = hass.data.get(DATA_MANAGER)
    if manager is None:
        return [], ["backup"]
    backups, errors = await manager.async_get_backups()
    return sorted(backups.values(), key=_when), sorted(errors)


def _when(backup: ManagerBackup) -> float:
    made = dt_util.parse_datetime(backup.date)
    return dt_util.as_timestamp(made) if made else float("inf")  # one without a date may be of any


def _since(clip: DestroyedClip, receipt: DeletionReceipt) -> float:
    """When the key was made; of a clip whose clock was wrong, so that it begins after its end, nobody knows."""
    return clip.started_utc_s if clip.started_utc_s <= receipt.deleted_utc_s else float("-inf")


def _may_hold_keys(backup: ManagerBackup) -> bool:
    """Keys lie in the configuration folder."""
    return backup.homeassistant_included


def _of_backup(backup: ManagerBackup, receipt: DeletionReceipt) -> dict[str, Any]:
    return {
        "backup_id": backup.backup_id,
        "name": backup.name,
        "date": backup.date,
        "where": sorted(backup.agents),
        "encrypted": bool(backup.agents) and all(status.protected for status in backup.agents.values()),
        "clip_ids": [clip.clip_id for clip in receipt.clips if _when(backup) >= _since(clip, receipt)],
    }


def _of_clip(hass: HomeAssistant, clip: DestroyedClip) -> dict[str, Any]:
    return {
        "clip_id": clip.clip_id,
        "camera": camera_entity_id(hass, clip.camera_id),
        "start": dt_util.utc_from_timestamp(clip.started_utc_s).isoformat(),
        "key_digest": clip.key_digest,
        "files": [{"name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256} for file in clip.files],
        "size_bytes": sum(file.size_bytes for file in clip.files),
    }
