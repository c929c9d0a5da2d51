"""`scripts/develop` as a developer runs it: a Home Assistant with a demo camera, twice, each ended as by Ctrl-C."""

from collections.abc import Iterator
import os
from pathlib import Path
import signal
import socket
import subprocess
import threading
import time

import pytest

from scripts.config_flow import entries
from scripts.home_assistant import HomeAssistant
from scripts.home_folder import PROJECT
from scripts.processes import descendants

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

READY = "Ctrl-C ends it."
ENDS_WITHIN_S = 10.0
STARTS_AGAIN_WITHIN_S = 30.0


class Developer:
    """Who types the command, reads what it prints, and presses Ctrl-C."""

    def __init__(self, folder: Path, port: int) -> None:
        self.printed: list[str] = []
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [PROJECT / "scripts" / "develop", "--folder", folder],
            env={**os.environ, "LOCALCAM_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.printed.append(line.rstrip())
                if READY in line:
                    self._ready.set()
        self._ready.set()

    def wait_until_ready(self) -> None:
        """Read until the address was printed."""
        assert self._ready.wait(150)
        assert READY in "\n".join(self.printed), "\n".join(self.printed)

    def end(self, number: signal.Signals) -> tuple[float, int, list[int]]:
        """How long the end took, the exit code, and which processes were left."""
        family = descendants(self._process.pid)
        assert family
        began = time.monotonic()
        self._process.send_signal(number)
        code = self._process.wait(60)
        took_s = time.monotonic() - began
        left = [process.pid for process in family if process.is_alive()]
        self._reader.join()
        return took_s, code, left

    def kill(self) -> None:
        """After a failed test."""
        for process in descendants(self._process.pid):
            os.kill(process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._reader.join()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        chosen: int = free.getsockname()[1]
    return chosen


@pytest.fixture
def developers() -> Iterator[list[Developer]]:
    started: list[Developer] = []
    yield started
    for developer in started:
        developer.kill()


def test_a_home_with_a_demo_camera_survives_a_restart(tmp_path: Path, port: int, developers: list[Developer]) -> None:
    first = Developer(tmp_path, port)
    developers.append(first)
    first.wait_until_ready()
    printed = "\n".join(first.printed)
    assert f"http://127.0.0.1:{port}" in printed
    assert "developer" in printed

    visitor = HomeAssistant(tmp_path, port)
    visitor.token = visitor.log_in()["access_token"]
    assert b"<title>Home Assistant</title>" in visitor.fetch("GET", "/").body
    (entry,) = entries(visitor)
    assert (entry["title"], entry["state"]) == ("Demo room", "loaded")
    took_s, code, left = first.end(signal.SIGINT)
    assert (code, left) == (0, [])
    assert took_s < ENDS_WITHIN_S

    began = time.monotonic()
    second = Developer(tmp_path, port)
    developers.append(second)
    second.wait_until_ready()
    assert time.monotonic() - began < STARTS_AGAIN_WITHIN_S
    visitor.token = visitor.log_in()["access_token"]
    assert [again["entry_id"] for again in entries(visitor)] == [entry["entry_id"]]
    took_s, code, left = second.end(signal.SIGTERM)
    assert (code, left) == (0, [])
    assert took_s < ENDS_WITHIN_S


def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path, developers: list[Developer]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = Developer(tmp_path, taken.getsockname()[1])
        developers.append(busy)
        with pytest.raises(AssertionError, match="LOCALCAM_PORT"):
            busy.wait_until_ready()
