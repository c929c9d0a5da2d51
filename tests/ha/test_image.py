"""The image of the last motion."""

from dataclasses import replace

from homeassistant.components.image import async_get_image
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.engine.catalogued import CatalogueEntry
from custom_components.localcam.engine.clip import ClipReason

from .fake_station import THUMBNAIL, World, a_clip
from .living_camera import LivingCamera, add_camera


async def test_it_is_the_thumbnail_of_the_newest_clip(hass: HomeAssistant, camera: LivingCamera) -> None:
    assert camera.state("image", "last_motion").state == STATE_UNKNOWN
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    await camera.settle()
    state = camera.state("image", "last_motion")
    assert state.entity_id == "image.hall_last_motion"
    assert state.state == "2026-09-21T14:13:30+00:00"
    assert (await async_get_image(hass, state.entity_id)).content == THUMBNAIL
    await camera.let_go()


async def test_it_is_there_again_after_a_restart(hass: HomeAssistant, world: World) -> None:
    camera = await add_camera(hass, world)
    clip = a_clip(camera.id, 1, 1_790_000_000)
    assert await hass.config_entries.async_unload(camera.id)
    world.catalogue[clip.clip_id] = CatalogueEntry(clip=clip, verdict=None)
    assert await hass.config_entries.async_setup(camera.id)
    assert camera.state("image", "last_motion").state == "2026-09-21T14:13:30+00:00"


async def test_it_is_of_motion_and_has_a_picture(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    camera.station.save(a_clip(camera.id, 2, 1_790_000_100, reason=ClipReason.REQUESTED))
    camera.station.save(a_clip(camera.id, 3, 1_790_000_200, thumbnail=None))
    await camera.settle()
    assert camera.state("image", "last_motion").state == "2026-09-21T14:13:30+00:00"


async def test_a_deleted_clip_takes_its_picture_with_it(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    await camera.settle()
    camera.world.catalogue.clear()
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, "image.hall_last_motion")
    await hass.data[HOUSE].async_clips_changed()
    await camera.settle()
    assert camera.state("image", "last_motion").state == STATE_UNKNOWN
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, "image.hall_last_motion")


async def test_a_picture_that_cannot_be_read_is_none(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.breaks_at = 1
    clip = a_clip(camera.id, 1, 1_790_000_000)
    camera.station.save(replace(clip, score=0.5))
    await camera.settle()
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, "image.hall_last_motion")
    await camera.let_go()
