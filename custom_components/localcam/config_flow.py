"""Adds a camera, and changes how it is reached: what is asked, tried and saved, step by step."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_NAME, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from .camera_advice import async_in_words
from .camera_forms import (
    CREDENTIALS,
    AnswerError,
    Answers,
    async_entry_data,
    async_form,
    same_source,
    without_credentials,
)
from .camera_trial import TrialError, async_try_camera
from .const import CONF_CALIBRATE, CONF_CALIBRATED_UTC_S, CONF_NOISE_FLOOR, CONF_SEED, CONF_SOURCE, DOMAIN
from .engine.reports import Probed
from .engine.settings import SourceKind, parse_camera
from .markdown import escaped
from .options_flow import LocalCamOptionsFlow
from .probe_picture import async_probe_pictures, async_signed_path

_CONFIRM_FORM: Final = vol.Schema({vol.Required(CONF_CALIBRATE, default=False): BooleanSelector()})


class LocalCamConfigFlow(ConfigFlow, domain=DOMAIN):
    """One config entry is one camera."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}
        """What the entry will keep, once the camera was tried."""
        self._answers: Answers = {}
        """Of which it was made."""
        self._picture_id = ""
        self._placeholders: dict[str, str] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Change what a camera records, and the house's storage."""
        return LocalCamOptionsFlow()

    # A new camera

    @override
    async def async_step_user(self, user_input: Answers | None = None) -> ConfigFlowResult:
        """Ask what kind of camera it is."""
        return self.async_show_menu(
            step_id="user",
            menu_options=[
                SourceKind.ENTITY.value,
                SourceKind.ADDRESS.value,
                SourceKind.USB.value,
                SourceKind.DEMO.value,
            ],
        )

    async def async_step_entity(self, user_input: Answers | None = None) -> ConfigFlowResult:
        """A camera that Home Assistant has already."""
        return await self._async_step_source(SourceKind.ENTITY, user_input)

    async def async_step_address(self, user_input: Answers | None = None) -> ConfigFlowResult:
        """A camera on the network."""
        return await self._async_step_source(SourceKind.ADDRESS, user_input)

    # Home Assistant would call a step of this name for what it discovers, if our manifest asked for that.
    # That would give a `UsbServiceInfo`; to us it is a step of the menu, which gives answers.
    @override
    async def async_step_usb(  # type: ignore[override]  # answers, as above
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """A camera plugged into this machine."""
        return await self._async_step_source(SourceKind.USB, user_input)

    async def async_step_demo(self, user_input: Answers | None = None) -> ConfigFlowResult:
        """The simulated room."""
        return await self._async_step_source(SourceKind.DEMO, user_input)

    async def _async_step_source(self, kind: SourceKind, answers: Answers | None) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        if answers is not None:
            try:
                self._answers = answers = without_credentials(answers)
                self._data = await self._async_checked(kind, answers)
                await self._async_remember(await self._async_try(self._data))
                return await self.async_step_confirm()
            except AnswerError as err:
                errors[err.field] = err.key
            except TrialError as err:
                errors[err.field] = err.key
        return await self._async_ask(kind, answers, errors)

    async def _async_ask(self, kind: SourceKind, answers: Answers | None, errors: dict[str, str]) -> ConfigFlowResult:
        schema = await async_form(self.hass, kind)
        return self.async_show_form(
            step_id=kind.value,
            data_schema=self.add_suggested_values_to_schema(schema, answers),
            errors=errors,
            last_step=False,
        )

    async def async_step_confirm(self, user_input: Answers | None = None) -> ConfigFlowResult:
        """Show what the camera shows; add it when its owner agrees."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=_CONFIRM_FORM,
                description_placeholders=self._placeholders,
                last_step=True,
            )
        # Another flow may have added it, or given its name to another, while this one lay open.
        self._async_abort_entries_match(same_source(self._data))
        if self._data[CONF_NAME].casefold() in self._other_names():
            kind = SourceKind(self._data[CONF_SOURCE])
            return await self._async_ask(kind, self._answers, {CONF_NAME: "name_used"})
        options = {CONF_CALIBRATE: True} if user_input[CONF_CALIBRATE] else {}
        return self.async_create_entry(title=self._data[CONF_NAME], data=self._data, options=options)

    # An existing camera

    async def async_step_reconfigure(self, user_input: Answers | None = None) -> ConfigFlowResult:
        """Change name, address or credentials; clips and history stay, because they belong to the entry's id."""
        entry = self._get_reconfigure_entry()
        kind = SourceKind(entry.data[CONF_SOURCE])
        errors: dict[str, str] = {}
        answers = user_input
        if answers is not None:
            try:
                answers = without_credentials(answers)
                data = await self._async_checked(kind, _completed(answers, entry.data))
                await self._async_try_changed(data, entry)
            except AnswerError as err:
                errors[err.field] = err.key
            except TrialError as err:
                errors[err.field] = err.key
            else:
                options = _options_of(data, entry)
                return self.async_update_reload_and_abort(entry, title=data[CONF_NAME], data=data, options=options)
        # The password that is kept is not sent to the browser again.
        suggested = {key: value for key, value in entry.data.items() if key != CONF_PASSWORD}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(await async_form(self.hass, kind), answers or suggested),
            errors=errors,
            description_placeholders={"name": escaped(entry.title)},
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """The camera refused its password."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: Answers | None = None) -> ConfigFlowResult:
        """Ask for the credentials again."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            updates = {key: user_input.get(key, "") for key in (CONF_USERNAME, CONF_PASSWORD)}
            try:
                await self._async_try({**entry.data, **updates})
            except TrialError as err:
                errors["base"] = err.key  # no field here is at fault alone
            else:
                return self.async_update_reload_and_abort(entry, data_updates=updates)
        suggested = user_input or {CONF_USERNAME: entry.data.get(CONF_USERNAME, "")}
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(vol.Schema(CREDENTIALS), suggested),
            errors=errors,
            description_placeholders={"name": escaped(entry.title)},
        )

    # What they share

    async def _async_checked(self, kind: SourceKind, answers: Answers) -> dict[str, Any]:
        """The entry's data; raises AnswerError, and AbortFlow where another entry has the same source."""
        data = await async_entry_data(self.hass, kind, answers)
        self._async_abort_entries_match(same_source(data))
        if data[CONF_NAME].casefold() in self._other_names():
            raise AnswerError(CONF_NAME, "name_used")
        return data

    def _other_names(self) -> set[str]:
        return {
            name.casefold()
            for entry in self._async_current_entries(include_ignore=False)
            if entry.entry_id != self.context.get("entry_id")
            for name in (entry.title, entry.data[CONF_NAME])
        }

    async def _async_try(self, data: Mapping[str, Any]) -> Probed:
        """What the camera shows; raises TrialError."""
        return await async_try_camera(self.hass, parse_camera(self.flow_id, data, {}))

    async def _async_try_changed(self, data: Mapping[str, Any], entry: ConfigEntry) -> None:
        """Raises TrialError.

        A source that stays as it is runs already; to try it would get in its own way, as a USB device can be opened
        only once.
        """
        if {**data, CONF_NAME: ""} != {**entry.data, CONF_NAME: ""}:
            await self._async_try(data)

    async def _async_remember(self, probed: Probed) -> None:
        """Keep the picture and the facts for the step that shows them."""
        self._drop_picture()
        self._picture_id = async_probe_pictures(self.hass).async_keep(probed.jpeg)
        source = parse_camera(self.flow_id, self._data, {}).source
        self._placeholders = {
            "name": escaped(self._data[CONF_NAME]),
            "picture": async_signed_path(self.hass, self._picture_id),
            **await async_in_words(self.hass, probed.facts, source),
        }

    @callback
    def _drop_picture(self) -> None:
        if self._picture_id:
            async_probe_pictures(self.hass).async_drop(self._picture_id)

    @callback
    @override
    def async_remove(self) -> None:
        """The flow has ended, one way or the other."""
        self._drop_picture()


def _options_of(data: Mapping[str, Any], entry: ConfigEntry) -> dict[str, Any]:
    """The options, without what was learned of another camera's room."""
    options = dict(entry.options)
    if same_source(data) != same_source(entry.data):
        for key in (CONF_NOISE_FLOOR, CONF_CALIBRATED_UTC_S):
            options.pop(key, None)
    return options


def _completed(answers: Answers, kept: Mapping[str, Any]) -> Answers:
    """The answers, with what the form of an existing camera leaves out: its room, and a password left as it is."""
    completed = {**answers}
    if CONF_SEED in kept:
        completed[CONF_SEED] = kept[CONF_SEED]
    if not answers.get(CONF_PASSWORD) and answers.get(CONF_USERNAME, "") == kept.get(CONF_USERNAME):
        completed[CONF_PASSWORD] = kept.get(CONF_PASSWORD, "")
    return completed
