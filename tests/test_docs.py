"""What the code offers is in the documents, and what the documents name is there."""

import json
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent
INTEGRATION = PROJECT / "custom_components" / "localcam"
README = (PROJECT / "README.md").read_text()
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
ENGLISH: dict[str, Any] = json.loads((INTEGRATION / "translations" / "en.json").read_text())
ACTIONS: dict[str, Any] = yaml.safe_load((INTEGRATION / "services.yaml").read_text())


def section(title: str) -> str:
    """The part of the README under a heading, up to the next of the same depth."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[2]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_and_its_fields_are_explained(action: str) -> None:
    row = re.search(rf"^\| `localcam\.{action}` \|(.*)$", section("Actions"), re.MULTILINE)
    assert row
    for field in (ACTIONS[action] or {}).get("fields", {}):
        assert f"`{field}`" in row[1], field


@pytest.mark.parametrize("selector", ["verdict", "kind"])
def test_every_verdict_and_kind_is_named(selector: str) -> None:
    for choice in ENGLISH["selector"][selector]["options"]:
        assert f"`{choice}`" in section("Actions"), choice


@pytest.mark.parametrize("step", ["camera", "access", "house", "house_access"])
def test_every_option_has_its_row(step: str) -> None:
    for name in ENGLISH["options"]["step"][step]["data"].values():
        assert f"| {name} |" in section("Options"), name


def test_every_default_is_the_one_in_the_code() -> None:
    from custom_components.localcam.engine.settings import GIB, DetectSettings, HouseSettings, RecordSettings

    record, detect, house = RecordSettings(), DetectSettings(), HouseSettings(storage_folder="")
    expected = {
        "Sensitivity": f"{detect.sensitivity}",
        "Quiet time": f"{detect.quiet_s:g} s",
        "Before motion": f"{record.pre_roll_s:g} s",
        "After motion": f"{record.post_roll_s:g} s",
        "Longest clip": f"{record.longest_clip_s:g} s",
        "Record sound": "on" if record.sound else "off",
        "Room for clips": f"{house.quota_bytes / GIB:g} GB",
        "Free share of the disk, at least": f"{house.free_floor_share:.0%}".replace("%", " %"),
        "Free space, at least": f"{house.free_floor_bytes / GIB:g} GB",
    }
    written = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|", section("Options"), re.MULTILINE))
    assert {name: written[name] for name in expected} == expected


def test_every_entity_is_named() -> None:
    for platform in ENGLISH["entity"].values():
        for entity in platform.values():
            assert f"**{entity['name']}**" in section("What you get"), entity["name"]


def test_the_troubles_quoted_are_localcam_s_own_words() -> None:
    errors = [*ENGLISH["config"]["error"].values(), *(each["message"] for each in ENGLISH["exceptions"].values())]
    notices = [issue["title"] for issue in ENGLISH["issues"].values()]
    for trouble in re.findall(r"^\| ([^|]+) \|", section("Troubleshooting"), re.MULTILINE):
        for quoted in re.findall(r"\*([^*]+)\*", trouble):
            assert any(quoted in text for text in (*errors, *notices)), quoted


def test_the_examples_are_automations_and_actions_of_ours() -> None:
    examples = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]
    assert len(examples) >= 2
    for example in examples:
        # An action alone is for the developer tools.
        assert example.keys() >= {"alias", "triggers", "actions"} or example.keys() == {"action", "target", "data"}
        for step in example.get("actions", [example]):
            if str(step.get("action", "")).startswith("localcam."):
                name = step["action"].removeprefix("localcam.")
                assert step["data"].keys() <= ACTIONS[name]["fields"].keys()


def test_the_example_of_zones_is_a_list_of_zones() -> None:
    from custom_components.localcam.engine.zone_settings import MOST_CORNERS, MOST_ZONES, parse_zones

    (text,) = re.findall(r"```yaml\n(.*?)```", section("Zones and calibration"), re.DOTALL)
    zones = yaml.safe_load(text)["data"]["zones"]
    assert [zone.include for zone in parse_zones([{"id": zone["name"], **zone} for zone in zones])] == [True, False]
    assert f"3 to {MOST_CORNERS} corners" in section("Zones and calibration")
    assert f"at most {MOST_ZONES} for a camera" in section("Zones and calibration")


def test_every_script_named_is_there_and_every_script_is_named() -> None:
    texts = "\n".join(path.read_text() for path in DOCUMENTS if path.name != "CHANGELOG.md")
    named = set(re.findall(r"(?<![\w/.])(?:scripts|\.ci)/[\w-]+(?![\w./-])", texts))
    there = {
        f"{folder}/{path.name}"
        for folder in ("scripts", ".ci")
        for path in (PROJECT / folder).iterdir()
        if path.is_file() and path.read_bytes().startswith(b"#!")
    }
    assert named <= there
    # What other scripts call is not for people.
    assert there - {"scripts/python314"} <= named


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_link_leads_to_something(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|href)=\"([^\"#]+)\"", document.read_text())
    for target in (first or second for first, second in targets):
        if not target.startswith(("https://", "http://")):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("folder", ["", "engine/"])
def test_the_map_shows_every_file_or_folder_it_names(folder: str) -> None:
    text = (PROJECT / "docs" / "architecture.md").read_text()
    lines = text.split("```")[1].splitlines()
    start = next(number for number, line in enumerate(lines) if "engine/" in line)
    part = lines[start + 1 :] if folder else lines[:start]
    named = [name for line in part for name in re.findall(r"\b[a-z_]+(?:\.py|/(?= ))", line)]
    assert len(named) > 5
    for name in named:
        assert (INTEGRATION / folder / name).exists(), name


def test_every_fault_has_its_row_and_what_proves_it_is_there() -> None:
    from tests.faults.__main__ import VERBS

    text = (PROJECT / "docs" / "faults.md").read_text().split("## ")[1]
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 37))
    for number, proof in rows:
        named = re.findall(r"`(tests/[^`]+|scripts/fault \w+)`", proof)
        assert named, number
        for each in named:
            path, _, test = each.partition("::")
            if path.startswith("scripts/fault "):
                verb = path.removeprefix("scripts/fault ")
                assert verb in VERBS, each
                assert (PROJECT / "tests" / "faults" / f"{verb}.py").exists(), each
            else:
                source = (PROJECT / path).read_text()
                wanted = rf"{test}\(" if test else "test_"
                assert re.search(rf"^(async )?def {wanted}", source, re.MULTILINE), each
