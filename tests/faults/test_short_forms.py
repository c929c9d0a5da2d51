"""Each harness of scripts/fault holds in its short form, in a process of its own, as a person would run it."""

import json
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.fault
@pytest.mark.timeout(240)
@pytest.mark.parametrize("verb", ["kill", "power", "io", "disk", "clock"])
def test_nothing_that_was_promised_is_lost(verb: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", verb], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["violated"] == []
    assert sum(outcome["tried"].values()) > 0
    assert done.returncode == 0
