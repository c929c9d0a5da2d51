"""What automations are told of as it happens: a clip that is there to watch, and what kind of motion is seen."""

from typing import override

from homeassistant.components.event import EventDeviceClass, EventEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .camera_state import Changed
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .engine.motion import Kind
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0

CLIP_SAVED = "clip_saved"


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the events."""
    coordinator = entry.runtime_data.coordinator
    async_add_entities([LocalCamClipEvent(coordinator), LocalCamKindEvent(coordinator)])


class LocalCamClipEvent(LocalCamEntity, EventEntity):
    """Tells of each clip; available while the camera is away, because its last clip is saved just then."""

    shows = Changed.CLIP_SAVED
    needs_camera = False

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        super().__init__(coordinator, "clip")
        self._attr_event_types = [CLIP_SAVED]

    @override
    def camera_changed(self, changed: Changed) -> None:
        if (clip := self.camera_state.saved_clip) is None:
            return
        self._trigger_event(
            CLIP_SAVED,
            {
                "clip_id": clip.clip_id,
                "start": dt_util.utc_from_timestamp(clip.started_utc_s).isoformat(),
                "duration": round(clip.duration_s, 1),
                "kind": clip.kind.value,
                "score": round(clip.score, 3),
                "reason": clip.reason.value,
            },
        )
        super().camera_changed(changed)


class LocalCamKindEvent(LocalCamEntity, EventEntity):
    """Tells what kind of motion is seen, in the moment it begins, also of kinds that do not count as motion.

    Where the strongest moment of it turns out to be of another kind, that one is told, too, at its end.
    """

    _attr_device_class = EventDeviceClass.MOTION
    shows = Changed.KIND | Changed.AVAILABILITY

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        super().__init__(coordinator, "motion_kind")
        self._attr_event_types = [kind.value for kind in Kind]

    @override
    def camera_changed(self, changed: Changed) -> None:
        if changed & Changed.KIND and (seen := self.camera_state.seen_kind) is not None:
            self._trigger_event(
                seen.kind.value,
                {
                    "counts_as_motion": seen.kind.alerts,
                    "score": round(seen.score, 3),
                    "clip_id": seen.clip_id,
                },
            )
        super().camera_changed(changed)
