"""The clip event."""

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant

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
