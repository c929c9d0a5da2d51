"""The camera entity: the worker's stills, and for RTSP Home Assistant's own stream while the camera watches."""

from typing import override

from homeassistant.components.camera import Camera, CameraEntityFeature
from homeassistant.components.stream import CONF_RTSP_TRANSPORT, Stream
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .calls import async_may_order
from .camera_state import Changed
from .camera_view import PICTURE_FRESH_S
from .const import DOMAIN
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator
from .engine.errors import SourceError, SourceFault
from .engine.settings import AddressSource
from .entity import LocalCamEntity

PARALLEL_UPDATES = 0

_REFUSALS = {
    SourceFault.PUBLIC_ADDRESS: "source_public_address",
    SourceFault.INVALID_ADDRESS: "source_invalid_address",
    SourceFault.FORBIDDEN_ADDRESS: "source_forbidden_address",
}


async def async_setup_entry(
    hass: HomeAssistant, entry: LocalCamConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the camera."""
    async_add_entities([LocalCamCamera(entry.runtime_data.coordinator)])


class LocalCamCamera(LocalCamEntity, Camera):
    """What the camera sees."""

    _attr_name = None
    _attr_frame_interval = PICTURE_FRESH_S
    shows = Changed.AVAILABILITY | Changed.SETTINGS

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        LocalCamEntity.__init__(self, coordinator, "camera")
        Camera.__init__(self)
        source = coordinator.settings.source
        if isinstance(source, AddressSource):
            self.stream_options[CONF_RTSP_TRANSPORT] = source.rtsp_transport.value
        self._follow()

    def _follow(self) -> None:
        state = self.camera_state
        self._attr_is_on = not state.resting
        self._attr_supported_features = CameraEntityFeature.ON_OFF
        if state.has_rtsp_stream and not state.resting and not state.restricted:
            # Without this feature Home Assistant also ends the WebRTC sessions that it brokered: a resting camera is
            # shown nowhere, nor is one of which only some may see anything.
            self._attr_supported_features |= CameraEntityFeature.STREAM

    @property
    @override
    def available(self) -> bool:
        """The worker's word counts, not that of a live view; and a resting camera is there to be turned on.

        Home Assistant shows every camera entity to all its users: one of which only some may see anything is not there.
        """
        if self.camera_state.restricted:
            return False
        return self.camera_state.resting or self.camera_state.online

    @override
    def camera_changed(self, changed: Changed) -> None:
        self._follow()
        if self.stream and (self.camera_state.resting or self.camera_state.restricted):
            self.hass.async_create_task(self._async_end_stream())
        super().camera_changed(changed)

    @override
    async def async_will_remove_from_hass(self) -> None:
        await super().async_will_remove_from_hass()
        await self._async_end_stream()

    async def _async_end_stream(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            stream.dynamic_stream_settings.preload_stream = False
            await stream.stop()

    @override
    async def async_create_stream(self) -> Stream | None:
        if self.stream and not self.stream.available:
            # A stream that broke keeps its address, which may have expired since: a camera entity gives a new one.
            await self._async_end_stream()
        return await super().async_create_stream()

    @override
    async def stream_source(self) -> str | None:
        try:
            return await self.coordinator.view.async_live_address()
        except SourceError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key=_REFUSALS.get(err.fault, "source_unreachable")
            ) from err

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        return await self.coordinator.view.async_picture()

    @override
    async def async_turn_on(self) -> None:
        await async_may_order(self)
        await self.coordinator.async_set_resting(False)

    @override
    async def async_turn_off(self) -> None:
        await async_may_order(self)
        await self.coordinator.async_set_resting(True)
