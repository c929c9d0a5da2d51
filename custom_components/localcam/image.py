"""The image of the last motion: the strongest moment of the newest clip."""

from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .camera_state import Changed
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .engine.errors import EngineError
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the image."""
    async_add_entities([LocalCamLastMotion(hass, entry.runtime_data.coordinator)])


class LocalCamLastMotion(LocalCamEntity, ImageEntity):
    """Read from the clip each time it is asked for, so that a deleted clip's picture is gone with it."""

    shows = Changed.CLIPS
    needs_camera = False

    def __init__(self, hass: HomeAssistant, coordinator: LocalCamCoordinator) -> None:
        LocalCamEntity.__init__(self, coordinator, "last_motion")
        ImageEntity.__init__(self, hass)
        self._follow()

    def _follow(self) -> None:
        clip = self.camera_state.motion_clip
        self._attr_image_last_updated = dt_util.utc_from_timestamp(clip.ended_utc_s) if clip else None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._follow()

    @override
    def camera_changed(self, changed: Changed) -> None:
        self._follow()
        super().camera_changed(changed)

    @override
    def image(self) -> bytes | None:
        """Called in an executor thread."""
        if (clip := self.camera_state.motion_clip) is None or not self.coordinator.house.is_running:
            return None
        try:
            thumbnail = self.coordinator.house.station.open_thumbnail(clip.clip_id)
        except EngineError:
            return None
        try:
            return thumbnail.read_at(0, thumbnail.size_bytes)
        except EngineError:
            return None
        finally:
            thumbnail.close()
