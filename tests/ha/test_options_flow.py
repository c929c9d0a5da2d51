"""Changing what runs: a camera's options and the house's storage, applied at once or not at all."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.errors import StorageError, WorkerError
from custom_components.localcam.engine.settings import GIB, HouseSettings
from custom_components.localcam.house import STORAGE_KEY, async_load_house, async_on_house_change
from custom_components.localcam.mount_table import Mount
from custom_components.localcam.storage_folder import AllowedFolders, FolderProblem, prepare_folder

from .test_config_flow import typed

pytestmark = pytest.mark.usefixtures("setup_entry")

CAMERA = {
    "sensitivity": 8,
    "pre_roll_s": 6.0,
    "post_roll_s": 9.0,
    "longest_clip_s": 90.0,
    "quiet_s": 12.0,
    "sound": True,
    "economy": "economy",
    "cpu_budget_percent": 30.0,
}


@dataclass
class FakeCoordinator:
    """Remembers which options were in force when it was told to apply them."""

    entry: MockConfigEntry
    failures: list[Exception] = field(default_factory=list)
    applied: list[dict[str, Any]] = field(default_factory=list)

    async def async_apply_options(self) -> None:
        self.applied.append(dict(self.entry.options))
        if self.failures:
            raise self.failures.pop(0)


@dataclass
class FakeData:
    coordinator: FakeCoordinator


@pytest.fixture
async def entry(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[MockConfigEntry]:
    """A loaded camera, in a house whose configuration and media lie apart."""
    (tmp_path / "media").mkdir()
    (tmp_path / "config").mkdir()
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    hass.config.allowlist_external_dirs = {str(tmp_path / "media"), str(tmp_path / "config" / "www")}
    entry = MockConfigEntry(
        domain=DOMAIN, title="Hall", data={"source": "demo", "name": "Hall", "seed": 1}, options={"resting": True}
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    entry.runtime_data = FakeData(FakeCoordinator(entry))
    with patch.object(hass.config, "config_dir", str(tmp_path / "config")):
        yield entry


async def begin(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> ConfigFlowResult:
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["camera", "access", "house", "encryption", "house_access"]
    return await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": step})


async def change(hass: HomeAssistant, form: ConfigFlowResult, answers: dict[str, Any]) -> ConfigFlowResult:
    return await hass.config_entries.options.async_configure(form["flow_id"], answers)


# This camera


async def test_camera_options_show_what_is_in_force(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await begin(hass, entry, "camera")

    assert form["step_id"] == "camera"
    assert form["description_placeholders"] == {"name": "Hall"}
    assert typed(form) == {
        "sensitivity": 5,
        "pre_roll_s": 5.0,
        "post_roll_s": 8.0,
        "longest_clip_s": 60.0,
        "quiet_s": 10.0,
        "sound": False,
        "economy": "auto",
        "cpu_budget_percent": 50.0,
    }


async def test_camera_options_are_applied_live_and_others_stay(
    hass: HomeAssistant, entry: MockConfigEntry, setup_entry: AsyncMock
) -> None:
    done = await change(hass, await begin(hass, entry, "camera"), CAMERA)
    await hass.async_block_till_done()

    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"resting": True, **CAMERA}
    assert entry.runtime_data.coordinator.applied == [{"resting": True, **CAMERA}]
    setup_entry.assert_awaited_once()  # nothing was loaded again
    assert typed(await begin(hass, entry, "camera")) == CAMERA


async def test_options_of_a_camera_that_is_not_loaded_are_saved(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    coordinator = entry.runtime_data.coordinator
    await hass.config_entries.async_unload(entry.entry_id)

    done = await change(hass, await begin(hass, entry, "camera"), CAMERA)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"resting": True, **CAMERA}
    assert coordinator.applied == []


async def test_options_that_cannot_be_applied_change_nothing(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    coordinator = entry.runtime_data.coordinator
    coordinator.failures = [WorkerError("gone")]

    form = await change(hass, await begin(hass, entry, "camera"), CAMERA)
    assert form["errors"] == {"base": "cannot_apply"}
    assert typed(form) == CAMERA
    assert entry.options == {"resting": True}
    assert coordinator.applied[-1] == {"resting": True}  # the camera was given its old options again

    done = await change(hass, form, CAMERA)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == {"resting": True, **CAMERA}


async def test_longest_clip_must_leave_room_for_what_was_before_motion(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await change(hass, await begin(hass, entry, "camera"), {**CAMERA, "pre_roll_s": 30, "longest_clip_s": 30})
    assert form["errors"] == {"longest_clip_s": "longest_too_short"}

    assert (await change(hass, form, CAMERA))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(("key", "value"), [("sensitivity", 11), ("pre_roll_s", -1), ("longest_clip_s", 9)])
async def test_number_out_of_its_limits_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, value: float
) -> None:
    form = await begin(hass, entry, "camera")
    with pytest.raises(InvalidData):
        await change(hass, form, {**CAMERA, key: value})
    assert entry.options == {"resting": True}


# The house


def house(folder: Path) -> dict[str, Any]:
    return {
        "storage_folder": str(folder),
        "spooling": "automatic",
        "quota_gb": 50.0,
        "free_floor_percent": 5.0,
        "free_floor_gb": 1.5,
        "public_host": "",
    }


async def test_house_shows_the_defaults_until_something_was_saved(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    form = await begin(hass, entry, "house")

    assert form["step_id"] == "house"
    assert typed(form) == {
        "storage_folder": str(tmp_path / "media" / "localcam"),
        "spooling": "automatic",
        "quota_gb": 20.0,
        "free_floor_percent": 10.0,
        "free_floor_gb": 2.0,
        "public_host": "",
    }
    assert form["description_placeholders"] is not None
    assert "do not grow" in form["description_placeholders"]["backups"]


async def test_house_settings_reach_running_cameras_and_the_store(
    hass: HomeAssistant, hass_storage: dict[str, Any], entry: MockConfigEntry, tmp_path: Path
) -> None:
    told = AsyncMock()
    no_longer_told = AsyncMock()
    async_on_house_change(hass, told)
    async_on_house_change(hass, no_longer_told)()
    folder = tmp_path / "media" / "clips" / "of cameras"

    done = await change(hass, await begin(hass, entry, "house"), {**house(folder), "storage_folder": f" {folder} "})

    before = str(tmp_path / "media" / "localcam")
    expected = HouseSettings(
        storage_folder=str(folder),
        older_folders=(before,),
        quota_bytes=50 * GIB,
        free_floor_share=0.05,
        free_floor_bytes=GIB + GIB // 2,
    )
    assert done["type"] is FlowResultType.CREATE_ENTRY
    told.assert_awaited_once_with(expected)
    no_longer_told.assert_not_awaited()
    assert folder.is_dir()
    # The trial write left nothing, and the next start will know the folder as the one that was chosen.
    assert [file.name for file in folder.iterdir()] == ["localcam-folder"]
    assert hass_storage[STORAGE_KEY]["data"] == {**house(folder), "older_folders": [before]}
    assert await async_load_house(hass) == expected
    assert entry.options == {"resting": True}
    assert typed(await begin(hass, entry, "house")) == house(folder)


def relative(_: Path) -> str:
    return "media/localcam"


def public(root: Path) -> str:
    return str(root / "config" / "www" / "clips")


def public_by_a_link(root: Path) -> str:
    (root / "config" / "www").mkdir()
    (root / "media" / "innocent").symlink_to(root / "config" / "www")
    return str(root / "media" / "innocent" / "clips")


def outside(root: Path) -> str:
    return str(root / "elsewhere")


def outside_by_dots(root: Path) -> str:
    return str(root / "media" / ".." / "elsewhere")


def media_itself(root: Path) -> str:
    return str(root / "media")


def a_file(root: Path) -> str:
    (root / "media" / "film").touch()
    return str(root / "media" / "film")


def with_nul(root: Path) -> str:
    return str(root / "media" / "a\0b")


@pytest.mark.parametrize(
    ("choose", "error"),
    [
        (relative, "folder_not_absolute"),
        (public, "folder_public"),
        (public_by_a_link, "folder_public"),
        (outside, "folder_not_allowed"),
        (outside_by_dots, "folder_not_allowed"),
        (media_itself, "folder_not_allowed"),
        (a_file, "folder_not_writable"),
        (with_nul, "folder_not_writable"),
    ],
)
async def test_folder_that_will_not_do_is_refused_and_another_can_be_given(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path, choose: Any, error: str
) -> None:
    folder = choose(tmp_path)
    told = AsyncMock()
    async_on_house_change(hass, told)

    form = await change(hass, await begin(hass, entry, "house"), {**house(tmp_path), "storage_folder": folder})
    assert form["errors"] == {"storage_folder": error}
    assert typed(form) == {**house(tmp_path), "storage_folder": folder}
    told.assert_not_awaited()
    assert not (tmp_path / "elsewhere").exists()

    done = await change(hass, form, house(tmp_path / "media" / "localcam"))
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_folder_that_the_owner_allowed_is_accepted(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    hass.config.allowlist_external_dirs.add(str(tmp_path / "nas"))

    done = await change(hass, await begin(hass, entry, "house"), house(tmp_path / "nas"))
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_house_settings_that_cannot_be_applied_are_not_saved(
    hass: HomeAssistant, hass_storage: dict[str, Any], entry: MockConfigEntry, tmp_path: Path
) -> None:
    told = AsyncMock(side_effect=[StorageError("no"), None])
    async_on_house_change(hass, told)
    wanted = house(tmp_path / "media" / "localcam")

    form = await change(hass, await begin(hass, entry, "house"), wanted)
    assert form["errors"] == {"base": "cannot_apply"}
    assert typed(form) == wanted
    assert STORAGE_KEY not in hass_storage

    assert (await change(hass, form, wanted))["type"] is FlowResultType.CREATE_ENTRY
    assert hass_storage[STORAGE_KEY]["data"] == {**wanted, "older_folders": []}


async def test_owner_is_told_where_backups_would_hold_the_clips(
    hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path
) -> None:
    hass.config.media_dirs = {"local": str(tmp_path / "config" / "media")}

    form = await begin(hass, entry, "house")
    assert form["description_placeholders"] is not None
    assert "its backups hold all clips" in form["description_placeholders"]["backups"]


async def test_house_without_a_media_folder_keeps_clips_where_home_assistant_would(hass: HomeAssistant) -> None:
    hass.config.media_dirs = {}
    assert (await async_load_house(hass)).storage_folder == hass.config.path("media", "localcam")


@pytest.mark.parametrize("chosen", ["keys", "keys/clips", ".", "../link"])
def test_clips_are_never_kept_in_one_tree_with_their_keys(tmp_path: Path, chosen: str) -> None:
    own = tmp_path / "config" / "localcam"
    (own / "keys").mkdir(parents=True)
    (tmp_path / "config" / "link").symlink_to(own)
    allowed = AllowedFolders(config=tmp_path / "config", media=(), keys=own / "keys", listed=(tmp_path,))

    assert prepare_folder(str(own / chosen), allowed) is FolderProblem.HOLDS_KEYS
    assert prepare_folder(str(own / "clips"), allowed) is None


async def test_a_share_that_is_out_keeps_nobody_from_changing_the_rest(
    hass: HomeAssistant, hass_storage: dict[str, Any], entry: MockConfigEntry, tmp_path: Path
) -> None:
    share = tmp_path / "media" / "nas" / "localcam"
    mounts = (
        Mount(point=PurePosixPath("/"), kind="ext4"),
        Mount(point=PurePosixPath(tmp_path / "media" / "nas"), kind="cifs"),
    )
    with (
        patch("custom_components.localcam.house.read_mounts", return_value=mounts),
        patch("custom_components.localcam.options_flow.prepare_folder", return_value=None) as prepared,
    ):
        done = await change(hass, await begin(hass, entry, "house"), house(share))
        assert done["type"] is FlowResultType.CREATE_ENTRY
        prepared.assert_called_once()
        assert (await async_load_house(hass)).spool_folder == str(tmp_path / "media" / "localcam-spool")

        never = {**house(share), "spooling": "never"}
        done = await change(hass, await begin(hass, entry, "house"), never)
        assert done["type"] is FlowResultType.CREATE_ENTRY
        prepared.assert_called_once()
    assert hass_storage[STORAGE_KEY]["data"]["spooling"] == "never"
    assert (await async_load_house(hass)).spool_folder == ""
    assert typed(await begin(hass, entry, "house")) == never
