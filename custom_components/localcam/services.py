"""LocalCam's actions: what each takes, who may call it, and what it does."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL, ENTITY_MATCH_NONE
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, UnknownUser
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_extract_entity_ids
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .access import CLIP_ID_PATTERN, camera_entity_id, camera_ids, may
from .bridge import HOUSE
from .const import DOMAIN
from .coordinator import LocalCamCoordinator
from .engine.errors import EngineError, UnknownClipError, WorkerError
from .engine.values import CatalogueEntry, ClipQuery, ClipVerdict, Kind, Verdict
from .explanation import async_explanation

if TYPE_CHECKING:
    from homeassistant.auth.models import User

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

# Verdicts, kinds and durations are looked at by the handlers, so that what is wrong is said in the caller's language.
FLAG_CLIP: Final = vol.Schema(
    {
        vol.Required("clip_id"): cv.string,
        vol.Required("verdict"): cv.string,
        vol.Optional("kind"): cv.string,
        vol.Optional("note", default=""): cv.string,
    }
)
REPORT_MISSED: Final = cv.make_entity_service_schema({vol.Optional("seconds", default=15): vol.Coerce(float)})
RECORD: Final = cv.make_entity_service_schema({vol.Required("duration_s"): vol.Coerce(float)})
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
EXPLAIN_CLIP: Final = vol.Schema({vol.Required("clip_id"): cv.string})
DELETE_CLIPS: Final = vol.Schema({vol.Required("clip_ids"): vol.All(cv.ensure_list, [cv.string])})


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register all of them; once, before the first camera."""
    register = hass.services.async_register
    register(DOMAIN, "flag_clip", _async_flag_clip, FLAG_CLIP)
    register(DOMAIN, "report_missed", _async_report_missed, REPORT_MISSED, SupportsResponse.OPTIONAL)
    register(DOMAIN, "record", _async_record, RECORD)
    register(DOMAIN, "list_clips", _async_list_clips, LIST_CLIPS, SupportsResponse.ONLY)
    register(DOMAIN, "explain_clip", _async_explain_clip, EXPLAIN_CLIP, SupportsResponse.ONLY)
    register(DOMAIN, "delete_clips", _async_delete_clips, DELETE_CLIPS)


# The actions


async def _async_flag_clip(call: ServiceCall) -> None:
    verdict = _one_of(Verdict, call.data["verdict"], "unknown_verdict")
    kind = _one_of(Kind, call.data["kind"], "unknown_kind") if "kind" in call.data else None
    if len(call.data["note"]) > LONGEST_NOTE:
        raise _invalid("note_too_long", longest=LONGEST_NOTE)
    entry = await _async_own_clip(call, call.data["clip_id"])
    await _async_flag(call, entry.clip.clip_id, verdict, kind, call.data["note"])
    await call.hass.data[HOUSE].async_clips_changed()


async def _async_report_missed(call: ServiceCall) -> ServiceResponse:
    seconds = _within(call.data["seconds"], MISSED_S, "seconds")
    house = call.hass.data[HOUSE]
    kept: list[JsonValueType] = []
    for coordinator in await _async_watching(call):
        with _worker_problems(coordinator):
            clip_id = await _async_order(call.hass, house.station.keep_last, coordinator.camera_id, seconds)
        await _async_flag(call, clip_id, Verdict.MISSED, None, "")
        kept.append({"clip_id": clip_id, "camera": camera_entity_id(call.hass, coordinator.camera_id)})
    await house.async_clips_changed()
    return {"clips": kept} if call.return_response else None


async def _async_record(call: ServiceCall) -> None:
    duration_s = _within(call.data["duration_s"], RECORD_S, "duration_s")
    for coordinator in await _async_watching(call):
        record_now = call.hass.data[HOUSE].station.record_now
        with _worker_problems(coordinator):
            await _async_order(call.hass, record_now, coordinator.camera_id, duration_s)


async def _async_list_clips(call: ServiceCall) -> ServiceResponse:
    user = await _async_caller(call)
    if _targets(call):
        shown: frozenset[str] | None = frozenset(await _async_cameras(call, POLICY_READ))
    elif user is None or user.is_admin:
        shown = None
    else:
        shown = frozenset(camera_id for camera_id in camera_ids(call.hass).values() if may(call.hass, user, camera_id))
    query = ClipQuery(
        camera_ids=shown,
        since_utc_s=dt_util.as_timestamp(dt_util.as_utc(call.data["start"])) if "start" in call.data else None,
        until_utc_s=dt_util.as_timestamp(dt_util.as_utc(call.data["end"])) if "end" in call.data else None,
        kind=_one_of(Kind, call.data["kind"], "unknown_kind") if "kind" in call.data else None,
        verdict=_one_of(Verdict, call.data["verdict"], "unknown_verdict") if "verdict" in call.data else None,
        limit=int(_within(call.data["limit"], LIST_LIMIT, "limit")),
    )
    entries = await _async_order(call.hass, call.hass.data[HOUSE].station.clips, query)
    return {"clips": [_as_response(call.hass, entry) for entry in entries]}


async def _async_explain_clip(call: ServiceCall) -> ServiceResponse:
    entry = await _async_visible_clip(call, call.data["clip_id"])
    return await async_explanation(call.hass, entry.clip)


async def _async_delete_clips(call: ServiceCall) -> None:
    # Every clip is looked at before any is deleted; named twice, it is deleted once.
    clip_ids = list(dict.fromkeys(call.data["clip_ids"]))
    for clip_id in clip_ids:
        await _async_own_clip(call, clip_id)
    house = call.hass.data[HOUSE]
    await _async_order(call.hass, house.station.delete, clip_ids)
    await house.async_clips_changed()


# What they share


async def _async_caller(call: ServiceCall) -> User | None:
    """Who calls; None for an automation. Raises UnknownUser."""
    if call.context.user_id is None:
        return None
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    return user


def _targets(call: ServiceCall) -> bool:
    return any(call.data.get(str(field), ENTITY_MATCH_NONE) != ENTITY_MATCH_NONE for field in cv.ENTITY_SERVICE_FIELDS)


async def _async_cameras(call: ServiceCall, policy: str) -> list[str]:
    """The ids of the targeted cameras, all of which the caller may see and use.

    A camera that he may not see is as unknown as one that does not exist. Of an area or a label only cameras of ours
    are meant that he may see.
    """
    user = await _async_caller(call)
    visible = {e: c for e, c in camera_ids(call.hass).items() if may(call.hass, user, c, POLICY_READ)}
    named = call.data.get(ATTR_ENTITY_ID, ENTITY_MATCH_NONE)
    if named == ENTITY_MATCH_ALL:
        chosen = list(visible)
    else:
        explicit = [] if named == ENTITY_MATCH_NONE else list(named)
        for entity_id in explicit:
            if entity_id not in visible:
                raise _invalid("unknown_camera", camera=entity_id)
        chosen = sorted(await async_extract_entity_ids(call) & visible.keys())
    if not chosen:
        raise _invalid("no_camera")
    for entity_id in chosen:
        if not may(call.hass, user, visible[entity_id], policy):
            raise _invalid("not_permitted")
    return [visible[entity_id] for entity_id in chosen]


async def _async_watching(call: ServiceCall) -> list[LocalCamCoordinator]:
    """The targeted cameras, all of which give pictures now."""
    coordinators = []
    for camera_id in await _async_cameras(call, POLICY_CONTROL):
        coordinator = call.hass.data[HOUSE].coordinator(camera_id)
        if coordinator is not None and coordinator.state.resting:
            raise _invalid("camera_resting", camera=coordinator.entry.title)
        if coordinator is None or not coordinator.state.online:
            raise _invalid("camera_offline", camera=camera_entity_id(call.hass, camera_id) or "")
        coordinators.append(coordinator)
    return coordinators


async def _async_own_clip(call: ServiceCall, clip_id: str) -> CatalogueEntry:
    """A clip that the caller may change."""
    entry = await _async_visible_clip(call, clip_id)
    if not may(call.hass, await _async_caller(call), entry.clip.camera_id, POLICY_CONTROL):
        raise _invalid("not_permitted")
    return entry


async def _async_visible_clip(call: ServiceCall, clip_id: str) -> CatalogueEntry:
    """A clip that the caller may see; one that he may not is as unknown as one that does not exist."""
    user = await _async_caller(call)
    if not CLIP_ID_PATTERN.fullmatch(clip_id):
        raise _invalid("unknown_clip")
    entry = await _async_order(call.hass, call.hass.data[HOUSE].station.clip, clip_id)
    if not may(call.hass, user, entry.clip.camera_id, POLICY_READ):
        raise _invalid("unknown_clip")
    return entry


async def _async_flag(call: ServiceCall, clip_id: str, verdict: Verdict, kind: Kind | None, note: str) -> None:
    word = ClipVerdict(
        clip_id=clip_id,
        verdict=verdict,
        kind=kind,
        note=note,
        user_id=call.context.user_id,
        given_utc_s=call.hass.data[HOUSE].clock.utc_s(),
    )
    await _async_order(call.hass, call.hass.data[HOUSE].station.flag, word)


async def _async_order[*Ts, T](hass: HomeAssistant, order: Callable[[*Ts], T], *args: *Ts) -> T:
    """Have the station do it; the engine's errors become translated ones, but for WorkerError."""
    try:
        return await hass.async_add_executor_job(order, *args)
    except UnknownClipError as err:
        raise _invalid("unknown_clip") from err
    except WorkerError:
        raise
    except EngineError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="storage_failed", translation_placeholders={"reason": str(err)}
        ) from err


@contextmanager
def _worker_problems(coordinator: LocalCamCoordinator) -> Iterator[None]:
    """The text of a WorkerError is a problem's key."""
    try:
        yield
    except WorkerError as err:
        raise _invalid(_WORKER_PROBLEMS.get(str(err), "worker_failed"), camera=coordinator.entry.title) from err


def _one_of[E: StrEnum](choices: type[E], value: str, key: str) -> E:
    try:
        return choices(value)
    except ValueError:
        raise _invalid(key, value=value, choices=_listed(choices)) from None


def _within(value: float, limits: tuple[float, float], field: str) -> float:
    low, high = limits
    if not low <= value <= high:  # also false for NaN
        raise _invalid("out_of_range", field=field, low=f"{low:g}", high=f"{high:g}")
    return value


def _listed(choices: Iterable[StrEnum]) -> str:
    return ", ".join(choice.value for choice in choices)


def _invalid(key: str, **placeholders: object) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={name: str(value) for name, value in placeholders.items()},
    )


def _as_response(hass: HomeAssistant, entry: CatalogueEntry) -> dict[str, Any]:
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
    }
