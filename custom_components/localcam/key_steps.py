"""The steps about keys that the options and the repairs share: unlocking, and a recovery code that is typed back."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from .bridge import HOUSE
from .engine.errors import EngineError
from .engine.vault.recovery_code import new_recovery_code
from .house_keys import HouseKeys, form_error

FIELD_SECRET: Final = "secret"  # noqa: S105 -- the field's name
FIELD_CODE: Final = "recovery_code"


def secret_selector(autocomplete: str = "current-password") -> TextSelector:
    """A field whose text is not shown."""
    return TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete=autocomplete))


SECRET_FORM: Final = vol.Schema({vol.Required(FIELD_SECRET): secret_selector()})
CODE_FORM: Final = vol.Schema({vol.Required(FIELD_CODE): TextSelector(TextSelectorConfig(autocomplete="off"))})
NOTHING: Final = vol.Schema({})


def keys_of(hass: HomeAssistant) -> HouseKeys:
    """The house's."""
    return hass.data[HOUSE].keys


class KeySteps[C: FlowContext, R: FlowResult[Any, Any]](FlowHandler[C, R, str]):
    """What was typed is handed on, and neither shown again nor kept; a code is shown once, to who asked for it."""

    _code = ""
    """That is shown and not yet typed back."""

    async def async_step_unlock(self, user_input: dict[str, Any] | None = None) -> R:
        """Ask for the passphrase or the recovery code."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await keys_of(self.hass).async_unlock(user_input[FIELD_SECRET])
            except EngineError as err:
                errors["base"] = form_error(err)
            else:
                return await self._async_done()
        return self.async_show_form(step_id="unlock", data_schema=SECRET_FORM, errors=errors)

    async def async_step_recovery_code(self, user_input: dict[str, Any] | None = None) -> R:
        """Show a new code; it counts for nothing yet."""
        if user_input is not None and self._code:
            return await self.async_step_recovery_code_check()
        self._code = new_recovery_code()
        return self.async_show_form(
            step_id="recovery_code",
            data_schema=NOTHING,
            description_placeholders={"code": self._code},
            last_step=False,
        )

    async def async_step_recovery_code_check(self, user_input: dict[str, Any] | None = None) -> R:
        """Have it typed back; from then on it counts, and the one of before does not."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await keys_of(self.hass).async_set_code(self._code, user_input[FIELD_CODE])
            except EngineError as err:
                errors["base"] = form_error(err)
            else:
                self._code = ""
                return await self._async_code_set()
        return self.async_show_form(step_id="recovery_code_check", data_schema=CODE_FORM, errors=errors)

    async def _async_done(self) -> R:
        raise NotImplementedError

    async def _async_code_set(self) -> R:
        return await self._async_done()
