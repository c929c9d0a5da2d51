"""The owner says who may do what, and the log has it first."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.localcam.access import authorize
from custom_components.localcam.access_rules import async_load_rules, house_rules
from custom_components.localcam.authority import Action
from custom_components.localcam.engine.audited import Deed
from custom_components.localcam.who import Who

from .household import ALL, someone_who_may
from .living_camera import LivingCamera


async def begin(hass: HomeAssistant, camera: LivingCamera, step: str) -> ConfigFlowResult:
    menu = await hass.config_entries.options.async_init(camera.id)
    return await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": step})


async def answer(hass: HomeAssistant, form: ConfigFlowResult, answers: dict[str, Any]) -> ConfigFlowResult:
    return await hass.config_entries.options.async_configure(form["flow_id"], answers)


def choices(form: ConfigFlowResult, field: str) -> set[str]:
    assert form["data_schema"] is not None
    return {option["value"] for option in form["data_schema"].schema[field].config["options"]}


async def test_viewers_are_chosen_among_those_who_can_log_in(
    hass: HomeAssistant, camera: LivingCamera, hass_admin_user: User
) -> None:
    guest = someone_who_may(hass, {})
    MockUser(is_active=False).add_to_hass(hass)
    MockUser(system_generated=True).add_to_hass(hass)
    form = await begin(hass, camera, "access")
    assert choices(form, "viewers") >= {guest.id, hass_admin_user.id}
    assert len(choices(form, "viewers")) == len(
        [user for user in await hass.auth.async_get_users() if user.is_active and not user.system_generated]
    )


async def test_a_camera_gets_viewers_at_once(hass: HomeAssistant, camera: LivingCamera) -> None:
    guest, former = someone_who_may(hass, {}), someone_who_may(hass, {"camera.hall": ALL})
    hass.config_entries.async_update_entry(camera.entry, options={"sensitivity": 7})
    form = await begin(hass, camera, "access")
    done = await answer(hass, form, {"viewers": [guest.id], "media_players": True})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert camera.entry.options == {"sensitivity": 7, "viewers": [guest.id], "media_players": True}
    assert camera.state("camera", "camera").state == "unavailable"
    assert authorize(hass, Who(user=guest), Action.VIEW, camera.id).allowed
    assert authorize(hass, Who(user=former), Action.VIEW, camera.id).hides
    (change,) = camera.audit.of(Deed.ACCESS)
    assert (change.camera_id, change.reason) == (camera.id, f"viewers +{guest.id}; media_players on")

    form = await begin(hass, camera, "access")
    await answer(hass, form, {"media_players": True})
    assert camera.state("camera", "camera").state != "unavailable"
    assert camera.audit.of(Deed.ACCESS)[-1].reason == f"viewers -{guest.id}"
    form = await begin(hass, camera, "access")
    await answer(hass, form, {"media_players": True})
    assert len(camera.audit.of(Deed.ACCESS)) == 2, "nothing changed, and nothing is logged"


async def test_a_viewer_who_is_gone_can_be_taken_out(hass: HomeAssistant, camera: LivingCamera) -> None:
    hass.config_entries.async_update_entry(camera.entry, options={"viewers": ["gone"]})
    form = await begin(hass, camera, "access")
    assert "gone" in choices(form, "viewers")


async def test_the_rules_of_the_house_are_kept(hass: HomeAssistant, camera: LivingCamera) -> None:
    guest = someone_who_may(hass, {})
    who = Who(user=guest)
    assert not authorize(hass, who, Action.AUDIT).allowed
    form = await begin(hass, camera, "house_access")
    done = await answer(hass, form, {"auditors": [guest.id], "remote_users": [guest.id]})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert authorize(hass, who, Action.AUDIT).allowed
    assert not authorize(hass, who, Action.ADMINISTER).allowed
    (change,) = camera.audit.of(Deed.ACCESS)
    assert change.reason == f"auditors +{guest.id}; remote_users +{guest.id}"
    in_force = house_rules(hass)
    await async_load_rules(hass)  # as after a restart
    assert house_rules(hass) == in_force
    assert in_force.remote_users == {guest.id}


async def test_nobody_s_rights_are_changed_without_an_entry(hass: HomeAssistant, camera: LivingCamera) -> None:
    guest = someone_who_may(hass, {})
    camera.audit.fails = True
    for step, answers in (
        ("access", {"viewers": [guest.id], "media_players": False}),
        ("house_access", {"auditors": [guest.id]}),
    ):
        form = await answer(hass, await begin(hass, camera, step), answers)
        assert form["errors"] == {"base": "not_logged"}
    assert not camera.entry.options
    assert not house_rules(hass).auditors
    # It heals, and the same form goes through.
    camera.audit.fails = False
    done = await answer(hass, form, {"auditors": [guest.id]})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert house_rules(hass).auditors == {guest.id}
