"""Why a clip was recorded, as the action says it: in words, in numbers, and only to who may see the camera."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.clip import ClipEnd, ClipReason
from custom_components.localcam.engine.motion import Features, Kind

from .fake_station import a_clip, an_event
from .household import ALL, READ, someone_who_may
from .living_camera import LivingCamera
from .test_texts import ENGLISH

NOON = 1_790_000_000.0
CLIP = "01K7ZV3J8QW9E4R5T6Y7V80001"
NO_CLIP = "01K7ZV3J8QW9E4R5T6Y7V89999"
VALUES = {"area": 0.0625, "cluster": 0.0315, "brightened": 0.5, "darkened": 0.25, "lighting": float("nan")}
WALKS = an_event(
    kind=Kind.OTHER, features=Features(version=2, values=VALUES), peak_score=0.93, threshold=0.5, sensitivity=7
)


async def explained(hass: HomeAssistant, camera: LivingCamera, **changes: Any) -> dict[str, Any]:
    """What is said of a clip like this."""
    camera.station.save(a_clip(camera.id, 1, NOON, **changes))
    await camera.settle()
    return await ask(hass)


async def ask(hass: HomeAssistant, user: User | None = None, clip_id: str = CLIP) -> Any:
    context = Context(user_id=user.id) if user else None
    return await hass.services.async_call(
        DOMAIN, "explain_clip", {"clip_id": clip_id}, blocking=True, context=context, return_response=True
    )


async def test_an_explanation_says_what_decided(hass: HomeAssistant, camera: LivingCamera) -> None:
    said = await explained(hass, camera, events=(WALKS,), kind=Kind.OTHER, score=0.93)
    because = (
        "Something got somewhere: 6.2 % of the picture moved, in places that had looked as usual a moment before, "
        "as people and pets do. It scored 0.93, at sensitivity 7, where 0.50 is motion."
    )
    decision = {
        "kind": "other",
        "alerts": True,
        "because": because,
        "score": 0.93,
        "threshold": 0.5,
        "sensitivity": 7,
        "model_version": 0,
        "features": VALUES | {"lighting": None},
    }
    assert said == {
        "clip_id": CLIP,
        "camera": "camera.hall",
        "reason": "motion",
        "picture": f"/api/localcam/clips/{CLIP}/explanation",
        "locked": False,
        **decision,
        "events": [{"event_id": "E1", "duration_s": 3.0, "strongest_after_s": 1.0, **decision}],
    }


async def test_of_several_events_the_strongest_that_alerts_stands_for_the_clip(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    lamp = an_event(event_id="E2", kind=Kind.LIGHT, peak_score=1.0, features=Features(version=2, values=VALUES))
    said = await explained(hass, camera, events=(lamp, WALKS), kind=Kind.OTHER)
    assert said["sensitivity"] == 7
    assert said["because"].startswith("Something got somewhere")
    assert [each["kind"] for each in said["events"]] == ["light", "other"]
    assert [each["alerts"] for each in said["events"]] == [False, True]
    assert said["events"][0]["because"] == (
        "The light of the whole picture changed (50.0 % of it became brighter or darker at once), as with a lamp, a "
        "cloud or infra-red light, or when something covers the camera: the sensor Problem tells that. It is recorded, "
        "and does not turn the motion sensor on."
    )


@pytest.mark.parametrize("kind", Kind)
async def test_every_kind_has_a_reason_in_words(hass: HomeAssistant, camera: LivingCamera, kind: Kind) -> None:
    said = await explained(hass, camera, kind=kind, events=(an_event(kind=kind, threshold=0.5, sensitivity=5),))
    # This event's features are of another order: what they do not say is not made up.
    assert "{" not in said["because"]
    assert ("does not turn the motion sensor on" in said["because"]) is not kind.alerts


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("requested", {"reason": ClipReason.REQUESTED}),
        ("requested", {"reason": ClipReason.REQUESTED, "events": (WALKS,)}),
        ("missed", {"reason": ClipReason.MISSED}),
        ("salvaged", {"end": ClipEnd.SALVAGED}),
        ("continues", {"continues_clip_id": NO_CLIP}),
        ("unknown", {}),
    ],
)
async def test_a_clip_without_a_measured_motion_says_so(
    hass: HomeAssistant, camera: LivingCamera, key: str, changes: dict[str, Any]
) -> None:
    said = await explained(hass, camera, explanation=None, **changes)
    assert said["because"] == ENGLISH["selector"]["because"]["options"][key]
    assert said["picture"] is None
    if not changes.get("events"):
        assert said["events"] == []
        assert [said[name] for name in ("threshold", "sensitivity", "features")] == [None, None, None]


def test_every_text_is_asked_for() -> None:
    others = {"requested", "missed", "salvaged", "continues", "unknown", "score", "demoted"}
    assert set(ENGLISH["selector"]["because"]["options"]) == {*Kind, *others}


async def test_who_may_not_see_the_camera_cannot_tell_that_there_is_a_clip(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    await explained(hass, camera)
    stranger = someone_who_may(hass, {"camera.attic": ALL})
    refusals = []
    for clip_id in (CLIP, NO_CLIP, "x"):
        with pytest.raises(ServiceValidationError) as refused:
            await ask(hass, stranger, clip_id)
        refusals.append((refused.value.translation_key, refused.value.translation_placeholders))
    assert refusals == [("unknown_clip", {})] * 3
    guest = someone_who_may(hass, {"camera.hall": READ})
    assert (await ask(hass, guest))["clip_id"] == CLIP


async def test_without_any_running_camera_there_is_nothing_to_ask(hass: HomeAssistant, camera: LivingCamera) -> None:
    await explained(hass, camera)
    assert await hass.config_entries.async_unload(camera.id)
    with pytest.raises(HomeAssistantError) as failed:
        await ask(hass)
    assert failed.value.translation_key == "not_running"
