"""The owner chooses how keys are kept: each change is logged first, and no secret is kept or said anywhere."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.engine.audited import Deed, DeedOutcome
from custom_components.localcam.engine.errors import SecretError
from custom_components.localcam.engine.safekeeping import KeyProfile
from custom_components.localcam.engine.vault.recovery_code import new_recovery_code
from tests.engine.keys import cheap_keyring

from .fake_station import World
from .living_camera import LivingCamera, add_camera
from .locking import PASSPHRASE, answer, begin, choose, entries_of, issue, lock

OTHER = "another passphrase"


async def write_code_down(hass: HomeAssistant, camera: LivingCamera) -> str:
    shown = await begin(hass, camera, "recovery_code")
    code = shown["description_placeholders"]["code"]
    asked = await answer(hass, shown)
    done = await answer(hass, asked, recovery_code=code)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    return str(code)


def state_of(hass: HomeAssistant) -> Any:
    return hass.data[HOUSE].keys.state


async def test_a_code_counts_once_it_was_typed_back(hass: HomeAssistant, camera: LivingCamera) -> None:
    assert issue(hass, "recovery_code_missing")
    shown = await begin(hass, camera, "recovery_code")
    code = shown["description_placeholders"]["code"]
    assert shown["data_schema"].schema == {}, "it is typed back where it is not shown"
    asked = await answer(hass, shown)
    assert asked["step_id"] == "recovery_code_check"
    assert code not in str(asked)
    for typed, error in ((code[:-1], "mistyped_code"), (new_recovery_code(), "wrong_secret"), ("", "mistyped_code")):
        asked = await answer(hass, asked, recovery_code=typed)
        assert asked["errors"] == {"base": error}
        assert not state_of(hass).has_recovery_code
    done = await answer(hass, asked, recovery_code=code.lower().replace("-", " "))
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert state_of(hass).has_recovery_code
    assert not issue(hass, "recovery_code_missing")
    (logged,) = camera.audit.of(Deed.KEYS)
    assert logged.reason == "another recovery code"


async def test_a_house_is_never_locked_without_a_code(hass: HomeAssistant, camera: LivingCamera) -> None:
    flow = await begin(hass, camera)
    assert flow["menu_options"] == ["lock_by_passphrase", "recovery_code"]
    assert "no recovery code yet" in flow["description_placeholders"]["state"]
    shown = await choose(hass, flow, "lock_by_passphrase")
    assert shown["step_id"] == "recovery_code"
    asked = await answer(hass, shown)
    form = await answer(hass, asked, recovery_code=shown["description_placeholders"]["code"])
    assert form["step_id"] == "lock_by_passphrase"
    for first, again, errors in (
        (PASSPHRASE, OTHER, {"passphrase_again": "passphrases_differ"}),
        ("short", "short", {"base": "passphrase_too_short"}),
        (" " * 12, " " * 12, {"base": "passphrase_too_short"}),
    ):
        form = await answer(hass, form, passphrase=first, passphrase_again=again)
        assert form["errors"] == errors
        assert PASSPHRASE not in str(form)
    assert state_of(hass).profile is KeyProfile.UNLOCKED
    done = await answer(hass, form, passphrase=PASSPHRASE, passphrase_again=PASSPHRASE)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert state_of(hass).profile is KeyProfile.LOCKED
    assert not state_of(hass).is_locked, "only from the next start on"
    assert issue(hass, "clips_locked") is None


async def test_another_passphrase_by_the_one_of_before_or_by_the_code(
    hass: HomeAssistant, camera: LivingCamera, world: World
) -> None:
    code = await write_code_down(hass, camera)
    await hass.data[HOUSE].keys.async_keep_locked(PASSPHRASE)
    form = await begin(hass, camera, "change_passphrase")
    form = await answer(hass, form, secret="not the one of before", passphrase=OTHER, passphrase_again=OTHER)
    assert form["errors"] == {"base": "wrong_secret"}
    done = await answer(hass, form, secret=PASSPHRASE, passphrase=OTHER, passphrase_again=OTHER)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    form = await begin(hass, camera, "change_passphrase")
    done = await answer(hass, form, secret=code, passphrase=PASSPHRASE + "2", passphrase_again=PASSPHRASE + "2")
    assert done["type"] is FlowResultType.CREATE_ENTRY
    restarted = cheap_keyring(world.keys_folder)
    restarted.open(may_create=False)
    with pytest.raises(SecretError):
        restarted.unlock(OTHER)
    restarted.unlock(PASSPHRASE + "2")


async def test_locked_at_once_and_unlocked_here(hass: HomeAssistant, camera: LivingCamera) -> None:
    await hass.data[HOUSE].keys.async_keep_locked(PASSPHRASE)
    flow = await begin(hass, camera)
    assert flow["menu_options"] == ["change_passphrase", "recovery_code", "lock_now", "unlock_by_itself"]
    await answer(hass, await choose(hass, flow, "lock_now"))
    assert state_of(hass).is_locked
    assert issue(hass, "clips_locked")
    flow = await begin(hass, camera)
    assert flow["menu_options"] == ["unlock"]
    form = await answer(hass, await choose(hass, flow, "unlock"), secret=OTHER)
    assert form["errors"] == {"base": "wrong_secret"}
    done = await answer(hass, form, secret=PASSPHRASE)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert not state_of(hass).is_locked
    assert not issue(hass, "clips_locked")
    await camera.settle()
    assert ("finish what waited",) in camera.station.calls
    assert [(each.outcome, each.reason) for each in entries_of(camera, Deed.UNLOCK)] == [
        (DeedOutcome.REFUSED, "wrong_secret"),
        (DeedOutcome.DONE, "by the passphrase"),
    ]


async def test_a_house_is_unlocked_also_where_what_waited_cannot_be_finished_now(
    hass: HomeAssistant, camera: LivingCamera, caplog: pytest.LogCaptureFixture
) -> None:
    await lock(camera)
    camera.station.may_not_finish = True
    done = await answer(hass, await begin(hass, camera, "unlock"), secret=PASSPHRASE)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await camera.settle()
    assert not state_of(hass).is_locked
    assert "finished at the next start" in caplog.text


async def test_back_to_a_house_that_unlocks_itself(hass: HomeAssistant, camera: LivingCamera, world: World) -> None:
    await hass.data[HOUSE].keys.async_keep_locked(PASSPHRASE)
    form = await begin(hass, camera, "unlock_by_itself")
    form = await answer(hass, form, secret=OTHER)
    assert form["errors"] == {"base": "wrong_secret"}
    await answer(hass, form, secret=PASSPHRASE)
    restarted = cheap_keyring(world.keys_folder)
    restarted.open(may_create=False)
    assert not restarted.state().is_locked


async def test_nothing_is_opened_or_changed_without_an_entry(hass: HomeAssistant, camera: LivingCamera) -> None:
    await write_code_down(hass, camera)
    camera.audit.fails = True
    form = await begin(hass, camera, "lock_by_passphrase")
    form = await answer(hass, form, passphrase=PASSPHRASE, passphrase_again=PASSPHRASE)
    assert form["errors"] == {"base": "not_logged"}
    assert state_of(hass).profile is KeyProfile.UNLOCKED
    camera.audit.fails = False
    await lock(camera)
    camera.audit.fails = True
    form = await answer(hass, await begin(hass, camera, "unlock"), secret=PASSPHRASE)
    assert form["errors"] == {"base": "not_logged"}
    assert state_of(hass).is_locked


async def test_a_house_that_does_not_run_says_so(hass: HomeAssistant, camera: LivingCamera) -> None:
    form = await begin(hass, camera, "recovery_code")
    code = form["description_placeholders"]["code"]
    asked = await answer(hass, form)
    assert await hass.config_entries.async_unload(camera.id)
    assert (await begin(hass, camera))["reason"] == "not_running"
    asked = await answer(hass, asked, recovery_code=code)
    assert asked["errors"] == {"base": "not_running"}


async def test_an_unlocked_house_stays_so_while_its_only_camera_is_loaded_anew(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    await hass.data[HOUSE].keys.async_keep_locked(PASSPHRASE)
    assert await hass.config_entries.async_reload(camera.id)
    assert not state_of(hass).is_locked


async def test_no_secret_is_kept_logged_or_told(
    hass: HomeAssistant,
    world: World,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    camera = await add_camera(hass, world)
    code = await write_code_down(hass, camera)
    form = await begin(hass, camera, "lock_by_passphrase")
    await answer(hass, form, passphrase=PASSPHRASE, passphrase_again=PASSPHRASE)
    await lock(camera)
    form = await answer(hass, await begin(hass, camera, "unlock"), secret=OTHER)
    await answer(hass, form, secret=PASSPHRASE)
    await hass.async_block_till_done()
    said = {
        "log": caplog.text,
        "states": str(hass.states.async_all()),
        "storage": json.dumps(hass_storage, default=str),
        "entry": str(camera.entry.as_dict()),
        "audit": str(camera.audit.written),
        "keys": "".join(path.read_text() for path in world.keys_folder.parent.rglob("*.json")),
    }
    assert "localcam" in said["log"]
    for where, text in said.items():
        for secret in (PASSPHRASE, OTHER, code, code.replace("-", "")):
            assert secret not in text, where
