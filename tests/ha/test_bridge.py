"""What all cameras share on the event loop: bounds, issues, house settings, the day's turn."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.localcam.bridge import HOUSE, ISSUE_CLIPS_IN_BACKUPS
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.errors import StorageError
from custom_components.localcam.engine.settings import GIB
from custom_components.localcam.house import async_apply_house, async_save_house
from custom_components.localcam.storage_issues import ISSUE_STORAGE_FULL

from .fake_station import FakeStation, World, a_clip
from .living_camera import LivingCamera, add_camera


async def a_minute_passes(hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: float = 1) -> None:
    freezer.tick(timedelta(minutes=minutes, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_full_disk_is_an_issue_until_there_is_room(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory, issue_registry: ir.IssueRegistry
) -> None:
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_STORAGE_FULL) is None
    camera.station.may_record = False
    await a_minute_passes(hass, freezer)
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_STORAGE_FULL) is not None
    camera.station.may_record = True
    await a_minute_passes(hass, freezer)
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_STORAGE_FULL) is None


async def test_a_storage_that_fails_does_not_end_the_minutes(
    hass: HomeAssistant,
    camera: LivingCamera,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(station: FakeStation) -> None:
        raise StorageError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(FakeStation, "enforce_bounds", fail)
        await a_minute_passes(hass, freezer)
    assert "could not be kept: gone" in caplog.text
    camera.station.may_record = False
    await a_minute_passes(hass, freezer)
    assert camera.coordinator.state.storage is not None
    assert not camera.coordinator.state.storage.may_record


async def test_clips_inside_the_configuration_swell_backups(
    hass: HomeAssistant, world: World, issue_registry: ir.IssueRegistry, tmp_path: Path
) -> None:
    hass.config.media_dirs = {"local": hass.config.path("media")}
    await add_camera(hass, world)
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_CLIPS_IN_BACKUPS) is not None

    await async_apply_house(hass, {"storage_folder": str(tmp_path / "elsewhere"), "quota_gb": 3})
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_CLIPS_IN_BACKUPS) is None
    assert world.station.house is not None
    assert world.station.house.quota_bytes == 3 * GIB


async def test_a_folder_that_is_chosen_while_nothing_runs_is_noted_for_the_next_start(
    hass: HomeAssistant, camera: LivingCamera, world: World
) -> None:
    assert await hass.config_entries.async_unload(camera.id)

    await async_apply_house(hass, {"storage_folder": "/media/other"})
    assert world.chosen == ["/media/other"]
    assert not hass.data[HOUSE].is_running

    await async_save_house(hass, {"storage_folder": "/media/other"})
    await async_apply_house(hass, {"storage_folder": "/media/other", "quota_gb": 3})
    assert world.chosen == ["/media/other"]  # other bounds choose nothing: its disk may just be out


async def test_the_count_of_the_day_begins_anew_at_midnight(
    hass: HomeAssistant, world: World, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-23 23:58:00+00:00")
    await hass.config.async_set_time_zone("UTC")
    camera = await add_camera(hass, world)
    camera.station.save(a_clip(camera.id, 1, freezer.time_to_freeze.timestamp()))
    await camera.settle()
    assert camera.coordinator.state.clips_today == 1
    await a_minute_passes(hass, freezer, minutes=3)
    assert camera.coordinator.state.clips_today == 0
    # Its picture is still that of the last motion.
    assert camera.coordinator.state.motion_clip is not None


async def test_a_clip_deleted_for_its_room_is_shown_no_more(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    camera.station.save(a_clip(camera.id, 1, freezer.time_to_freeze.timestamp()))
    await camera.settle()
    await a_minute_passes(hass, freezer)
    assert camera.coordinator.state.motion_clip is not None
    camera.world.catalogue.clear()  # as the bounds would
    await a_minute_passes(hass, freezer)
    assert camera.coordinator.state.motion_clip is None
