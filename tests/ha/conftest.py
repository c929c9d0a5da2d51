"""What every test of the Home Assistant side needs: our integration found, and found first."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import AsyncMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

# The test plugin has a `custom_components` of its own; whichever is imported first is the one that Home Assistant sees.
import custom_components.localcam.const  # noqa: F401
from tests.engine.keys import cheap_keyring

from .fake_station import World
from .living_camera import LivingCamera, add_camera
from .trying import FakeProbe


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load integrations from `custom_components`."""


@pytest.fixture
def probe() -> Iterator[FakeProbe]:
    """Flows try cameras without a worker."""
    fake = FakeProbe()
    with patch("custom_components.localcam.camera_trial.probe", fake):
        yield fake


@pytest.fixture
def setup_entry() -> Iterator[AsyncMock]:
    """Entries are loaded without anything behind them; counts how often."""
    with (
        patch("custom_components.localcam.async_setup_entry", return_value=True) as setup,
        patch("custom_components.localcam.async_unload_entry", return_value=True),
    ):
        yield setup


@pytest.fixture
def world(hass: HomeAssistant, tmp_path: Path) -> Iterator[World]:
    """Cameras run without workers; clips lie in memory."""
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    world = World(keys_folder=tmp_path / "localcam" / "keys")
    with (
        patch("custom_components.localcam.bridge.Station", world.make),
        patch("custom_components.localcam.house_keys.Keyring", lambda _: cheap_keyring(world.keys_folder)),
    ):
        yield world


@pytest.fixture
async def camera(hass: HomeAssistant, world: World) -> LivingCamera:
    """The demo camera, set up and online."""
    return await add_camera(hass, world)


@pytest.fixture
async def http(hass: HomeAssistant) -> None:
    """Home Assistant's web server, before a client asks for it."""
    assert await async_setup_component(hass, "http", {})
