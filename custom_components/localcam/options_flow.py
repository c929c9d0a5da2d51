"""Changes what a camera records and detects, and where and how much the house keeps."""

from collections.abc import Mapping
from contextlib import suppress
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .access_flow import AccessSteps
from .const import (
    CONF_CPU_BUDGET_PERCENT,
    CONF_ECONOMY,
    CONF_FREE_FLOOR_GB,
    CONF_FREE_FLOOR_PERCENT,
    CONF_LONGEST_CLIP_S,
    CONF_OLDER_FOLDERS,
    CONF_POST_ROLL_S,
    CONF_PRE_ROLL_S,
    CONF_PUBLIC_HOST,
    CONF_QUIET_S,
    CONF_QUOTA_GB,
    CONF_SENSITIVITY,
    CONF_SOUND,
    CONF_SPOOLING,
    CONF_STORAGE_FOLDER,
    DOMAIN,
)
from .encryption_flow import EncryptionSteps
from .engine.errors import EngineError
from .engine.settings import GIB, LIMITS, CameraSettings, Economising, HouseSettings, Spooling, parse_camera
from .house import async_apply_house, async_load_house, async_save_house
from .markdown import escaped
from .storage_folder import allowed_folders, prepare_folder, swells_backups


def _number(key: str, *, unit: str | None = None, step: float = 1, slider: bool = False) -> NumberSelector:
    low, high = LIMITS[key]
    config = NumberSelectorConfig(
        min=low, max=high, step=step, mode=NumberSelectorMode.SLIDER if slider else NumberSelectorMode.BOX
    )
    if unit:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


_BARE_HOST: Final = re.compile(r"[A-Za-z0-9.:_-]{0,253}")
"""A name or a number; nothing, where no host is allowed."""
_CAMERA_FORM: Final = vol.Schema(
    {
        vol.Required(CONF_SENSITIVITY): _number(CONF_SENSITIVITY, slider=True),
        vol.Required(CONF_PRE_ROLL_S): _number(CONF_PRE_ROLL_S, unit="s"),
        vol.Required(CONF_POST_ROLL_S): _number(CONF_POST_ROLL_S, unit="s"),
        vol.Required(CONF_LONGEST_CLIP_S): _number(CONF_LONGEST_CLIP_S, unit="s"),
        vol.Required(CONF_QUIET_S): _number(CONF_QUIET_S, unit="s"),
        vol.Required(CONF_SOUND): BooleanSelector(),
        vol.Required(CONF_ECONOMY): SelectSelector(
            SelectSelectorConfig(
                options=[choice.value for choice in Economising],
                translation_key=CONF_ECONOMY,
                mode=SelectSelectorMode.LIST,
            )
        ),
        vol.Required(CONF_CPU_BUDGET_PERCENT): _number(CONF_CPU_BUDGET_PERCENT, unit="%"),
    }
)
_HOUSE_FORM: Final = vol.Schema(
    {
        vol.Required(CONF_STORAGE_FOLDER): TextSelector(),
        vol.Required(CONF_SPOOLING, default=Spooling.AUTOMATIC.value): SelectSelector(
            SelectSelectorConfig(
                options=[choice.value for choice in Spooling],
                translation_key=CONF_SPOOLING,
                mode=SelectSelectorMode.LIST,
            )
        ),
        vol.Required(CONF_QUOTA_GB): _number(CONF_QUOTA_GB, unit="GB", step=0.1),
        vol.Required(CONF_FREE_FLOOR_PERCENT): _number(CONF_FREE_FLOOR_PERCENT, unit="%"),
        vol.Required(CONF_FREE_FLOOR_GB): _number(CONF_FREE_FLOOR_GB, unit="GB", step=0.1),
        vol.Optional(CONF_PUBLIC_HOST): TextSelector(),
    }
)


class LocalCamOptionsFlow(AccessSteps, EncryptionSteps):
    """Everything here is applied to what runs: no camera is restarted, no recording is cut."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what is to be changed."""
        return self.async_show_menu(
            step_id="init", menu_options=["camera", "access", "house", "encryption", "house_access"]
        )

    async def async_step_camera(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change this camera."""
        errors: dict[str, str] = {}
        entry = self.config_entry
        if user_input is not None:
            if user_input[CONF_LONGEST_CLIP_S] <= user_input[CONF_PRE_ROLL_S]:
                errors[CONF_LONGEST_CLIP_S] = "longest_too_short"
            elif not (errors := await self._async_change_camera(user_input)):
                return self.async_create_entry(data=dict(entry.options))
        kept = _camera_answers(parse_camera(entry.entry_id, entry.data, entry.options))
        return self.async_show_form(
            step_id="camera",
            data_schema=self.add_suggested_values_to_schema(_CAMERA_FORM, user_input or kept),
            errors=errors,
            description_placeholders={"name": escaped(entry.title)},
        )

    async def _async_change_camera(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """Save and apply; returns errors of the form, and then nothing is changed."""
        entry = self.config_entry
        before = dict(entry.options)
        # Options that this form does not show, like privacy, stay.
        changed = {**before, **answers, CONF_SENSITIVITY: round(answers[CONF_SENSITIVITY])}
        self.hass.config_entries.async_update_entry(entry, options=changed)
        if entry.state is not ConfigEntryState.LOADED:
            return {}
        try:
            await entry.runtime_data.coordinator.async_apply_options()
        except EngineError:
            self.hass.config_entries.async_update_entry(entry, options=before)
            with suppress(EngineError):
                await entry.runtime_data.coordinator.async_apply_options()
            return {"base": "cannot_apply"}
        return {}

    async def async_step_house(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change what all cameras share."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._async_change_house(user_input)
            if not errors:
                return self.async_create_entry(data=dict(self.config_entry.options))
        kept = await async_load_house(self.hass)
        return self.async_show_form(
            step_id="house",
            data_schema=self.add_suggested_values_to_schema(_HOUSE_FORM, user_input or _house_answers(kept)),
            errors=errors,
            description_placeholders={"backups": await self._async_on_backups(kept)},
        )

    async def _async_change_house(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """Apply and save; returns errors of the form, and then nothing is changed."""
        folder = answers[CONF_STORAGE_FOLDER].strip()
        kept = await async_load_house(self.hass)
        # A share that is out must not be asked, nor keep its owner from changing anything else.
        if not (kept.spool_folder and folder == kept.storage_folder):
            problem = await self.hass.async_add_executor_job(prepare_folder, folder, allowed_folders(self.hass))
            if problem is not None:
                return {CONF_STORAGE_FOLDER: problem.value}
        public_host = answers.get(CONF_PUBLIC_HOST, "").strip()
        if not _BARE_HOST.fullmatch(public_host):
            return {CONF_PUBLIC_HOST: "public_host_invalid"}
        options = {
            **answers,
            CONF_PUBLIC_HOST: public_host,
            CONF_STORAGE_FOLDER: folder,
            CONF_OLDER_FOLDERS: list(kept.older_folders_after(folder)),
        }
        try:
            await async_apply_house(self.hass, options)
        except EngineError:
            return {"base": "cannot_apply"}
        await async_save_house(self.hass, options)
        return {}

    async def _async_on_backups(self, house: HouseSettings) -> str:
        """Whether backups hold the clips, in words."""
        swells = await self.hass.async_add_executor_job(swells_backups, house, self.hass.config.config_dir)
        texts = await async_get_translations(self.hass, self.hass.config.language, "selector", {DOMAIN})
        return texts[f"component.{DOMAIN}.selector.backups.options.{'hold_clips' if swells else 'without_clips'}"]


def _camera_answers(settings: CameraSettings) -> dict[str, Any]:
    return {
        CONF_SENSITIVITY: settings.detect.sensitivity,
        CONF_PRE_ROLL_S: settings.record.pre_roll_s,
        CONF_POST_ROLL_S: settings.record.post_roll_s,
        CONF_LONGEST_CLIP_S: settings.record.longest_clip_s,
        CONF_QUIET_S: settings.detect.quiet_s,
        CONF_SOUND: settings.record.sound,
        CONF_ECONOMY: settings.detect.economy.value,
        CONF_CPU_BUDGET_PERCENT: round(settings.detect.cpu_budget_share * 100, 3),
    }


def _house_answers(settings: HouseSettings) -> dict[str, Any]:
    return {
        CONF_STORAGE_FOLDER: settings.storage_folder,
        CONF_SPOOLING: settings.spooling.value,
        CONF_QUOTA_GB: round(settings.quota_bytes / GIB, 3),
        CONF_FREE_FLOOR_PERCENT: round(settings.free_floor_share * 100, 3),
        CONF_FREE_FLOOR_GB: round(settings.free_floor_bytes / GIB, 3),
        CONF_PUBLIC_HOST: settings.public_host,
    }
