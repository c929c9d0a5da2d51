"""Home Assistant's program with a stopwatch in it: how long each callback holds the event loop, and when motion shows.

Run by `benchmarks/house.py` in place of `homeassistant`; writes one JSON object when Home Assistant ends.
"""

import asyncio
from asyncio.events import Handle
import json
import os
from pathlib import Path
import runpy
import sys
import threading
import time
from typing import Any

LONG_S = 0.020
OURS = "custom_components/localcam"


class Stopwatch:
    """What was measured so far."""

    def __init__(self) -> None:
        self.is_ready = False
        """Set when the first camera was added: what Home Assistant does before that is its own."""
        self.callbacks = 0
        self.longest_s = 0.0
        self.long: list[tuple[float, str]] = []
        self.ours: list[tuple[float, str]] = []
        """Long callbacks in which our code took part."""
        self.motion_shown_s: list[float] = []
        """From the decoded frame to the entity's state."""
        self.motion_received_s: list[float] = []
        """From the arrival of the frame's packet to the entity's state."""

    def write(self) -> None:
        """Where the benchmark asked for it."""
        Path(os.environ["LOCALCAM_MEASURES"]).write_text(json.dumps(vars(self)))


WATCH = Stopwatch()


def time_callbacks() -> None:
    """Measure every callback of every event loop of this process from now on."""
    # There is no public place where all callbacks pass.
    handles: Any = Handle
    run = handles._run

    def measured(handle: Any) -> None:
        callback = handle._callback
        began_s = time.perf_counter()
        run(handle)
        took_s = time.perf_counter() - began_s
        if not WATCH.is_ready:
            return
        WATCH.callbacks += 1
        WATCH.longest_s = max(WATCH.longest_s, took_s)
        if took_s > LONG_S:
            text = describe(callback)
            WATCH.long.append((took_s, text))
            if "localcam" in text:
                WATCH.ours.append((took_s, text))

    handles._run = measured


def describe(callback: Any) -> str:
    """A callback by its name, and a task by its name and by the files it is in."""
    owner = getattr(callback, "__self__", None)
    if not isinstance(owner, asyncio.Task):
        code = getattr(callback, "__code__", None)
        return f"{callback!r} {code.co_filename if code else ''}"
    files = []
    awaited: Any = owner.get_coro()
    while awaited is not None:
        code = getattr(awaited, "cr_code", None)
        files.append(f"{code.co_filename.rpartition('site-packages/')[2]}:{code.co_name}" if code else repr(awaited))
        awaited = getattr(awaited, "cr_await", None)
    return f"task {owner.get_name()}: {' > '.join(files)}"


def watch_coordinators() -> None:
    """Once LocalCam is loaded, note for each motion when its entity says so."""
    wait = threading.Event()
    while (module := sys.modules.get("custom_components.localcam.coordinator")) is None:
        wait.wait(0.05)
    while (coordinator := getattr(module, "LocalCamCoordinator", None)) is None:
        wait.wait(0.05)
    receive = coordinator.async_receive

    def measured(self: Any, reported: Any) -> None:
        WATCH.is_ready = True
        receive(self, reported)
        report = reported.report
        if type(report).__name__ == "MotionStarted":
            shown = [state for state in self.hass.states.async_all("binary_sensor") if state.state == "on"]
            assert any("motion" in state.entity_id for state in shown)
            now_s = time.monotonic()
            WATCH.motion_shown_s.append(now_s - report.decoded_at_s)
            WATCH.motion_received_s.append(now_s - report.captured_at_s)

    coordinator.async_receive = measured


if __name__ == "__main__":
    time_callbacks()
    threading.Thread(target=watch_coordinators, daemon=True).start()
    try:
        runpy.run_module("homeassistant", run_name="__main__", alter_sys=True)
    finally:
        WATCH.write()
