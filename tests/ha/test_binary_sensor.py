"""The motion and the connection sensor."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from custom_components.localcam.engine.motion import CameraProblem
from custom_components.localcam.engine.reports import ProblemChanged

from .living_camera import LivingCamera


async def test_motion_is_on_from_its_start_to_the_end_of_the_quiet_time(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    assert camera.entity_id("binary_sensor", "motion") == "binary_sensor.hall_motion"
    assert camera.state("binary_sensor", "motion").state == STATE_OFF
    camera.station.move(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "motion").state == STATE_ON
    camera.station.rest_from_motion(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "motion").state == STATE_OFF
    assert camera.coordinator.state.last_event is not None


async def test_motion_ends_with_the_connection(hass: HomeAssistant, camera: LivingCamera) -> None:
    seen: list[str] = []

    @callback
    def remember(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == "binary_sensor.hall_motion" and (new := event.data["new_state"]):
            seen.append(new.state)

    hass.bus.async_listen("state_changed", remember)
    camera.station.move(camera.id)
    camera.station.lose(camera.id)
    camera.station.back(camera.id)
    await camera.settle()
    assert seen == [STATE_ON, STATE_UNAVAILABLE, STATE_OFF]


async def test_the_connection_is_diagnostic_and_always_there(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    entry = entity_registry.async_get("binary_sensor.hall_connection")
    assert entry is not None
    assert entry.entity_category is EntityCategory.DIAGNOSTIC
    assert camera.state("binary_sensor", "connection").state == STATE_ON
    camera.station.lose(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "connection").state == STATE_OFF


async def test_health_does_not_write_the_states_of_others(hass: HomeAssistant, camera: LivingCamera) -> None:
    before = camera.state("binary_sensor", "motion").last_reported
    for _ in range(5):
        camera.station.health(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "motion").last_reported == before


async def test_a_camera_that_sees_nothing_has_a_problem_and_says_which(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    entry = entity_registry.async_get("binary_sensor.hall_problem")
    assert entry is not None
    assert entry.entity_category is EntityCategory.DIAGNOSTIC

    def shown() -> tuple[str, str | None]:
        state = camera.state("binary_sensor", "problem")
        return state.state, state.attributes.get("reason")

    assert shown() == (STATE_OFF, None)
    for problem in CameraProblem:
        camera.station.report(camera.id, ProblemChanged(problem=problem))
        await camera.settle()
        assert shown() == (STATE_ON, problem.value)
    camera.station.lose(camera.id)
    await camera.settle()
    assert shown() == (STATE_UNAVAILABLE, None)
    camera.station.back(camera.id)
    await camera.settle()
    assert shown() == (STATE_OFF, None)
