"""The flows' texts: one for everything that they can show, none that is never shown, all as hassfest wants them."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SelectSelector
import pytest

from custom_components import localcam
from custom_components.localcam.camera_forms import CREDENTIALS, async_form
from custom_components.localcam.camera_trial import CANNOT_START, ENTITY_MISSING
from custom_components.localcam.config_flow import _CONFIRM_FORM, LocalCamConfigFlow
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.encryption_flow import CHANGE_FORM, NEW_FORM, EncryptionSteps
from custom_components.localcam.engine.errors import AuditError, LockedError, SecretFault, SourceFault
from custom_components.localcam.engine.settings import RtspTransport, SourceKind
from custom_components.localcam.house_keys import NotRunningError, TooManyAttemptsError, form_error
from custom_components.localcam.key_steps import CODE_FORM, SECRET_FORM
from custom_components.localcam.options_flow import _CAMERA_FORM, _HOUSE_FORM, LocalCamOptionsFlow
from custom_components.localcam.storage_folder import FolderProblem

FOLDER = Path(localcam.__path__[0])
TEXTS: dict[str, Any] = json.loads((FOLDER / "translations" / "en.json").read_text())
CONFIG = TEXTS["config"]
OPTIONS = TEXTS["options"]


OF_KEYS = {form_error(err) for err in (AuditError(), LockedError(), NotRunningError(), TooManyAttemptsError())}
OF_KEYS |= {"keys_failed", *SecretFault}


def leaves(texts: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, str):
            yield f"{path}{key}", value
        else:
            yield from leaves(value, f"{path}{key}.")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def steps(flow: type) -> set[str]:
    """The steps that a flow of ours defines itself, or takes from another file of ours."""
    ours = [base for base in flow.__mro__ if base.__module__.startswith("custom_components.localcam.")]
    return {name.removeprefix("async_step_") for base in ours for name in vars(base) if name.startswith("async_step_")}


def test_every_step_has_its_texts_and_no_other() -> None:
    # Home Assistant starts `reauth`; what is shown is `reauth_confirm`.
    assert set(CONFIG["step"]) == steps(LocalCamConfigFlow) - {"reauth"}
    assert set(OPTIONS["step"]) == steps(LocalCamOptionsFlow)
    assert all("title" in step for part in (CONFIG, OPTIONS) for step in part["step"].values())


@pytest.mark.parametrize("kind", SourceKind)
async def test_every_field_of_a_new_camera_is_named_and_explained(hass: HomeAssistant, kind: SourceKind) -> None:
    fields = {str(key) for key in (await async_form(hass, kind)).schema}
    assert set(CONFIG["step"][kind]["data"]) == fields
    assert set(CONFIG["step"][kind]["data_description"]) == fields


async def test_every_field_of_an_existing_camera_is_named_and_explained(hass: HomeAssistant) -> None:
    fields = {str(key) for kind in SourceKind for key in (await async_form(hass, kind)).schema}
    for part in ("data", "data_description"):
        assert set(CONFIG["step"]["reconfigure"][part]) == fields
        assert set(CONFIG["step"]["reauth_confirm"][part]) == {str(key) for key in CREDENTIALS}
        assert set(OPTIONS["step"]["camera"][part]) == {str(key) for key in _CAMERA_FORM.schema}
        assert set(OPTIONS["step"]["house"][part]) == {str(key) for key in _HOUSE_FORM.schema}


def test_what_is_asked_last_is_named_and_explained() -> None:
    for part in ("data", "data_description"):
        assert set(CONFIG["step"]["confirm"][part]) == {str(key) for key in _CONFIRM_FORM.schema}


async def test_every_choice_of_a_menu_is_named(hass: HomeAssistant) -> None:
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    kinds = set(SourceKind)
    assert menu["menu_options"] == [SourceKind.ENTITY, SourceKind.ADDRESS, SourceKind.USB, SourceKind.DEMO]
    assert set(CONFIG["step"]["user"]["menu_options"]) == kinds
    assert set(CONFIG["step"]["user"]["menu_option_descriptions"]) == kinds
    assert set(OPTIONS["step"]["init"]["menu_options"]) == {"camera", "access", "house", "encryption", "house_access"}


def test_every_secret_is_named_and_explained() -> None:
    forms = {
        "unlock": SECRET_FORM,
        "unlock_by_itself": SECRET_FORM,
        "lock_by_passphrase": NEW_FORM,
        "change_passphrase": CHANGE_FORM,
        "recovery_code_check": CODE_FORM,
    }
    for step, form in forms.items():
        for part in ("data", "data_description"):
            assert set(OPTIONS["step"][step][part]) == {str(key) for key in form.schema}
    for issue, steps_of in (("clips_locked", ("unlock",)), ("recovery_code_missing", ("recovery_code_check",))):
        for step in steps_of:
            for part in ("data", "data_description"):
                texts = TEXTS["issues"][issue]["fix_flow"]["step"][step]
                assert set(texts[part]) == {str(key) for key in forms[step].schema}


def test_the_menu_of_encryption_names_each_step_that_it_may_show() -> None:
    named = set(OPTIONS["step"]["encryption"]["menu_options"])
    assert named == (steps(EncryptionSteps) - {"encryption", "recovery_code_check"})


def test_every_error_has_its_own_message() -> None:
    of_names = {"name_used", "name_missing", "name_invalid"}
    assert set(CONFIG["error"]) == {*SourceFault, CANNOT_START, ENTITY_MISSING, *of_names}
    ours = {"cannot_apply", "longest_too_short", "passphrases_differ", "public_host_invalid"}
    assert set(OPTIONS["error"]) == {*FolderProblem, *ours, *OF_KEYS}
    for part in (CONFIG, OPTIONS):
        assert len(set(part["error"].values())) == len(part["error"])


def test_every_key_that_the_code_raises_has_a_message() -> None:
    """Errors named in the source as plain texts, so that a new one cannot be forgotten here either."""
    for files, known in (
        (("config_flow", "camera_forms", "camera_trial"), set(CONFIG["error"])),
        (("options_flow", "access_flow", "encryption_flow"), set(OPTIONS["error"])),
    ):
        for file in files:
            source = (FOLDER / f"{file}.py").read_text()
            named = re.findall(r'AnswerError\([^)]*"(\w+)"\)|errors\[[^]]*\] = "(\w+)"|\{"base": "(\w+)"\}', source)
            assert {key for keys in named for key in keys if key} <= known


def test_every_end_without_an_entry_has_a_message() -> None:
    assert set(CONFIG["abort"]) == {"already_configured", "reauth_successful", "reconfigure_successful"}


async def test_every_option_of_a_select_is_named(hass: HomeAssistant) -> None:
    transport = (await async_form(hass, SourceKind.ADDRESS)).schema["rtsp_transport"]
    assert isinstance(transport, SelectSelector)
    named = TEXTS["selector"][transport.config["translation_key"]]["options"]
    assert set(named) == set(transport.config["options"]) == set(RtspTransport)


def test_texts_name_only_what_the_flows_fill_in() -> None:
    filled = {
        "confirm": {"name", "picture", "codec", "width", "height", "frame_rate", "keyframes", "advice"},
        "reauth_confirm": {"name"},
        "reconfigure": {"name"},
        "camera": {"name"},
        "access": {"name"},
        "house": {"backups"},
        "encryption": {"state"},
        "recovery_code": {"code"},
    }
    for part in (CONFIG, OPTIONS):
        for name, step in part["step"].items():
            assert placeholders(step.get("description", "")) == filled.get(name, set())
    assert not any(placeholders(text) for part in (CONFIG, OPTIONS) for text in part["error"].values())


def test_picture_is_shown_as_markdown() -> None:
    assert re.match(r"!\[[^\]]+\]\(\{picture\}\)\n\n", CONFIG["step"]["confirm"]["description"])


@pytest.mark.parametrize(("path", "text"), list(leaves(TEXTS)), ids=[path for path, _ in leaves(TEXTS)])
def test_texts_follow_hassfests_rules(path: str, text: str) -> None:
    assert text == text.strip()
    assert text
    assert not re.search(r"<[a-zA-Z/!]", text), "no HTML"
    assert not re.search(r"'\{\w+\}'", text), "no placeholder in single quotes"
    assert "[%" not in text, "custom integrations have no references"
    assert not re.search(r"(https?|ftp)://|www\.", text), "no URL"
    assert all(name.isidentifier() for name in placeholders(text))
    assert re.fullmatch(r"[a-z0-9_.-]+", path)


def test_texts_are_sorted() -> None:
    assert json.dumps(TEXTS) == json.dumps(TEXTS, sort_keys=True)


def test_flow_is_the_one_of_our_domain() -> None:
    assert issubclass(LocalCamConfigFlow, ConfigFlow)
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert manifest["config_flow"] is True
    assert manifest["domain"] == DOMAIN == FOLDER.name
    assert list(manifest) == ["domain", "name", *sorted(set(manifest) - {"domain", "name"})]
