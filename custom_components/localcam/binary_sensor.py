"""Whether something moves in front of the camera or in a zone, and whether the camera is connected and sees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .camera_state import CameraState, Changed
from .camera_zones import zone_key
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .engine.zone_settings import Zone
from .entity import LocalCamEntity, unique_id

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LocalCamBinarySensorDescription(BinarySensorEntityDescription):
    """What a binary sensor shows of a camera."""

    is_on_fn: Callable[[CameraState], bool]
    shows: Changed
    needs_camera: bool = True
    attributes_fn: Callable[[CameraState], Mapping[str, Any]] | None = None


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
    LocalCamBinarySensorDescription(
        key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda state: state.problem is not None,
        attributes_fn=lambda state: {"reason": state.problem.value if state.problem else None},
        shows=Changed.AVAILABILITY | Changed.PROBLEM,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the binary sensors; those of zones come and go with their zones."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities(LocalCamBinarySensor(coordinator, row) for row in BINARY_SENSORS)
    zones = ZoneSensors(coordinator, async_add_entities)
    zones.async_follow(Changed.SETTINGS)
    entry.async_on_unload(coordinator.async_add_listener(zones.async_follow))


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

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        attributes_fn = self.entity_description.attributes_fn
        return attributes_fn(self.camera_state) if attributes_fn else None


class ZoneSensors:
    """The motion sensors of one camera's including zones, kept in step with its settings."""

    def __init__(self, coordinator: LocalCamCoordinator, add: AddConfigEntryEntitiesCallback) -> None:
        self._coordinator = coordinator
        self._add = add
        self._sensors: dict[str, LocalCamZoneSensor] = {}

    @callback
    def async_follow(self, changed: Changed) -> None:
        """Add, rename and remove what the settings say now."""
        if not changed & Changed.SETTINGS:
            return
        zones = {zone.zone_id: zone for zone in self._coordinator.settings.detect.zones if zone.include}
        self._remove_all_but(zones)
        new = {zone_id: LocalCamZoneSensor(self._coordinator, zone) for zone_id, zone in zones.items()}
        for zone_id, sensor in self._sensors.items():
            sensor.async_rename(zones[zone_id])
        self._add(sensor for zone_id, sensor in new.items() if zone_id not in self._sensors)
        self._sensors = new | self._sensors

    def _remove_all_but(self, zones: Mapping[str, Zone]) -> None:
        # From the registry, which takes the entity with it: also those of zones that went while this was not loaded.
        camera_id = self._coordinator.camera_id
        registry = er.async_get(self._coordinator.hass)
        keep = {unique_id(camera_id, zone_key(zone_id)) for zone_id in zones}
        for entity in er.async_entries_for_config_entry(registry, camera_id):
            if entity.unique_id.startswith(unique_id(camera_id, zone_key(""))) and entity.unique_id not in keep:
                registry.async_remove(entity.entity_id)
        self._sensors = {zone_id: sensor for zone_id, sensor in self._sensors.items() if zone_id in zones}


class LocalCamZoneSensor(LocalCamEntity, BinarySensorEntity):
    """Motion in one zone; its name is the owner's, its unique id that of the zone."""

    _attr_device_class = BinarySensorDeviceClass.MOTION
    shows = Changed.AVAILABILITY | Changed.ZONES_MOVING

    def __init__(self, coordinator: LocalCamCoordinator, zone: Zone) -> None:
        super().__init__(coordinator, zone_key(zone.zone_id))
        self._attr_translation_key = "zone_motion"
        self._attr_translation_placeholders = {"zone": zone.name}
        self._zone_id = zone.zone_id

    @callback
    def async_rename(self, zone: Zone) -> None:
        """The owner calls the zone something else now."""
        if self._attr_translation_placeholders["zone"] == zone.name:
            return
        self._attr_translation_placeholders = {"zone": zone.name}
        # Home Assistant keeps a name that it made once: `Entity.name` is a cached property that knows no placeholders.
        self.__dict__.pop("name", None)
        if self.registry_entry is not None and isinstance(self.name, str):
            er.async_get(self.hass).async_update_entity(self.entity_id, original_name=self.name)
            self.async_write_ha_state()

    @property
    @override
    def is_on(self) -> bool:
        return self._zone_id in self.camera_state.zones_moving
