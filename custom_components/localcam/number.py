"""How sensitive motion detection is."""

from typing import override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .calls import async_may_order
from .camera_state import Changed
from .const import CONF_SENSITIVITY
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .engine.settings import LIMITS
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the number."""
    async_add_entities([LocalCamSensitivity(entry.runtime_data.coordinator)])


class LocalCamSensitivity(LocalCamEntity, NumberEntity):
    """The same option as in the camera's form; a change reaches the running camera at once."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_mode = NumberMode.SLIDER
    _attr_native_min_value, _attr_native_max_value = LIMITS[CONF_SENSITIVITY]
    _attr_native_step = 1
    shows = Changed.SETTINGS
    needs_camera = False

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        super().__init__(coordinator, CONF_SENSITIVITY)

    @property
    @override
    def native_value(self) -> float:
        return self.coordinator.settings.detect.sensitivity

    @override
    async def async_set_native_value(self, value: float) -> None:
        await async_may_order(self)
        entry = self.coordinator.entry
        self.hass.config_entries.async_update_entry(entry, options={**entry.options, CONF_SENSITIVITY: int(value)})
        await self.coordinator.async_apply_options()
