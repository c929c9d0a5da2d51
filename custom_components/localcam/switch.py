"""The privacy switch: on, the camera rests, and nothing of it is connected, decoded or shown."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .calls import async_may_order
from .camera_state import Changed
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switch."""
    async_add_entities([LocalCamPrivacySwitch(entry.runtime_data.coordinator)])


class LocalCamPrivacySwitch(LocalCamEntity, SwitchEntity):
    """The owner's word; it holds over restarts, and can be given while the camera is away."""

    shows = Changed.SETTINGS
    needs_camera = False

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        super().__init__(coordinator, "privacy")

    @property
    @override
    def is_on(self) -> bool:
        return self.camera_state.resting

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await async_may_order(self)
        await self.coordinator.async_set_resting(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await async_may_order(self)
        await self.coordinator.async_set_resting(False)
