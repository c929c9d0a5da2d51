"""The steps of the options in which the owner chooses how the keys of the clips are kept."""

from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlowContext, ConfigFlowResult, OptionsFlow
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .const import DOMAIN
from .engine.errors import EngineError
from .engine.safekeeping import KeyProfile, KeyringState
from .house_keys import form_error
from .key_steps import FIELD_SECRET, NOTHING, SECRET_FORM, KeySteps, keys_of, secret_selector

_PASSPHRASE: Final = "passphrase"  # noqa: S105 -- the field's name
_AGAIN: Final = "passphrase_again"
_NEW: Final = {
    vol.Required(_PASSPHRASE): secret_selector("new-password"),
    vol.Required(_AGAIN): secret_selector("new-password"),
}
NEW_FORM: Final = vol.Schema(_NEW)
CHANGE_FORM: Final = vol.Schema({vol.Required(FIELD_SECRET): secret_selector(), **_NEW})


class EncryptionSteps(KeySteps[ConfigFlowContext, ConfigFlowResult], OptionsFlow):
    """For all cameras of the house. Home Assistant lets only administrators in."""

    _wants_lock = False
    """The owner chose a passphrase, and is writing down a recovery code first."""

    async def async_step_encryption(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what is, and ask what is to be changed."""
        state = keys_of(self.hass).state
        if state is None:
            return self.async_abort(reason="not_running")
        if state.is_locked:
            choices = ["unlock"]
        elif state.profile is KeyProfile.UNLOCKED:
            choices = ["lock_by_passphrase", "recovery_code"]
        else:
            choices = ["change_passphrase", "recovery_code", "lock_now", "unlock_by_itself"]
        return self.async_show_menu(
            step_id="encryption",
            menu_options=choices,
            description_placeholders={"state": await self._async_in_words(state)},
        )

    async def async_step_lock_by_passphrase(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Set a passphrase; never without a recovery code, for it may be forgotten."""
        keys = keys_of(self.hass)
        if keys.state is not None and not keys.state.has_recovery_code:
            self._wants_lock = True
            return await self.async_step_recovery_code()
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := _unlike(user_input)):
            try:
                await keys.async_keep_locked(user_input[_PASSPHRASE])
            except EngineError as err:
                errors["base"] = form_error(err)
            else:
                return await self._async_done()
        return self.async_show_form(step_id="lock_by_passphrase", data_schema=NEW_FORM, errors=errors)

    async def async_step_change_passphrase(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Set another one, by the one of before or the recovery code."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := _unlike(user_input)):
            try:
                await keys_of(self.hass).async_change_passphrase(user_input[FIELD_SECRET], user_input[_PASSPHRASE])
            except EngineError as err:
                errors["base"] = form_error(err)
            else:
                return await self._async_done()
        return self.async_show_form(step_id="change_passphrase", data_schema=CHANGE_FORM, errors=errors)

    async def async_step_unlock_by_itself(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Have no passphrase any more."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await keys_of(self.hass).async_keep_unlocked(user_input[FIELD_SECRET])
            except EngineError as err:
                errors["base"] = form_error(err)
            else:
                return await self._async_done()
        return self.async_show_form(step_id="unlock_by_itself", data_schema=SECRET_FORM, errors=errors)

    async def async_step_lock_now(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Lock at once."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await keys_of(self.hass).async_lock()
            except EngineError as err:
                errors["base"] = form_error(err)
            else:
                return await self._async_done()
        return self.async_show_form(step_id="lock_now", data_schema=NOTHING, errors=errors)

    @override
    async def _async_done(self) -> ConfigFlowResult:
        return self.async_create_entry(data=dict(self.config_entry.options))

    @override
    async def _async_code_set(self) -> ConfigFlowResult:
        return await (self.async_step_lock_by_passphrase() if self._wants_lock else self._async_done())

    async def _async_in_words(self, state: KeyringState) -> str:
        texts = await async_get_translations(self.hass, self.hass.config.language, "selector", {DOMAIN})
        said = ["house_locked" if state.is_locked else state.profile.value]
        said.append("with_code" if state.has_recovery_code else "without_code")
        return " ".join(texts[f"component.{DOMAIN}.selector.keys.options.{each}"] for each in said)


def _unlike(answers: dict[str, Any]) -> dict[str, str]:
    return {} if answers[_PASSPHRASE] == answers[_AGAIN] else {_AGAIN: "passphrases_differ"}
