"""The settings that all cameras of the house share: where clips lie and how much room they may take.

They have a store of their own because each config entry is one camera. Whoever runs the cameras asks for them with
`async_load_house` and is told of changes through `async_on_house_change`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .const import CONF_NETWORK_FOLDER, DOMAIN
from .engine.settings import AddressRules, HouseSettings, parse_house
from .mount_table import read_mounts
from .spool_place import SpoolPlace, find_spool
from .storage_folder import AllowedFolders, allowed_folders

STORAGE_VERSION: Final = 1
STORAGE_KEY: Final = f"{DOMAIN}.house"

type ApplyHouse = Callable[[HouseSettings], Awaitable[None]]

_APPLIERS: HassKey[list[ApplyHouse]] = HassKey(f"{DOMAIN}_house_appliers")


@callback
def default_folder(hass: HomeAssistant) -> str:
    """Where clips lie until the owner chooses: outside the configuration, where Home Assistant keeps media."""
    media = next(iter(hass.config.media_dirs.values()), hass.config.path("media"))
    return str(Path(media) / DOMAIN)


async def async_load_house(hass: HomeAssistant) -> HouseSettings:
    """The house's settings, defaults where nothing was saved yet; raises SettingsError for a store edited by hand."""
    return await _async_settled(hass, await _store(hass).async_load() or {})


@callback
def own_port(hass: HomeAssistant) -> int:
    """Of Home Assistant's web server, where no camera is; 0 where none runs, as in some tests."""
    return hass.http.server_port if hass.http else 0


async def async_address_rules(hass: HomeAssistant) -> AddressRules:
    """The rules on cameras' addresses for a camera that is tried; raises SettingsError."""
    house = await async_load_house(hass)
    return AddressRules(own_port=own_port(hass), public_host=house.public_host)


async def async_save_house(hass: HomeAssistant, options: Mapping[str, Any]) -> None:
    """Keep the options of the house; raises SettingsError, and then keeps what was there."""
    parse_house(options, default_folder(hass))
    seen = {CONF_NETWORK_FOLDER: folder} if (folder := await _async_network_folder(hass)) else {}
    await _store(hass).async_save({**options, **seen})


async def async_apply_house(hass: HomeAssistant, options: Mapping[str, Any]) -> None:
    """Make running cameras follow new options; raises SettingsError, and the EngineError of one that cannot."""
    settings = await _async_settled(hass, options)
    appliers = hass.data.get(_APPLIERS, [])
    for apply in list(appliers):
        await apply(settings)


@callback
def async_on_house_change(hass: HomeAssistant, apply: ApplyHouse) -> CALLBACK_TYPE:
    """Call `apply` with new settings from now on, until the returned function is called."""
    appliers = hass.data.setdefault(_APPLIERS, [])
    appliers.append(apply)
    return lambda: appliers.remove(apply)


async def _async_settled(hass: HomeAssistant, options: Mapping[str, Any]) -> HouseSettings:
    """Options as settings, with the spool that comes of them here; raises SettingsError."""
    house = parse_house(options, default_folder(hass))
    seen = await _async_network_folder(hass)
    place = await hass.async_add_executor_job(_find_spool, house, allowed_folders(hass), seen == house.storage_folder)
    if place.on_network and seen != house.storage_folder:
        kept = await _store(hass).async_load() or {}
        await _store(hass).async_save({**kept, CONF_NETWORK_FOLDER: house.storage_folder})
    return replace(house, spool_folder=place.folder)


async def _async_network_folder(hass: HomeAssistant) -> str:
    """The storage folder that was last seen on the network; empty for none."""
    return str((await _store(hass).async_load() or {}).get(CONF_NETWORK_FOLDER, ""))


def _find_spool(house: HouseSettings, allowed: AllowedFolders, was_on_network: bool) -> SpoolPlace:
    return find_spool(house, allowed, read_mounts(), was_on_network=was_on_network)


def _store(hass: HomeAssistant) -> Store[dict[str, Any]]:
    return Store(hass, STORAGE_VERSION, STORAGE_KEY)
