"""A camera entity of another integration as a source: its address, its pictures, and their absence."""

import asyncio
from typing import override
from unittest.mock import patch

from homeassistant.components.camera import (
    DOMAIN as CAMERA_DOMAIN,
    Camera,
    CameraEntityFeature,
    async_get_stream_source,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.localcam.engine.commands import StreamAddress
from custom_components.localcam.engine.reports import AddressWanted, PictureWanted
from custom_components.localcam.entity_source import async_still_picture, async_stream_address

from .fake_station import LIVE, World
from .living_camera import LivingCamera, add_camera

ADDRESS = "rtsp://user:pw@192.168.1.9/s"


class Doorbell(Camera):
    """Another integration's camera."""

    _attr_name = "Doorbell"
    _attr_supported_features = CameraEntityFeature.STREAM

    def __init__(self) -> None:
        super().__init__()
        self.address: str | None = ADDRESS
        self.picture: bytes | None = b"\xff\xd8 doorbell"
        self.error: Exception | None = None
        self.asked = 0

    @override
    async def stream_source(self) -> str | None:
        self.asked += 1
        if self.error:
            raise self.error
        return self.address

    @override
    async def async_camera_image(self, width: int | None = None, height: int | None = None) -> bytes | None:
        return self.picture


@pytest.fixture
async def doorbell(hass: HomeAssistant) -> Doorbell:
    entity = Doorbell()
    setup_test_component_platform(hass, CAMERA_DOMAIN, [entity])
    assert await async_setup_component(hass, CAMERA_DOMAIN, {CAMERA_DOMAIN: {"platform": "test"}})
    await hass.async_block_till_done()
    return entity


@pytest.fixture
async def porch(hass: HomeAssistant, world: World, doorbell: Doorbell) -> LivingCamera:
    data = {"source": "entity", "name": "Porch", "entity_id": "camera.doorbell"}
    return await add_camera(hass, world, data, online=False)


async def test_the_worker_gets_address_and_picture_when_it_asks(porch: LivingCamera) -> None:
    porch.station.report(porch.id, AddressWanted())
    porch.station.report(porch.id, PictureWanted())
    await porch.settle()
    assert sorted(porch.station.calls) == [
        ("entity_address", porch.id, StreamAddress(url=ADDRESS)),
        ("entity_picture", porch.id, b"\xff\xd8 doorbell"),
    ]


async def test_the_address_is_fetched_again_each_time(porch: LivingCamera, doorbell: Doorbell) -> None:
    for address in (ADDRESS, "rtsp://192.168.1.9/fresh"):
        doorbell.address = address
        porch.station.report(porch.id, AddressWanted())
        await porch.settle()
    assert [call[2].url for call in porch.station.calls] == [ADDRESS, "rtsp://192.168.1.9/fresh"]


async def test_one_question_is_answered_at_a_time(porch: LivingCamera, doorbell: Doorbell) -> None:
    porch.station.report(porch.id, AddressWanted())
    porch.station.report(porch.id, AddressWanted())
    await porch.settle()
    assert doorbell.asked == 1


async def test_an_entity_with_rtsp_is_shown_by_home_assistants_stream(
    hass: HomeAssistant, porch: LivingCamera, doorbell: Doorbell
) -> None:
    porch.station.report(porch.id, AddressWanted())
    porch.station.back(porch.id)
    await porch.settle()
    assert porch.state("camera", "camera").attributes["supported_features"] & CameraEntityFeature.STREAM
    assert await async_get_stream_source(hass, "camera.porch") == LIVE
    assert porch.station.calls[-1] == ("live_address", ADDRESS)

    porch.station.public_addresses.add(ADDRESS)
    with pytest.raises(HomeAssistantError):
        await async_get_stream_source(hass, "camera.porch")

    doorbell.address = None  # stills only, from now on
    assert await async_get_stream_source(hass, "camera.porch") is None
    porch.station.report(porch.id, AddressWanted())
    await porch.settle()
    assert not porch.state("camera", "camera").attributes["supported_features"] & CameraEntityFeature.STREAM


async def test_an_entity_with_stills_only_has_an_empty_address(hass: HomeAssistant, doorbell: Doorbell) -> None:
    doorbell.address = None
    assert await async_stream_address(hass, "camera.doorbell") == StreamAddress(url="")


async def test_what_is_not_there_has_neither(hass: HomeAssistant, doorbell: Doorbell) -> None:
    assert await async_stream_address(hass, "camera.nowhere") is None
    assert await async_still_picture(hass, "camera.nowhere") == b""
    hass.states.async_set("camera.doorbell", "unavailable")
    assert await async_stream_address(hass, "camera.doorbell") is None


async def test_an_entity_that_raises_is_away_and_its_secret_is_not_logged(
    hass: HomeAssistant, doorbell: Doorbell, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    doorbell.error = RuntimeError(f"cannot open {ADDRESS}")
    doorbell.picture = None
    assert await async_stream_address(hass, "camera.doorbell") is None
    assert await async_still_picture(hass, "camera.doorbell") == b""
    assert "user:pw" not in caplog.text


async def test_an_entity_that_hangs_is_away_after_five_seconds(hass: HomeAssistant, doorbell: Doorbell) -> None:
    never = asyncio.Event()

    async def hang() -> str | None:
        await never.wait()
        return None

    with (
        patch.object(doorbell, "stream_source", hang),
        patch("custom_components.localcam.entity_source.ANSWER_WITHIN_S", 0.01),
    ):
        assert await async_stream_address(hass, "camera.doorbell") is None
