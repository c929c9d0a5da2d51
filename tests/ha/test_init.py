"""An entry's life: set up, unloaded, failing to start, stopped with Home Assistant."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.coordinator import LocalCamCoordinator
from custom_components.localcam.engine.errors import ArchiveError, EngineError, StorageError

from .fake_station import FakeStation, World
from .living_camera import DEMO, RTSP, LivingCamera, add_camera


async def test_a_camera_is_watched_from_set_up_to_unload(hass: HomeAssistant, world: World) -> None:
    camera = await add_camera(hass, world)
    station = camera.station
    assert list(station.watched) == [camera.id]
    assert str(station.catalogue_folder) == hass.config.path(DOMAIN)

    assert await hass.config_entries.async_unload(camera.id)

    assert camera.entry.state is ConfigEntryState.NOT_LOADED
    assert not station.running
    assert not station.watched


async def test_two_cameras_that_start_at_once_share_one_station(hass: HomeAssistant, world: World) -> None:
    entries = [MockConfigEntry(domain=DOMAIN, title=name, data={**DEMO, "name": name}) for name in ("A", "B")]
    for entry in entries:
        entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entries[0].entry_id)
    if entries[1].state is ConfigEntryState.NOT_LOADED:
        assert await hass.config_entries.async_setup(entries[1].entry_id)
    await hass.async_block_till_done()

    assert len(world.stations) == 1
    assert set(world.station.watched) == {entry.entry_id for entry in entries}

    # Both leave and come back at the same moment.
    await asyncio.gather(*(hass.config_entries.async_reload(entry.entry_id) for entry in entries))
    assert set(world.station.watched) == {entry.entry_id for entry in entries}

    assert await hass.config_entries.async_unload(entries[0].entry_id)
    assert list(world.station.watched) == [entries[1].entry_id]


@pytest.mark.parametrize(
    ("failure", "key"),
    [(ArchiveError("database disk image is malformed"), "catalogue_failed"), (StorageError("gone"), "storage_failed")],
)
async def test_a_station_that_cannot_start_is_tried_again(
    hass: HomeAssistant, world: World, failure: EngineError, key: str
) -> None:
    world.start_fails.append(failure)
    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=DEMO)
    entry.add_to_hass(hass)

    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == key

    assert await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert list(world.station.watched) == [entry.entry_id]


async def test_settings_that_are_not_valid_are_not_tried_again(hass: HomeAssistant, world: World) -> None:
    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=DEMO, options={"sensitivity": 99})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "settings_invalid"
    assert not world.stations


async def test_home_assistant_stops_and_the_clip_is_closed(hass: HomeAssistant, camera: LivingCamera) -> None:
    station = camera.station
    await hass.async_stop()
    assert not station.running


async def test_a_reload_after_a_new_password_watches_with_it(hass: HomeAssistant, world: World) -> None:
    camera = await add_camera(hass, world, RTSP)
    hass.config_entries.async_update_entry(camera.entry, data={**RTSP, "password": "n3w"})
    assert await hass.config_entries.async_reload(camera.id)
    assert camera.station.watched[camera.id].source.password == "n3w"  # type: ignore[union-attr]


async def test_a_camera_that_fails_half_way_does_not_keep_the_station(
    hass: HomeAssistant, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, query: object) -> None:
        raise ArchiveError("disk I/O error")

    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=DEMO)
    entry.add_to_hass(hass)
    with monkeypatch.context() as broken:
        broken.setattr(FakeStation, "clips", fail)
        await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not any(station.running for station in world.stations)

    assert await hass.config_entries.async_reload(entry.entry_id)
    assert world.station.running


async def test_a_camera_whose_set_up_fails_at_its_end_is_not_watched_for_nobody(
    hass: HomeAssistant, camera: LivingCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = LocalCamCoordinator.async_start

    async def fail_late(coordinator: LocalCamCoordinator) -> None:
        await start(coordinator)
        raise asyncio.CancelledError

    entry = MockConfigEntry(domain=DOMAIN, title="Kitchen", data={**DEMO, "name": "Kitchen"})
    entry.add_to_hass(hass)
    with monkeypatch.context() as broken:
        broken.setattr(LocalCamCoordinator, "async_start", fail_late)
        await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is not ConfigEntryState.LOADED
    assert list(camera.station.watched) == [camera.id]
