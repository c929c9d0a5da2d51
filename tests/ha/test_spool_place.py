"""Where clips are recorded first follows the owner's choice and the table of mounts, also while the share is out."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.localcam.engine.settings import HouseSettings, Spooling
from custom_components.localcam.house import (
    async_apply_house,
    async_load_house,
    async_on_house_change,
    async_save_house,
)
from custom_components.localcam.mount_table import Mount
from custom_components.localcam.spool_place import SpoolPlace, find_spool
from custom_components.localcam.storage_folder import AllowedFolders, swells_backups


def mounts(*shares: Path) -> tuple[Mount, ...]:
    root = Mount(point=PurePosixPath("/"), kind="ext4")
    return (root, *(Mount(point=PurePosixPath(share), kind="nfs4") for share in shares))


def allowed(tmp_path: Path, *media: str) -> AllowedFolders:
    return AllowedFolders(
        config=tmp_path / "config",
        media=tuple(tmp_path / each for each in media),
        keys=tmp_path / "config" / "localcam" / "keys",
        listed=(),
    )


@pytest.mark.parametrize(
    ("spooling", "mounted", "was_on_network", "spooled"),
    [
        (Spooling.AUTOMATIC, True, False, True),
        (Spooling.AUTOMATIC, False, False, False),
        (Spooling.AUTOMATIC, False, True, True),
        (Spooling.ALWAYS, False, False, True),
        (Spooling.NEVER, True, True, False),
    ],
)
def test_the_owner_s_choice(
    tmp_path: Path, spooling: Spooling, mounted: bool, was_on_network: bool, spooled: bool
) -> None:
    share = tmp_path / "nas"
    house = HouseSettings(storage_folder=str(share / "localcam"), spooling=spooling)
    place = find_spool(house, allowed(tmp_path, "media"), mounts(*[share] * mounted), was_on_network=was_on_network)
    expected = str(tmp_path / "media" / "localcam-spool") if spooled else ""
    assert place == SpoolPlace(folder=expected, on_network=mounted)


def test_it_is_in_the_first_media_folder_that_is_local(tmp_path: Path) -> None:
    house = HouseSettings(storage_folder=str(tmp_path / "a" / "localcam"))
    here = mounts(tmp_path / "a", tmp_path / "b")
    place = find_spool(house, allowed(tmp_path, "a", "b", "c", "d"), here, was_on_network=False)
    assert place.folder == str(tmp_path / "c" / "localcam-spool")
    assert find_spool(house, allowed(tmp_path, "a", "b"), here, was_on_network=False).folder == ""


@pytest.mark.parametrize("media", ["config/www", "config/localcam/keys", "link"])
def test_it_is_never_public_nor_in_one_tree_with_the_keys(tmp_path: Path, media: str) -> None:
    (tmp_path / "config" / "localcam" / "keys").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "config" / "localcam" / "keys")
    house = HouseSettings(storage_folder="/nas/localcam", spooling=Spooling.ALWAYS)
    assert find_spool(house, allowed(tmp_path, media), mounts(), was_on_network=False).folder == ""


@pytest.mark.parametrize("storage", ["media/localcam-spool", "media/localcam-spool/clips", "media"])
def test_it_is_never_in_one_tree_with_the_storage_folder(tmp_path: Path, storage: str) -> None:
    house = HouseSettings(storage_folder=str(tmp_path / storage), spooling=Spooling.ALWAYS)
    assert find_spool(house, allowed(tmp_path, "media"), mounts(), was_on_network=False).folder == ""


@pytest.fixture
def share(hass: HomeAssistant, tmp_path: Path) -> Iterator[Path]:
    hass.config.media_dirs = {"local": str(tmp_path / "media"), "nas": str(tmp_path / "nas")}
    with patch("custom_components.localcam.house.read_mounts", return_value=mounts(tmp_path / "nas")):
        yield tmp_path / "nas" / "localcam"


async def test_a_share_is_remembered_so_that_a_start_without_it_records(
    hass: HomeAssistant, share: Path, tmp_path: Path
) -> None:
    spool = str(tmp_path / "media" / "localcam-spool")
    await async_save_house(hass, {"storage_folder": str(share), "quota_gb": 3})
    assert (await async_load_house(hass)).spool_folder == spool

    with patch("custom_components.localcam.house.read_mounts", return_value=mounts()):
        assert (await async_load_house(hass)).spool_folder == spool
        await async_save_house(hass, {"storage_folder": str(share), "quota_gb": 4})
        assert (await async_load_house(hass)).spool_folder == spool
        await async_save_house(hass, {"storage_folder": str(tmp_path / "media" / "localcam")})
        assert (await async_load_house(hass)).spool_folder == ""
    assert not (tmp_path / "nas").exists(), "nothing was asked of it"


async def test_running_cameras_follow_another_choice(hass: HomeAssistant, share: Path) -> None:
    applied: list[HouseSettings] = []

    async def apply(house: HouseSettings) -> None:
        applied.append(house)

    async_on_house_change(hass, apply)
    for spooling in Spooling:
        await async_apply_house(hass, {"storage_folder": str(share), "spooling": spooling.value})
    assert [bool(house.spool_folder) for house in applied] == [True, True, False]


def test_a_share_behind_a_spool_is_not_asked_whether_it_is_in_backups(tmp_path: Path) -> None:
    house = HouseSettings(storage_folder=str(tmp_path / "config" / "clips"), spool_folder="/local")
    with patch.object(Path, "resolve", autospec=True) as resolve:
        resolve.side_effect = lambda path, **_: path if path == tmp_path / "config" else pytest.fail("it hangs")
        assert swells_backups(house, str(tmp_path / "config"))
