"""What a removed camera left: told, seen by administrators, kept or deleted as they say."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.components.media_source import async_browse_media
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.audited import Deed, DeedOutcome
from custom_components.localcam.engine.errors import StorageError
from custom_components.localcam.removed_cameras import ISSUE_CLIPS_LEFT, STORAGE_KEY

from .fake_station import VIDEO, FakeStation, World, a_clip
from .household import ALL, someone_who_may
from .living_camera import LivingCamera, add_camera
from .locking import go_on, issue, repair

ROOT = f"media-source://{DOMAIN}"


@pytest.fixture
async def attic(
    hass: HomeAssistant, hass_storage: dict[str, Any], http: None, world: World, camera: LivingCamera
) -> LivingCamera:
    """A second camera, which has three clips; the first one has one."""
    assert await async_setup_component(hass, "repairs", {})
    assert await async_setup_component(hass, "media_source", {})
    attic = await add_camera(hass, world, {"source": "demo", "name": "Attic", "seed": 2})
    camera.station.save(a_clip(camera.id, 9, 1_790_000_000))
    for number in range(1, 4):
        attic.station.save(a_clip(attic.id, number, 1_790_000_000 + number))
    await attic.settle()
    return attic


async def test_they_are_deleted_by_who_says_so_and_is_sure(
    hass: HomeAssistant,
    world: World,
    camera: LivingCamera,
    attic: LivingCamera,
    hass_client: ClientSessionGenerator,
    hass_admin_user: User,
) -> None:
    assert await hass.config_entries.async_remove(attic.id)
    issue_id = f"clips_left_{attic.id}"
    found = issue(hass, issue_id)
    assert found
    assert found.is_persistent
    assert found.translation_placeholders == {"camera": "Attic", "count": "3"}
    client = await hass_client()
    menu = await repair(client, issue_id)
    assert (menu["type"], menu["menu_options"]) == ("menu", ["keep", "delete"])
    form = await go_on(client, menu, next_step_id="delete")
    form = await go_on(client, form, sure=False)
    assert form["errors"] == {"sure": "not_sure"}
    assert len(world.catalogue) == 4
    told = await go_on(client, form, sure=True)
    assert (told["step_id"], told["description_placeholders"]) == ("deleted", {"camera": "Attic", "count": "3"})
    assert not issue(hass, issue_id), "whoever closes this without an answer is not asked again"
    assert (await go_on(client, told))["type"] == "create_entry"

    assert {entry.clip.camera_id for entry in world.catalogue.values()} == {camera.id}
    deleted = camera.audit.of(Deed.DELETE)
    assert len(deleted) == 3
    assert {(note.user_id, note.camera_id, note.outcome) for note in deleted} == {
        (hass_admin_user.id, attic.id, DeedOutcome.DONE)
    }
    assert all(note.reason.startswith("owner; key ") for note in deleted)


async def test_they_are_kept_and_administrators_see_them_in_the_media_browser(
    hass: HomeAssistant,
    world: World,
    camera: LivingCamera,
    attic: LivingCamera,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
) -> None:
    assert await hass.config_entries.async_remove(attic.id)
    client = await hass_client()
    menu = await repair(client, f"clips_left_{attic.id}")
    assert (await go_on(client, menu, next_step_id="keep"))["type"] == "create_entry"
    assert not issue(hass, f"clips_left_{attic.id}")
    assert len(world.catalogue) == 4

    async def shown(place: str, token: str | None = None) -> list[str] | None:
        socket = await hass_ws_client(hass, token) if token else await hass_ws_client()
        await socket.send_json_auto_id(
            {"type": "media_source/browse_media", "media_content_id": f"{ROOT}/{place}".rstrip("/")}
        )
        answer = await socket.receive_json()
        return [child["title"] for child in answer["result"]["children"]] if answer["success"] else None

    assert await shown("") == ["Hall", "Attic · Removed camera"]
    (day,) = await shown(attic.id) or []
    assert day.endswith(" (3)")
    guest = someone_who_may(hass, {"camera.hall": ALL, "camera.attic": ALL})
    token = hass.auth.async_create_access_token(
        await hass.auth.async_create_refresh_token(guest, "https://example.com")
    )
    assert await shown("", token) == ["Hall"]
    assert await shown(attic.id, token) is None
    # Home Assistant itself, for an automation, sees what its makers do.
    assert (await async_browse_media(hass, ROOT)).children


async def test_a_camera_that_left_nothing_is_no_matter(hass: HomeAssistant, world: World, camera: LivingCamera) -> None:
    assert await hass.config_entries.async_remove(camera.id)
    assert not issue(hass, f"clips_left_{camera.id}")


async def test_those_of_the_last_camera_are_seen_before_anybody_says_what_becomes_of_them(
    hass: HomeAssistant, world: World, camera: LivingCamera, attic: LivingCamera, hass_client: ClientSessionGenerator
) -> None:
    for each in (camera, attic):
        assert await hass.config_entries.async_remove(each.id)
    listed = await hass.services.async_call(DOMAIN, "list_clips", {}, blocking=True, return_response=True)
    assert len(listed["clips"]) == 4  # type: ignore[arg-type,index]
    shelves = (await async_browse_media(hass, ROOT)).children
    assert shelves is not None
    assert [shelf.title for shelf in shelves] == ["Attic · Removed camera", "Hall · Removed camera"]
    client = await hass_client()
    video = await client.get(f"/api/localcam/clips/{next(iter(world.catalogue))}/video")
    assert (video.status, await video.read()) == (200, VIDEO)


async def test_of_the_last_camera_too_they_can_be_deleted(
    hass: HomeAssistant,
    world: World,
    camera: LivingCamera,
    attic: LivingCamera,
    hass_client: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(station: FakeStation, clip_ids: object) -> None:
        raise StorageError("its disk is gone")

    for each in (camera, attic):
        assert await hass.config_entries.async_remove(each.id)
    client = await hass_client()
    form = await go_on(client, await repair(client, f"clips_left_{attic.id}"), next_step_id="delete")
    with monkeypatch.context() as broken:
        broken.setattr(FakeStation, "delete", fail)
        form = await go_on(client, form, sure=True)
    assert form["errors"] == {"base": "not_deleted"}
    assert issue(hass, f"clips_left_{attic.id}")
    assert (await go_on(client, form, sure=True))["step_id"] == "deleted"
    assert {entry.clip.camera_id for entry in world.catalogue.values()} == {camera.id}
    assert world.station.running, "the other's clips are still there to be seen"

    form = await go_on(client, await repair(client, f"clips_left_{camera.id}"), next_step_id="delete")
    assert (await go_on(client, form, sure=True))["description_placeholders"]["count"] == "1"
    assert not any(station.running for station in world.stations), "nothing is left to run for"


async def test_after_a_restart_without_a_camera_the_notice_says_what_to_do(
    hass: HomeAssistant, http: None, hass_client: ClientSessionGenerator
) -> None:
    """Home Assistant keeps the notice, does not load LocalCam, and shows a step of its own with our text."""
    assert await async_setup_component(hass, "repairs", {})
    placeholders = {"camera": "Attic", "count": "3"}
    ir.async_create_issue(
        hass,
        DOMAIN,
        "clips_left_x",
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_CLIPS_LEFT,
        translation_placeholders=placeholders,
    )
    form = await repair(await hass_client(), "clips_left_x")
    texts = await async_get_translations(hass, "en", "issues", {DOMAIN})
    text = texts[f"component.{DOMAIN}.issues.{ISSUE_CLIPS_LEFT}.fix_flow.step.{form['step_id']}.description"]
    assert "add a camera" in text.format(**form["description_placeholders"])


async def test_a_camera_that_is_added_later_takes_the_running_station_over(
    hass: HomeAssistant, world: World, camera: LivingCamera, attic: LivingCamera
) -> None:
    for each in (camera, attic):
        assert await hass.config_entries.async_remove(each.id)
    ran = len(world.stations)
    porch = await add_camera(hass, world, {"source": "demo", "name": "Porch", "seed": 3})
    assert len(world.stations) == ran
    assert await hass.config_entries.async_unload(porch.id)
    assert not any(station.running for station in world.stations)


async def test_removed_cameras_of_one_name_and_of_none_are_told_apart_by_their_time(
    hass: HomeAssistant, hass_storage: dict[str, Any], world: World, camera: LivingCamera, attic: LivingCamera
) -> None:
    again = await add_camera(hass, world, {"source": "demo", "name": "Attic 2", "seed": 3})
    hass.config_entries.async_update_entry(again.entry, title="Attic")
    nameless = await add_camera(hass, world, {"source": "demo", "name": "Porch", "seed": 4})
    again.station.save(a_clip(again.id, 11, 1_780_000_000))
    for number, start in ((12, 1_770_000_000), (13, 1_775_000_000)):
        nameless.station.save(a_clip(nameless.id, number, start))
    await again.settle()
    for each in (attic, again, nameless):
        assert await hass.config_entries.async_remove(each.id)
    del hass_storage[STORAGE_KEY]["data"][nameless.id]
    shelves = (await async_browse_media(hass, ROOT)).children
    assert shelves is not None
    assert [shelf.title for shelf in shelves] == [
        "Hall",
        "Attic · Removed camera · 2026-05-28",
        "Attic · Removed camera · 2026-09-21",
        "Removed camera · 2026-02-01 · 2026-03-31",
    ]
    for number in range(1, 4):
        del world.catalogue[a_clip(attic.id, number, 0).clip_id]
    assert await hass.config_entries.async_remove(camera.id)
    assert hass_storage[STORAGE_KEY]["data"] == {again.id: "Attic", camera.id: "Hall"}, "a name goes with the clips"
