"""A worker loads without some of Python's own modules, and whoever needs more of one gets the real one."""

import annotationlib
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
        [sys.executable, "-I", "-S", "-OO", "-c", BEGINS + code, json.dumps([sys.path, str(ROOT)])],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


NEEDED = (
    "import custom_components.localcam.engine.worker_watch\n"
    "import custom_components.localcam.engine.ingest.rtsp\n"
    "import custom_components.localcam.engine.record.clip_finish\n"
    "import custom_components.localcam.engine.record.explanation\n"
)
"""All that a worker loads that watches a camera."""


def test_a_worker_and_all_that_it_needs_load_without_any() -> None:
    said = say(
        NEEDED + "from custom_components.localcam.engine.lean_modules import StandIn\n"
        "print(*sorted(name for name, module in sys.modules.items() if isinstance(module, StandIn)))"
    )

    assert said == ["annotationlib", "ast", "inspect", "logging", "pickle", "platform", "textwrap", "traceback"]


def test_nor_does_it_load_what_only_the_station_is_told_with() -> None:
    said = say(NEEDED + "print(*(name.rpartition('.')[2] for name in sys.modules))")

    assert "motion" in said
    assert not {"catalogued", "safekeeping", "sqlite3", "ssl", "tempfile"} & set(said)


def test_nor_is_a_camera_looked_for_among_all_of_unicodes_names() -> None:
    said = say(
        NEEDED + "import socket\n"
        "from custom_components.localcam.engine.ingest.address import locate\n"
        "from custom_components.localcam.engine.ingest.conversation import connected\n"
        "with socket.create_server(('127.0.0.1', 0)) as camera:\n"
        "    place = locate(f'http://127.0.0.1:{camera.getsockname()[1]}/')\n"
        "    with connected(place, 5) as connection:\n"
        "        print(connection.getpeername()[1] == place.port, 'encodings.idna' in sys.modules)"
    )

    assert said == ["True", "False"]


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
        "from custom_components.localcam.engine.lean_modules import LeanInspect\n"
        f"print(*(getattr(LeanInspect, name, None) for name in {names!r}))"
    )
    known = [int(value) for value in said if value != "None"]

    assert known == [getattr(inspect, name) for name in names if getattr(inspect, name) < 1 << 10]


def test_formats_of_annotations_are_those_of_the_real_one() -> None:
    said = say("import annotationlib\nprint(*(f'{each.name}={each.value}' for each in annotationlib.Format))")

    assert said == [f"{each.name}={each.value}" for each in annotationlib.Format]


def test_dataclasses_and_named_tuples_may_name_what_is_not_known_yet() -> None:
    said = say(
        "from dataclasses import dataclass, fields\n"
        "from typing import NamedTuple\n"
        "known = type(sys.modules['annotationlib']).__name__\n"
        "@dataclass\n"
        "class Known:\n"
        "    number: int\n"
        "class Pair(NamedTuple):\n"
        "    first: Known\n"
        "    second: int = 2\n"
        "still = type(sys.modules['annotationlib']).__name__\n"
        "@dataclass(slots=True)\n"
        "class Ahead:\n"
        "    later: Later\n"
        "class AheadPair(NamedTuple):\n"
        "    later: Later\n"
        "after = type(sys.modules['annotationlib']).__name__\n"
        "print(known, still, after)\n"
        "print(*(field.name for field in fields(Known)), *Pair._fields, Pair(first=1).second)\n"
        "print(Ahead(later=1).later, AheadPair(later=2).later)"
    )

    assert said == ["LeanAnnotationlib", "LeanAnnotationlib", "module", "number", "first", "second", "2", "1", "2"]


def test_a_tool_that_is_needed_after_all_is_the_real_one_under_every_name() -> None:
    said = say(
        "import logging, pickle, textwrap, ast\n"
        "from traceback import format_exception_only\n"
        "import logging.handlers\n"
        "print(pickle.loads(pickle.dumps([1, 2])), textwrap.dedent('  x'), ast.literal_eval('3'))\n"
        "print(*format_exception_only(ValueError('y')), logging.getLogger('libav').getEffectiveLevel())\n"
        "print(logging.handlers.QueueHandler.__name__, type(sys.modules['logging']).__name__)"
    )

    assert said == ["[1,", "2]", "x", "3", "ValueError:", "y", "30", "QueueHandler", "module"]


def test_values_are_equal_and_hashed_as_ever_and_show_nothing() -> None:
    said = say(
        "from dataclasses import dataclass, field, replace\n"
        "@dataclass(frozen=True, slots=True, kw_only=True)\n"
        "class Value:\n"
        "    number: int\n"
        "    words: tuple[str, ...] = ()\n"
        "@dataclass(frozen=True, eq=False)\n"
        "class One:\n"
        "    number: int\n"
        "@dataclass\n"
        "class Plain:\n"
        "    number: int\n"
        "one, same, other = Value(number=1), Value(number=1), replace(Value(number=1), words=('x',))\n"
        "print(one == same, hash(one) == hash(same), one == other, len({one, same, other}))\n"
        "print(One(1) == One(1), len({One(1), One(1)}), Plain.__hash__, 'number' in repr(one))"
    )

    assert said == ["True", "True", "False", "2", "False", "2", "None", "False"]
