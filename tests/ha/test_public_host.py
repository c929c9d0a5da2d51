"""One host outside the home, if its owner says so: told as long as it is allowed, and part of every check."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.localcam.camera_trial import async_try_camera
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.settings import CameraSettings, DemoSource
from custom_components.localcam.house import async_save_house

from .living_camera import LivingCamera
from .test_options_flow import house
from .trying import FakeProbe


def issue(hass: HomeAssistant) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, "public_host_allowed")


async def allow(hass: HomeAssistant, camera: LivingCamera, folder: Path, host: str) -> dict[str, str]:
    """Through the options of a camera; the errors of the form."""
    hass.config.allowlist_external_dirs = {str(folder)}
    menu = await hass.config_entries.options.async_init(camera.id)
    form = await hass.config_entries.options.async_configure(menu["flow_id"], {"next_step_id": "house"})
    answers = {**house(folder / "clips"), "public_host": host}
    done = await hass.config_entries.options.async_configure(form["flow_id"], answers)
    if done["type"] is FlowResultType.FORM:
        return dict(done["errors"] or {})
    await camera.settle()
    return {}


async def test_it_is_told_for_as_long_as_it_is_allowed(
    hass: HomeAssistant, camera: LivingCamera, tmp_path: Path
) -> None:
    assert issue(hass) is None

    assert await allow(hass, camera, tmp_path, " camera.example ") == {}
    shown = issue(hass)
    assert shown is not None
    assert shown.translation_placeholders == {"host": "camera.example"}
    assert camera.station.house is not None
    assert camera.station.house.public_host == "camera.example"

    assert await hass.config_entries.async_reload(camera.id)
    assert issue(hass) is not None, "also after a restart"

    assert await allow(hass, camera, tmp_path, "") == {}
    assert issue(hass) is None


@pytest.mark.parametrize("host", ["https://camera.example", "camera.example/x", "a b", "user@camera", "*", "a,b"])
async def test_it_is_one_bare_host(hass: HomeAssistant, camera: LivingCamera, tmp_path: Path, host: str) -> None:
    assert await allow(hass, camera, tmp_path, host) == {"public_host": "public_host_invalid"}
    assert issue(hass) is None


async def test_a_trial_goes_by_it_too(hass: HomeAssistant, http: None, probe: FakeProbe) -> None:
    await async_save_house(hass, {"public_host": "camera.example"})

    await async_try_camera(hass, CameraSettings(camera_id="x", name="x", source=DemoSource()))

    (rules,) = probe.rules
    assert rules.public_host == "camera.example"
    assert rules.own_port == hass.http.server_port
