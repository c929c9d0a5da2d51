"""LocalCam's actions: what each takes, who may call it, and what it does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL, ENTITY_MATCH_NONE
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_extract_entity_ids
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .access import CLIP_ID_PATTERN, async_authorize, authorize, camera_entity_id, camera_ids, note
from .authority import Action
from .bridge import HOUSE
from .calls import async_logged, async_order, async_permitted, async_who_calls, one_of, within
from .camera_zones import async_set_zones, zones_of
from .const import DOMAIN
from .coordinator import LocalCamCoordinator
from .deletion_receipt import async_receipt
from .engine.audited import Deed, Look, deletion_reason
from .engine.catalogued import CatalogueEntry, ClipQuery, ClipVerdict, Verdict
from .engine.clip import Clip
from .engine.errors import AuditError, WorkerError
from .engine.motion import Kind
from .explanation import async_explanation
from .people import async_names
from .refusal import refused as invalid
from .who import Who

MISSED_S: Final = (1.0, 60.0)
RECORD_S: Final = (1.0, 600.0)
LIST_LIMIT: Final = (1.0, 1000.0)
LONGEST_NOTE: Final = 500

_WORKER_PROBLEMS: Final = {
    "offline": "camera_offline",
    "storage_full": "storage_full",
    "nothing_kept": "nothing_kept",
    "disk_error": "clip_not_written",
    "unrecordable": "clip_unrecordable",
}

# Targets, verdicts, kinds and durations are looked at by the handlers, so that what is wrong is said in the caller's
# language: what a schema refuses is answered over HTTP without a word.
FLAG_CLIP: Final = vol.Schema(
    {
        vol.Required("clip_id"): cv.string,
        vol.Required("verdict"): cv.string,
        vol.Optional("kind"): cv.string,
        vol.Optional("note", default=""): cv.string,
    }
)
REPORT_MISSED: Final = vol.Schema({**cv.ENTITY_SERVICE_FIELDS, vol.Optional("seconds", default=15): vol.Coerce(float)})
RECORD: Final = vol.Schema({**cv.ENTITY_SERVICE_FIELDS, vol.Required("duration_s"): vol.Coerce(float)})
LIST_CLIPS: Final = vol.Schema(
    {
        **cv.ENTITY_SERVICE_FIELDS,
        vol.Optional("start"): cv.datetime,
        vol.Optional("end"): cv.datetime,
        vol.Optional("kind"): cv.string,
        vol.Optional("verdict"): cv.string,
        vol.Optional("limit", default=100): vol.Coerce(int),
    }
)
SET_ZONES: Final = vol.Schema({**cv.ENTITY_SERVICE_FIELDS, vol.Required("zones"): object})
LIST_ZONES: Final = vol.Schema({**cv.ENTITY_SERVICE_FIELDS})
EXPLAIN_CLIP: Final = vol.Schema({vol.Required("clip_id"): cv.string})
DELETE_CLIPS: Final = vol.Schema({vol.Required("clip_ids"): vol.All(cv.ensure_list, vol.Length(min=1), [cv.string])})


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register all of them; once, before the first camera."""
    register = hass.services.async_register
    register(DOMAIN, "flag_clip", _async_flag_clip, FLAG_CLIP)
    register(DOMAIN, "report_missed", _async_report_missed, REPORT_MISSED, SupportsResponse.OPTIONAL)
    register(DOMAIN, "record", _async_record, RECORD)
    register(DOMAIN, "list_clips", _async_list_clips, LIST_CLIPS, SupportsResponse.ONLY)
    register(DOMAIN, "explain_clip", _async_explain_clip, EXPLAIN_CLIP, SupportsResponse.ONLY)
    register(DOMAIN, "delete_clips", _async_delete_clips, DELETE_CLIPS, SupportsResponse.OPTIONAL)
    register(DOMAIN, "set_zones", _async_set_zones, SET_ZONES, SupportsResponse.OPTIONAL)
    register(DOMAIN, "list_zones", _async_list_zones, LIST_ZONES, SupportsResponse.ONLY)


# The actions


async def _async_flag_clip(call: ServiceCall) -> None:
    verdict = one_of(Verdict, call.data["verdict"], "unknown_verdict")
    kind = one_of(Kind, call.data["kind"], "unknown_kind") if "kind" in call.data else None
    if len(call.data["note"]) > LONGEST_NOTE:
        raise invalid("note_too_long", longest=LONGEST_NOTE)
    who = await async_who_calls(call)
    clip = await _async_own_clip(call.hass, who, call.data["clip_id"], Action.LABEL, Deed.FLAG)
    await _async_flag(
        call.hass, who, clip.camera_id, _word(call, call.data["clip_id"], verdict, kind, call.data["note"])
    )
    await call.hass.data[HOUSE].async_clips_changed()


async def _async_report_missed(call: ServiceCall) -> ServiceResponse:
    seconds = within(call.data["seconds"], MISSED_S, "seconds")
    house = call.hass.data[HOUSE]
    who = await async_who_calls(call)
    kept: list[JsonValueType] = []
    for coordinator in await _async_watching(call, who, Action.LABEL):
        camera_id = coordinator.camera_id
        await async_logged(call.hass, note(who, Deed.RECORD, camera_id, reason=f"the last {seconds:g} s"))
        with _worker_problems(coordinator):
            clip_id = await async_order(call.hass, house.station.keep_last, camera_id, seconds)
        await _async_flag(call.hass, who, camera_id, _word(call, clip_id, Verdict.MISSED))
        kept.append({"clip_id": clip_id, "camera": camera_entity_id(call.hass, camera_id)})
    await house.async_clips_changed()
    return {"clips": kept} if call.return_response else None


async def _async_record(call: ServiceCall) -> None:
    duration_s = within(call.data["duration_s"], RECORD_S, "duration_s")
    who = await async_who_calls(call)
    for coordinator in await _async_watching(call, who, Action.CONTROL):
        await async_logged(call.hass, note(who, Deed.RECORD, coordinator.camera_id, reason=f"{duration_s:g} s"))
        record_now = call.hass.data[HOUSE].station.record_now
        with _worker_problems(coordinator):
            await async_order(call.hass, record_now, coordinator.camera_id, duration_s)


async def _async_list_clips(call: ServiceCall) -> ServiceResponse:
    who = await async_who_calls(call)
    if _targets(call):
        shown: frozenset[str] | None = frozenset(await _async_cameras(call, who, Action.LIST))
    elif who.user is None or who.user.is_admin:
        shown = None
    else:
        shown = frozenset(_visible(call.hass, who).values())
    query = ClipQuery(
        camera_ids=shown,
        since_utc_s=dt_util.as_timestamp(dt_util.as_utc(call.data["start"])) if "start" in call.data else None,
        until_utc_s=dt_util.as_timestamp(dt_util.as_utc(call.data["end"])) if "end" in call.data else None,
        kind=one_of(Kind, call.data["kind"], "unknown_kind") if "kind" in call.data else None,
        verdict=one_of(Verdict, call.data["verdict"], "unknown_verdict") if "verdict" in call.data else None,
        limit=int(within(call.data["limit"], LIST_LIMIT, "limit")),
    )
    entries = await async_order(call.hass, call.hass.data[HOUSE].station.clips, query)
    seen_by = await _async_seen_by(call.hass, [entry.clip.clip_id for entry in entries])
    return {"clips": [_as_response(call.hass, entry, seen_by) for entry in entries]}


async def _async_explain_clip(call: ServiceCall) -> ServiceResponse:
    who = await async_who_calls(call)
    clip = await _async_own_clip(call.hass, who, call.data["clip_id"], Action.LIST, Deed.LIST)
    return await async_explanation(call.hass, clip, locked=call.hass.data[HOUSE].keys.is_locked)


async def _async_delete_clips(call: ServiceCall) -> ServiceResponse:
    # Every clip is looked at before any is deleted; named twice, it is deleted once.
    clip_ids = list(dict.fromkeys(call.data["clip_ids"]))
    who = await async_who_calls(call)
    clips = [await _async_own_clip(call.hass, who, each, Action.DELETE, Deed.DELETE) for each in clip_ids]
    house = call.hass.data[HOUSE]
    keys = [await async_order(call.hass, house.station.key_digest, each) for each in clip_ids]
    deleted = [
        note(who, Deed.DELETE, clip.camera_id, clip.clip_id, reason=deletion_reason("owner", key))
        for clip, key in zip(clips, keys, strict=True)
    ]
    await async_logged(call.hass, *deleted)
    receipt = await async_order(call.hass, house.station.delete, clip_ids)
    await house.async_clips_changed()
    return await async_receipt(call.hass, receipt) if call.return_response else None


async def _async_set_zones(call: ServiceCall) -> ServiceResponse:
    coordinators = await _async_loaded(call, await async_who_calls(call), Action.CONTROL)
    if len(coordinators) > 1:
        raise invalid("one_camera")
    zones = await async_set_zones(coordinators[0], call.data["zones"])
    return {"zones": zones} if call.return_response else None


async def _async_list_zones(call: ServiceCall) -> ServiceResponse:
    who = await async_who_calls(call)
    if _targets(call):
        coordinators = await _async_loaded(call, who, Action.LIST)
    else:
        house, visible = call.hass.data[HOUSE], _visible(call.hass, who).values()
        coordinators = [found for each in visible if (found := house.coordinator(each)) is not None]
    return {
        "cameras": [
            {"camera": camera_entity_id(call.hass, coordinator.camera_id), "zones": zones_of(coordinator)}
            for coordinator in coordinators
        ]
    }


# What they share


def _targets(call: ServiceCall) -> bool:
    return any(call.data.get(str(field), ENTITY_MATCH_NONE) != ENTITY_MATCH_NONE for field in cv.ENTITY_SERVICE_FIELDS)


def _visible(hass: HomeAssistant, who: Who) -> dict[str, str]:
    """The cameras of which somebody may know what they recorded: entity id to camera id."""
    return {e: c for e, c in camera_ids(hass).items() if authorize(hass, who, Action.LIST, c).allowed}


async def _async_cameras(call: ServiceCall, who: Who, action: Action) -> list[str]:
    """The ids of the targeted cameras, all of which the caller may see and use.

    A camera that he may not see is as unknown as one that does not exist. Of an area or a label only cameras of ours
    are meant that he may see.
    """
    if not _targets(call):
        raise invalid("target_missing")
    deed = Deed.LIST if action is Action.LIST else Deed.RECORD
    visible = _visible(call.hass, who)
    named = call.data.get(ATTR_ENTITY_ID, ENTITY_MATCH_NONE)
    if named == ENTITY_MATCH_ALL:
        chosen = list(visible)
    else:
        explicit = [] if named == ENTITY_MATCH_NONE else list(named)
        for entity_id in explicit:
            if entity_id not in visible:
                await async_authorize(call.hass, who, action, deed, camera_ids(call.hass).get(entity_id))
                raise invalid("unknown_camera", camera=entity_id)
        chosen = sorted(await async_extract_entity_ids(call) & visible.keys())
    if not chosen:
        raise invalid("no_camera")
    for entity_id in chosen:
        await async_permitted(call.hass, who, action, deed, visible[entity_id])
    return [visible[entity_id] for entity_id in chosen]


async def _async_watching(call: ServiceCall, who: Who, action: Action) -> list[LocalCamCoordinator]:
    """The targeted cameras, all of which give pictures now."""
    coordinators = []
    for camera_id in await _async_cameras(call, who, action):
        coordinator = call.hass.data[HOUSE].coordinator(camera_id)
        if coordinator is not None and coordinator.state.resting:
            raise invalid("camera_resting", camera=coordinator.entry.title)
        if coordinator is None or not coordinator.state.online:
            raise invalid("camera_offline", camera=camera_entity_id(call.hass, camera_id) or "")
        coordinators.append(coordinator)
    return coordinators


async def _async_loaded(call: ServiceCall, who: Who, action: Action) -> list[LocalCamCoordinator]:
    """The targeted cameras, whether they give pictures or not."""
    coordinators = []
    for camera_id in await _async_cameras(call, who, action):
        if (coordinator := call.hass.data[HOUSE].coordinator(camera_id)) is None:
            raise invalid("camera_not_loaded", camera=camera_entity_id(call.hass, camera_id) or "")
        coordinators.append(coordinator)
    return coordinators


async def _async_own_clip(hass: HomeAssistant, who: Who, clip_id: str, action: Action, deed: Deed) -> Clip:
    """A clip with which the caller may do this; one that he may not see is as unknown as one that does not exist."""
    if not CLIP_ID_PATTERN.fullmatch(clip_id):
        raise invalid("unknown_clip")
    try:
        entry: CatalogueEntry = await async_order(hass, hass.data[HOUSE].station.clip, clip_id)
    except ServiceValidationError:
        await async_authorize(hass, who, action, deed, None, clip_id)
        raise
    await async_permitted(hass, who, action, deed, entry.clip.camera_id, clip_id)
    return entry.clip


def _word(call: ServiceCall, clip_id: str, verdict: Verdict, kind: Kind | None = None, text: str = "") -> ClipVerdict:
    return ClipVerdict(
        clip_id=clip_id,
        verdict=verdict,
        kind=kind,
        note=text,
        user_id=call.context.user_id,
        given_utc_s=call.hass.data[HOUSE].clock.utc_s(),
    )


async def _async_flag(hass: HomeAssistant, who: Who, camera_id: str, word: ClipVerdict) -> None:
    await async_logged(hass, note(who, Deed.FLAG, camera_id, word.clip_id, reason=word.verdict.value))
    await async_order(hass, hass.data[HOUSE].station.flag, word)


async def _async_seen_by(hass: HomeAssistant, clip_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]] | None:
    """Who has seen which clip, newest first; None where the audit log cannot be read: clips are listed all the same."""
    try:
        looks: list[Look] = await hass.async_add_executor_job(hass.data[HOUSE].station.audit.looks, clip_ids)
    except AuditError:
        return None
    names = await async_names(hass)
    seen_by: dict[str, list[dict[str, Any]]] = {}
    for look in looks:
        seen_by.setdefault(look.clip_id, []).append(
            {
                "user": names.get(look.user_id or ""),
                "deed": look.deed.value,
                "times": look.times,
                "last": dt_util.utc_from_timestamp(look.last_utc_s).isoformat(),
            }
        )
    return seen_by


@contextmanager
def _worker_problems(coordinator: LocalCamCoordinator) -> Iterator[None]:
    """The text of a WorkerError is a problem's key."""
    try:
        yield
    except WorkerError as err:
        raise invalid(_WORKER_PROBLEMS.get(str(err), "worker_failed"), camera=coordinator.entry.title) from err


def _as_response(
    hass: HomeAssistant, entry: CatalogueEntry, seen_by: dict[str, list[dict[str, Any]]] | None
) -> dict[str, Any]:
    clip = entry.clip
    return {
        "clip_id": clip.clip_id,
        "camera": camera_entity_id(hass, clip.camera_id),
        "start": dt_util.utc_from_timestamp(clip.started_utc_s).isoformat(),
        "end": dt_util.utc_from_timestamp(clip.ended_utc_s).isoformat(),
        "duration_s": round(clip.duration_s, 3),
        "kind": clip.kind.value,
        "score": round(clip.score, 4),
        "verdict": entry.verdict.verdict.value if entry.verdict else None,
        "size_bytes": clip.size_bytes,
        "seen_by": None if seen_by is None else seen_by.get(clip.clip_id, []),
    }
