"""A worker loads its modules without `inspect`, and whoever needs more of that gets the real one."""

import inspect
import json
from pathlib import Path
import subprocess
import sys

from custom_components.localcam.engine.executor import _BOOTSTRAP

ROOT = Path(__file__).parents[2] / "custom_components"
BEGINS = _BOOTSTRAP.partition("from custom_components.localcam.engine.camera_worker")[0]
"""All that a worker does before it loads its program."""


def say(code: str) -> list[str]:
    """What a process says that begins as a worker does."""
    done = subprocess.run(
        [sys.executable, "-I", "-OO", "-c", BEGINS + code, json.dumps([sys.path, str(ROOT)])],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_a_worker_and_all_that_it_needs_load_without_it() -> None:
    said = say(
        "import custom_components.localcam.engine.worker_watch\n"
        "import custom_components.localcam.engine.ingest.rtsp\n"
        "import custom_components.localcam.engine.record.clip_finish\n"
        "print(type(sys.modules['inspect']).__name__, 'dis' in sys.modules)"
    )

    assert said == ["LeanInspect", "False"]


def test_whoever_needs_more_gets_the_real_one() -> None:
    said = say(
        "import inspect\n"
        "def asked(one, two=2): pass\n"
        "print(inspect.getfullargspec(asked).args, inspect.cleandoc('  x'))\n"
        "import inspect as again\n"
        "print(again.signature(asked))"
    )

    assert "".join(said) == "['one','two']x(one,two=2)"


def test_flags_are_those_of_the_real_one() -> None:
    names = [name for name in dir(inspect) if name.startswith("CO_")]
    said = say(
        "from custom_components.localcam.engine.lean_inspect import LeanInspect\n"
        f"print(*(getattr(LeanInspect, name, None) for name in {names!r}))"
    )
    known = [int(value) for value in said if value != "None"]

    assert known == [getattr(inspect, name) for name in names if getattr(inspect, name) < 1 << 10]
