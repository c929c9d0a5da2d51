"""What the owner set about who may do what: the camera's own rules, and the house's in a store."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .authority import CameraRules, HouseRules
from .const import (
    CONF_AUDITORS,
    CONF_CURATORS,
    CONF_LABELLERS,
    CONF_MEDIA_PLAYERS,
    CONF_REMOTE_USERS,
    CONF_VIEWERS,
    DOMAIN,
)

STORAGE_VERSION: Final = 1
STORAGE_KEY: Final = f"{DOMAIN}.access"

_HOUSE_RULES: HassKey[HouseRules] = HassKey(f"{DOMAIN}_access")


@callback
def camera_rules(options: Mapping[str, Any]) -> CameraRules:
    """Of a config entry's options."""
    return CameraRules(
        viewers=_ids(options.get(CONF_VIEWERS, ())), media_players=options.get(CONF_MEDIA_PLAYERS) is True
    )


@callback
def house_rules(hass: HomeAssistant) -> HouseRules:
    """Those that are in force; `async_load_rules` was called before."""
    return hass.data[_HOUSE_RULES]


async def async_load_rules(hass: HomeAssistant) -> None:
    """Once, before anybody is asked."""
    hass.data[_HOUSE_RULES] = _parsed(await _store(hass).async_load() or {})


async def async_save_rules(hass: HomeAssistant, rules: Mapping[str, list[str]]) -> None:
    """In force from now on, and after a restart."""
    await _store(hass).async_save(dict(rules))
    hass.data[_HOUSE_RULES] = _parsed(rules)


def _parsed(kept: Mapping[str, Any]) -> HouseRules:
    return HouseRules(
        labellers=_ids(kept.get(CONF_LABELLERS, ())),
        curators=_ids(kept.get(CONF_CURATORS, ())),
        auditors=_ids(kept.get(CONF_AUDITORS, ())),
        remote_users=_ids(kept.get(CONF_REMOTE_USERS, ())),
    )


def _ids(kept: Iterable[object]) -> frozenset[str]:
    return frozenset(map(str, kept))


def _store(hass: HomeAssistant) -> Store[dict[str, list[str]]]:
    return Store(hass, STORAGE_VERSION, STORAGE_KEY)
