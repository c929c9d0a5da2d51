"""The storage is checked once a day and on request; what does not hold is told until it holds again."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.archive.check import Depth, Violation
from custom_components.localcam.engine.errors import StorageError
from custom_components.localcam.storage_check import DAYS_FOR_ALL, reads_today
from custom_components.localcam.storage_issues import ISSUE_STORAGE_DAMAGED

from .fake_station import FakeStation, a_clip
from .household import ALL, someone_who_may
from .living_camera import LivingCamera
from .test_storage_issues import seconds_pass

IDS = [f"01J{number:023}" for number in range(2_000)]


def issue(hass: HomeAssistant) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, ISSUE_STORAGE_DAMAGED)


async def asked(hass: HomeAssistant, context: Context | None = None, **fields: str) -> Any:
    return await hass.services.async_call(
        DOMAIN, "check_storage", fields, blocking=True, return_response=True, context=context
    )


def test_every_clip_is_read_once_in_a_hundred_days_and_about_one_in_a_hundred_a_day() -> None:
    days = [[clip_id for clip_id in IDS if reads_today(day, frozenset())(clip_id)] for day in range(DAYS_FOR_ALL)]
    assert sorted(clip_id for day in days for clip_id in day) == IDS
    assert max(len(day) for day in days) < 3 * len(IDS) / DAYS_FOR_ALL


def test_a_suspect_is_read_each_day() -> None:
    assert all(reads_today(day, frozenset(IDS[:1]))(IDS[0]) for day in range(DAYS_FOR_ALL))


async def test_a_clip_that_went_bad_is_told_on_its_day_and_until_it_is_gone(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    clip = a_clip(camera.id, 1, freezer.time_to_freeze.timestamp())
    camera.station.save(clip)
    camera.station.violations = [Violation(invariant="I1", subject=clip.clip_id, text="holds other bytes")]
    await seconds_pass(hass, freezer, 601)
    for _ in range(DAYS_FOR_ALL):
        if issue(hass):
            break
        await seconds_pass(hass, freezer, timedelta(days=1).total_seconds() + 1)
    # The days after are not that clip's, and it is read all the same.
    await seconds_pass(hass, freezer, timedelta(days=1).total_seconds() + 1)
    found = issue(hass)
    assert found is not None
    assert found.translation_placeholders == {"count": "1", "first": clip.clip_id}
    assert found.is_persistent

    camera.station.violations = []
    await seconds_pass(hass, freezer, timedelta(days=1).total_seconds() + 1)
    assert issue(hass) is None


async def test_a_house_that_restarts_each_day_is_checked_too(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    await seconds_pass(hass, freezer, 601)
    assert ("check_storage", Depth.SIZE, []) in camera.station.calls


async def test_a_check_that_cannot_look_takes_nothing_back(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    always = Violation(invariant="I2", subject="a-file", text="has no row")
    monkeypatch.setattr(FakeStation, "check_storage", lambda *_: [always])
    await seconds_pass(hass, freezer, 601)
    assert issue(hass) is not None

    def gone(*_: object) -> None:
        raise StorageError("gone")

    monkeypatch.setattr(FakeStation, "check_storage", gone)
    await seconds_pass(hass, freezer, timedelta(days=1).total_seconds() + 1)
    assert issue(hass) is not None
    with pytest.raises(HomeAssistantError, match="gone"):
        await asked(hass)


async def test_what_is_found_is_told_by_its_invariant(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.violations = [
        Violation(invariant="I1", subject=IDS[1], text="is missing"),
        Violation(invariant="I2", subject="a-file", text="has no row"),
        Violation(invariant="I1", subject=IDS[2], text="is missing"),
    ]
    assert await asked(hass, depth="digest") == {
        "depth": "digest",
        "holds": False,
        "violations": {
            "I1": [{"subject": IDS[1], "text": "is missing"}, {"subject": IDS[2], "text": "is missing"}],
            "I2": [{"subject": "a-file", "text": "has no row"}],
        },
    }
    assert await asked(hass) == {"depth": "size", "holds": True, "violations": {}}


async def test_only_administrators_may_ask_and_only_for_a_depth_there_is(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    user = someone_who_may(hass, {camera.entity_id("camera", "camera"): ALL})
    with pytest.raises(ServiceValidationError, match="administrator"):
        await asked(hass, Context(user_id=user.id))
    with pytest.raises(ServiceValidationError, match="depth"):
        await asked(hass, depth="bottomless")
    assert not [call for call in camera.station.calls if call[0] == "check_storage"]
