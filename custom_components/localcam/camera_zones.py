"""A camera's zones, as actions and the websocket read and set them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util.json import JsonValueType
from ulid_transform import ulid_now

from .const import CONF_ZONES, DOMAIN
from .coordinator import LocalCamCoordinator
from .engine.errors import EngineError
from .engine.zone_settings import (
    FEWEST_CORNERS,
    LEAST_ZONE_SHARE,
    LONGEST_NAME,
    MOST_CORNERS,
    MOST_ZONES,
    SENSITIVITIES,
    Zone,
    ZoneError,
    ZoneFault,
    as_mapping,
    parse_zones,
)
from .entity import unique_id
from .refusal import refused


def zone_key(zone_id: str) -> str:
    """By which a zone's motion sensor is known."""
    return f"zone_{zone_id}"


@callback
def zones_of(coordinator: LocalCamCoordinator) -> list[JsonValueType]:
    """The zones as they are set, each with the entity that tells of its motion; None for a mask."""
    registry = er.async_get(coordinator.hass)

    def sensor(zone: Zone) -> str | None:
        key = unique_id(coordinator.camera_id, zone_key(zone.zone_id))
        return registry.async_get_entity_id(BINARY_SENSOR_DOMAIN, DOMAIN, key) if zone.include else None

    return [{**as_mapping(zone), "entity_id": sensor(zone)} for zone in coordinator.settings.detect.zones]


async def async_set_zones(coordinator: LocalCamCoordinator, given: Any) -> list[JsonValueType]:
    """Instead of those that were set, without a break in watching or recording; returns what is set then.

    Raises a translated error, and then nothing is changed. A zone without an id is the one that has its name now, or
    a new one.
    """
    entry = coordinator.entry
    try:
        zones = parse_zones(_with_ids(given, coordinator.settings.detect.zones))
    except ZoneError as err:
        raise _in_words(err) from err
    before = entry.options.get(CONF_ZONES)
    coordinator.async_keep_options({CONF_ZONES: [as_mapping(zone) for zone in zones]})
    try:
        await coordinator.async_apply_options()
    except EngineError as err:
        coordinator.async_keep_options({CONF_ZONES: before})
        with suppress(EngineError):
            await coordinator.async_apply_options()
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="worker_failed") from err
    return zones_of(coordinator)


def _with_ids(given: Any, known: tuple[Zone, ...]) -> Any:
    """The same list, each zone with an id; what is no list of mappings is left for `parse_zones` to refuse."""
    if not isinstance(given, list):
        return given
    by_name = {zone.name.casefold(): zone.zone_id for zone in known}
    named = [each.get("id") for each in given if isinstance(each, Mapping)]

    def with_id(each: Any) -> Any:
        if not isinstance(each, Mapping):
            return each
        zone_id, name = each.get("id"), str(each.get("name")).strip()
        if zone_id and zone_id not in by_name.values():
            raise ZoneError(ZoneFault.ID, name)
        own = by_name.get(name.casefold())
        # What responses hold besides is not for the owner to set.
        kept = {key: value for key, value in each.items() if key != "entity_id"}
        return {**kept, "id": zone_id or (own if own and own not in named else ulid_now())}

    return [with_id(each) for each in given]


def _in_words(err: ZoneError) -> HomeAssistantError:
    low, high = SENSITIVITIES
    bounds: dict[ZoneFault, dict[str, object]] = {
        ZoneFault.TOO_MANY: {"most": MOST_ZONES},
        ZoneFault.NAME: {"longest": LONGEST_NAME},
        ZoneFault.CORNERS: {"fewest": FEWEST_CORNERS, "most": MOST_CORNERS},
        ZoneFault.TOO_SMALL: {"percent": f"{LEAST_ZONE_SHARE * 100:g}"},
        ZoneFault.SENSITIVITY: {"low": low, "high": high},
    }
    return refused(err.fault.value, zone=err.zone, **bounds.get(err.fault, {}))
