"""The clip event."""

from homeassistant.const import STATE_OFF, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from custom_components.localcam.engine.motion import Kind

from .fake_station import a_clip
from .living_camera import LivingCamera


async def test_a_saved_clip_is_told_with_what_automations_need(hass: HomeAssistant, camera: LivingCamera) -> None:
    assert camera.state("event", "clip").state == STATE_UNKNOWN
    camera.station.save(a_clip(camera.id, 7, 1_790_000_000.5))
    await camera.settle()
    state = camera.state("event", "clip")
    assert state.entity_id == "event.hall_clip"
    assert state.attributes["event_types"] == ["clip_saved"]
    told = {k: state.attributes[k] for k in ("event_type", "clip_id", "start", "duration", "kind", "score", "reason")}
    assert told == {
        "event_type": "clip_saved",
        "clip_id": "01K7ZV3J8QW9E4R5T6Y7V80007",
        "start": "2026-09-21T14:13:20.500000+00:00",
        "duration": 10.0,
        "kind": "person",
        "score": 0.812,
        "reason": "motion",
    }


async def test_each_clip_is_an_event_of_its_own(hass: HomeAssistant, camera: LivingCamera) -> None:
    states = []
    for number in range(3):
        camera.station.save(a_clip(camera.id, number, 1_790_000_000 + number))
        await camera.settle()
        states.append(camera.state("event", "clip").state)
    assert len(set(states)) == 3


async def test_the_clip_that_a_lost_camera_left_is_told_while_it_is_away(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    camera.station.lose(camera.id)
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    await camera.settle()
    assert camera.state("event", "clip").attributes["clip_id"] == "01K7ZV3J8QW9E4R5T6Y7V80001"


async def test_nothing_is_told_again_after_a_reload(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    await camera.settle()
    told_at = camera.state("event", "clip").state
    assert await hass.config_entries.async_reload(camera.id)
    camera.station.back(camera.id)
    await camera.settle()
    assert camera.state("event", "clip").state == told_at


async def test_each_kind_is_told_in_the_moment_it_is_seen(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.move(camera.id, Kind.LIGHT)
    await camera.settle()
    state = camera.state("event", "motion_kind")
    assert state.entity_id == "event.hall_motion_kind"
    assert state.attributes["event_types"] == [kind.value for kind in Kind]
    told = {k: state.attributes[k] for k in ("event_type", "counts_as_motion", "score", "clip_id")}
    assert told == {"event_type": "light", "counts_as_motion": False, "score": 0.8, "clip_id": None}
    assert camera.state("binary_sensor", "motion").state == STATE_OFF


async def test_a_kind_that_stays_is_told_once_and_one_that_turns_out_to_be_another_twice(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    told: list[str] = []

    @callback
    def remember(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if event.data["entity_id"] == "event.hall_motion_kind" and new and new.attributes["event_type"]:
            told.append(new.attributes["event_type"])

    hass.bus.async_listen("state_changed", remember)
    for first, strongest in ((Kind.OTHER, Kind.OTHER), (Kind.OTHER, Kind.PERSON)):
        camera.station.move(camera.id, first)
        camera.station.rest_from_motion(camera.id, strongest)
        await camera.settle()
    assert told == ["other", "other", "person"]
