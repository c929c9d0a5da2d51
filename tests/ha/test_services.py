"""The actions: what they do, who may call them, and what bad input gets."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, UnknownUser
from homeassistant.helpers import area_registry as ar, device_registry as dr
import pytest

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.catalogued import Verdict
from custom_components.localcam.engine.errors import ArchiveError
from custom_components.localcam.engine.motion import Kind

from .fake_station import FakeStation, World, a_clip
from .household import ALL, READ, someone_who_may
from .living_camera import LivingCamera, add_camera

NOON = 1_790_000_000.0
CLIP = "01K7ZV3J8QW9E4R5T6Y7V80001"
ATTIC_CLIP = "01K7ZV3J8QW9E4R5T6Y7V80002"
NO_CLIP = "01K7ZV3J8QW9E4R5T6Y7V89999"


@pytest.fixture
async def attic(hass: HomeAssistant, world: World, camera: LivingCamera) -> LivingCamera:
    """A second camera; each of both has a clip."""
    attic = await add_camera(hass, world, {"source": "demo", "name": "Attic", "seed": 2})
    camera.station.save(a_clip(camera.id, 1, NOON))
    camera.station.save(a_clip(attic.id, 2, NOON + 3600, kind=Kind.PET))
    await camera.settle()
    return attic


async def call(hass: HomeAssistant, action: str, user: User | None = None, **data: Any) -> Any:
    context = Context(user_id=user.id) if user else None
    listing = action in ("list_clips", "explain_clip")
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, context=context, return_response=listing)


async def listed(hass: HomeAssistant, user: User | None = None, **data: Any) -> list[str]:
    response = await call(hass, "list_clips", user, **data)
    return [clip["clip_id"] for clip in response["clips"]]


async def refusal(hass: HomeAssistant, action: str, user: User | None = None, **data: Any) -> str:
    """The key of the error that the caller gets."""
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, action, user, **data)
    assert refused.value.translation_domain == DOMAIN
    assert refused.value.translation_key is not None
    return refused.value.translation_key


# list_clips


async def test_a_listed_clip_says_everything(hass: HomeAssistant, camera: LivingCamera, attic: LivingCamera) -> None:
    await call(hass, "flag_clip", clip_id=CLIP, verdict="false_alarm", kind="light", note="the sun")
    response = await call(hass, "list_clips", entity_id="camera.hall")
    assert response == {
        "clips": [
            {
                "clip_id": CLIP,
                "camera": "camera.hall",
                "start": "2026-09-21T14:13:20+00:00",
                "end": "2026-09-21T14:13:30+00:00",
                "duration_s": 10.0,
                "kind": "person",
                "score": 0.8125,
                "verdict": "false_alarm",
                "size_bytes": a_clip(camera.id, 1, NOON).size_bytes,
                "seen_by": [],
            }
        ]
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [ATTIC_CLIP, CLIP]),
        ({"entity_id": "all"}, [ATTIC_CLIP, CLIP]),
        ({"entity_id": "camera.attic"}, [ATTIC_CLIP]),
        ({"limit": 1}, [ATTIC_CLIP]),
        ({"kind": "pet"}, [ATTIC_CLIP]),
        ({"kind": "screen"}, []),
        ({"verdict": "real"}, []),
        ({"start": datetime.fromtimestamp(NOON + 1, UTC)}, [ATTIC_CLIP]),
        ({"end": datetime.fromtimestamp(NOON + 1, UTC).isoformat()}, [CLIP]),
        # A time without a zone is the home's own (here 7 hours west of Greenwich).
        ({"start": "2026-09-21 07:13:21"}, [ATTIC_CLIP]),
    ],
)
async def test_filters(hass: HomeAssistant, attic: LivingCamera, filters: dict[str, Any], expected: list[str]) -> None:
    assert await listed(hass, **filters) == expected


async def test_an_area_means_its_cameras(
    hass: HomeAssistant, attic: LivingCamera, device_registry: dr.DeviceRegistry, area_registry: ar.AreaRegistry
) -> None:
    area = area_registry.async_create("Top")
    device = device_registry.async_get_device_by_identifier((DOMAIN, attic.id), attic.id)
    assert device is not None
    device_registry.async_update_device(device.id, area_id=area.id)
    assert await listed(hass, device_id=device.id) == [ATTIC_CLIP]
    assert await listed(hass, area_id=area.id) == [ATTIC_CLIP]
    empty = area_registry.async_create("Cellar")
    assert await refusal(hass, "list_clips", area_id=empty.id) == "no_camera"


@pytest.mark.parametrize(
    ("filters", "key"),
    [
        ({"kind": "ghost"}, "unknown_kind"),
        ({"verdict": "great"}, "unknown_verdict"),
        ({"limit": 0}, "out_of_range"),
        ({"limit": 1001}, "out_of_range"),
        ({"entity_id": "camera.nowhere"}, "unknown_camera"),
        ({"entity_id": ["camera.hall", "light.hall"]}, "unknown_camera"),
    ],
)
async def test_bad_filters(hass: HomeAssistant, attic: LivingCamera, filters: dict[str, Any], key: str) -> None:
    assert await refusal(hass, "list_clips", **filters) == key


async def test_a_user_lists_what_he_may_see(hass: HomeAssistant, attic: LivingCamera, hass_admin_user: User) -> None:
    guest = someone_who_may(hass, {"camera.hall": READ})
    assert await listed(hass, guest) == [CLIP]
    assert await listed(hass, guest, entity_id="all") == [CLIP]
    # A camera that he may not see looks like one that does not exist.
    assert await refusal(hass, "list_clips", guest, entity_id="camera.attic") == "unknown_camera"
    assert await listed(hass, someone_who_may(hass, {})) == []
    assert await listed(hass, hass_admin_user) == [ATTIC_CLIP, CLIP]
    with pytest.raises(UnknownUser):
        await hass.services.async_call(
            DOMAIN, "list_clips", {}, blocking=True, context=Context(user_id="ghost"), return_response=True
        )


async def test_what_a_removed_camera_left_is_for_administrators(
    hass: HomeAssistant, attic: LivingCamera, hass_admin_user: User
) -> None:
    guest = someone_who_may(hass, {"camera.hall": ALL, "camera.attic": ALL})
    assert await hass.config_entries.async_remove(attic.id)
    assert await listed(hass, guest) == [CLIP]
    assert await refusal(hass, "delete_clips", guest, clip_ids=[ATTIC_CLIP]) == "unknown_clip"
    assert await listed(hass, hass_admin_user) == [ATTIC_CLIP, CLIP]
    await call(hass, "delete_clips", hass_admin_user, clip_ids=[ATTIC_CLIP])
    assert await listed(hass) == [CLIP]


# flag_clip


async def test_a_flag_says_who_and_when_and_what(
    hass: HomeAssistant, world: World, attic: LivingCamera, hass_admin_user: User
) -> None:
    await call(hass, "flag_clip", hass_admin_user, clip_id=CLIP, verdict="real", kind="pet", note="the cat")
    word = world.catalogue[CLIP].verdict
    assert word is not None
    assert (word.verdict, word.kind, word.note, word.user_id) == (Verdict.REAL, Kind.PET, "the cat", hass_admin_user.id)
    assert word.given_utc_s == pytest.approx(datetime.now(UTC).timestamp(), abs=5)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"clip_id": NO_CLIP, "verdict": "real"}, "unknown_clip"),
        ({"clip_id": "../../etc/passwd", "verdict": "real"}, "unknown_clip"),
        ({"clip_id": CLIP.lower(), "verdict": "real"}, "unknown_clip"),
        ({"clip_id": CLIP, "verdict": "great"}, "unknown_verdict"),
        ({"clip_id": CLIP, "verdict": "REAL"}, "unknown_verdict"),
        ({"clip_id": CLIP, "verdict": "real", "kind": "ghost"}, "unknown_kind"),
        ({"clip_id": CLIP, "verdict": "real", "note": "x" * 501}, "note_too_long"),
    ],
)
async def test_a_bad_flag_changes_nothing(
    hass: HomeAssistant, world: World, attic: LivingCamera, data: dict[str, Any], key: str
) -> None:
    before = dict(world.catalogue)
    assert await refusal(hass, "flag_clip", **data) == key
    assert world.catalogue == before


async def test_flagging_needs_control_and_sight(hass: HomeAssistant, world: World, attic: LivingCamera) -> None:
    reader = someone_who_may(hass, {"camera.hall": READ})
    before = dict(world.catalogue)
    assert await refusal(hass, "flag_clip", reader, clip_id=CLIP, verdict="real") == "not_permitted"
    with pytest.raises(ServiceValidationError) as forbidden:
        await call(hass, "flag_clip", reader, clip_id=ATTIC_CLIP, verdict="real")
    with pytest.raises(ServiceValidationError) as unknown:
        await call(hass, "flag_clip", reader, clip_id=NO_CLIP, verdict="real")
    assert str(forbidden.value) == str(unknown.value)
    assert world.catalogue == before
    await call(hass, "flag_clip", someone_who_may(hass, {"camera.hall": ALL}), clip_id=CLIP, verdict="real")
    assert world.catalogue[CLIP].kept


# delete_clips


async def test_deleted_clips_are_gone_from_everywhere(
    hass: HomeAssistant, attic: LivingCamera, camera: LivingCamera
) -> None:
    assert camera.coordinator.state.motion_clip is not None
    await call(hass, "delete_clips", clip_ids=[CLIP, CLIP])
    await camera.settle()
    assert await listed(hass) == [ATTIC_CLIP]
    assert camera.coordinator.state.motion_clip is None


async def test_one_unknown_clip_and_none_is_deleted(hass: HomeAssistant, attic: LivingCamera) -> None:
    assert await refusal(hass, "delete_clips", clip_ids=[CLIP, NO_CLIP]) == "unknown_clip"
    guest = someone_who_may(hass, {"camera.hall": ALL})
    assert await refusal(hass, "delete_clips", guest, clip_ids=[CLIP, ATTIC_CLIP]) == "unknown_clip"
    assert await listed(hass) == [ATTIC_CLIP, CLIP]


async def test_a_catalogue_that_fails_says_so(
    hass: HomeAssistant, attic: LivingCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, clip_ids: list[str]) -> None:
        raise ArchiveError("disk I/O error")

    monkeypatch.setattr(FakeStation, "delete", fail)
    with pytest.raises(HomeAssistantError) as failed:
        await call(hass, "delete_clips", clip_ids=[CLIP])
    assert failed.value.translation_key == "storage_failed"


# record and report_missed


async def test_record(hass: HomeAssistant, camera: LivingCamera) -> None:
    await call(hass, "record", entity_id="camera.hall", duration_s=30)
    assert camera.station.calls == [("record_now", camera.id, 30.0)]


async def test_report_missed_keeps_the_last_seconds_with_a_verdict(
    hass: HomeAssistant, world: World, camera: LivingCamera, hass_admin_user: User
) -> None:
    response = await hass.services.async_call(
        DOMAIN,
        "report_missed",
        {"entity_id": "camera.hall"},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
        return_response=True,
    )
    assert camera.station.calls == [("keep_last", camera.id, 15.0)]
    (kept,) = world.catalogue.values()
    assert response == {"clips": [{"clip_id": kept.clip.clip_id, "camera": "camera.hall"}]}
    assert kept.verdict is not None
    assert kept.verdict.verdict is Verdict.MISSED
    assert kept.verdict.user_id == hass_admin_user.id
    await call(hass, "report_missed", entity_id="camera.hall", seconds=5)
    assert camera.station.calls[-1] == ("keep_last", camera.id, 5.0)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("record", {"duration_s": 0}),
        ("record", {"duration_s": 601}),
        ("record", {"duration_s": float("nan")}),
        ("report_missed", {"seconds": 0.5}),
        ("report_missed", {"seconds": 61}),
    ],
)
async def test_a_duration_out_of_range(
    hass: HomeAssistant, camera: LivingCamera, action: str, data: dict[str, Any]
) -> None:
    assert await refusal(hass, action, entity_id="camera.hall", **data) == "out_of_range"
    assert not camera.station.calls


@pytest.mark.parametrize(("action", "data"), [("record", {"duration_s": 10}), ("report_missed", {})])
async def test_a_camera_that_cannot(
    hass: HomeAssistant, camera: LivingCamera, attic: LivingCamera, action: str, data: dict[str, Any]
) -> None:
    # One of two that is away, and the other is not asked either.
    attic.station.lose(attic.id)
    await attic.settle()
    assert await refusal(hass, action, entity_id=["camera.hall", "camera.attic"], **data) == "camera_offline"
    await attic.coordinator.async_set_resting(True)
    assert await refusal(hass, action, entity_id=["camera.hall", "camera.attic"], **data) == "camera_resting"
    assert await hass.config_entries.async_unload(attic.id)
    assert await refusal(hass, action, entity_id="camera.attic", **data) == "camera_offline"
    reader = someone_who_may(hass, {"camera.hall": READ})
    assert await refusal(hass, action, reader, entity_id="camera.hall", **data) == "not_permitted"
    assert await refusal(hass, action, entity_id="light.hall", **data) == "unknown_camera"
    assert not camera.station.calls


@pytest.mark.parametrize(
    ("problem", "key"),
    [
        ("offline", "camera_offline"),
        ("storage_full", "storage_full"),
        ("nothing_kept", "nothing_kept"),
        ("disk_error", "clip_not_written"),
        ("unrecordable", "clip_unrecordable"),
        ("broken pipe", "worker_failed"),
    ],
)
async def test_what_the_worker_answers(hass: HomeAssistant, camera: LivingCamera, problem: str, key: str) -> None:
    camera.station.problem = problem
    assert await refusal(hass, "record", entity_id="camera.hall", duration_s=10) == key
    assert await refusal(hass, "report_missed", entity_id="camera.hall") == key
    assert not camera.world.catalogue


@pytest.mark.parametrize(
    ("action", "data"), [("record", {"duration_s": 10}), ("report_missed", {}), ("set_zones", {"zones": []})]
)
async def test_an_action_without_a_target_asks_for_one(
    hass: HomeAssistant, camera: LivingCamera, action: str, data: dict[str, Any]
) -> None:
    assert await refusal(hass, action, **data) == "target_missing"


async def test_what_nobody_can_permit_is_not_said_to_be_permitted(hass: HomeAssistant, camera: LivingCamera) -> None:
    guest = someone_who_may(hass, {"camera.hall": ALL})
    for action, key in (
        ("check_storage", "administrators_only"),
        ("verify_audit_log", "administrators_only"),
        ("list_audit", "not_permitted_house"),
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await hass.services.async_call(
                DOMAIN, action, {}, blocking=True, return_response=True, context=Context(user_id=guest.id)
            )
        assert refused.value.translation_key == key


async def test_without_any_running_camera_there_is_nothing_to_ask(hass: HomeAssistant, camera: LivingCamera) -> None:
    assert await hass.config_entries.async_unload(camera.id)
    assert await refusal(hass, "list_clips") == "not_running"
