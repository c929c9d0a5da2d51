"""The action that checks the storage: for administrators, since it names clips of every camera."""

from collections import defaultdict
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .bridge import HOUSE
from .const import DOMAIN
from .engine.errors import EngineError
from .storage_check import CheckDepth, check_storage

CHECK_STORAGE: Final = vol.Schema({vol.Optional("depth", default=CheckDepth.SIZE.value): cv.string})


@callback
def async_register_storage_services(hass: HomeAssistant) -> None:
    """Register it; once, before the first camera."""
    async_register_admin_service(
        hass, DOMAIN, "check_storage", _async_check_storage, CHECK_STORAGE, SupportsResponse.ONLY
    )


async def _async_check_storage(call: ServiceCall) -> ServiceResponse:
    depth = _depth(call.data["depth"])
    station = call.hass.data[HOUSE].station
    try:
        violations = await call.hass.async_add_executor_job(check_storage, station, depth)
    except EngineError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="storage_failed", translation_placeholders={"reason": str(err)}
        ) from err
    by_invariant: defaultdict[str, list[JsonValueType]] = defaultdict(list)
    for violation in violations:
        by_invariant[violation.invariant].append({"subject": violation.subject, "text": violation.text})
    return {"depth": depth.value, "holds": not violations, "violations": dict(by_invariant)}


def _depth(value: str) -> CheckDepth:
    try:
        return CheckDepth(value)
    except ValueError:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_depth",
            translation_placeholders={"value": value, "choices": ", ".join(CheckDepth)},
        ) from None
