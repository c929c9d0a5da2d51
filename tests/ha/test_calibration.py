"""Calibrating: asked for by the button or when a camera is added, refused with a reason, kept when it is done."""

from datetime import timedelta

from homeassistant.const import STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.localcam.camera_calibration import CALIBRATION_S, WISH_AFTER_S
from custom_components.localcam.engine.motion import Calibration, CalibrationFault
from custom_components.localcam.engine.reports import Calibrated
from custom_components.localcam.engine.settings import NOISE_FLOOR_BYTES

from .fake_station import World
from .living_camera import LivingCamera, add_camera

NOISE_FLOOR = bytes(range(5, 25)) * (NOISE_FLOOR_BYTES // 20)


async def press(camera: LivingCamera) -> None:
    await camera.call("button", "press", "button", "calibrate")


async def over(camera: LivingCamera, fault: CalibrationFault | None = None) -> None:
    calibration = Calibration(fault=fault, noise_floor=b"" if fault else NOISE_FLOOR)
    camera.station.report(camera.id, Calibrated(calibration=calibration))
    await camera.settle()


def shown(camera: LivingCamera) -> str:
    return camera.state("sensor", "calibration").state


async def test_what_was_learned_is_kept_and_survives_a_restart(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    button = entity_registry.async_get("button.hall_calibrate")
    assert button is not None
    assert button.entity_category is EntityCategory.CONFIG
    assert shown(camera) == "not_calibrated"
    await press(camera)
    assert shown(camera) == "calibrating"
    assert camera.station.calls == [("calibrate", camera.id, CALIBRATION_S)]

    await over(camera)
    assert shown(camera) == "calibrated"
    assert camera.station.watched[camera.id].detect.noise_floor == NOISE_FLOOR
    assert len(camera.entry.options["noise_floor"]) < 1000

    # Other options leave it alone, and so does a restart.
    await camera.call("number", "set_value", "number", "sensitivity", value=8)
    assert await hass.config_entries.async_reload(camera.id)
    assert camera.station.watched[camera.id].detect.noise_floor == NOISE_FLOOR
    assert shown(camera) == "calibrated"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (CalibrationFault.MOTION, "disturbed"),
        (CalibrationFault.LIGHT, "light_changed"),
        (CalibrationFault.LOST, "interrupted"),
    ],
)
async def test_a_room_that_was_not_empty_says_so_and_changes_nothing(
    hass: HomeAssistant, camera: LivingCamera, fault: CalibrationFault, state: str
) -> None:
    await press(camera)
    await over(camera)
    before = dict(camera.entry.options)
    await press(camera)
    await over(camera, fault)
    assert shown(camera) == state
    assert dict(camera.entry.options) == before
    assert camera.station.watched[camera.id].detect.noise_floor == NOISE_FLOOR


@pytest.mark.parametrize(
    ("problem", "key"),
    [
        ("offline", "camera_offline"),
        ("sees_nothing", "camera_sees_nothing"),
        ("something_moves", "something_moves"),
        ("broken", "worker_failed"),
    ],
)
async def test_what_the_worker_refuses_is_said(
    hass: HomeAssistant, camera: LivingCamera, problem: str, key: str
) -> None:
    camera.station.problem = problem
    with pytest.raises(ServiceValidationError) as raised:
        await press(camera)
    assert raised.value.translation_key == key
    assert shown(camera) == "not_calibrated"


async def test_a_camera_that_is_away_or_rests_is_not_calibrated(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.lose(camera.id)
    await camera.settle()
    assert camera.state("button", "calibrate").state != STATE_UNAVAILABLE
    with pytest.raises(ServiceValidationError) as raised:
        await press(camera)
    assert raised.value.translation_key == "camera_offline"

    await camera.coordinator.async_set_resting(True)
    with pytest.raises(ServiceValidationError) as raised:
        await press(camera)
    assert raised.value.translation_key == "camera_resting"
    assert not camera.station.calls


async def test_a_worker_that_dies_meanwhile_interrupts_it(hass: HomeAssistant, camera: LivingCamera) -> None:
    await press(camera)
    camera.station.crash(camera.id)
    await camera.settle()
    assert shown(camera) == "interrupted"


async def wait_for_wish(camera: LivingCamera) -> None:
    async_fire_time_changed(camera.hass, dt_util.utcnow() + timedelta(seconds=WISH_AFTER_S + 1))
    await camera.settle()


async def test_a_camera_that_was_added_with_that_wish_is_calibrated_once_it_is_seen(
    hass: HomeAssistant, world: World
) -> None:
    camera = await add_camera(hass, world, options={"calibrate": True}, online=False)
    await wait_for_wish(camera)
    assert not camera.station.calls
    camera.station.back(camera.id)
    camera.station.back(camera.id)
    await camera.settle()
    await wait_for_wish(camera)
    assert camera.station.calls == [("calibrate", camera.id, CALIBRATION_S)]
    assert "calibrate" not in camera.entry.options
    camera.station.lose(camera.id)
    camera.station.back(camera.id)
    await camera.settle()
    await wait_for_wish(camera)
    assert len(camera.station.calls) == 1


async def test_a_wish_that_cannot_be_met_says_so(hass: HomeAssistant, world: World) -> None:
    camera = await add_camera(hass, world, options={"calibrate": True})
    camera.station.problem = "something_moves"
    await wait_for_wish(camera)
    assert shown(camera) == "disturbed"


async def test_a_camera_that_is_unloaded_keeps_its_wish(hass: HomeAssistant, world: World) -> None:
    camera = await add_camera(hass, world, options={"calibrate": True})
    assert await hass.config_entries.async_unload(camera.id)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=WISH_AFTER_S + 1))
    await hass.async_block_till_done()
    assert camera.entry.options == {"calibrate": True}
