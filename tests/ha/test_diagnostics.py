"""What the diagnostics of a camera show, and what they must not."""

import json

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam.engine.errors import SourceFault
from custom_components.localcam.engine.motion import CameraProblem
from custom_components.localcam.engine.reports import ProblemChanged

from .fake_station import World, a_clip
from .living_camera import RTSP, add_camera


async def test_they_help_and_give_nothing_away(
    hass: HomeAssistant, world: World, hass_client: ClientSessionGenerator
) -> None:
    zones = [
        {"id": "1", "name": "Safe", "polygon": [[0, 0], [1, 0], [1, 1]]},
        {"id": "2", "name": "Clock", "polygon": [[0, 0], [1, 0], [1, 1]], "include": False},
    ]
    door = await add_camera(hass, world, RTSP, options={"sensitivity": 7, "zones": zones})
    assert await async_setup_component(hass, "diagnostics", {})
    door.station.health(door.id)
    door.station.save(a_clip(door.id, 1, 1_790_000_000))
    door.station.report(door.id, ProblemChanged(problem=CameraProblem.COVERED))
    await door.settle()
    seeing = (await get_diagnostics_for_config_entry(hass, hass_client, door.entry))["camera"]
    assert isinstance(seeing, dict)
    assert (seeing["problem"], seeing["zones"], seeing["masks"]) == ("covered", 2, 1)
    assert seeing["calibration"] == "not_calibrated"
    door.station.lose(door.id, SourceFault.UNAUTHORIZED)
    await door.settle()

    shown = await get_diagnostics_for_config_entry(hass, hass_client, door.entry)

    assert shown["entry"]["data"]["source"] == "address"
    assert shown["entry"]["options"] == {"sensitivity": 7}
    assert shown["camera"]["fault"] == "invalid_auth"
    assert shown["camera"]["health"]["memory_bytes"] == 20 << 20
    assert shown["camera"]["facts"]["codec"] == "h264"
    assert shown["camera"]["last_saved_clip"]["reason"] == "motion"
    assert shown["storage"]["may_record"] is True

    text = json.dumps(shown)
    token = hass.data["camera"].get_entity("camera.door").access_tokens[-1]
    for secret in (
        "s3cret",
        "viewer",
        "192.168.1.20",
        "rtsp:",
        "/main",
        "Safe",
        token,
        str(hass.config.media_dirs["local"]),
    ):
        assert secret not in text


async def test_a_camera_of_which_nothing_is_known_yet(
    hass: HomeAssistant, world: World, hass_client: ClientSessionGenerator
) -> None:
    door = await add_camera(hass, world, RTSP, online=False)
    assert await async_setup_component(hass, "diagnostics", {})
    shown = await get_diagnostics_for_config_entry(hass, hass_client, door.entry)
    assert shown["camera"]["online"] is False
    assert shown["camera"]["last_motion_clip"] is None
