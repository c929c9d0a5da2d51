"""Every text, icon and action that the code needs is there, and no other."""

import ast
from collections.abc import Iterator
from itertools import chain
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.localcam import (
    audit_services,
    bridge,
    camera_issues,
    house_keys,
    ledger,
    services,
    storage_issues,
)
from custom_components.localcam.camera_calibration import CalibrationState
from custom_components.localcam.camera_zones import async_set_zones
from custom_components.localcam.engine.audited import Deed
from custom_components.localcam.engine.catalogued import Verdict
from custom_components.localcam.engine.clip import ClipReason
from custom_components.localcam.engine.motion import CameraProblem, Kind
from custom_components.localcam.engine.zone_settings import ZoneFault
from custom_components.localcam.removed_cameras import ISSUE_CLIPS_LEFT
from custom_components.localcam.repairs import FLOWS
from custom_components.localcam.storage_issues import ISSUE_STORAGE_DAMAGED

from .living_camera import LivingCamera
from .test_zones import DOOR

LOCALCAM = Path(__file__).parents[2] / "custom_components" / "localcam"
ENGLISH: dict[str, Any] = json.loads((LOCALCAM / "translations" / "en.json").read_text())
ICONS: dict[str, Any] = json.loads((LOCALCAM / "icons.json").read_text())
ACTIONS: dict[str, Any] = load_yaml_dict(str(LOCALCAM / "services.yaml"))
TIERS = {"bronze": 20, "silver": 10, "gold": 21, "platinum": 3}


def named_keys() -> Iterator[str]:
    """The texts after which an exception may be named, wherever our modules raise translated ones."""
    for path in LOCALCAM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


async def test_every_entity_has_a_name_and_an_icon(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    await async_set_zones(camera.coordinator, [DOOR])
    await camera.settle()
    entities = er.async_entries_for_config_entry(entity_registry, camera.id)
    keys = {(entity.domain, str(entity.translation_key)) for entity in entities}
    assert keys == {(domain, key) for domain, texts in ENGLISH["entity"].items() for key in texts}
    assert keys == {(domain, key) for domain, icons in ICONS["entity"].items() for key in icons}
    assert all(ENGLISH["entity"][domain][key]["name"] for domain, key in keys)
    assert all(entity.has_entity_name for entity in entities)
    names = {entity.original_name for entity in entities}
    assert len(names) == len(entities)


def test_an_icon_says_more_than_the_default() -> None:
    for icons in chain.from_iterable(platform.values() for platform in ICONS["entity"].values()):
        assert icons["default"].startswith("mdi:")
        assert icons["default"] not in icons.get("state", {}).values()


async def test_every_action_is_described(hass: HomeAssistant, camera: LivingCamera) -> None:
    registered = hass.services.async_services_for_domain("localcam")
    assert set(registered) == set(ACTIONS) == set(ENGLISH["services"]) == set(ICONS["services"])
    for name, action in ACTIONS.items():
        texts = ENGLISH["services"][name]
        assert texts["name"]
        assert texts["description"]
        assert set(action.get("fields", {})) == set(texts.get("fields", {}))
        for field in texts.get("fields", {}).values():
            assert field["name"]
            assert field["description"]


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        (services.FLAG_CLIP, "flag_clip"),
        (services.LIST_CLIPS, "list_clips"),
        (services.DELETE_CLIPS, "delete_clips"),
        (services.EXPLAIN_CLIP, "explain_clip"),
        (audit_services.VERIFY, "verify_audit_log"),
        (audit_services.LIST, "list_audit"),
    ],
)
def test_an_actions_form_has_the_fields_of_its_schema(schema: Any, name: str) -> None:
    targets = {"entity_id", "device_id", "area_id", "floor_id", "label_id"}
    assert {str(key) for key in schema.schema} - targets == set(ACTIONS[name]["fields"])


def test_choices_in_forms_are_those_of_the_engine() -> None:
    for action in ACTIONS.values():
        for field, of in (("kind", Kind), ("verdict", Verdict), ("deed", Deed)):
            if field in action.get("fields", {}):
                select = action["fields"][field]["selector"]["select"]
                assert select["options"] == [choice.value for choice in of]
                assert select["translation_key"] == field
    for key, of in (("kind", Kind), ("verdict", Verdict), ("deed", Deed)):
        assert set(ENGLISH["selector"][key]["options"]) == {choice.value for choice in of}
    of_kind = ENGLISH["entity"]["event"]["motion_kind"]["state_attributes"]
    assert set(of_kind["event_type"]["state"]) == {kind.value for kind in Kind}
    of_problem = ENGLISH["entity"]["binary_sensor"]["problem"]["state_attributes"]
    assert set(of_problem["reason"]["state"]) == {problem.value for problem in CameraProblem}
    assert set(ENGLISH["entity"]["sensor"]["calibration"]["state"]) == {state.value for state in CalibrationState}
    of_clip = ENGLISH["entity"]["event"]["clip"]["state_attributes"]
    assert set(of_clip["kind"]["state"]) == {kind.value for kind in Kind}
    assert set(of_clip["reason"]["state"]) == {reason.value for reason in ClipReason}


def test_every_translated_error_is_raised_and_every_raised_one_is_translated() -> None:
    used = {*named_keys(), *ZoneFault}
    assert not set(ENGLISH["exceptions"]) - used
    raised = {fault.value for fault in ZoneFault}
    for path in LOCALCAM.glob("*.py"):
        raised |= set(re.findall(r'(?:invalid\(|refused\(|_error\(\w+, |translation_key=)"(\w+)"', path.read_text()))
    assert raised
    assert not raised - set(ENGLISH["exceptions"]) - set(ENGLISH["issues"])


def test_every_issue_has_its_text() -> None:
    of_house = {
        *storage_issues.ISSUES,
        storage_issues.ISSUE_CATALOGUE_PUT_BACK,
        ISSUE_CLIPS_LEFT,
        ISSUE_STORAGE_DAMAGED,
        bridge.ISSUE_CLIPS_IN_BACKUPS,
        bridge.ISSUE_PUBLIC_HOST,
    }
    of_camera = {camera_issues.WORKER_CRASHES, camera_issues.KEYFRAMES_MISSING}
    of_log = {ledger.ISSUE_UNWRITABLE, ledger.ISSUE_BROKEN}
    of_keys = {each for name, each in vars(house_keys).items() if name.startswith("ISSUE_")}
    assert of_house | of_camera | of_log | of_keys == set(ENGLISH["issues"])
    for issue_id, issue in ENGLISH["issues"].items():
        assert issue["title"]
        assert ("fix_flow" in issue) is (issue_id in FLOWS)
        assert bool(issue.get("description")) is not ("fix_flow" in issue), "hassfest wants one of them"
    assert ir.IssueSeverity.ERROR


def test_texts_are_plain() -> None:
    def texts(node: Any) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        else:
            for child in node.values():
                yield from texts(child)

    for text in texts(ENGLISH):
        assert text == text.strip()
        assert not re.search(r"<[a-z]|\[%key", text)


def test_the_quality_scale_has_a_word_on_every_rule_and_a_reason_for_every_exemption() -> None:
    rules = load_yaml_dict(str(LOCALCAM / "quality_scale.yaml"))["rules"]
    assert len(rules) == sum(TIERS.values())
    for rule, status in rules.items():
        if isinstance(status, dict):
            assert status["status"] in ("exempt", "todo"), rule
            assert len(status["comment"]) > 20, rule
        else:
            assert status in ("done", "todo"), rule
