"""Runs a verb as `scripts/fault` does: in a process with this machine's network, which the test plugin takes away."""

import json
from pathlib import Path
import subprocess
import sys
from typing import Any

PROJECT = Path(__file__).parents[2]


def outcome_of(verb: str, *, long: bool = False) -> dict[str, Any]:
    """What its last line says; it must have said something, and its exit code must agree."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", verb, *(["--long"] if long else [])],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert lines, f"scripts/fault {verb} said nothing"
    outcome: dict[str, Any] = json.loads(lines[-1])
    assert outcome["holds"] is (done.returncode == 0)
    return outcome
