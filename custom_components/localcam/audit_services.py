"""The actions about the audit log: verify it, and read it."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .access import camera_entity_id, note
from .authority import Action
from .bridge import HOUSE
from .calls import async_order, async_permitted, async_who_calls, one_of, within
from .const import DOMAIN
from .engine.audited import AuditEntry, AuditQuery, AuditReport, Deed
from .people import async_names
from .refusal import refused as invalid

LONGEST_WITNESS: Final = 1000
PAGE: Final = (1.0, 1000.0)

VERIFY: Final = vol.Schema({vol.Optional("witness"): cv.string})
LIST: Final = vol.Schema(
    {
        vol.Optional("before"): vol.Coerce(int),
        vol.Optional("user_id"): cv.string,
        vol.Optional("clip_id"): cv.string,
        vol.Optional("deed"): cv.string,
        vol.Optional("limit", default=100): vol.Coerce(int),
    }
)


@callback
def async_register_audit_services(hass: HomeAssistant) -> None:
    """Register both; once, before the first camera."""
    register = hass.services.async_register
    register(DOMAIN, "verify_audit_log", _async_verify, VERIFY, SupportsResponse.ONLY)
    register(DOMAIN, "list_audit", _async_list, LIST, SupportsResponse.ONLY)


async def _async_verify(call: ServiceCall) -> ServiceResponse:
    who = await async_who_calls(call)
    await async_permitted(call.hass, who, Action.ADMINISTER, Deed.READ_LOG)
    # An empty one is no witness either: a template that found nothing must not read as a log that holds.
    witnesses = [call.data["witness"]] if "witness" in call.data else []
    if any(len(witness) > LONGEST_WITNESS for witness in witnesses):
        raise invalid("witness_invalid")
    house = call.hass.data[HOUSE]
    report = await async_order(call.hass, house.station.audit.verify, witnesses)
    if not witnesses:
        house.ledger.async_verified(report)
    return _as_response(report)


async def _async_list(call: ServiceCall) -> ServiceResponse:
    who = await async_who_calls(call)
    await async_permitted(call.hass, who, Action.AUDIT, Deed.READ_LOG)
    query = AuditQuery(
        before_seq=call.data.get("before"),
        user_id=call.data.get("user_id"),
        clip_id=call.data.get("clip_id"),
        deed=one_of(Deed, call.data["deed"], "unknown_deed") if "deed" in call.data else None,
        limit=int(within(call.data["limit"], PAGE, "limit")),
    )
    audit = call.hass.data[HOUSE].station.audit
    await call.hass.data[HOUSE].ledger.async_try_record(note(who, Deed.READ_LOG))
    entries: list[AuditEntry] = await async_order(call.hass, audit.entries, query)
    names = await async_names(call.hass)
    return {"entries": [_entry_as_response(call.hass, entry, names) for entry in entries]}


def _as_response(report: AuditReport) -> dict[str, Any]:
    return {
        "holds": report.holds,
        "entries": report.entries,
        "checkpoints": report.checkpoints,
        "head": report.head.witness if report.head else None,
        "checkpoint": report.head.checkpoint if report.head else None,
        "verifier_key": report.head.verifier_key if report.head else None,
        "first_broken": report.broken_seq,
        "fault": report.fault.value if report.fault else None,
        "detail": report.detail,
    }


def _entry_as_response(hass: HomeAssistant, entry: AuditEntry, names: dict[str, str]) -> dict[str, Any]:
    said = entry.note
    return {
        "seq": entry.seq,
        "at": dt_util.utc_from_timestamp(entry.utc_us / 1e6).isoformat(),
        "deed": said.deed.value,
        "outcome": said.outcome.value,
        "user_id": said.user_id,
        "user": names.get(said.user_id or ""),
        "camera": camera_entity_id(hass, said.camera_id) if said.camera_id else None,
        "clip_id": said.clip_id,
        "reason": said.reason,
    }
