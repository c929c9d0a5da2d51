"""The sensitivity."""

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from .living_camera import LivingCamera


async def test_sensitivity_reaches_the_running_camera_and_stays(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    state = camera.state("number", "sensitivity")
    assert (state.state, state.attributes["min"], state.attributes["max"], state.attributes["step"]) == ("5", 1, 10, 1)
    entry = entity_registry.async_get("number.hall_sensitivity")
    assert entry is not None
    assert entry.entity_category is EntityCategory.CONFIG

    await camera.call("number", "set_value", "number", "sensitivity", value=8)
    assert camera.state("number", "sensitivity").state == "8"
    assert camera.entry.options["sensitivity"] == 8
    assert camera.station.calls[-1][1].detect.sensitivity == 8
    assert len(camera.world.stations) == 1, "nothing was reloaded"

    assert await hass.config_entries.async_reload(camera.id)
    assert camera.station.watched[camera.id].detect.sensitivity == 8


async def test_what_is_out_of_range_changes_nothing(hass: HomeAssistant, camera: LivingCamera) -> None:
    with pytest.raises(ServiceValidationError):
        await camera.call("number", "set_value", "number", "sensitivity", value=11)
    assert not camera.station.calls
    assert camera.state("number", "sensitivity").state == "5"
