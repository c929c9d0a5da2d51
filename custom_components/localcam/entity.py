"""What all entities of a camera share: the device, the name, and when they are told."""

from typing import override

from homeassistant.core import Context
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from .camera_state import CameraState, Changed
from .const import DOMAIN
from .coordinator import LocalCamCoordinator
from .engine.settings import AddressSource, DemoSource, EntitySource, Source, UsbSource


def unique_id(camera_id: str, key: str) -> str:
    """Of the entity that shows `key` of a camera."""
    return f"{camera_id}_{key}"


def _model(source: Source) -> str:
    match source:
        case AddressSource():
            return "Network camera"
        case EntitySource():
            return "Camera entity"
        case UsbSource():
            return "USB camera"
        case DemoSource():
            return "Demo camera"


class LocalCamEntity(Entity):
    """An entity of a camera; it writes its state when something changed that it shows."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    shows: Changed = Changed.AVAILABILITY
    needs_camera = True
    """Whether it is unavailable while the camera gives no pictures; not so for what the catalogue or the owner says."""

    def __init__(self, coordinator: LocalCamCoordinator, key: str) -> None:
        self.coordinator = coordinator
        self._attr_translation_key = key
        self._attr_unique_id = unique_id(coordinator.camera_id, key)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, coordinator.camera_id)},
            name=coordinator.entry.title,
            manufacturer="LocalCam",
            model=_model(coordinator.settings.source),
        )

    @property
    def camera_state(self) -> CameraState:
        """What is known of the camera now."""
        return self.coordinator.state

    @property
    @override
    def available(self) -> bool:
        return super().available and (self.camera_state.online or not self.needs_camera)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_listener(self._changed))

    @property
    def ordered_by(self) -> Context | None:
        """While an order is carried out: in whose name; None where Home Assistant does not say."""
        return self._context

    def _changed(self, changed: Changed) -> None:
        if changed & self.shows:
            self.camera_changed(changed)

    def camera_changed(self, changed: Changed) -> None:
        """Show it; in the event loop."""
        self.async_write_ha_state()
