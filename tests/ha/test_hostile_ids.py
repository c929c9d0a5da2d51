"""Ids that lead elsewhere lead nowhere: in views, actions, the media source and its websocket commands."""

from urllib.parse import quote

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator
import voluptuous as vol
from yarl import URL

from custom_components.localcam.const import DOMAIN
from tests.hostile_texts import IDS

from .fake_station import a_clip
from .living_camera import LivingCamera

CLIP = "01K7ZV3J8QW9E4R5T6Y7V80001"


@pytest.fixture(autouse=True)
async def _a_clip(camera: LivingCamera) -> None:
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    await camera.settle()


async def test_no_view_takes_them(hass_client: ClientSessionGenerator, camera: LivingCamera) -> None:
    client = await hass_client()
    for path in ("/api/localcam/clips/{}/video", "/api/localcam/clips/{}/thumbnail", "/api/localcam/probe/{}"):
        for text in IDS:
            for written in (text, quote(text, safe=""), quote(text, safe="%")):
                base = str(client.make_url("/")).rstrip("/")
                response = await client.session.get(URL(base + path.format(written.replace(" ", "%20")), encoded=True))
                assert response.status in {400, 403, 404}, (path, text)
                assert b"root:" not in await response.read()
    assert camera.station.readers == [], "a file was opened"


@pytest.mark.parametrize("action", ["flag_clip", "delete_clips"])
async def test_no_action_takes_them(hass: HomeAssistant, camera: LivingCamera, action: str) -> None:
    for text in IDS:
        asked = {"clip_id": text, "verdict": "real"} if action == "flag_clip" else {"clip_ids": [text]}
        with pytest.raises((HomeAssistantError, ServiceValidationError, vol.Invalid)):
            await hass.services.async_call(DOMAIN, action, asked, blocking=True)
    assert list(camera.world.catalogue) == [CLIP]
    assert camera.world.catalogue[CLIP].verdict is None


async def test_no_place_in_the_media_browser_is_one_of_them(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, camera: LivingCamera
) -> None:
    assert await async_setup_component(hass, "media_source", {})
    client = await hass_ws_client()
    number = 100
    places = [f"{before}{text}" for text in IDS for before in ("", f"{camera.id}/", f"{camera.id}/2026-09-21/")]
    for place in places:
        for command in ("browse_media", "resolve_media"):
            number += 1
            asked = {"id": number, "type": f"media_source/{command}"}
            await client.send_json({**asked, "media_content_id": f"media-source://localcam/{place}"})
            assert not (await client.receive_json())["success"], place
    assert camera.station.readers == []
