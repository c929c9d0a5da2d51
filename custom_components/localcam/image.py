"""The image of the last motion: the strongest moment of the newest clip."""

from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .camera_state import Changed
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .engine.audited import AuditNote, Deed
from .engine.clip import Clip
from .engine.errors import AuditError, EngineError
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the image."""
    async_add_entities([LocalCamLastMotion(hass, entry.runtime_data.coordinator)])


class LocalCamLastMotion(LocalCamEntity, ImageEntity):
    """Read from the clip each time it is asked for, so that a deleted clip's picture is gone with it."""

    shows = Changed.CLIPS | Changed.KEYS
    needs_camera = False

    def __init__(self, hass: HomeAssistant, coordinator: LocalCamCoordinator) -> None:
        LocalCamEntity.__init__(self, coordinator, "last_motion")
        ImageEntity.__init__(self, hass)
        self._follow()

    @property
    @override
    def available(self) -> bool:
        """Home Assistant shows every image to all its users: not of a camera of which only some may see anything.

        In a locked house there is nothing to show.
        """
        return super().available and not self.camera_state.restricted and not self.camera_state.locked

    def _follow(self) -> None:
        clip = None if self.camera_state.restricted else self.camera_state.motion_clip
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
    async def async_image(self) -> bytes | None:
        """Who asks is not known: Home Assistant has let him in."""
        clip = self.camera_state.motion_clip
        if clip is None or not self.available or not self.coordinator.house.is_running:
            return None
        shown = AuditNote(
            deed=Deed.THUMBNAIL, camera_id=clip.camera_id, clip_id=clip.clip_id, reason="image of the last motion"
        )
        try:
            await self.coordinator.house.ledger.async_look(shown)
        except AuditError:
            return None
        return await self.hass.async_add_executor_job(self._read, clip)

    def _read(self, clip: Clip) -> bytes | None:
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
