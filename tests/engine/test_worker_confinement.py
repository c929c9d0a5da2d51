"""What a worker may not do: proved by processes that try."""

import json
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from custom_components.localcam.engine.worker_confinement import folder_identity

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")

TRY = """
import json, os, signal, subprocess, sys
import conftest
from pathlib import Path
from custom_components.localcam.engine.worker_confinement import confine, limit_process

def tried(what):
    try:
        what()
    except BaseException as err:
        return type(err).__name__
    return "done"

inside, outside = Path(sys.argv[1]), Path(sys.argv[2])
limit_process()
told = {"confined": confine(str(inside))}
told["inside"] = tried(lambda: (inside / "a").mkdir() or (inside / "a" / "b").write_bytes(b"x"))
told["renamed"] = tried(lambda: (inside / "a" / "b").rename(inside / "a" / "c"))
told["removed"] = tried(lambda: (inside / "a" / "c").unlink() or (inside / "a").rmdir())
told["outside"] = tried(lambda: (outside / "new").write_bytes(b"x"))
told["changed"] = tried(lambda: (outside / "old").write_bytes(b"x"))
told["emptied"] = tried(lambda: os.truncate(outside / "old", 0))
told["unlinked"] = tried(lambda: (outside / "old").unlink())
told["moved_out"] = tried(lambda: (inside / "d").write_bytes(b"x") and (inside / "d").rename(outside / "d"))
told["program"] = tried(lambda: subprocess.run(["/bin/true"], check=True))
told["signal"] = tried(lambda: os.kill(os.getppid(), 0))
told["memory"] = tried(lambda: bytearray(700 << 20))
told["thread_memory"] = tried(lambda: bytearray(50 << 20))
status = Path("/proc/self/status").read_text()
told["no_new_privileges"] = "NoNewPrivs:\\t1" in status
told["oom"] = Path("/proc/self/oom_score_adj").read_text().strip()
told["core"] = [line.split()[4] for line in Path("/proc/self/limits").read_text().splitlines() if "core" in line]
told["nice"] = os.nice(0) - int(sys.argv[3])
print(json.dumps(told))
"""


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    import os

    inside, outside = tmp_path / "clips", tmp_path / "outside"
    outside.mkdir()
    (outside / "old").write_bytes(b"precious")
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(inside), str(outside), str(os.nice(0))],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ".", "LOCALCAM_WITHOUT_HOME_ASSISTANT": "1"},
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result | {"old": (outside / "old").read_bytes()}


def test_memory_privileges_and_priority_are_limited(told: dict[str, Any]) -> None:
    assert told["memory"] == "MemoryError"
    assert told["thread_memory"] == "done"
    assert told["no_new_privileges"]
    assert told["oom"] == "500"
    assert told["core"] == ["0"]
    assert told["nice"] == 5


def test_it_writes_below_its_folder_and_nowhere_else(told: dict[str, Any]) -> None:
    assert (told["inside"], told["renamed"], told["removed"]) == ("done", "done", "done")
    if not told["confined"]:
        pytest.skip("this kernel has no Landlock")
    assert {told[each] for each in ("outside", "changed", "emptied", "unlinked")} == {"PermissionError"}
    assert told["moved_out"] in {"PermissionError", "OSError"}
    assert told["old"] == b"precious"


def test_it_starts_no_program(told: dict[str, Any]) -> None:
    if not told["confined"]:
        pytest.skip("this kernel has no Landlock")
    assert told["program"] == "PermissionError"


def test_another_folder_at_the_same_place_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    assert folder_identity(folder) is None
    folder.mkdir()
    was = folder_identity(folder)
    assert was is not None
    folder.rename(tmp_path / "before")
    folder.mkdir()
    assert folder_identity(folder) != was
