"""Clips in the media browser."""

from contextlib import suppress
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

from aiohttp.test_utils import make_mocked_request
from homeassistant.components.http import KEY_HASS_USER, current_request
from homeassistant.components.media_player import BrowseError
from homeassistant.components.media_source import (
    BrowseMediaSource,
    Unresolvable,
    async_browse_media,
    async_resolve_media,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from hypothesis import given, strategies as st
import jwt
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.localcam.engine.errors import ArchiveError
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.media_source import Identifier

from .fake_station import VIDEO, FakeStation, World, a_clip
from .household import READ, someone_who_may
from .living_camera import LivingCamera, add_camera

ROOT = "media-source://localcam"
CLIP = "01K7ZV3J8QW9E4R5T6Y7V80001"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.fixture
async def berlin(hass: HomeAssistant, camera: LivingCamera) -> LivingCamera:
    """A camera with clips on both sides of midnight, as the clock on the wall says; media players may play them."""
    hass.config_entries.async_update_entry(camera.entry, options={"media_players": True})
    await hass.config.async_set_time_zone("Europe/Berlin")
    camera.station.save(a_clip(camera.id, 1, at("2026-11-22T22:59:59")))
    camera.station.save(a_clip(camera.id, 2, at("2026-11-22T23:00:01"), kind=Kind.CAMERA_MOVED, duration_s=59.6))
    camera.station.save(a_clip(camera.id, 3, at("2026-11-23T12:00:00"), thumbnail=None))
    await camera.settle()
    assert await async_setup_component(hass, "media_source", {})
    return camera


@pytest.fixture(autouse=True)
async def _utc_again(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("UTC")


def shown(place: BrowseMediaSource) -> list[tuple[str, str]]:
    assert place.children is not None
    return [(child.title, child.media_content_id.removeprefix(ROOT).strip("/")) for child in place.children]


async def test_the_tree_from_the_top(hass: HomeAssistant, world: World, berlin: LivingCamera) -> None:
    attic = await add_camera(hass, world, {"source": "demo", "name": "attic", "seed": 2}, online=False)
    top = await async_browse_media(hass, ROOT)
    assert top.title == "LocalCam"
    assert shown(top) == [("attic", attic.id), ("Hall", berlin.id)]  # type: ignore[arg-type]

    hall = await async_browse_media(hass, f"{ROOT}/{berlin.id}")
    assert shown(hall) == [  # type: ignore[arg-type]
        ("2026-11-23 (2)", f"{berlin.id}/2026-11-23"),
        ("2026-11-22 (1)", f"{berlin.id}/2026-11-22"),
    ]

    day = await async_browse_media(hass, f"{ROOT}/{berlin.id}/2026-11-23")
    assert [title for title, _ in shown(day)] == [  # type: ignore[arg-type]
        "13:00:00 · Person · 10 s",
        "00:00:01 · Camera moved · 60 s",
    ]
    assert day.children is not None
    noon, night = day.children
    assert night.thumbnail == f"/api/localcam/clips/{CLIP[:-1]}2/thumbnail"
    assert noon.thumbnail is None
    assert night.can_play
    assert not night.can_expand
    assert night.media_content_type == "video/mp4"


@pytest.mark.parametrize(
    ("zone", "starts", "days"),
    [
        # The clocks go back from two to one: the hour is lived twice, and the day has 25.
        (
            "Europe/Lisbon",
            ["2026-10-24T22:59:59", "2026-10-24T23:00:00", "2026-10-25T23:59:59", "2026-10-26T00:00:00"],
            ["2026-10-26 (1)", "2026-10-25 (2)", "2026-10-24 (1)"],
        ),
        # The clocks go forward by half an hour.
        (
            "Australia/Lord_Howe",
            ["2026-10-03T13:29:59", "2026-10-03T13:30:00", "2026-10-04T12:59:59", "2026-10-04T13:00:00"],
            ["2026-10-05 (1)", "2026-10-04 (2)", "2026-10-03 (1)"],
        ),
    ],
)
async def test_each_clip_is_on_the_day_on_which_it_is_counted(
    hass: HomeAssistant, camera: LivingCamera, zone: str, starts: list[str], days: list[str]
) -> None:
    await hass.config.async_set_time_zone(zone)
    for number, start in enumerate(starts, start=1):
        camera.station.save(a_clip(camera.id, number, at(start)))
    await camera.settle()
    assert await async_setup_component(hass, "media_source", {})
    hall = await async_browse_media(hass, f"{ROOT}/{camera.id}")
    assert [title for title, _ in shown(hall)] == days  # type: ignore[arg-type]
    for title, place in shown(hall):  # type: ignore[arg-type]
        day = await async_browse_media(hass, f"{ROOT}/{place}")
        assert f"({len(shown(day))})" in title  # type: ignore[arg-type]


async def test_a_clip_resolves_to_an_address_for_its_length_and_a_margin(
    hass: HomeAssistant, berlin: LivingCamera, hass_client_no_auth: ClientSessionGenerator
) -> None:
    media = await async_resolve_media(hass, f"{ROOT}/{berlin.id}/2026-11-23/{CLIP[:-1]}2", None)
    assert media.mime_type == "video/mp4"
    address = urlsplit(media.url)
    assert address.path == f"/api/localcam/clips/{CLIP[:-1]}2/video"
    claims = jwt.decode(parse_qs(address.query)["authSig"][0], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 659
    # A media player on the network opens it without logging in.
    client = await hass_client_no_auth()
    response = await client.get(media.url)
    assert response.status == 200
    assert await response.read() == VIDEO


async def test_home_assistant_does_not_sign_it_for_a_day(
    hass: HomeAssistant, berlin: LivingCamera, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client(hass)
    content_id = f"{ROOT}/{berlin.id}/2026-11-22/{CLIP}"
    await client.send_json_auto_id({"type": "media_source/resolve_media", "media_content_id": content_id})
    result = (await client.receive_json())["result"]
    signatures = parse_qs(urlsplit(result["url"]).query)["authSig"]
    (claims,) = (jwt.decode(signature, options={"verify_signature": False}) for signature in signatures)
    assert claims["exp"] - claims["iat"] == 610


@pytest.mark.parametrize(
    "place",
    ["nobody", "{id}/2026-13-01", "{id}/20261123", "{id}/2026-11-23/", "{id}//x", "../x", "{id}/2026-11-23/" + CLIP],
)
async def test_a_place_that_is_none(hass: HomeAssistant, berlin: LivingCamera, place: str) -> None:
    with pytest.raises(BrowseError) as refused:
        await async_browse_media(hass, f"{ROOT}/{place.format(id=berlin.id)}")
    assert refused.value.translation_key == "unknown_place"


@pytest.mark.parametrize(
    "place", ["{id}", "{id}/2026-11-23", "{id}/2026-11-23/" + CLIP[:-1] + "9", "other/2026-11-23/" + CLIP]
)
async def test_what_is_no_clip_does_not_resolve(hass: HomeAssistant, berlin: LivingCamera, place: str) -> None:
    with pytest.raises(Unresolvable) as refused:
        await async_resolve_media(hass, f"{ROOT}/{place.format(id=berlin.id)}", None)
    assert refused.value.translation_key == "unknown_clip"


async def test_who_browses_sees_his_cameras(
    hass: HomeAssistant, world: World, berlin: LivingCamera, hass_ws_client: WebSocketGenerator
) -> None:
    attic = await add_camera(hass, world, {"source": "demo", "name": "Attic", "seed": 2}, online=False)
    guest = someone_who_may(hass, {"camera.attic": READ})
    refresh_token = await hass.auth.async_create_refresh_token(guest, "https://example.com")
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(refresh_token))
    await client.send_json_auto_id({"type": "media_source/browse_media", "media_content_id": ROOT})
    children = (await client.receive_json())["result"]["children"]
    assert [child["title"] for child in children] == ["Attic"]
    for message in (
        {"type": "media_source/browse_media", "media_content_id": f"{ROOT}/{berlin.id}"},
        {"type": "media_source/resolve_media", "media_content_id": f"{ROOT}/{berlin.id}/2026-11-22/{CLIP}"},
    ):
        await client.send_json_auto_id(message)
        assert not (await client.receive_json())["success"]
    assert attic.id


async def test_a_person_who_asks_over_http_sees_no_more(
    hass: HomeAssistant, world: World, berlin: LivingCamera
) -> None:
    await add_camera(hass, world, {"source": "demo", "name": "Attic", "seed": 2}, online=False)
    guest = someone_who_may(hass, {"camera.attic": READ})
    # As of an action that is called over HTTP: a media player's, to browse or to play.
    request = make_mocked_request("POST", "/api/services/media_player/browse_media")
    request[KEY_HASS_USER] = guest
    token = current_request.set(request)
    try:
        top = await async_browse_media(hass, ROOT)
        assert [title for title, _ in shown(top)] == ["Attic"]  # type: ignore[arg-type]
        with pytest.raises(Unresolvable):
            await async_resolve_media(hass, f"{ROOT}/{berlin.id}/2026-11-22/{CLIP}", "media_player.hall")
    finally:
        current_request.reset(token)


async def test_a_catalogue_that_fails_says_so(
    hass: HomeAssistant, berlin: LivingCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, query: object) -> None:
        raise ArchiveError("disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(FakeStation, "clips", fail)
        with pytest.raises(BrowseError) as failed:
            await async_browse_media(hass, f"{ROOT}/{berlin.id}")
    assert failed.value.translation_key == "catalogue_failed"
    # The source outlives the entries; without one that is loaded there is nothing to ask.
    assert await hass.config_entries.async_unload(berlin.id)
    with pytest.raises(BrowseError) as failed:
        await async_browse_media(hass, f"{ROOT}/{berlin.id}")
    assert failed.value.translation_key == "not_running"


@given(
    camera_id=st.from_regex(r"[0-9A-Za-z_-]{1,64}", fullmatch=True),
    day=st.none() | st.dates(),
    number=st.none() | st.integers(0, 9999),
)
def test_a_place_is_its_text(camera_id: str, day: date | None, number: int | None) -> None:
    clip_id = f"01K7ZV3J8QW9E4R5T6Y7V8{number:04d}" if day and number is not None else None
    place = Identifier(camera_id=camera_id, day=day, clip_id=clip_id)
    assert Identifier.parse(str(place)) == place


@given(st.text(max_size=60))
def test_any_text_is_its_place_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert str(Identifier.parse(text)) == text
