"""A deletion's receipt: what was destroyed, and what Home Assistant knows of backups that may still open it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from homeassistant.components.backup import ManagerBackup
from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.components.backup.manager import AgentBackupStatus
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.localcam.engine.audited import Deed

from .fake_station import VIDEO, a_clip
from .living_camera import LivingCamera

NOON = 1_790_000_000.0
DAY_S = 86_400.0


@dataclass
class Backups:
    """Home Assistant's backup manager, as far as a receipt asks it."""

    known: list[ManagerBackup] = field(default_factory=list)
    errors: dict[str, Exception] = field(default_factory=dict)

    async def async_get_backups(self) -> tuple[dict[str, ManagerBackup], dict[str, Exception]]:
        return {backup.backup_id: backup for backup in self.known}, self.errors


def a_backup(number: int, made_utc_s: float, **changed: Any) -> ManagerBackup:
    facts: dict[str, Any] = {
        "addons": [],
        "agents": {"backup.local": AgentBackupStatus(protected=True, size=1)},
        "backup_id": f"b{number}",
        "database_included": True,
        "date": dt_util.utc_from_timestamp(made_utc_s).isoformat(),
        "extra_metadata": {},
        "failed_addons": [],
        "failed_agent_ids": [],
        "failed_folders": [],
        "folders": [],
        "homeassistant_included": True,
        "homeassistant_version": "2026.11.0",
        "name": f"Backup {number}",
        "with_automatic_settings": True,
    }
    return ManagerBackup(**{**facts, **changed})


@pytest.fixture
def backups(hass: HomeAssistant) -> Backups:
    manager = Backups()
    hass.data[DATA_MANAGER] = manager  # type: ignore[misc]
    return manager


async def delete(hass: HomeAssistant, camera: LivingCamera, numbers: Iterable[int]) -> Any:
    """Clips that began a day apart."""
    clips = [a_clip(camera.id, number, NOON + number * DAY_S) for number in numbers]
    for clip in clips:
        camera.station.save(clip)
    await camera.settle()
    return await hass.services.async_call(
        "localcam", "delete_clips", {"clip_ids": [c.clip_id for c in clips]}, blocking=True, return_response=True
    )


async def test_it_says_what_was_destroyed(hass: HomeAssistant, camera: LivingCamera, backups: Backups) -> None:
    receipt = await delete(hass, camera, [1, 2])
    assert receipt["why"] == "owner"
    assert receipt["keys_destroyed"] == 2
    assert receipt["journal_emptied"] is True
    first = receipt["clips"][0]
    assert first["camera"] == "camera.hall"
    assert first["key_digest"] == "0" * 64
    assert first["size_bytes"] == len(VIDEO)
    assert [file["size_bytes"] for file in first["files"]] == [len(VIDEO)]
    assert receipt["backups"] == receipt["backups_not_asked"] == []
    assert "knows of no backup" in receipt["note"]
    assert [note.reason for note in camera.audit.of(Deed.DELETE)] == [f"owner; key {'0' * 64}"] * 2


async def test_it_lists_the_backups_that_were_made_since_a_clip_began(
    hass: HomeAssistant, camera: LivingCamera, backups: Backups
) -> None:
    plain = {
        "nas.one": AgentBackupStatus(protected=False, size=1),
        "backup.local": AgentBackupStatus(protected=True, size=1),
    }
    backups.known = [
        a_backup(4, NOON + 2.5 * DAY_S, agents=plain),
        a_backup(1, NOON),
        a_backup(2, NOON + 1.5 * DAY_S),
        a_backup(3, NOON + 1.5 * DAY_S, homeassistant_included=False),
    ]
    receipt = await delete(hass, camera, [1, 2])
    first, second = (clip["clip_id"] for clip in receipt["clips"])
    assert [(each["backup_id"], each["clip_ids"], each["encrypted"]) for each in receipt["backups"]] == [
        ("b2", [first], True),
        ("b4", [first, second], False),
    ]
    assert receipt["backups"][1]["where"] == ["backup.local", "nas.one"]
    assert "may still open" in receipt["note"]


async def test_of_a_clip_from_the_future_every_backup_may_have_the_key(
    hass: HomeAssistant, camera: LivingCamera, backups: Backups
) -> None:
    backups.known = [a_backup(1, NOON)]
    receipt = await delete(hass, camera, [9999])
    assert [each["backup_id"] for each in receipt["backups"]] == ["b1"], "its clock was wrong"


async def test_it_does_not_promise_what_nobody_could_look_up(
    hass: HomeAssistant, camera: LivingCamera, backups: Backups
) -> None:
    backups.errors = {"nas.one": OSError()}
    receipt = await delete(hass, camera, [1])
    assert receipt["backups_not_asked"] == ["nas.one"]
    assert "could not say" in receipt["note"]
    del hass.data[DATA_MANAGER]
    receipt = await delete(hass, camera, [2])
    assert receipt["backups_not_asked"] == ["backup"]
    assert "could not say" in receipt["note"]


async def test_who_wants_no_answer_gets_none(hass: HomeAssistant, camera: LivingCamera) -> None:
    clip = a_clip(camera.id, 1, NOON)
    camera.station.save(clip)
    await hass.services.async_call("localcam", "delete_clips", {"clip_ids": [clip.clip_id]}, blocking=True)
    assert not camera.world.catalogue
