"""A locked house lists its clips and shows none, says so to whoever may see them, and takes that for no attack."""

from collections.abc import Callable

from homeassistant.components.image import async_get_image
from homeassistant.components.media_player import BrowseMedia
from homeassistant.components.media_source import Unresolvable, async_browse_media, async_resolve_media
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.engine.audited import Deed, DeedOutcome

from .fake_station import THUMBNAIL, VIDEO, a_clip
from .household import someone_who_may
from .living_camera import LivingCamera
from .locking import PASSPHRASE, lock

NOON = 1_790_000_000.0
DAY = "2026-09-21"
PARTS = ("video", "thumbnail", "explanation")


@pytest.fixture
async def clip_id(hass: HomeAssistant, camera: LivingCamera, http: None) -> str:
    assert await async_setup_component(hass, "media_source", {})
    clip = a_clip(camera.id, 1, NOON)
    camera.station.save(clip)
    await camera.settle()
    await lock(camera)
    return clip.clip_id


def path(clip_id: str, part: str) -> str:
    return f"/api/localcam/clips/{clip_id}/{part}"


@pytest.mark.parametrize("part", PARTS)
async def test_whoever_may_see_a_clip_is_told_that_it_is_locked(
    hass: HomeAssistant, camera: LivingCamera, clip_id: str, part: str, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    response = await client.get(path(clip_id, part))
    assert response.status == 423
    assert "administrator unlocks" in await response.text()
    assert (await client.head(path(clip_id, part))).status == 423
    ranged = await client.get(path(clip_id, part), headers={"Range": "bytes=0-3"})
    assert ranged.status == 423
    assert not [note for note in camera.audit.notes if note.outcome is DeedOutcome.REFUSED]
    assert not camera.audit.of(Deed.VIEW) + camera.audit.of(Deed.THUMBNAIL), "nothing was seen"


async def test_nobody_else_learns_that_there_is_a_clip(
    hass: HomeAssistant, camera: LivingCamera, clip_id: str, hass_client: ClientSessionGenerator
) -> None:
    guest = someone_who_may(hass, {})
    token = await hass.auth.async_create_refresh_token(guest, "https://example.org/app")
    client = await hass_client(hass.auth.async_create_access_token(token))
    assert (await client.get(path(clip_id, "video"))).status == 404


async def test_the_media_browser_lists_clips_and_says_that_they_are_locked(
    hass: HomeAssistant, camera: LivingCamera, clip_id: str
) -> None:
    assert "locked" in (await async_browse_media(hass, f"media-source://localcam/{camera.id}")).title
    day: BrowseMedia = await async_browse_media(hass, f"media-source://localcam/{camera.id}/{DAY}")
    assert "locked" in day.title
    (listed,) = day.children or ()
    assert (listed.can_play, listed.thumbnail) == (False, None)
    hass.config_entries.async_update_entry(camera.entry, options={"media_players": True})
    with pytest.raises(Unresolvable) as told:
        await async_resolve_media(hass, f"media-source://localcam/{camera.id}/{DAY}/{clip_id}", None)
    assert told.value.translation_key == "clips_locked"


async def test_actions_list_explain_and_delete(
    hass: HomeAssistant, camera: LivingCamera, clip_id: str, call: Callable[..., object]
) -> None:
    listed = await call("list_clips")  # type: ignore[misc]
    assert [clip["clip_id"] for clip in listed["clips"]] == [clip_id]
    explained = await call("explain_clip", clip_id=clip_id)  # type: ignore[misc]
    assert explained["locked"] is True
    assert explained["picture"] is None
    assert explained["because"]
    receipt = await call("delete_clips", clip_ids=[clip_id])  # type: ignore[misc]
    assert receipt["keys_destroyed"] == 1
    assert camera.world.catalogue == {}


@pytest.fixture
def call(hass: HomeAssistant) -> Callable[..., object]:
    async def answer(action: str, **data: object) -> object:
        return await hass.services.async_call("localcam", action, data, blocking=True, return_response=True)

    return answer


async def test_what_is_not_sealed_goes_on_and_all_the_rest_after_unlocking_without_a_restart(
    hass: HomeAssistant, camera: LivingCamera, clip_id: str, hass_client: ClientSessionGenerator
) -> None:
    image = camera.entity_id("image", "last_motion")
    assert camera.state("image", "last_motion").state == STATE_UNAVAILABLE
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, image)
    assert camera.state("camera", "camera").state != STATE_UNAVAILABLE
    assert camera.state("binary_sensor", "motion").state == "off"
    stations = len(camera.world.stations)

    await hass.data[HOUSE].keys.async_unlock(PASSPHRASE)
    await camera.settle()

    assert camera.state("image", "last_motion").state != STATE_UNAVAILABLE
    assert (await async_get_image(hass, image)).content == THUMBNAIL
    client = await hass_client()
    assert await (await client.get(path(clip_id, "video"))).read() == VIDEO
    day = await async_browse_media(hass, f"media-source://localcam/{camera.id}/{DAY}")
    assert "locked" not in day.title
    (listed,) = day.children or ()
    assert listed.can_play
    assert len(camera.world.stations) == stations
