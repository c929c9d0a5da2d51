"""The steps of the options in which the owner says who may do what."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from .access import note
from .access_rules import async_save_rules, camera_rules, house_rules
from .authority import CameraRules, HouseRules
from .bridge import HOUSE
from .const import (
    CONF_AUDITORS,
    CONF_CURATORS,
    CONF_LABELLERS,
    CONF_MEDIA_PLAYERS,
    CONF_REMOTE_USERS,
    CONF_VIEWERS,
)
from .engine.audited import Deed
from .engine.errors import AuditError
from .people import async_persons
from .who import Who

_HOUSE_KEYS = (CONF_LABELLERS, CONF_CURATORS, CONF_AUDITORS, CONF_REMOTE_USERS)


class AccessSteps(OptionsFlow):
    """A change is logged before it is in force; where that cannot be, it is not."""

    async def async_step_access(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Who may see this camera."""
        errors: dict[str, str] = {}
        entry = self.config_entry
        if user_input is not None:
            answers = {
                CONF_VIEWERS: user_input.get(CONF_VIEWERS, []),
                CONF_MEDIA_PLAYERS: user_input[CONF_MEDIA_PLAYERS],
            }
            before = _camera_answers(camera_rules(entry.options))
            if not (errors := await self._async_logged(before, answers, entry.entry_id)):
                self.hass.config_entries.async_update_entry(entry, options={**entry.options, **answers})
                self._apply()
                return self.async_create_entry(data=dict(entry.options))
        kept = _camera_answers(camera_rules(entry.options))
        schema = vol.Schema(
            {
                vol.Optional(CONF_VIEWERS): _users(await async_persons(self.hass), kept[CONF_VIEWERS]),
                vol.Required(CONF_MEDIA_PLAYERS): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id="access",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or kept),
            errors=errors,
            description_placeholders={"name": entry.title},
        )

    async def async_step_house_access(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Who may do more, with all cameras."""
        errors: dict[str, str] = {}
        kept = _house_answers(house_rules(self.hass))
        if user_input is not None:
            answers = {key: user_input.get(key, []) for key in _HOUSE_KEYS}
            if not (errors := await self._async_logged(kept, answers, None)):
                await async_save_rules(self.hass, answers)
                return self.async_create_entry(data=dict(self.config_entry.options))
        persons = await async_persons(self.hass)
        schema = vol.Schema({vol.Optional(key): _users(persons, kept[key]) for key in _HOUSE_KEYS})
        return self.async_show_form(
            step_id="house_access",
            data_schema=self.add_suggested_values_to_schema(schema, user_input or kept),
            errors=errors,
        )

    async def _async_logged(
        self, before: Mapping[str, Any], after: Mapping[str, Any], camera_id: str | None
    ) -> dict[str, str]:
        """Log what changes; returns the form's error where that cannot be."""
        changes = [
            _change(key, before[key], after[key]) for key in after if _set_of(before[key]) != _set_of(after[key])
        ]
        house = self.hass.data.get(HOUSE)
        if not changes:
            return {}
        if house is None:
            return {"base": "not_logged"}
        try:
            await house.ledger.async_record(
                note(Who.acting(self.hass), Deed.ACCESS, camera_id, reason="; ".join(changes))
            )
        except AuditError:
            return {"base": "not_logged"}
        return {}

    def _apply(self) -> None:
        """Show or hide what Home Assistant shows to all; the rules themselves are in force already."""
        if self.config_entry.state is ConfigEntryState.LOADED:
            self.config_entry.runtime_data.coordinator.async_apply_rules()


def _users(persons: Mapping[str, str], kept: list[str]) -> SelectSelector:
    """Also those that were chosen and are gone, so that they can be taken out."""
    names = {**{user_id: user_id for user_id in kept}, **persons}
    return SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=user_id, label=name) for user_id, name in names.items()],
            multiple=True,
            mode=SelectSelectorMode.LIST,
        )
    )


def _camera_answers(rules: CameraRules) -> dict[str, Any]:
    return {CONF_VIEWERS: sorted(rules.viewers), CONF_MEDIA_PLAYERS: rules.media_players}


def _house_answers(rules: HouseRules) -> dict[str, list[str]]:
    named = (rules.labellers, rules.curators, rules.auditors, rules.remote_users)
    return {key: sorted(users) for key, users in zip(_HOUSE_KEYS, named, strict=True)}


def _set_of(answer: list[str] | bool) -> frozenset[object]:
    return frozenset(answer) if isinstance(answer, list) else frozenset({answer})


def _change(key: str, before: list[str] | bool, after: list[str] | bool) -> str:
    """Which users came and went, by id: names change."""
    if isinstance(before, bool) or isinstance(after, bool):
        return f"{key} {'on' if after else 'off'}"
    came, went = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    return " ".join([key, *(f"+{user}" for user in came), *(f"-{user}" for user in went)])
