"""What is in the way of recording is a repair issue within ten seconds, and none any more once it is over."""

from dataclasses import replace
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.errors import (
    ArchiveError,
    EngineError,
    FolderInUseError,
    SettingsError,
    StorageError,
)
from custom_components.localcam.engine.safekeeping import SpoolState, StorageTrouble
from custom_components.localcam.storage_issues import (
    ISSUE_CATALOGUE_PUT_BACK,
    ISSUE_CLIPS_WAIT,
    ISSUE_STORAGE_FULL,
    ISSUES,
)

from .fake_station import FakeStation, World
from .living_camera import DEMO, LivingCamera


async def seconds_pass(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def told(hass: HomeAssistant) -> set[str]:
    registry = ir.async_get(hass)
    return {issue for issue in ISSUES if registry.async_get_issue(DOMAIN, issue) is not None}


@pytest.mark.parametrize("trouble", StorageTrouble)
async def test_trouble_is_told_within_ten_seconds_and_until_it_is_over(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory, trouble: StorageTrouble
) -> None:
    camera.station.trouble = trouble
    await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == {trouble.value}

    camera.station.trouble = None
    await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == set()


async def test_a_disk_that_is_gone_is_not_told_as_a_full_one(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    camera.station.may_record = False
    camera.station.trouble = StorageTrouble.UNAVAILABLE
    await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == {StorageTrouble.UNAVAILABLE.value}

    camera.station.trouble = None
    await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == {ISSUE_STORAGE_FULL}


async def test_a_catalogue_that_cannot_be_asked_is_told_once_in_the_log(
    hass: HomeAssistant,
    camera: LivingCamera,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(station: FakeStation) -> None:
        raise ArchiveError("its disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(FakeStation, "enforce_bounds", fail)
        for _ in range(3):
            await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == {StorageTrouble.CATALOGUE.value}
    assert caplog.text.count("its disk is full") == 1
    await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == set()


async def test_entities_hear_of_a_disk_that_is_well_once_a_minute(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    await seconds_pass(hass, freezer, 61)
    heard: list[object] = []
    camera.coordinator.async_storage_changed = heard.append  # type: ignore[method-assign,assignment]
    for _ in range(6):
        await seconds_pass(hass, freezer, 10.1)
    assert len(heard) == 1
    camera.station.may_record = False
    await seconds_pass(hass, freezer, 10.1)
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("err", "trouble"),
    [
        (StorageError("gone"), StorageTrouble.UNAVAILABLE),
        (FolderInUseError("taken"), StorageTrouble.IN_USE),
    ],
)
async def test_a_disk_that_is_missing_at_the_start_is_told_and_used_within_half_a_minute(
    hass: HomeAssistant, world: World, freezer: FrozenDateTimeFactory, err: EngineError, trouble: StorageTrouble
) -> None:
    # Home Assistant itself has waited longer each time.
    entries = [MockConfigEntry(domain=DOMAIN, title=name, data={**DEMO, "name": name}) for name in ("Hall", "Attic")]
    world.start_fails = [err] * 2
    for entry in entries:
        entry.add_to_hass(hass)
        entry._tries = 9
    await hass.config_entries.async_setup(entries[0].entry_id)
    await hass.async_block_till_done()
    assert [entry.state for entry in entries] == [ConfigEntryState.SETUP_RETRY] * 2
    assert told(hass) == {trouble.value}

    await seconds_pass(hass, freezer, 20.1)
    assert [entry.state for entry in entries] == [ConfigEntryState.LOADED] * 2
    assert told(hass) == set()


async def test_a_catalogue_that_is_damaged_at_the_start_is_told(hass: HomeAssistant, world: World) -> None:
    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=DEMO)
    world.start_fails = [ArchiveError("it is damaged")]
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert told(hass) == {StorageTrouble.CATALOGUE.value}


async def test_what_is_no_matter_of_the_storage_is_no_such_issue(hass: HomeAssistant, world: World) -> None:
    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=DEMO)
    world.start_fails = [SettingsError("quota")]
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert told(hass) == set()


async def test_a_catalogue_that_was_put_back_is_told_until_somebody_has_read_it(
    hass: HomeAssistant, world: World
) -> None:
    world.deleted_again = 2
    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=DEMO)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    world.deleted_again = None
    assert await hass.config_entries.async_reload(entry.entry_id)

    issue = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE_CATALOGUE_PUT_BACK)
    assert issue is not None
    assert (issue.is_fixable, issue.is_persistent, issue.translation_placeholders) == (True, True, {"count": "2"})


async def test_clips_that_wait_for_a_share_are_told_after_a_quarter_of_an_hour_and_until_they_are_moved(
    hass: HomeAssistant, camera: LivingCamera, freezer: FrozenDateTimeFactory
) -> None:
    spool = SpoolState(waiting_clips=3, waiting_bytes=3000, share_free_bytes=None, stalled_s=899)
    camera.station.spool = spool
    await seconds_pass(hass, freezer, 61)
    assert told(hass) == set()
    assert camera.coordinator.state.storage is not None
    assert camera.coordinator.state.storage.spool == spool

    camera.station.spool = replace(spool, stalled_s=900)
    await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == {ISSUE_CLIPS_WAIT}

    camera.station.spool = replace(spool, waiting_clips=0, waiting_bytes=0, stalled_s=0)
    await seconds_pass(hass, freezer, 10.1)
    assert told(hass) == set()
