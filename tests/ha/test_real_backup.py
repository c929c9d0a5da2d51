"""Home Assistant's own backup of a real house, its configuration emptied and restored: the clips open again, or do not.

The station and the files are real; the camera rests, so that no worker is needed.
"""

from collections.abc import Iterator
from pathlib import Path
import shutil
import tarfile
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.clip import Clip
from custom_components.localcam.engine.safekeeping import KeyProfile
from custom_components.localcam.engine.vault.recovery_code import new_recovery_code
from tests.engine.keys import cheap_keyring
from tests.engine.test_sealed_house import CAMERA, Home

from .locking import PASSPHRASE, go_on, issue, repair

CODE = new_recovery_code()
MAGIC = (b"ftyp", b"moov", b"moof", b"mdat", b"\xff\xd8\xff")


@pytest.fixture(params=KeyProfile)
def profile(request: pytest.FixtureRequest) -> KeyProfile:
    return KeyProfile(request.param)


@pytest.fixture
def clips(tmp_path: Path, profile: KeyProfile) -> list[Clip]:
    """What was recorded before Home Assistant started."""
    home = Home(tmp_path)
    recorded = [home.record() for _ in range(2)]
    home.keyring.set_code(CODE)
    if profile is KeyProfile.LOCKED:
        home.keyring.keep_locked(PASSPHRASE)
    home.keeper.close()
    return recorded


@pytest.fixture
def _real(hass: HomeAssistant, tmp_path: Path) -> Iterator[None]:
    hass.config.config_dir = str(tmp_path / "config")
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    with patch("custom_components.localcam.house_keys.Keyring", cheap_keyring):
        yield


@pytest.fixture
async def house(hass: HomeAssistant, clips: list[Clip], _real: None, http: None) -> MockConfigEntry:
    assert await async_setup_component(hass, "repairs", {})
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=CAMERA,
        title="Room",
        data={"source": "demo", "name": "Room", "seed": 1},
        options={"resting": True},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def back_up(hass: HomeAssistant) -> Path:
    """By Home Assistant itself, not encrypted; where it lies."""
    assert await async_setup_component(hass, "backup", {})
    await hass.async_block_till_done()
    await hass.data[DATA_MANAGER].async_create_backup(
        agent_ids=["backup.local"],
        include_addons=None,
        include_all_addons=False,
        include_database=False,
        include_folders=None,
        include_homeassistant=True,
        name="before",
        password=None,
    )
    await hass.async_block_till_done()
    (made,) = await hass.async_add_executor_job(lambda: [*Path(hass.config.path("backups")).glob("*.tar")])
    return made


def unpacked(backup: Path, into: Path) -> Path:
    """The configuration folder that the backup holds."""
    with tarfile.open(backup) as outer:
        outer.extractall(into, filter="data")
    with tarfile.open(into / "homeassistant.tar.gz") as inner:
        inner.extractall(into, filter="data")
    return into / "data"


async def restart(hass: HomeAssistant, house: MockConfigEntry) -> None:
    """What was in memory is forgotten."""
    if house.state is ConfigEntryState.LOADED:
        assert await hass.config_entries.async_unload(house.entry_id)
    hass.data[HOUSE].keys.keyring = cheap_keyring(Path(hass.config.path(DOMAIN, "keys")))
    await hass.config_entries.async_setup(house.entry_id)


async def video(client: TestClient[Any, Any], clip: Clip) -> bytes | int:
    """The clip's first bytes, or why not."""
    response = await client.get(f"/api/localcam/clips/{clip.clip_id}/video", headers={"Range": "bytes=4-7"})
    return await response.read() if response.status == 206 else response.status


async def test_a_house_is_restored_from_home_assistants_own_backup(
    hass: HomeAssistant,
    house: MockConfigEntry,
    clips: list[Clip],
    profile: KeyProfile,
    tmp_path: Path,
    hass_client: ClientSessionGenerator,
) -> None:
    backup = Path(shutil.copy(await back_up(hass), tmp_path / "kept.tar"))
    assert await hass.config_entries.async_unload(house.entry_id)
    shutil.rmtree(tmp_path / "config" / DOMAIN)
    shutil.copytree(unpacked(backup, tmp_path / "unpacked") / DOMAIN, tmp_path / "config" / DOMAIN)

    await restart(hass, house)

    client = await hass_client()
    if profile is KeyProfile.LOCKED:
        assert [await video(client, clip) for clip in clips] == [423, 423]
        done = await go_on(client, await repair(client, "clips_locked"), secret=CODE)
        assert done["type"] == "create_entry"
    assert [await video(client, clip) for clip in clips] == [b"ftyp", b"ftyp"]
    assert not issue(hass, "clip_keys_lost")


async def test_a_restored_catalogue_and_the_recovery_code_are_enough(
    hass: HomeAssistant,
    house: MockConfigEntry,
    clips: list[Clip],
    tmp_path: Path,
    hass_client: ClientSessionGenerator,
) -> None:
    assert await hass.config_entries.async_unload(house.entry_id)
    shutil.rmtree(tmp_path / "config" / DOMAIN / "keys")
    await restart(hass, house)
    assert house.state is ConfigEntryState.SETUP_RETRY
    client = await hass_client()
    form = await go_on(client, await repair(client, "house_key_gone"), next_step_id="restore")
    assert (await go_on(client, form, secret=CODE))["type"] == "create_entry"
    assert house.state is ConfigEntryState.LOADED
    assert [await video(client, clip) for clip in clips] == [b"ftyp", b"ftyp"]


async def test_what_a_backup_opens_for_a_thief_depends_on_the_profile(
    hass: HomeAssistant, house: MockConfigEntry, clips: list[Clip], profile: KeyProfile, tmp_path: Path
) -> None:
    (tmp_path / "config" / ".storage").mkdir(exist_ok=True)
    config = unpacked(await back_up(hass), tmp_path / "unpacked")
    stored = [path for path in (tmp_path / "media").rglob("*.lc*") if path.is_file()]
    assert len(stored) == 4
    for path in stored:
        assert not [magic for magic in MAGIC if magic in path.read_bytes()]
    for path in config.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert PASSPHRASE.encode() not in content
        assert CODE.encode() not in content
    keyring = cheap_keyring(config / DOMAIN / "keys")
    keyring.open(may_create=False)
    assert keyring.state().is_locked is (profile is KeyProfile.LOCKED)
    assert ('"private": null' in (config / DOMAIN / "keys" / "house.json").read_text()) is keyring.state().is_locked


async def test_the_receipt_of_a_deletion_names_the_backup_that_still_has_the_key(
    hass: HomeAssistant, house: MockConfigEntry, clips: list[Clip]
) -> None:
    await back_up(hass)
    receipt: Any = await hass.services.async_call(
        DOMAIN, "delete_clips", {"clip_ids": [clips[0].clip_id]}, blocking=True, return_response=True
    )
    (backup,) = receipt["backups"]
    assert backup["name"] == "before"
    assert backup["encrypted"] is False
    assert backup["clip_ids"] == [clips[0].clip_id]
