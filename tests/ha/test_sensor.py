"""The diagnostic sensors."""

from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.localcam.engine.motion import Shedding
from custom_components.localcam.sensor import SENSORS, LocalCamSensor

from .fake_station import World, a_clip
from .living_camera import LivingCamera, add_camera

HEALTH = ("analysed_frames", "dropped_packets", "worker_cpu", "worker_memory")


@pytest.fixture
async def measured(hass: HomeAssistant, world: World) -> LivingCamera:
    """All of them are on, as if the owner wanted them."""
    with patch("homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True):
        return await add_camera(hass, world)


async def test_they_are_off_until_the_owner_wants_them(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    for row in SENSORS:
        if row.entity_registry_enabled_default:
            assert row.key in ("audit_log", "calibration")  # a witness that is off is none
            continue
        entry = entity_registry.async_get(camera.entity_id("sensor", row.key))
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        assert entry.entity_category is EntityCategory.DIAGNOSTIC


async def test_they_show_what_the_worker_says(hass: HomeAssistant, measured: LivingCamera) -> None:
    measured.station.health(measured.id, dropped_packets=3)
    await measured.settle()
    shown = {key: measured.state("sensor", key).state for key in HEALTH}
    assert shown == {"analysed_frames": "5.0", "dropped_packets": "3", "worker_cpu": "12.3", "worker_memory": "20.0"}


async def test_they_show_what_is_decoded_and_what_is_left_out(hass: HomeAssistant, measured: LivingCamera) -> None:
    measured.station.health(measured.id)
    await measured.settle()
    assert measured.state("sensor", "decoding").state == "fast"
    assert measured.state("sensor", "left_out").state == "nothing"


async def test_economy_and_a_used_up_cpu_budget_can_be_seen(hass: HomeAssistant, measured: LivingCamera) -> None:
    measured.station.health(measured.id, economises=True, shed=Shedding.DECODING)
    await measured.settle()
    assert measured.state("sensor", "decoding").state == "economy"
    assert measured.state("sensor", "left_out").state == "decoding"


async def test_a_system_that_does_not_tell_memory_shows_none(hass: HomeAssistant, measured: LivingCamera) -> None:
    measured.station.health(measured.id, memory_bytes=0)
    await measured.settle()
    assert measured.state("sensor", "worker_memory").state == "unknown"


async def test_what_changes_often_is_written_once_in_ten_seconds(
    hass: HomeAssistant, measured: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    written = []

    @callback
    def remember(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == "sensor.hall_worker_cpu":
            written.append(event)

    hass.bus.async_listen("state_changed", remember)
    for second in range(0, 30, 2):
        measured.station.health(measured.id, cpu_share=second / 100)
        await measured.settle()
        freezer.tick(2)
    assert len(written) == 3


async def test_they_are_away_with_the_camera_but_not_what_the_catalogue_says(
    hass: HomeAssistant, measured: LivingCamera
) -> None:
    measured.station.health(measured.id)
    measured.station.lose(measured.id)
    await measured.settle()
    assert {measured.state("sensor", key).state for key in HEALTH} == {STATE_UNAVAILABLE}
    assert measured.state("sensor", "clips_today").state == "0"
    assert measured.state("sensor", "storage_used").state != STATE_UNAVAILABLE


async def test_clips_and_storage_are_counted(
    hass: HomeAssistant, world: World, measured: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    other = await add_camera(hass, world, {"source": "demo", "name": "Attic", "seed": 2}, online=False)
    now = freezer.time_to_freeze.timestamp()
    measured.station.save(a_clip(measured.id, 1, now))
    measured.station.save(a_clip(measured.id, 2, now - 40 * 3600))
    other.station.save(a_clip(other.id, 3, now))
    await measured.settle()
    assert measured.state("sensor", "clips_today").state == "1"
    await measured.coordinator.house.async_clips_changed()
    storage = measured.state("sensor", "storage_used")
    assert float(storage.state) == pytest.approx(3 * 614_428 / 2**30, rel=0.01)
    assert storage.attributes["clips"] == 3
    assert set(storage.attributes) >= LocalCamSensor._unrecorded_attributes
