"""Whether something moves in front of the camera, and whether the camera is connected."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import CameraState, Changed, LocalCamConfigEntry, LocalCamCoordinator
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LocalCamBinarySensorDescription(BinarySensorEntityDescription):
    """What a binary sensor shows of a camera."""

    is_on_fn: Callable[[CameraState], bool]
    shows: Changed
    needs_camera: bool = True


BINARY_SENSORS = (
    LocalCamBinarySensorDescription(
        key="motion",
        device_class=BinarySensorDeviceClass.MOTION,
        is_on_fn=lambda state: state.in_motion,
        shows=Changed.AVAILABILITY | Changed.MOTION,
    ),
    LocalCamBinarySensorDescription(
        key="connection",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda state: state.online,
        shows=Changed.AVAILABILITY,
        needs_camera=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors."""
    async_add_entities(LocalCamBinarySensor(entry.runtime_data.coordinator, row) for row in BINARY_SENSORS)


class LocalCamBinarySensor(LocalCamEntity, BinarySensorEntity):
    """A row of the table."""

    entity_description: LocalCamBinarySensorDescription

    def __init__(self, coordinator: LocalCamCoordinator, description: LocalCamBinarySensorDescription) -> None:
        super().__init__(coordinator, description.key)
        self.entity_description = description
        self.shows = description.shows
        self.needs_camera = description.needs_camera

    @property
    @override
    def is_on(self) -> bool:
        return self.entity_description.is_on_fn(self.camera_state)
