"""Calibrates a camera on request."""

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .calls import async_may_order
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the button."""
    async_add_entities([LocalCamCalibrate(entry.runtime_data.coordinator)])


class LocalCamCalibrate(LocalCamEntity, ButtonEntity):
    """Available while the camera is away, so that whoever presses it is told why nothing happens."""

    _attr_entity_category = EntityCategory.CONFIG
    needs_camera = False

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        super().__init__(coordinator, "calibrate")

    @override
    async def async_press(self) -> None:
        await async_may_order(self)
        await self.coordinator.calibration.async_begin()
