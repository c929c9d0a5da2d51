"""Looks whether anything leaves the house: a real Home Assistant with LocalCam beside the same one without it."""

import json
from pathlib import Path
import subprocess
import sys

from tests.faults.namespaces import alone, environment, missing_namespaces
from tests.faults.outcome import Outcome
from tests.rtsp_server import missing_gstreamer

_SECONDS = (0, 3600)
"""Short: one evening, however long that takes."""
_ROOT = Path(__file__).parents[2]


def run(long: bool) -> Outcome:
    """Short: one evening of every feature; long: 60 minutes of evenings."""
    if missing := missing_namespaces() or missing_gstreamer():
        return Outcome(tried={}, violated=(f"cannot be tried here: {missing}",))
    command = alone((sys.executable, "-m", "tests.faults.egress_world", str(_SECONDS[long])))
    assert command is not None
    done = subprocess.run(command, cwd=_ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return Outcome(tried={"runs": 1}, violated=(f"the harness ended with {done.returncode}",))
    found = json.loads(done.stdout.splitlines()[-1])
    return Outcome(tried=found["tried"], violated=tuple(found["violated"]), figures=found["figures"])
