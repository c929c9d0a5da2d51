"""Set up, unload and remove LocalCam's config entries; each is one camera."""

from collections.abc import Iterator
from contextlib import contextmanager
import logging

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .access_rules import async_load_rules
from .audit_services import async_register_audit_services
from .bridge import HOUSE, House
from .const import DOMAIN
from .coordinator import LocalCamConfigEntry, LocalCamCoordinator, LocalCamData
from .engine.errors import ArchiveError, EngineError, SettingsError
from .removed_cameras import async_tell_clips_left
from .services import async_register_services
from .storage_services import async_register_storage_services
from .views import async_register_views
from .websocket import async_register_commands

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CAMERA,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Offer what is there once for all cameras; Home Assistant calls this before the first entry."""
    await async_load_rules(hass)
    hass.data[HOUSE] = House(hass)
    async_register_services(hass)
    async_register_storage_services(hass)
    async_register_audit_services(hass)
    async_register_views(hass)
    async_register_commands(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: LocalCamConfigEntry) -> bool:
    """Start to watch a camera; one that is away now is no error, its entities are unavailable."""
    house = hass.data[HOUSE]
    with _translated():
        coordinator = LocalCamCoordinator(hass, entry, house)
        await house.async_enter(coordinator)
    try:
        with _translated():
            await coordinator.async_refresh_clips()
        entry.runtime_data = LocalCamData(coordinator=coordinator)
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
        await coordinator.async_start()
    except BaseException:
        # A camera that failed to set up, or whose set-up was cancelled, must not keep the station for itself, nor be
        # watched for nobody.
        await coordinator.async_stop()
        await house.async_leave(coordinator)
        raise
    return True


async def async_unload_entry(hass: HomeAssistant, entry: LocalCamConfigEntry) -> bool:
    """Close the camera's open clip and end its worker; its entities hear of that clip, then they go."""
    coordinator = entry.runtime_data.coordinator
    await coordinator.async_stop()
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    await coordinator.house.async_leave(coordinator)
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: LocalCamConfigEntry) -> None:
    """The camera is gone; its clips are not."""
    if HOUSE not in hass.data:
        return
    try:
        await async_tell_clips_left(hass, entry)
    except EngineError as err:
        # The camera is removed all the same; administrators list what is left with `localcam.list_clips`.
        _LOGGER.warning("Whether %s left clips cannot be told: %s", entry.title, err)


@contextmanager
def _translated() -> Iterator[None]:
    """The engine's errors as Home Assistant's: one that may pass is tried again, a wrong setting is not."""
    try:
        yield
    except SettingsError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="settings_invalid",
            translation_placeholders={"reason": str(err)},
        ) from err
    except EngineError as err:
        key = "catalogue_failed" if isinstance(err, ArchiveError) else "storage_failed"
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders={"reason": str(err)}
        ) from err
