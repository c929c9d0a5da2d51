"""What people do is in the audit log before it is done, and what cannot be logged is not done."""

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.audited import AuditNote, Deed, DeedOutcome
from custom_components.localcam.ledger import ISSUE_BROKEN, ISSUE_UNWRITABLE, REFUSALS_PER_MINUTE
from custom_components.localcam.stream_places import IN_ALL, PER_USER, StreamPlaces, TooManyStreamsError

from .fake_audit import a_head
from .fake_station import VIDEO, World, a_clip
from .household import ALL, READ, someone_who_may
from .living_camera import LivingCamera, add_camera

NOON = 1_790_000_000.0
CLIP = "01K7ZV3J8QW9E4R5T6Y7V80001"
NO_CLIP = "01K7ZV3J8QW9E4R5T6Y7V89999"
VIDEO_URL = f"/api/localcam/clips/{CLIP}/video"
THUMBNAIL_URL = f"/api/localcam/clips/{CLIP}/thumbnail"


@pytest.fixture(autouse=True)
async def _a_clip(camera: LivingCamera) -> None:
    camera.station.save(a_clip(camera.id, 1, NOON))
    await camera.settle()


@pytest.fixture
async def client(hass_client: ClientSessionGenerator) -> TestClient[Any, Any]:
    """Logged in as an administrator."""
    return await hass_client()


async def call(hass: HomeAssistant, action: str, user: User | None = None, **data: Any) -> Any:
    responds = action in ("list_clips", "verify_audit_log", "list_audit")
    context = Context(user_id=user.id if user else None)
    return await hass.services.async_call(
        DOMAIN, action, data, blocking=True, context=context, return_response=responds
    )


# Looking


async def test_a_playback_is_one_entry_whatever_it_asks_for(
    client: TestClient[Any, Any], camera: LivingCamera, hass_admin_user: User, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(4):
        await asyncio.gather(*(client.get(VIDEO_URL, headers={"Range": f"bytes={at}-{at + 9}"}) for at in (0, 99)))
        freezer.tick(30)
    (view,) = camera.audit.of(Deed.VIEW)
    assert (view.user_id, view.camera_id, view.clip_id) == (hass_admin_user.id, camera.id, CLIP)
    assert view.token_id in hass_admin_user.refresh_tokens
    freezer.tick(61)
    await client.get(VIDEO_URL, headers={"Range": "bytes=0-9"})
    assert len(camera.audit.of(Deed.VIEW)) == 2, "after a minute of silence it is another playback"


async def test_whoever_never_stops_asking_is_logged_again(
    client: TestClient[Any, Any], camera: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(40):
        await client.get(VIDEO_URL, headers={"Range": "bytes=0-9"})
        freezer.tick(30)
    assert len(camera.audit.of(Deed.VIEW)) == 2


async def test_others_and_other_deeds_are_others_entries(
    hass: HomeAssistant, client: TestClient[Any, Any], camera: LivingCamera, hass_client_no_auth: ClientSessionGenerator
) -> None:
    guest = someone_who_may(hass, {"camera.hall": READ})
    token = hass.auth.async_create_access_token(
        await hass.auth.async_create_refresh_token(guest, "https://example.com")
    )
    await client.get(VIDEO_URL)
    await (await hass_client_no_auth()).get(VIDEO_URL, headers={"Authorization": f"Bearer {token}"})
    await client.get(THUMBNAIL_URL)
    response = await client.get(f"{VIDEO_URL}?download")
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    assert [note.deed for note in camera.audit.notes if note.clip_id] == [
        Deed.VIEW,
        Deed.VIEW,
        Deed.THUMBNAIL,
        Deed.DOWNLOAD,
    ]
    assert [note.user_id == guest.id for note in camera.audit.of(Deed.VIEW)] == [False, True]


async def test_what_sends_no_bytes_is_no_look(client: TestClient[Any, Any], camera: LivingCamera) -> None:
    await client.head(VIDEO_URL)
    await client.head(THUMBNAIL_URL)
    await client.get(VIDEO_URL, headers={"Range": f"bytes={len(VIDEO)}-"})
    assert not camera.audit.written


async def test_fifty_pictures_that_come_at_once_wait_for_one_commit(hass: HomeAssistant, camera: LivingCamera) -> None:
    ledger = hass.data[HOUSE].ledger
    notes = [
        AuditNote(deed=Deed.THUMBNAIL, user_id="ann", clip_id=a_clip(camera.id, number, NOON).clip_id)
        for number in range(50)
    ]
    camera.audit.disk.clear()
    looks = [hass.async_create_task(ledger.async_look(notes[0]))]
    await asyncio.sleep(0.01)
    looks += [hass.async_create_task(ledger.async_look(note)) for note in notes[1:]]
    await asyncio.sleep(0.01)
    assert not any(look.done() for look in looks), "nobody gets anything before it is on disk"
    camera.audit.disk.set()
    await asyncio.gather(*looks)
    assert camera.audit.of(Deed.THUMBNAIL) == notes
    assert camera.audit.commits == [1, 49]


@pytest.mark.parametrize("url", [VIDEO_URL, THUMBNAIL_URL])
async def test_what_cannot_be_logged_is_not_shown(
    client: TestClient[Any, Any], camera: LivingCamera, url: str, issue_registry: ir.IssueRegistry
) -> None:
    camera.audit.fails = True
    for _ in range(2):
        response = await client.get(url)
        assert response.status == 503
        assert b"\xff\xd8" not in await response.read()
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_UNWRITABLE) is not None
    camera.audit.fails = False
    response = await client.get(url)
    assert response.status == 200
    await response.read()
    await camera.settle()
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_UNWRITABLE) is None
    await camera.let_go()


async def test_the_image_of_the_last_motion_is_a_look_of_home_assistant_itself(
    client: TestClient[Any, Any], camera: LivingCamera
) -> None:
    url = camera.state("image", "last_motion").attributes["entity_picture"]
    for _ in range(3):
        assert (await client.get(url)).status == 200
    (shown,) = camera.audit.of(Deed.THUMBNAIL)
    assert (shown.user_id, shown.clip_id) == (None, CLIP)
    camera.audit.fails = True
    camera.station.save(a_clip(camera.id, 2, NOON + 60))
    await camera.settle()
    assert (await client.get(camera.state("image", "last_motion").attributes["entity_picture"])).status == 500


# Refusals


async def test_a_refusal_says_who_wanted_what(
    hass: HomeAssistant, camera: LivingCamera, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    stranger = someone_who_may(hass, {})
    token = await hass.auth.async_create_refresh_token(stranger, "https://example.com")
    headers = {"Authorization": f"Bearer {hass.auth.async_create_access_token(token)}"}
    for url in (VIDEO_URL, VIDEO_URL.replace(CLIP, NO_CLIP)):
        assert (await client.get(url, headers=headers)).status == 404
    assert (await client.get(VIDEO_URL)).status == 403
    known, unknown, nobody = camera.audit.of(Deed.VIEW, DeedOutcome.REFUSED)
    assert (known.user_id, known.camera_id, known.clip_id, known.reason) == (
        stranger.id,
        camera.id,
        CLIP,
        "not_a_viewer",
    )
    assert (unknown.user_id, unknown.camera_id, unknown.clip_id) == (stranger.id, None, NO_CLIP)
    assert (nobody.user_id, nobody.clip_id, nobody.reason) == (None, CLIP, "not logged in")


async def test_nobody_fills_the_disk_by_being_refused(
    camera: LivingCamera, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> None:
    client = await hass_client_no_auth()
    for _ in range(REFUSALS_PER_MINUTE + 7):
        await client.get(VIDEO_URL)
    assert len(camera.audit.of(Deed.VIEW, DeedOutcome.REFUSED)) == REFUSALS_PER_MINUTE
    freezer.tick(61)
    await client.get(VIDEO_URL)
    assert camera.audit.of(Deed.VIEW, DeedOutcome.REFUSED)[-1].reason == "not logged in, after 7 more"


# From outside


async def test_clips_are_not_shown_outside_the_house(
    hass: HomeAssistant, client: TestClient[Any, Any], camera: LivingCamera, hass_admin_user: User
) -> None:
    with patch("custom_components.localcam.who.is_cloud_connection", return_value=True):
        for url in (VIDEO_URL, THUMBNAIL_URL):
            assert (await client.get(url)).status == 403
    assert [note.reason for note in camera.audit.notes] == ["remote", "remote"]
    with patch("custom_components.localcam.who.is_local", return_value=False):
        assert (await client.get(VIDEO_URL)).status == 403
    assert (await client.get(VIDEO_URL)).status == 200


async def test_a_link_that_was_made_at_home_opens_nothing_outside(
    hass: HomeAssistant, camera: LivingCamera, hass_client_no_auth: ClientSessionGenerator
) -> None:
    guest = someone_who_may(hass, {"camera.hall": READ})
    token = await hass.auth.async_create_refresh_token(guest, "https://example.com")
    signed = async_sign_path(hass, VIDEO_URL, timedelta(minutes=1), refresh_token_id=token.id)
    client = await hass_client_no_auth()
    assert (await client.get(signed)).status == 200
    with patch("custom_components.localcam.who.is_cloud_connection", return_value=True):
        assert (await client.get(signed)).status == 403
    # Rights that were taken away are gone at the next part of the clip, and so is a log-in that was ended.
    hass.config_entries.async_update_entry(camera.entry, options={"viewers": ["somebody else"]})
    assert (await client.get(signed, headers={"Range": "bytes=0-9"})).status == 404
    hass.auth.async_remove_refresh_token(token)
    assert (await client.get(signed)).status == 403


# Streams


def test_a_few_streams_for_each_and_not_too_many_in_all() -> None:
    places = StreamPlaces()
    taken = [places.one(f"user {number // PER_USER}") for number in range(IN_ALL)]
    for place in taken:
        place.__enter__()
    with pytest.raises(TooManyStreamsError), places.one("somebody else"):
        pass
    taken.pop().__exit__(None, None, None)
    with places.one("somebody else"):
        pass
    taken.append(places.one("user 0"))
    with pytest.raises(TooManyStreamsError):
        taken.pop().__enter__()


async def test_a_stream_too_many_is_told_to_wait(
    hass: HomeAssistant, client: TestClient[Any, Any], camera: LivingCamera, hass_admin_user: User
) -> None:
    streams = hass.data[HOUSE].streams
    with streams.one(hass_admin_user.id), streams.one(hass_admin_user.id), streams.one(hass_admin_user.id):
        response = await client.get(VIDEO_URL)
        assert response.status == 200
        await response.read()
        # The place is free after the file is closed.
        await camera.let_go()
        await hass.async_block_till_done()
        with streams.one(hass_admin_user.id):
            response = await client.get(VIDEO_URL)
            assert (response.status, response.headers["Retry-After"]) == (429, "5")
    assert (await client.get(VIDEO_URL)).status == 200


# Doing


async def test_what_is_done_is_logged_with_who_did_it(
    hass: HomeAssistant, camera: LivingCamera, hass_admin_user: User
) -> None:
    await call(hass, "flag_clip", hass_admin_user, clip_id=CLIP, verdict="real", note="Grandmother came home")
    await call(hass, "record", hass_admin_user, entity_id="camera.hall", duration_s=5)
    await call(hass, "report_missed", None, entity_id="camera.hall")
    await call(hass, "delete_clips", hass_admin_user, clip_ids=[CLIP])
    done = [(note.deed, note.user_id == hass_admin_user.id, note.reason) for note in camera.audit.notes]
    assert done == [
        (Deed.FLAG, True, "real"),
        (Deed.RECORD, True, "5 s"),
        (Deed.RECORD, False, "the last 15 s"),
        (Deed.FLAG, False, "missed"),
        (Deed.DELETE, True, f"owner; key {'0' * 64}"),
    ]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("flag_clip", {"clip_id": CLIP, "verdict": "real"}),
        ("delete_clips", {"clip_ids": [CLIP]}),
        ("record", {"entity_id": "camera.hall", "duration_s": 5}),
    ],
)
async def test_what_cannot_be_logged_is_not_done(
    hass: HomeAssistant, camera: LivingCamera, action: str, data: dict[str, Any]
) -> None:
    before = dict(camera.world.catalogue)
    camera.audit.fails = True
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, action, **data)
    assert refused.value.translation_key == "not_logged"
    assert camera.world.catalogue == before
    assert not camera.station.calls


async def test_settings_and_privacy_are_logged_but_never_wait_for_it(hass: HomeAssistant, camera: LivingCamera) -> None:
    await camera.call("number", "set_value", "number", "sensitivity", value=7)
    await camera.call("switch", "turn_on", "switch", "privacy")
    assert [note.reason for note in camera.audit.of(Deed.SETTINGS)] == ["sensitivity", "resting on"]
    camera.audit.fails = True
    await camera.call("switch", "turn_off", "switch", "privacy")
    assert camera.state("switch", "privacy").state == "off"


# Seen by, listing and verifying


async def test_seen_by(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    camera: LivingCamera,
    hass_admin_user: User,
    freezer: FrozenDateTimeFactory,
) -> None:
    await client.get(VIDEO_URL)
    freezer.tick(100)
    last = dt_util.utcnow().isoformat()
    await client.get(VIDEO_URL)
    response = await call(hass, "list_clips")
    (clip,) = response["clips"]
    assert clip["seen_by"] == [{"user": hass_admin_user.name, "deed": "view", "times": 2, "last": last}]
    camera.audit.fails = True
    response = await call(hass, "list_clips")
    assert response["clips"][0]["seen_by"] is None


async def test_the_log_page_by_page(
    hass: HomeAssistant, client: TestClient[Any, Any], camera: LivingCamera, hass_admin_user: User
) -> None:
    await client.get(VIDEO_URL)
    await call(hass, "flag_clip", hass_admin_user, clip_id=CLIP, verdict="unsure")
    response = await call(hass, "list_audit", hass_admin_user, limit=1, before=3)
    (entry,) = response["entries"]
    assert (
        entry.items()
        >= {
            "seq": 2,
            "deed": "flag",
            "outcome": "done",
            "user": hass_admin_user.name,
            "user_id": hass_admin_user.id,
            "camera": "camera.hall",
            "clip_id": CLIP,
            "reason": "unsure",
        }.items()
    )
    assert camera.audit.of(Deed.READ_LOG)[0].user_id == hass_admin_user.id
    response = await call(hass, "list_audit", hass_admin_user, deed="view", clip_id=CLIP)
    assert response is not None
    assert [entry["seq"] for entry in response["entries"]] == [1]
    with pytest.raises(HomeAssistantError) as refused:
        await call(hass, "list_audit", deed="sing")
    assert refused.value.translation_key == "unknown_deed"


async def test_a_log_that_does_not_hold_is_an_issue_until_it_does(
    hass: HomeAssistant, camera: LivingCamera, issue_registry: ir.IssueRegistry
) -> None:
    camera.audit.broken_at = 17
    response = await call(hass, "verify_audit_log")
    assert response is not None
    assert (response["holds"], response["first_broken"], response["fault"]) == (False, 17, "edited")
    issue = issue_registry.async_get_issue(DOMAIN, ISSUE_BROKEN)
    assert issue is not None
    assert issue.translation_placeholders == {"entry": "17", "reason": "entry 17 is not what followed"}
    camera.audit.broken_at = None
    assert (await call(hass, "verify_audit_log") or {})["holds"] is True
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_BROKEN) is None
    # A witness may be of another house: what it says is the answer, and no alarm.
    camera.audit.head = a_head(12)
    assert (await call(hass, "verify_audit_log", witness=a_head(12).witness) or {})["holds"] is True
    assert (await call(hass, "verify_audit_log", witness=a_head(13).witness) or {})["holds"] is False
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_BROKEN) is None


@pytest.mark.parametrize("mistyped", ["12 abc", "", "   ", a_head(12).witness[:-1], "1" * 2000])
async def test_a_mistyped_witness_is_refused_as_such(hass: HomeAssistant, camera: LivingCamera, mistyped: str) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "verify_audit_log", witness=mistyped)
    assert refused.value.translation_key == "witness_invalid"


async def test_the_log_is_checked_each_day(
    hass: HomeAssistant, camera: LivingCamera, issue_registry: ir.IssueRegistry, freezer: FrozenDateTimeFactory
) -> None:
    camera.audit.broken_at = 1
    freezer.tick(timedelta(days=1, seconds=1))
    async_fire_time_changed(hass)
    await camera.settle()
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_BROKEN) is not None
    assert camera.audit.minded > 0


async def test_a_log_that_was_broken_while_nothing_ran_is_found_at_start(
    hass: HomeAssistant, world: World, camera: LivingCamera, issue_registry: ir.IssueRegistry
) -> None:
    assert await hass.config_entries.async_unload(camera.id)
    assert world.audit is not None
    world.audit.broken_at = 3
    await hass.config_entries.async_setup(camera.id)
    await camera.settle()
    assert issue_registry.async_get_issue(DOMAIN, ISSUE_BROKEN) is not None


async def test_the_head_is_a_sensor_of_each_camera(
    hass: HomeAssistant, world: World, camera: LivingCamera, client: TestClient[Any, Any]
) -> None:
    assert camera.state("sensor", "audit_log").state == "unknown"
    camera.audit.head = a_head(1000)
    await client.get(VIDEO_URL)
    await camera.settle()
    attic = await add_camera(hass, world, {"source": "demo", "name": "Attic", "seed": 2})
    for each in (camera, attic):
        shown = each.state("sensor", "audit_log")
        assert shown.state == "1000"
        assert shown.attributes["witness"] == camera.audit.head.witness
        assert shown.attributes["checkpoint"] == camera.audit.head.checkpoint


# A camera of which only some may see anything


async def test_what_home_assistant_shows_to_all_is_off_for_a_restricted_camera(
    hass: HomeAssistant, camera: LivingCamera, client: TestClient[Any, Any]
) -> None:
    guest = someone_who_may(hass, {"camera.hall": ALL})
    picture = camera.state("image", "last_motion").attributes["entity_picture"]
    live = camera.state("camera", "camera").attributes["entity_picture"]
    assert (await client.get(live)).status == 200
    hass.config_entries.async_update_entry(camera.entry, options={"viewers": [guest.id]})
    camera.coordinator.async_apply_rules()
    await camera.settle()
    for platform, key in (("camera", "camera"), ("image", "last_motion")):
        assert camera.state(platform, key).state == "unavailable"
    assert (await client.get(picture)).status in (500, 503)
    assert (await client.get(live)).status in (500, 503)
    assert await camera.coordinator.view.async_live_address() is None
    assert camera.state("binary_sensor", "motion").state == "off"
    # It stays so after a restart.
    assert await hass.config_entries.async_reload(camera.id)
    camera.station.back(camera.id)
    await camera.settle()
    assert camera.state("camera", "camera").state == "unavailable"


async def test_a_viewer_sees_it_and_he_who_could_before_does_not(hass: HomeAssistant, camera: LivingCamera) -> None:
    viewer, former = someone_who_may(hass, {}), someone_who_may(hass, {"camera.hall": ALL})
    hass.config_entries.async_update_entry(camera.entry, options={"viewers": [viewer.id]})
    for user, shown in ((viewer, 1), (former, 0)):
        response = await call(hass, "list_clips", user)
        assert response is not None
        assert len(response["clips"]) == shown


@pytest.mark.parametrize(
    ("platform", "service", "key", "more"),
    [
        ("switch", "turn_on", "privacy", {}),
        ("number", "set_value", "sensitivity", {"value": 1}),
        ("button", "press", "calibrate", {}),
    ],
)
async def test_who_is_no_viewer_cannot_order_the_camera_by_its_entities_either(
    hass: HomeAssistant, camera: LivingCamera, platform: str, service: str, key: str, more: dict[str, Any]
) -> None:
    entity_id = camera.state(platform, key).entity_id
    stranger = someone_who_may(hass, {entity_id: ALL})
    hass.config_entries.async_update_entry(camera.entry, options={"viewers": ["somebody else"]})

    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call(
            platform, service, {"entity_id": entity_id, **more}, blocking=True, context=Context(user_id=stranger.id)
        )

    assert refused.value.translation_key == "not_controlled"
    assert camera.audit.of(Deed.SETTINGS, DeedOutcome.REFUSED)[-1].user_id == stranger.id
    assert camera.audit.of(Deed.SETTINGS) == []
    assert camera.id in camera.station.watched


async def test_a_viewer_who_may_control_it_can(hass: HomeAssistant, camera: LivingCamera) -> None:
    entity_id = camera.state("switch", "privacy").entity_id
    viewer = someone_who_may(hass, {entity_id: ALL, "camera.hall": ALL})
    hass.config_entries.async_update_entry(camera.entry, options={"viewers": [viewer.id]})

    await hass.services.async_call(
        "switch", "turn_on", {"entity_id": entity_id}, blocking=True, context=Context(user_id=viewer.id)
    )

    assert camera.id not in camera.station.watched
