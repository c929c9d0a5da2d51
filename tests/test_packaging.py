"""What HACS and Home Assistant's own checker (hassfest) would say of the package, without the internet."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
import tomllib
from typing import Any

from homeassistant.const import Platform
from PIL import Image
import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent
INTEGRATION = PROJECT / "custom_components" / "localcam"
MANIFEST_KEYS = {
    *("domain", "name", "after_dependencies", "codeowners", "config_flow", "dependencies", "documentation"),
    *("integration_type", "iot_class", "issue_tracker", "loggers", "requirements", "version"),
}
TRANSLATION_KEYS = {"config", "options", "entity", "exceptions", "issues", "selector", "services", "system_health"}
FREELY_USED = {"diagnostics", "homeassistant", "system_health"}
"""Components that hassfest lets an integration import from without depending on them, beside the platforms."""


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = read_json(INTEGRATION / "manifest.json")
    return loaded


@pytest.fixture(scope="module")
def english() -> dict[str, Any]:
    loaded: dict[str, Any] = read_json(INTEGRATION / "translations" / "en.json")
    return loaded


@pytest.fixture(scope="module")
def icons() -> dict[str, Any]:
    loaded: dict[str, Any] = read_json(INTEGRATION / "icons.json")
    return loaded


def texts(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from texts(value, f"{path}.{key}")
        else:
            yield f"{path}.{key}", value


def sources() -> list[Path]:
    return sorted(INTEGRATION.rglob("*.py"))


# Manifest


def test_the_manifest_has_the_keys_that_a_custom_integration_needs_and_no_others(manifest: dict[str, Any]) -> None:
    needed = {"domain", "name", "codeowners", "config_flow", "documentation", "iot_class", "issue_tracker", "version"}
    assert needed <= manifest.keys() <= MANIFEST_KEYS
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["integration_type"] in {"device", "hub", "service", "helper", "entity", "hardware", "system"}
    assert manifest["iot_class"] in {"local_push", "local_polling", "calculated", "assumed_state"}
    assert manifest["documentation"].startswith("https://")
    assert manifest["issue_tracker"].startswith("https://")
    assert manifest["codeowners"]
    assert all(owner.startswith("@") for owner in manifest["codeowners"])


def test_the_manifest_is_in_order(manifest: dict[str, Any]) -> None:
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(keys[2:])]


def test_nothing_is_required_that_home_assistant_does_not_bring(manifest: dict[str, Any]) -> None:
    assert manifest["requirements"] == []
    assert "stream" in manifest["dependencies"], "which brings av and numpy"


def test_there_is_one_version(manifest: dict[str, Any]) -> None:
    version = manifest["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"] == version
    assert f"## [{version}]" in (PROJECT / "CHANGELOG.md").read_text()


def test_whatever_component_is_imported_is_a_dependency(manifest: dict[str, Any]) -> None:
    known = {*manifest["dependencies"], *manifest.get("after_dependencies", ()), *FREELY_USED, *map(str, Platform)}
    used = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module == "homeassistant.components":
                names = [f"homeassistant.components.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            used |= {name.split(".")[2] for name in names if name.startswith("homeassistant.components.")}
    assert used <= known


def test_a_flow_and_a_schema_are_there() -> None:
    assert (INTEGRATION / "config_flow.py").is_file()
    assert "CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)" in (INTEGRATION / "__init__.py").read_text()


# Translations


def test_the_english_texts_have_the_shape_that_home_assistant_reads(english: dict[str, Any]) -> None:
    assert english.keys() <= TRANSLATION_KEYS
    assert not (INTEGRATION / "strings.json").exists(), "custom integrations have translations/en.json only"
    assert all(isinstance(text, str) for _, text in texts(english))


def test_the_english_texts_are_plain(english: dict[str, Any]) -> None:
    found = [
        path
        for path, text in texts(english)
        if not text or text != text.strip() or re.search(r"</?[a-z]+[^>]*>", text, re.IGNORECASE) or "[%key:" in text
    ]
    assert found == [], "empty, padded, with HTML or with references"


@pytest.mark.parametrize("flow", ["config", "options"])
def test_every_step_has_a_title_and_says_what_each_field_is(english: dict[str, Any], flow: str) -> None:
    for name, step in english[flow]["step"].items():
        assert step.get("title"), name
        assert step.get("data_description", {}).keys() == step.get("data", {}).keys(), name


def test_every_translation_key_of_an_exception_is_translated(english: dict[str, Any]) -> None:
    used = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            keywords = {word.arg: word.value for word in node.keywords}
            key = keywords.get("translation_key")
            if "translation_domain" in keywords and isinstance(key, ast.Constant):
                used.add(key.value)
    assert used
    assert used <= english["exceptions"].keys()


def test_every_source_fault_is_explained(english: dict[str, Any]) -> None:
    from custom_components.localcam.engine.errors import SourceFault

    assert {fault.value for fault in SourceFault} <= english["config"]["error"].keys()


# Actions


def test_every_action_is_described_named_and_has_an_icon(english: dict[str, Any], icons: dict[str, Any]) -> None:
    described = yaml.safe_load((INTEGRATION / "services.yaml").read_text())
    assert described.keys() == english["services"].keys() == icons["services"].keys()
    for name, action in described.items():
        words = english["services"][name]
        assert words["name"], name
        assert words["description"], name
        assert (action or {}).get("fields", {}).keys() == words.get("fields", {}).keys(), name
        for field in words.get("fields", {}).values():
            assert field["name"]
            assert field["description"]


def test_every_choice_of_an_action_is_translated(english: dict[str, Any]) -> None:
    described = yaml.safe_load((INTEGRATION / "services.yaml").read_text())
    for action in described.values():
        for field in (action or {}).get("fields", {}).values():
            if select := field["selector"].get("select"):
                assert english["selector"][select["translation_key"]]["options"].keys() >= set(select["options"])


# Icons


def test_icons_are_of_the_built_in_set_and_states_differ_from_the_default(icons: dict[str, Any]) -> None:
    for path, icon in texts(icons):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon), path
    for platform in icons["entity"].values():
        for entity in platform.values():
            assert entity["default"] not in entity.get("state", {}).values()


def test_every_entity_has_a_name_and_an_icon(english: dict[str, Any], icons: dict[str, Any]) -> None:
    named = {(platform, key) for platform, keys in english["entity"].items() for key in keys}
    drawn = {(platform, key) for platform, keys in icons["entity"].items() for key in keys}
    assert named == drawn


# Brand and HACS


@pytest.mark.parametrize("prefix", ["", "dark_"])
@pytest.mark.parametrize(("suffix", "scale"), [("", 1), ("@2x", 2)])
def test_brand_images_have_the_sizes_asked_for_and_are_trimmed(prefix: str, suffix: str, scale: int) -> None:
    for kind in ("icon", "logo"):
        with Image.open(INTEGRATION / "brand" / f"{prefix}{kind}{suffix}.png") as picture:
            assert picture.format == "PNG"
            assert picture.mode == "RGBA"
            assert picture.getchannel("A").getextrema()[0] == 0, "transparent somewhere"
            assert picture.getchannel("A").getbbox() == (0, 0, *picture.size), "trimmed"
            if kind == "icon":
                assert picture.size == (256 * scale, 256 * scale)
            else:
                assert 128 * scale <= min(picture.size) <= 256 * scale


def test_hacs_finds_one_integration_with_readme_licence_and_floor() -> None:
    hacs = read_json(PROJECT / "hacs.json")
    assert hacs == {"name": "LocalCam", "homeassistant": "2026.10.0"}
    folders = [path for path in (PROJECT / "custom_components").iterdir() if (path / "manifest.json").exists()]
    assert folders == [INTEGRATION]
    assert (PROJECT / "README.md").is_file()
    assert "Apache License" in (PROJECT / "LICENSE").read_text()
