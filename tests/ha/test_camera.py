"""The camera entity: stills, the live stream and who may have it, on and off."""

from unittest.mock import AsyncMock, MagicMock, patch

from homeassistant.components.camera import CameraEntityFeature, async_get_image, async_get_stream_source
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from .fake_station import JPEG, LIVE, World
from .living_camera import RTSP, LivingCamera, add_camera


async def test_its_still_is_the_workers_last_picture(hass: HomeAssistant, camera: LivingCamera) -> None:
    entity_id = camera.entity_id("camera", "camera")
    assert entity_id == "camera.hall"
    assert (await async_get_image(hass, entity_id)).content == JPEG
    # Asked again within a second, the worker is left alone.
    await async_get_image(hass, entity_id)
    assert camera.station.pictures == 1


async def test_a_camera_that_is_away_shows_nothing(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.lose(camera.id)
    await camera.settle()
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, camera.entity_id("camera", "camera"))
    assert camera.station.pictures == 0


async def test_only_rtsp_has_home_assistants_own_stream(hass: HomeAssistant, world: World) -> None:
    demo = await add_camera(hass, world)
    door = await add_camera(hass, world, RTSP)
    http = await add_camera(hass, world, {**RTSP, "name": "Attic", "url": "http://192.168.1.21/video"})
    features = [c.state("camera", "camera").attributes["supported_features"] for c in (demo, door, http)]
    assert features == [
        CameraEntityFeature.ON_OFF,
        CameraEntityFeature.ON_OFF | CameraEntityFeature.STREAM,
        CameraEntityFeature.ON_OFF,
    ]
    assert await async_get_stream_source(hass, "camera.hall") is None


async def test_neither_the_stream_nor_a_state_has_the_address_or_the_credentials(
    hass: HomeAssistant, world: World
) -> None:
    door = await add_camera(hass, world, RTSP)
    assert await async_get_stream_source(hass, "camera.door") == LIVE
    for state in hass.states.async_all():
        assert "s3cret" not in str(state.as_dict())
        assert "192.168.1.20" not in str(state.as_dict())
    assert door.entry.runtime_data is not None


async def test_an_address_that_now_leads_outside_is_refused(hass: HomeAssistant, world: World) -> None:
    await add_camera(hass, world, RTSP)
    world.station.public_addresses.add(RTSP["url"])
    with pytest.raises(HomeAssistantError) as refused:
        await async_get_stream_source(hass, "camera.door")
    assert refused.value.translation_key == "source_public_address"


async def test_turned_off_it_rests_and_its_stream_ends(hass: HomeAssistant, world: World) -> None:
    door = await add_camera(hass, world, RTSP)
    stream = MagicMock(stop=AsyncMock(), available=True)
    with patch("homeassistant.components.camera.create_stream", return_value=stream):
        entity = hass.data["camera"].get_entity("camera.door")
        assert await entity.async_create_stream() is stream
        assert entity.stream_options["rtsp_transport"] == "udp"

    await door.call("camera", "turn_off", "camera", "camera")
    await door.settle()
    stream.stop.assert_awaited_once()
    assert entity.stream is None
    assert door.id not in world.station.watched
    state = door.state("camera", "camera")
    assert state.state == "idle"
    assert state.attributes["supported_features"] == CameraEntityFeature.ON_OFF
    assert not entity.is_on
    assert await entity.stream_source() is None
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, "camera.door")
    assert world.station.pictures == 0

    await door.call("camera", "turn_on", "camera", "camera")
    assert door.id in world.station.watched
    world.station.back(door.id)
    await door.settle()
    assert (await async_get_image(hass, "camera.door")).content == JPEG


async def test_a_stream_that_broke_is_made_anew(hass: HomeAssistant, world: World) -> None:
    door = await add_camera(hass, world, RTSP)
    entity = hass.data["camera"].get_entity("camera.door")
    broken, fresh = (MagicMock(stop=AsyncMock(), available=available) for available in (False, True))
    with patch("homeassistant.components.camera.create_stream", side_effect=[broken, fresh]):
        assert await entity.async_create_stream() is broken
        entity.async_write_ha_state()
        assert door.state("camera", "camera").state == "idle", "the worker still sees the camera"
        assert await entity.async_create_stream() is fresh
        assert await entity.async_create_stream() is fresh
    broken.stop.assert_awaited_once()


async def test_the_stream_ends_with_the_entry(hass: HomeAssistant, world: World) -> None:
    door = await add_camera(hass, world, RTSP)
    stream = MagicMock(stop=AsyncMock(), available=True)
    with patch("homeassistant.components.camera.create_stream", return_value=stream):
        await hass.data["camera"].get_entity("camera.door").async_create_stream()
    assert await hass.config_entries.async_unload(door.id)
    stream.stop.assert_awaited_once()


async def test_the_others_show_stills_as_mjpeg_until_they_rest(
    hass: HomeAssistant, camera: LivingCamera, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    response = await client.get("/api/camera_proxy_stream/camera.hall")
    assert response.status == 200
    assert response.content_type == "multipart/x-mixed-replace"
    assert JPEG in await response.content.readuntil(JPEG)

    await camera.call("switch", "turn_on", "switch", "privacy")
    await response.read()  # the stream comes to its end
    assert (await client.get("/api/camera_proxy/camera.hall")).status == 503
