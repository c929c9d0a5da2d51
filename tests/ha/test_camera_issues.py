"""What an owner must do something about is a repair issue, for as long as it is so."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.errors import SourceFault
from custom_components.localcam.house_keys import ISSUE_CODE_MISSING

from .living_camera import LivingCamera


def issues(hass: HomeAssistant) -> set[str]:
    """Of cameras: that no recovery code was written down is the house's."""
    return {issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN} - {ISSUE_CODE_MISSING}


async def test_five_crashes_within_ten_minutes_are_one(hass: HomeAssistant, camera: LivingCamera) -> None:
    for number in range(5):
        assert f"worker_crashes_{camera.id}" not in issues(hass), number
        camera.station.crash(camera.id)
        await camera.settle()
    assert f"worker_crashes_{camera.id}" in issues(hass)

    camera.station.health(camera.id)
    await camera.settle()
    assert f"worker_crashes_{camera.id}" in issues(hass), "it may crash again"

    assert await hass.config_entries.async_unload(camera.id)
    assert f"worker_crashes_{camera.id}" not in issues(hass)


async def test_missing_keyframes_are_one_until_they_come(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.health(camera.id, lacks_keyframes=True)
    await camera.settle()
    assert f"keyframes_missing_{camera.id}" in issues(hass)

    camera.station.health(camera.id)
    await camera.settle()
    assert f"keyframes_missing_{camera.id}" not in issues(hass)

    camera.station.lose(camera.id, SourceFault.NO_KEYFRAME)
    await camera.settle()
    assert f"keyframes_missing_{camera.id}" in issues(hass)


async def test_a_camera_sent_to_rest_has_none(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.health(camera.id, lacks_keyframes=True)
    await camera.settle()
    await camera.call("switch", "turn_on", "switch", "privacy")
    assert issues(hass) == set()
