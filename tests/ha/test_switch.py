"""The privacy switch."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.localcam.engine.errors import WorkerError

from .fake_station import FakeStation
from .living_camera import LivingCamera


async def test_privacy_sends_the_camera_to_rest(hass: HomeAssistant, camera: LivingCamera) -> None:
    assert camera.state("switch", "privacy").state == STATE_OFF
    await camera.call("switch", "turn_on", "switch", "privacy")
    await camera.settle()
    assert not camera.station.watched
    assert camera.state("switch", "privacy").state == STATE_ON
    assert camera.state("binary_sensor", "motion").state == STATE_UNAVAILABLE
    assert camera.state("binary_sensor", "connection").state == STATE_OFF

    await camera.call("switch", "turn_off", "switch", "privacy")
    camera.station.back(camera.id)
    await camera.settle()
    assert camera.id in camera.station.watched
    assert camera.state("switch", "privacy").state == STATE_OFF
    assert camera.state("binary_sensor", "motion").state == STATE_OFF


async def test_privacy_survives_a_restart(hass: HomeAssistant, camera: LivingCamera) -> None:
    await camera.call("switch", "turn_on", "switch", "privacy")
    assert await hass.config_entries.async_reload(camera.id)
    assert not camera.station.watched
    assert camera.state("switch", "privacy").state == STATE_ON


async def test_privacy_can_be_chosen_while_the_camera_is_away(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.lose(camera.id)
    await camera.settle()
    await camera.call("switch", "turn_on", "switch", "privacy")
    assert not camera.station.watched


async def test_privacy_said_twice_is_privacy(hass: HomeAssistant, camera: LivingCamera) -> None:
    for _ in range(2):
        await camera.call("switch", "turn_on", "switch", "privacy")
    assert camera.state("switch", "privacy").state == STATE_ON


async def test_a_worker_that_fails_leaves_the_camera_hidden(
    hass: HomeAssistant, camera: LivingCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, camera_id: str) -> None:
        raise WorkerError("does not end")

    monkeypatch.setattr(FakeStation, "rest", fail)
    with pytest.raises(HomeAssistantError) as failed:
        await camera.call("switch", "turn_on", "switch", "privacy")
    assert failed.value.translation_key == "worker_failed"
    assert camera.state("switch", "privacy").state == STATE_ON
    assert await camera.coordinator.view.async_picture() is None
    monkeypatch.undo()
