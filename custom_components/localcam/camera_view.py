"""What of one camera can be seen now: its newest picture, and where its stream can be watched."""

import asyncio
from typing import TYPE_CHECKING, Final

from .engine.errors import EngineError
from .engine.settings import AddressSource, CameraSettings, EntitySource
from .entity_source import async_stream_address

if TYPE_CHECKING:
    from .coordinator import LocalCamCoordinator
    from .engine.commands import StreamAddress

PICTURE_FRESH_S: Final = 1.0


class CameraView:
    """Of one camera; all methods are for the event loop."""

    def __init__(self, coordinator: LocalCamCoordinator) -> None:
        self._coordinator = coordinator
        self._picture_wanted = asyncio.Lock()
        self._taken_at_s = float("-inf")
        self._jpeg = b""

    def async_forget(self) -> None:
        """The camera was sent to rest, or watches again: the last picture is none of now."""
        self._taken_at_s, self._jpeg = float("-inf"), b""

    async def async_picture(self) -> bytes | None:
        """The newest picture as JPEG, at most a second old or just fetched; None where there is nothing to show."""
        camera = self._coordinator
        async with self._picture_wanted:
            if not camera.state.online or camera.state.restricted:
                return None
            if camera.house.clock.monotonic_s() - self._taken_at_s >= PICTURE_FRESH_S:
                self._jpeg = await camera.hass.async_add_executor_job(self._fetch)
                self._taken_at_s = camera.house.clock.monotonic_s()
            return self._jpeg if self._jpeg and camera.state.online else None

    def _fetch(self) -> bytes:
        try:
            return self._coordinator.house.station.picture(self._coordinator.camera_id)
        except EngineError:
            return b""  # it went away in between; the report of that is on its way

    async def async_live_address(self) -> str | None:
        """Where Home Assistant's own stream can watch, on loopback; None where there is nothing to show.

        The stream is never told the camera's address or password. Raises SourceError for an address that is refused.
        """
        camera = self._coordinator
        if camera.state.resting or camera.state.restricted or not camera.state.has_rtsp_stream:
            return None
        station, source = camera.house.station, camera.settings.source
        if not isinstance(source, EntitySource):
            return await camera.hass.async_add_executor_job(station.live_address, camera.camera_id) or None
        address: StreamAddress | None = await async_stream_address(camera.hass, source.entity_id)
        if address is None or not is_rtsp_url(address.url):
            return None
        return await camera.hass.async_add_executor_job(station.live_address, camera.camera_id, address.url) or None


def is_rtsp(settings: CameraSettings) -> bool:
    """Whether the camera's own address is that of an RTSP stream; of an entity it is known only once it says so."""
    return isinstance(settings.source, AddressSource) and is_rtsp_url(settings.source.url)


def is_rtsp_url(url: str) -> bool:
    """Whether Home Assistant's own stream can watch there."""
    return url.lower().startswith(("rtsp://", "rtsps://"))
