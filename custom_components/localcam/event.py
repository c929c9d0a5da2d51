"""The clip event: a clip is finished, catalogued and there to watch."""

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import Changed, LocalCamConfigEntry, LocalCamCoordinator
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0

CLIP_SAVED = "clip_saved"


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the clip event."""
    async_add_entities([LocalCamClipEvent(entry.runtime_data.coordinator)])


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
