"""What somebody else chose stands in Markdown to the letter."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.markdown import escaped
from tests.hostile_texts import NAMES

from .fake_station import World
from .living_camera import DEMO, add_camera


@pytest.mark.parametrize("name", NAMES)
def test_no_sign_of_it_is_markdown_s(name: str) -> None:
    text = escaped(name)

    assert "\n" not in text
    signs = [at for at, sign in enumerate(text) if sign in "![]()<>*_`#&$~|" and not _is_escaped(text, at)]
    assert signs == []
    assert text.replace("\\", "").split() == name.replace("\\", "").split()


def _is_escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


async def test_a_repair_notice_shows_a_name_and_nothing_else(hass: HomeAssistant, world: World) -> None:
    camera = await add_camera(hass, world, {**DEMO, "name": "![x](https://leak.example/)"})
    camera.station.health(camera.id, lacks_keyframes=True)
    await camera.settle()

    shown = ir.async_get(hass).async_get_issue(DOMAIN, f"keyframes_missing_{camera.id}")
    assert shown is not None
    assert shown.translation_placeholders == {"name": r"\!\[x\]\(https\:\/\/leak\.example\/\)"}
