"""Repairs about keys, as an administrator's browser drives them: unlock, write a code down, bring a lost key back."""

from pathlib import Path

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.audit_keeper import AuditKeeper
from custom_components.localcam.engine.audited import AuditQuery, Deed, DeedOutcome
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import StorageError
from custom_components.localcam.engine.vault.recovery_code import new_recovery_code

from .fake_station import World
from .living_camera import DEMO, LivingCamera, add_camera
from .locking import PASSPHRASE, REPAIRS, entries_of, go_on, issue, lock, repair


@pytest.fixture(autouse=True)
async def _repairs(hass: HomeAssistant, http: None) -> None:
    assert await async_setup_component(hass, "repairs", {})


async def test_an_administrator_unlocks(
    hass: HomeAssistant, camera: LivingCamera, hass_client: ClientSessionGenerator
) -> None:
    await lock(camera)
    found = issue(hass, "clips_locked")
    assert found
    assert found.is_fixable
    assert not found.is_persistent
    client = await hass_client()
    form = await repair(client, "clips_locked")
    assert (form["type"], form["step_id"]) == ("form", "unlock")
    assert form["data_schema"][0]["selector"]["text"]["type"] == "password"
    form = await go_on(client, form, secret="something else")
    assert form["errors"] == {"base": "wrong_secret"}
    assert "something else" not in str(form)
    done = await go_on(client, form, secret=PASSPHRASE)
    assert done["type"] == "create_entry"
    assert not issue(hass, "clips_locked")
    assert not hass.data[HOUSE].keys.is_locked
    (refused, unlocked) = entries_of(camera, Deed.UNLOCK)
    assert (refused.outcome, unlocked.outcome) == (DeedOutcome.REFUSED, DeedOutcome.DONE)
    assert unlocked.user_id


async def test_the_recovery_code_does_too(
    hass: HomeAssistant, camera: LivingCamera, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    shown = await repair(client, "recovery_code_missing")
    code = shown["description_placeholders"]["code"]
    asked = await go_on(client, shown)
    asked = await go_on(client, asked, recovery_code=new_recovery_code())
    assert asked["errors"] == {"base": "wrong_secret"}
    assert issue(hass, "recovery_code_missing"), "it stays until the code was typed back"
    assert (await go_on(client, asked, recovery_code=code))["type"] == "create_entry"
    assert not issue(hass, "recovery_code_missing")
    await lock(camera)
    assert (await go_on(client, await repair(client, "clips_locked"), secret=code))["type"] == "create_entry"
    assert camera.audit.of(Deed.UNLOCK)[-1].reason == "by the recovery code"


async def test_somebody_else_may_have_been_faster(
    hass: HomeAssistant, camera: LivingCamera, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    await lock(camera)
    assert not issue(hass, "recovery_code_missing"), "nobody can make one in a locked house"
    form = await repair(client, "clips_locked")
    await hass.data[HOUSE].keys.async_unlock(PASSPHRASE)
    assert issue(hass, "recovery_code_missing")
    assert (await go_on(client, form, secret=PASSPHRASE))["type"] == "create_entry"
    shown = await repair(client, "recovery_code_missing")
    await hass.data[HOUSE].keys.async_lock()
    asked = await go_on(client, await go_on(client, shown), recovery_code=shown["description_placeholders"]["code"])
    assert asked["errors"] == {"base": "house_locked"}


async def test_nobody_else_is_let_in(
    hass: HomeAssistant,
    camera: LivingCamera,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
) -> None:
    await lock(camera)
    guest = await hass_client(hass_read_only_access_token)
    asked = {"handler": DOMAIN, "issue_id": "clips_locked"}
    assert (await guest.post(REPAIRS, json=asked)).status == 401
    form = await repair(await hass_client(), "clips_locked")
    assert (await guest.post(f"{REPAIRS}/{form['flow_id']}", json={"secret": PASSPHRASE})).status == 401
    options = await hass.config_entries.options.async_init(camera.id)
    guessed = f"/api/config/config_entries/options/flow/{options['flow_id']}"
    assert (await guest.post(guessed, json={"next_step_id": "encryption"})).status in (401, 404)
    assert hass.data[HOUSE].keys.is_locked


async def test_who_guesses_must_wait(
    hass: HomeAssistant, camera: LivingCamera, hass_client: ClientSessionGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lock(camera)
    client = await hass_client()
    form = await repair(client, "clips_locked")
    for _ in range(5):
        form = await go_on(client, form, secret="a guess of mine")
        assert form["errors"] == {"base": "wrong_secret"}
    form = await go_on(client, form, secret=PASSPHRASE)
    assert form["errors"] == {"base": "too_many_attempts"}, "also the right one, or a guess would tell"
    assert hass.data[HOUSE].keys.is_locked
    reasons = [each.reason for each in entries_of(camera, Deed.UNLOCK)]
    assert reasons == ["wrong_secret"] * 5 + ["too_many_attempts"]
    now_s = hass.data[HOUSE].clock.monotonic_s()
    monkeypatch.setattr(SystemClock, "monotonic_s", lambda _: now_s + 61)
    assert (await go_on(client, form, secret=PASSPHRASE))["type"] == "create_entry"


# The house's key is gone


@pytest.fixture
async def bereft(hass: HomeAssistant, world: World, tmp_path: Path) -> tuple[LivingCamera, str]:
    """A camera that does not start, because the house's key is gone; and the recovery code of the house."""
    hass.config.config_dir = str(tmp_path)
    camera = await add_camera(hass, world)
    code = new_recovery_code()
    await hass.data[HOUSE].keys.async_set_code(code, code)
    assert await hass.config_entries.async_unload(camera.id)
    (world.keys_folder / "house.json").unlink()
    world.wants_key = True
    # As after a restart, which forgets what was in memory.
    hass.data[HOUSE].keys.keyring = type(hass.data[HOUSE].keys.keyring)(world.keys_folder)
    hass.data[HOUSE].keys.keyring._cost = world.stations[-1].keyring._cost
    await hass.config_entries.async_setup(camera.id)
    assert camera.entry.state is ConfigEntryState.SETUP_RETRY
    assert issue(hass, "house_key_gone")
    return camera, code


def logged(tmp_path: Path) -> list[str]:
    keeper = AuditKeeper(tmp_path / DOMAIN, SystemClock())
    reasons = [entry.note.reason for entry in keeper.entries(AuditQuery(deed=Deed.KEYS))]
    keeper.close()
    return reasons


async def test_the_recovery_code_brings_it_back_and_cameras_start(
    hass: HomeAssistant, bereft: tuple[LivingCamera, str], hass_client: ClientSessionGenerator, tmp_path: Path
) -> None:
    camera, code = bereft
    client = await hass_client()
    menu = await repair(client, "house_key_gone")
    assert menu["menu_options"] == ["restore", "put_back", "begin_anew"]
    form = await go_on(client, menu, next_step_id="restore")
    form = await go_on(client, form, secret=new_recovery_code())
    assert form["errors"] == {"base": "wrong_secret"}
    assert (await go_on(client, form, secret=code))["type"] == "create_entry"
    await camera.settle()
    assert camera.entry.state is ConfigEntryState.LOADED
    assert not issue(hass, "house_key_gone")
    assert not hass.data[HOUSE].keys.is_locked
    assert "restore the house's key" in logged(tmp_path)


async def test_without_it_the_owner_may_begin_anew_knowingly(
    hass: HomeAssistant,
    bereft: tuple[LivingCamera, str],
    hass_client: ClientSessionGenerator,
    world: World,
    tmp_path: Path,
) -> None:
    camera, _ = bereft
    (world.keys_folder.parent / "house-key-copy.json").unlink()
    client = await hass_client()
    menu = await repair(client, "house_key_gone")
    assert menu["menu_options"] == ["put_back", "begin_anew"]
    form = await go_on(client, await go_on(client, menu, next_step_id="begin_anew"), sure=False)
    assert form["errors"] == {"sure": "not_sure"}
    assert not (world.keys_folder / "house.json").exists()
    assert (await go_on(client, form, sure=True))["type"] == "create_entry"
    await camera.settle()
    assert camera.entry.state is ConfigEntryState.LOADED
    assert "a new house key in the place of one that is gone" in logged(tmp_path)


async def test_a_folder_that_was_put_back_is_looked_at_again(
    hass: HomeAssistant, bereft: tuple[LivingCamera, str], hass_client: ClientSessionGenerator, world: World
) -> None:
    camera, code = bereft
    client = await hass_client()
    form = await go_on(client, await repair(client, "house_key_gone"), next_step_id="put_back")
    form = await go_on(client, form)
    assert form["errors"] == {"base": "still_gone"}
    assert camera.entry.state is ConfigEntryState.SETUP_RETRY
    assert issue(hass, "house_key_gone")
    world.stations[0].keyring.restore(code)
    assert (await go_on(client, form))["type"] == "create_entry"
    await camera.settle()
    assert camera.entry.state is ConfigEntryState.LOADED
    assert not issue(hass, "house_key_gone")


async def test_other_troubles_are_not_taken_for_that(hass: HomeAssistant, world: World) -> None:
    world.start_fails = [StorageError("the disk is gone")]
    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=DEMO)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert not issue(hass, "house_key_gone")


async def test_clips_whose_keys_are_lost_are_told(hass: HomeAssistant, world: World) -> None:
    world.lost = [f"clip {number}" for number in range(5)]
    camera = await add_camera(hass, world)
    await camera.settle()
    found = issue(hass, "clip_keys_lost")
    assert found
    assert found.translation_placeholders == {"count": "5", "clips": "clip 0, clip 1, clip 2"}
    assert not found.is_fixable
    assert await hass.config_entries.async_unload(camera.id)
    assert not issue(hass, "clip_keys_lost")
