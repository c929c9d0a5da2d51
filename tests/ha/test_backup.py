"""Home Assistant's own backup hooks, a tar of the configuration, and what a restored copy holds."""

from pathlib import Path
import tarfile

from homeassistant.components.backup import DATA_MANAGER
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.catalogued import ClipQuery
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import ArchiveError
from custom_components.localcam.engine.settings import HouseSettings
from custom_components.localcam.engine.station import Station
from tests.faults.inline_executor import InlineExecutor

from .fake_station import FakeStation
from .living_camera import DEMO, LivingCamera
from .test_real_station import until


def restored(archive: Path, folder: Path, storage: str) -> tuple[list[str], list[str]]:
    """The clips of the restored catalogue, and what does not hold of it and the clips, which no backup touched."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    keeper = ClipKeeper(folder / DOMAIN, SystemClock(), InlineExecutor())
    keeper.open(HouseSettings(storage_folder=storage, quota_bytes=1 << 40, free_floor_share=0, free_floor_bytes=0))
    try:
        clips = [entry.clip.clip_id for entry in keeper.archive.clips(ClipQuery())]
        return clips, [violation.text for violation in keeper.check(Depth.DIGEST)]
    finally:
        keeper.close()


def tar_up(hass: HomeAssistant, archive: Path) -> None:
    """As Home Assistant does: all of our files but SQLite's shared memory."""
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(Path(hass.config.path(DOMAIN)).iterdir()):
            if not path.name.endswith("-shm"):
                tar.add(path, f"{DOMAIN}/{path.name}")


async def test_a_backup_made_while_a_camera_records_is_restored_clean(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.config_dir = str(tmp_path / "config")
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    (tmp_path / "config").mkdir()
    assert await async_setup_component(hass, "backup", {})
    entry = MockConfigEntry(domain=DOMAIN, title="Room", data={**DEMO, "name": "Room"})
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    station: Station = hass.data[HOUSE].station
    await hass.async_add_executor_job(station.record_now, entry.entry_id, 600.0)

    manager = hass.data[DATA_MANAGER]
    await manager.async_pre_backup_actions()
    during = await hass.async_add_executor_job(station.keep_last, entry.entry_id, 1.0)
    await hass.async_add_executor_job(tar_up, hass, tmp_path / "backup.tar.gz")
    await manager.async_post_backup_actions()
    storage = station.home.storage_folder
    assert await hass.config_entries.async_unload(entry.entry_id)

    clips, violations = await hass.async_add_executor_job(
        restored, tmp_path / "backup.tar.gz", tmp_path / "restored", storage
    )
    # The clip that was open then, and was finished later, describes itself.
    assert during in clips
    assert len(clips) == 2
    assert violations == []


async def test_the_hooks_reach_the_station(hass: HomeAssistant, camera: LivingCamera) -> None:
    assert await async_setup_component(hass, "backup", {})
    await hass.async_block_till_done()
    manager = hass.data[DATA_MANAGER]
    await manager.async_pre_backup_actions()
    assert camera.station.calls[-1] == ("begin_copying",)
    await manager.async_post_backup_actions()
    assert camera.station.calls[-1] == ("end_copying",)


async def test_a_catalogue_that_is_out_does_not_keep_the_rest_from_being_backed_up(
    hass: HomeAssistant, camera: LivingCamera, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(station: FakeStation) -> None:
        raise ArchiveError("its disk is gone")

    monkeypatch.setattr(FakeStation, "begin_copying", fail)
    monkeypatch.setattr(FakeStation, "end_copying", fail)
    assert await async_setup_component(hass, "backup", {})
    await hass.async_block_till_done()
    manager = hass.data[DATA_MANAGER]
    await manager.async_pre_backup_actions()
    await manager.async_post_backup_actions()
    assert caplog.text.count("its disk is gone") == 2


async def test_without_a_running_house_there_is_nothing_to_do(hass: HomeAssistant, camera: LivingCamera) -> None:
    assert await async_setup_component(hass, "backup", {})
    assert await hass.config_entries.async_unload(camera.id)
    manager = hass.data[DATA_MANAGER]
    await manager.async_pre_backup_actions()
    await manager.async_post_backup_actions()
