"""Clips over HTTP: whole and in parts, for whoever may see the camera."""

from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.http.ban import KEY_FAILED_LOGIN_ATTEMPTS
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam.engine.audited import Deed, DeedOutcome
from custom_components.localcam.views import async_signed_video_path

from .fake_station import EXPLANATION, THUMBNAIL, VIDEO, a_clip
from .household import ALL, READ, someone_who_may
from .living_camera import LivingCamera

CLIP = "01K7ZV3J8QW9E4R5T6Y7V80001"
NO_CLIP = "01K7ZV3J8QW9E4R5T6Y7V89999"
VIDEO_URL = f"/api/localcam/clips/{CLIP}/video"
THUMBNAIL_URL = f"/api/localcam/clips/{CLIP}/thumbnail"
EXPLANATION_URL = f"/api/localcam/clips/{CLIP}/explanation"


@pytest.fixture(autouse=True)
async def _a_clip(hass: HomeAssistant, camera: LivingCamera) -> None:
    hass.config_entries.async_update_entry(camera.entry, options={"media_players": True})
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    await camera.settle()


@pytest.fixture
async def client(hass_client: ClientSessionGenerator) -> TestClient[Any, Any]:
    """Logged in as an administrator."""
    return await hass_client()


async def token_of(hass: HomeAssistant, user: User) -> str:
    refresh_token = await hass.auth.async_create_refresh_token(user, "https://example.com")
    return hass.auth.async_create_access_token(refresh_token)


async def test_a_whole_clip(client: TestClient[Any, Any], camera: LivingCamera) -> None:
    response = await client.get(VIDEO_URL)
    assert response.status == 200
    assert await response.read() == VIDEO
    headers = response.headers
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Length"] == str(len(VIDEO))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Disposition"] == 'inline; filename="2026-09-21_07-13-20.mp4"'
    await camera.let_go()


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, len(VIDEO) - 1),
        ("bytes=1000-500000", 1000, 500_000),
        ("bytes=-7", len(VIDEO) - 7, len(VIDEO) - 1),
    ],
)
async def test_a_part_of_a_clip(client: TestClient[Any, Any], asked: str, first: int, last: int) -> None:
    response = await client.get(VIDEO_URL, headers={"Range": asked})
    assert response.status == 206
    assert await response.read() == VIDEO[first : last + 1]
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(VIDEO)}"
    assert response.headers["Content-Length"] == str(last - first + 1)

    head = await client.head(VIDEO_URL, headers={"Range": asked})
    assert head.status == 206
    assert head.headers["Content-Length"] == str(last - first + 1)
    assert head.headers["Content-Range"] == f"bytes {first}-{last}/{len(VIDEO)}"


async def test_a_part_that_is_not_there(client: TestClient[Any, Any], camera: LivingCamera) -> None:
    response = await client.get(VIDEO_URL, headers={"Range": f"bytes={len(VIDEO)}-"})
    assert response.status == 416
    assert response.headers["Content-Range"] == f"bytes */{len(VIDEO)}"
    await camera.let_go()


async def test_several_parts_at_once_get_the_whole(client: TestClient[Any, Any]) -> None:
    response = await client.get(VIDEO_URL, headers={"Range": "bytes=0-1,5-6"})
    assert response.status == 200
    assert len(await response.read()) == len(VIDEO)


async def test_a_part_of_another_version_gets_the_whole(client: TestClient[Any, Any]) -> None:
    etag = (await client.get(VIDEO_URL)).headers["ETag"]
    for if_range, status in ((etag, 206), ('"other"', 200)):
        response = await client.get(VIDEO_URL, headers={"Range": "bytes=0-9", "If-Range": if_range})
        assert response.status == status


async def test_head_of_a_whole_clip(client: TestClient[Any, Any]) -> None:
    response = await client.head(VIDEO_URL)
    assert response.status == 200
    assert response.headers["Content-Length"] == str(len(VIDEO))
    assert response.headers["Content-Type"] == "video/mp4"
    assert await response.read() == b""


async def test_a_disk_that_fails_on_the_way_breaks_off(client: TestClient[Any, Any], camera: LivingCamera) -> None:
    camera.station.breaks_at = 300_000
    response = await client.get(VIDEO_URL)
    with pytest.raises(Exception, match="payload"):
        await response.read()
    await camera.let_go()


@pytest.mark.parametrize(("url", "picture"), [(THUMBNAIL_URL, THUMBNAIL), (EXPLANATION_URL, EXPLANATION)])
async def test_a_picture(client: TestClient[Any, Any], camera: LivingCamera, url: str, picture: bytes) -> None:
    response = await client.get(url)
    assert response.status == 200
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert await response.read() == picture
    assert (await client.head(url)).headers["Content-Length"] == str(len(picture))
    camera.station.save(a_clip(camera.id, 2, 1_790_000_000, thumbnail=None, explanation=None))
    assert (await client.get(url.replace("0001", "0002"))).status == 404
    camera.station.breaks_at = 1
    assert (await client.get(url)).status == 404
    await camera.let_go()


async def test_whoever_may_not_see_the_camera_cannot_tell_that_there_is_a_clip(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    stranger = await token_of(hass, someone_who_may(hass, {"camera.attic": ALL}))
    answers = []
    for clip_id in (CLIP, NO_CLIP):
        for part in ("video", "thumbnail", "explanation"):
            response = await client.get(
                f"/api/localcam/clips/{clip_id}/{part}", headers={"Authorization": f"Bearer {stranger}"}
            )
            headers = {k: v for k, v in response.headers.items() if k != "Date"}
            answers.append((response.status, await response.read(), headers))
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)

    guest = await token_of(hass, someone_who_may(hass, {"camera.hall": READ}))
    for url in (VIDEO_URL, THUMBNAIL_URL, EXPLANATION_URL):
        assert (await client.get(url, headers={"Authorization": f"Bearer {guest}"})).status == 200


@pytest.mark.parametrize("clip_id", [NO_CLIP, CLIP.lower(), "x", CLIP + "0", "%00" * 26])
async def test_what_is_no_clip_is_not_found(client: TestClient[Any, Any], clip_id: str) -> None:
    assert (await client.get(f"/api/localcam/clips/{clip_id}/video")).status == 404


async def test_nobody_gets_anything(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator) -> None:
    client = await hass_client_no_auth()
    for url in (
        VIDEO_URL,
        THUMBNAIL_URL,
        EXPLANATION_URL,
        VIDEO_URL.replace(CLIP, NO_CLIP),
        VIDEO_URL.replace(CLIP, "x"),
    ):
        for ask in (client.get, client.head):
            assert (await ask(url)).status == 403
    assert sum(hass.http.app[KEY_FAILED_LOGIN_ATTEMPTS].values()) == 0


async def test_a_wrong_log_in_counts_as_one(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    client = await hass_client_no_auth()
    assert (await client.get(VIDEO_URL, headers={"Authorization": "Bearer nonsense"})).status == 401
    assert "invalid authentication" in caplog.text


async def test_a_signed_address_opens_one_clip_until_it_expires(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    client = await hass_client_no_auth()
    signed = async_signed_video_path(hass, CLIP, timedelta(minutes=1))
    assert (await client.get(signed, headers={"Range": "bytes=0-9"})).status == 206
    assert (await client.head(signed)).status == 200
    # It opens no other clip and no picture,
    assert (await client.get(signed.replace(CLIP, NO_CLIP))).status == 403
    for picture in ("/thumbnail", "/explanation"):
        assert (await client.get(signed.replace("/video", picture))).status == 403
    # and once it has expired it opens nothing, which is no failed log-in.
    expired = async_signed_video_path(hass, CLIP, timedelta(seconds=-1))
    assert (await client.get(expired)).status == 403
    assert "invalid authentication" not in caplog.text


async def test_a_playback_begins_within_a_minute_of_its_link_and_then_goes_on_to_the_clip_s_end(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    camera: LivingCamera,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = await hass_client_no_auth()
    played, late, asked = (
        async_signed_video_path(hass, CLIP, timedelta(minutes=12, seconds=number)) for number in range(3)
    )
    freezer.tick(59)
    assert (await client.get(played, headers={"Range": "bytes=0-9"})).status == 206
    assert (await client.head(asked)).status == 200
    freezer.tick(3)
    # A player that was off for a minute is too late, which is no failed log-in; and it is written down.
    for ask in (client.get, client.head):
        assert (await ask(late)).status == 403
    assert (await client.get(asked)).status == 403, "asking how long the clip is begins no playback"
    # Nor does a log-in help that is none.
    assert (await client.get(late, headers={"Authorization": "Bearer nonsense"})).status == 403
    assert sum(hass.http.app[KEY_FAILED_LOGIN_ATTEMPTS].values()) == 0
    assert "invalid authentication" not in caplog.text
    refused = [note for note in camera.audit.notes if note.outcome is DeedOutcome.REFUSED]
    assert {(note.deed, note.clip_id, note.reason) for note in refused} == {(Deed.VIEW, CLIP, "link too old")}
    freezer.tick(600)
    assert (await client.get(played, headers={"Range": "bytes=10-19"})).status == 206
    # What the page that asks for it shows beside it is asked for at once, and lives as long as it is signed.
    picture = async_sign_path(hass, THUMBNAIL_URL, timedelta(minutes=5))
    freezer.tick(100)
    assert (await client.get(picture)).status == 200
    freezer.tick(100)
    assert (await client.get(played, headers={"Range": "bytes=10-19"})).status == 403, "it has expired for good"


async def test_a_signature_gives_the_rights_of_who_asked_for_it(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    for entities, status in (({"camera.hall": READ}, 200), ({}, 404)):
        user = someone_who_may(hass, entities)
        refresh_token = await hass.auth.async_create_refresh_token(user, "https://example.com")
        signed = async_sign_path(hass, VIDEO_URL, timedelta(minutes=1), refresh_token_id=refresh_token.id)
        assert (await client.get(signed)).status == status


async def test_without_a_running_camera_nothing_is_found(
    hass: HomeAssistant, client: TestClient[Any, Any], camera: LivingCamera
) -> None:
    assert await hass.config_entries.async_unload(camera.id)
    assert (await client.get(VIDEO_URL)).status == 404
