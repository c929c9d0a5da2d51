"""What watching costs and keeps, off until the owner wants it; and how it stands with calibrating."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfInformation
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .camera_calibration import CalibrationState
from .camera_state import CameraState, Changed
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .engine.motion import Shedding
from .engine.settings import Economising
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0

WRITE_EVERY_S = 10.0
"""Nothing that changes more often goes to the recorder."""


@dataclass(frozen=True, kw_only=True)
class LocalCamSensorDescription(SensorEntityDescription):
    """What a sensor shows of a camera."""

    value_fn: Callable[[CameraState], float | str | None]
    attributes_fn: Callable[[CameraState], Mapping[str, Any]] | None = None
    shows: Changed
    needs_camera: bool = True
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC
    entity_registry_enabled_default: bool = False


HEALTH = Changed.HEALTH | Changed.AVAILABILITY

SENSORS = (
    LocalCamSensorDescription(
        key="analysed_frames",
        native_unit_of_measurement="fps",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda state: round(state.health.analysed_frames_per_s, 1) if state.health else None,
        shows=HEALTH,
    ),
    LocalCamSensorDescription(
        key="decoding",
        device_class=SensorDeviceClass.ENUM,
        options=[choice.value for choice in (Economising.FAST, Economising.ECONOMY)],
        value_fn=lambda state: (
            (Economising.ECONOMY if state.health.economises else Economising.FAST).value if state.health else None
        ),
        shows=HEALTH,
    ),
    LocalCamSensorDescription(
        key="left_out",
        device_class=SensorDeviceClass.ENUM,
        options=[shed.value for shed in Shedding],
        value_fn=lambda state: state.health.shed.value if state.health else None,
        shows=HEALTH,
    ),
    LocalCamSensorDescription(
        key="dropped_packets",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda state: state.health.dropped_packets if state.health else None,
        shows=HEALTH,
    ),
    LocalCamSensorDescription(
        key="worker_cpu",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda state: round(state.health.cpu_share * 100, 1) if state.health else None,
        shows=HEALTH,
    ),
    LocalCamSensorDescription(
        key="worker_memory",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.MEBIBYTES,
        suggested_display_precision=1,
        state_class=SensorStateClass.MEASUREMENT,
        # 0 is what a worker says where the system does not tell it.
        value_fn=lambda state: (state.health.memory_bytes or None) if state.health else None,
        shows=HEALTH,
    ),
    LocalCamSensorDescription(
        key="clips_today",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda state: state.clips_today,
        shows=Changed.CLIPS,
        needs_camera=False,
    ),
    LocalCamSensorDescription(
        key="storage_used",
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=2,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda state: state.storage.used_bytes if state.storage else None,
        attributes_fn=lambda state: (
            {
                "free_bytes": state.storage.free_bytes,
                "quota_bytes": state.storage.quota_bytes,
                "floor_bytes": state.storage.floor_bytes,
                "clips": state.storage.clips,
                "may_record": state.storage.may_record,
                "waiting_clips": state.storage.spool.waiting_clips if state.storage.spool else 0,
                "waiting_bytes": state.storage.spool.waiting_bytes if state.storage.spool else 0,
            }
            if state.storage
            else {}
        ),
        shows=Changed.STORAGE,
        needs_camera=False,
    ),
    LocalCamSensorDescription(
        key="audit_log",
        # The recorder keeps each one with its attributes, and so becomes a witness.
        value_fn=lambda state: state.audit_head.size if state.audit_head else None,
        attributes_fn=lambda state: (
            {
                "witness": state.audit_head.witness,
                "checkpoint": state.audit_head.checkpoint,
                "verifier_key": state.audit_head.verifier_key,
            }
            if state.audit_head
            else {}
        ),
        shows=Changed.AUDIT,
        needs_camera=False,
        entity_registry_enabled_default=True,
    ),
    LocalCamSensorDescription(
        key="calibration",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in CalibrationState],
        value_fn=lambda state: state.calibration.value,
        shows=Changed.CALIBRATION,
        needs_camera=False,
        entity_registry_enabled_default=True,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors."""
    async_add_entities(LocalCamSensor(entry.runtime_data.coordinator, row) for row in SENSORS)


class LocalCamSensor(LocalCamEntity, SensorEntity):
    """A row of the table."""

    entity_description: LocalCamSensorDescription
    _unrecorded_attributes = frozenset(
        {"free_bytes", "quota_bytes", "floor_bytes", "clips", "may_record", "waiting_clips", "waiting_bytes"}
    )

    def __init__(self, coordinator: LocalCamCoordinator, description: LocalCamSensorDescription) -> None:
        super().__init__(coordinator, description.key)
        self.entity_description = description
        self.shows = description.shows
        self.needs_camera = description.needs_camera
        self._written_at_s = float("-inf")

    @property
    @override
    def native_value(self) -> float | str | None:
        return self.entity_description.value_fn(self.camera_state)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        attributes_fn = self.entity_description.attributes_fn
        return attributes_fn(self.camera_state) if attributes_fn else None

    @override
    def camera_changed(self, changed: Changed) -> None:
        now_s = self.coordinator.house.clock.monotonic_s()
        # What is left out here comes with the next report: those that come often come again.
        if changed is Changed.HEALTH and now_s - self._written_at_s < WRITE_EVERY_S:
            return
        if self.native_value is not None:
            self._written_at_s = now_s
        super().camera_changed(changed)
