"""Repairs that somebody must make by hand: unlocking, writing down a recovery code, a house key that is gone.

Home Assistant shows them to administrators only.
"""

import logging
from typing import Any, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.components.repairs.models import RepairsFlowContext, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from .const import DOMAIN
from .engine.errors import EngineError
from .house_keys import ISSUE_CODE_MISSING, ISSUE_KEY_GONE, ISSUE_LOCKED, form_error
from .key_steps import FIELD_SECRET, NOTHING, SECRET_FORM, KeySteps, keys_of
from .removed_cameras import ISSUE_CLIPS_LEFT, async_delete_clips_left, is_removed
from .storage_issues import ISSUE_CATALOGUE_PUT_BACK

_LOGGER = logging.getLogger(__name__)

FIELD_SURE = "sure"
SURE_FORM = vol.Schema({vol.Required(FIELD_SURE, default=False): BooleanSelector()})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """The flow that repairs an issue of ours."""
    kind = ISSUE_CLIPS_LEFT if issue_id.startswith(ISSUE_CLIPS_LEFT) else issue_id
    return FLOWS.get(kind, ConfirmRepairFlow)()


class _KeyFlow(KeySteps[RepairsFlowContext, RepairsFlowResult], RepairsFlow):
    @override
    async def _async_done(self) -> RepairsFlowResult:
        return self.async_create_entry(data={})


class UnlockFlow(_KeyFlow):
    """The clips are locked."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask at once; where somebody else was faster, nothing is left to do."""
        if not keys_of(self.hass).is_locked:
            return await self._async_done()
        return await self.async_step_unlock()


class RecoveryCodeFlow(_KeyFlow):
    """Nobody has written down a recovery code."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show one at once."""
        state = keys_of(self.hass).state
        if state is None or state.is_locked:
            return self.async_abort(reason="not_running" if state is None else "house_locked")
        return await self.async_step_recovery_code()


class KeyGoneFlow(RepairsFlow):
    """The house's key is gone, and no camera starts."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Three ways out; the first one only where the copy of the key is there."""
        can_be_restored = await self.hass.async_add_executor_job(lambda: keys_of(self.hass).can_be_restored)
        choices = ["restore"] if can_be_restored else []
        return self.async_show_menu(step_id="init", menu_options=[*choices, "put_back", "begin_anew"])

    async def async_step_restore(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """By the recovery code or the passphrase."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await keys_of(self.hass).async_restore(user_input[FIELD_SECRET])
            except EngineError as err:
                errors["base"] = form_error(err)
            else:
                return self.async_create_entry(data={})
        return self.async_show_form(step_id="restore", data_schema=SECRET_FORM, errors=errors)

    async def async_step_put_back(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """The owner has put the folder back from a backup."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if await keys_of(self.hass).async_start_again():
                return self.async_create_entry(data={})
            errors["base"] = "still_gone"
        return self.async_show_form(step_id="put_back", data_schema=NOTHING, errors=errors)

    async def async_step_begin_anew(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Give up the clips there are, knowingly."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not user_input[FIELD_SURE]:
                errors[FIELD_SURE] = "not_sure"
            else:
                try:
                    await keys_of(self.hass).async_begin_anew()
                except EngineError as err:
                    errors["base"] = form_error(err)
                else:
                    return self.async_create_entry(data={})
        return self.async_show_form(step_id="begin_anew", data_schema=SURE_FORM, errors=errors)


class ClipsLeftFlow(RepairsFlow):
    """A camera was removed, and its clips are still there."""

    def __init__(self) -> None:
        self._deleted = 0

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Keep or delete."""
        return self.async_show_menu(
            step_id="init", menu_options=["keep", "delete"], description_placeholders=self._placeholders()
        )

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """They go when their room is needed, as all clips do."""
        return self.async_create_entry(data={})

    async def async_step_delete(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """All of them, knowingly."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not user_input[FIELD_SURE]:
                errors[FIELD_SURE] = "not_sure"
            elif not is_removed(self.hass, camera_id := str((self.data or {})["camera_id"])):
                return self.async_create_entry(data={})
            else:
                try:
                    self._deleted = await async_delete_clips_left(self.hass, camera_id)
                except EngineError as err:
                    _LOGGER.warning("The clips of a removed camera were not deleted: %s", err)
                    errors["base"] = "not_deleted"
                else:
                    return await self.async_step_deleted()
        return self.async_show_form(
            step_id="delete", data_schema=SURE_FORM, errors=errors, description_placeholders=self._placeholders()
        )

    async def async_step_deleted(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say how many; who closes this without an answer has answered all the same."""
        if user_input is not None:
            return self.async_create_entry(data={})
        told = {**(self._placeholders() or {}), "count": str(self._deleted)}
        ir.async_delete_issue(self.hass, DOMAIN, self.issue_id)
        return self.async_show_form(step_id="deleted", data_schema=NOTHING, description_placeholders=told)

    def _placeholders(self) -> dict[str, str] | None:
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return issue.translation_placeholders if issue else None


FLOWS: dict[str, type[RepairsFlow]] = {
    ISSUE_LOCKED: UnlockFlow,
    ISSUE_CODE_MISSING: RecoveryCodeFlow,
    ISSUE_KEY_GONE: KeyGoneFlow,
    ISSUE_CLIPS_LEFT: ClipsLeftFlow,
    ISSUE_CATALOGUE_PUT_BACK: ConfirmRepairFlow,
}
