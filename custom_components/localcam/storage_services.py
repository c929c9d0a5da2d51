"""The action that checks the storage: for administrators, since it names clips of every camera."""

from collections import defaultdict
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .authority import Action
from .bridge import HOUSE
from .calls import async_order, async_permitted, async_who_calls, one_of
from .const import DOMAIN
from .engine.audited import Deed
from .storage_check import CheckDepth, check_storage

CHECK_STORAGE: Final = vol.Schema({vol.Optional("depth", default=CheckDepth.SIZE.value): cv.string})


@callback
def async_register_storage_services(hass: HomeAssistant) -> None:
    """Register it; once, before the first camera."""
    hass.services.async_register(DOMAIN, "check_storage", _async_check_storage, CHECK_STORAGE, SupportsResponse.ONLY)


async def _async_check_storage(call: ServiceCall) -> ServiceResponse:
    who = await async_who_calls(call)
    await async_permitted(call.hass, who, Action.ADMINISTER, Deed.LIST)
    depth = one_of(CheckDepth, call.data["depth"], "unknown_depth")
    violations = await async_order(call.hass, check_storage, call.hass.data[HOUSE].station, depth)
    by_invariant: defaultdict[str, list[JsonValueType]] = defaultdict(list)
    for violation in violations:
        by_invariant[violation.invariant].append({"subject": violation.subject, "text": violation.text})
    return {"depth": depth.value, "holds": not violations, "violations": dict(by_invariant)}
