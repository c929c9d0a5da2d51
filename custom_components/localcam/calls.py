"""What all actions share: who calls, what is permitted, bad input, and the engine's errors in the caller's language."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, UnknownUser

from .access import async_authorize
from .authority import Action
from .bridge import HOUSE
from .const import DOMAIN
from .engine.audited import AuditNote, Deed
from .engine.errors import AuditError, EngineError, UnknownClipError, WitnessError, WorkerError
from .entity import LocalCamEntity
from .refusal import refused as invalid
from .who import Who

_OF_THE_HOUSE: Final = {Action.AUDIT: "not_permitted_house", Action.ADMINISTER: "administrators_only"}
"""What is said to whom it is refused: only the first can be permitted to somebody."""


async def async_who_calls(call: ServiceCall) -> Who:
    """Who calls; Home Assistant itself for an automation. Raises UnknownUser."""
    return await _async_who(call.hass, call.context)


async def async_may_order(entity: LocalCamEntity) -> None:
    """Whoever gave an entity its order may control the camera; else raises ServiceValidationError or UnknownUser.

    Home Assistant asks for the entity alone, and knows nothing of a camera's viewers.
    """
    hass, context, camera_id = entity.hass, entity.ordered_by, entity.coordinator.camera_id
    who = await _async_who(hass, context) if context is not None else Who(user=None)
    if not (await async_authorize(hass, who, Action.CONTROL, Deed.SETTINGS, camera_id)).allowed:
        raise invalid("not_controlled")


async def _async_who(hass: HomeAssistant, context: Context) -> Who:
    if context.user_id is None:
        return Who(user=None)
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    acting = Who.acting(hass)
    # Something else may act now, where an automation passes on the context of the one who started it.
    return acting if acting.user_id == user.id else Who(user=user)


async def async_permitted(
    hass: HomeAssistant,
    who: Who,
    action: Action,
    deed: Deed,
    camera_id: str | None = None,
    clip_id: str | None = None,
) -> None:
    """Raises ServiceValidationError unless it may be done; one that must not be known is `unknown_clip`."""
    decision = await async_authorize(hass, who, action, deed, camera_id, clip_id)
    if decision.hides:
        raise invalid("unknown_clip")
    if not decision.allowed:
        raise invalid("not_permitted" if camera_id else _OF_THE_HOUSE[action])


async def async_logged(hass: HomeAssistant, *notes: AuditNote) -> None:
    """Before it is done; raises HomeAssistantError, and then it must not be."""
    try:
        await hass.data[HOUSE].ledger.async_record(*notes)
    except AuditError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="not_logged", translation_placeholders={"reason": str(err)}
        ) from err


async def async_order[*Ts, T](hass: HomeAssistant, order: Callable[[*Ts], T], *args: *Ts) -> T:
    """Have the station do it; the engine's errors become translated ones, but for WorkerError."""
    try:
        return await hass.async_add_executor_job(order, *args)
    except UnknownClipError as err:
        raise invalid("unknown_clip") from err
    except WitnessError as err:
        raise invalid("witness_invalid") from err
    except WorkerError:
        raise
    except EngineError as err:
        key = "audit_failed" if isinstance(err, AuditError) else "storage_failed"
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders={"reason": str(err)}
        ) from err


def one_of[E: StrEnum](choices: type[E], value: str, key: str) -> E:
    """The choice that the text names; raises ServiceValidationError with this key."""
    try:
        return choices(value)
    except ValueError:
        raise invalid(key, value=value, choices=_listed(choices)) from None


def within(value: float, limits: tuple[float, float], field: str) -> float:
    """The number; raises ServiceValidationError where it lies outside."""
    low, high = limits
    if not low <= value <= high:  # also false for NaN
        raise invalid("out_of_range", field=field, low=f"{low:g}", high=f"{high:g}")
    return value


def _listed(choices: Iterable[StrEnum]) -> str:
    return ", ".join(choice.value for choice in choices)
