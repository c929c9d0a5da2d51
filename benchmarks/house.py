"""What four cameras do to Home Assistant: its event loop's longest callbacks, and how soon motion shows.

`scripts/bench house [--cameras N] [--seconds S] [--json]`: a real Home Assistant, demo cameras, figures from within.
"""

import argparse
from collections.abc import Sequence
import json
import os
from pathlib import Path
import socket
import tempfile
import threading
from typing import Any

from scripts.config_flow import add_entry, entries
from scripts.home_assistant import HomeAssistant


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def options_of(home: HomeAssistant, entry_id: str) -> None:
    """Let motion clear quickly, so that there is more to measure."""
    flow = home.request("POST", "/api/config/config_entries/options/flow", {"handler": entry_id})
    step = f"/api/config/config_entries/options/flow/{flow['flow_id']}"
    form = home.request("POST", step, {"next_step_id": "camera"})
    answers = {field["name"]: field["description"]["suggested_value"] for field in form["data_schema"]}
    home.request("POST", step, answers | {"quiet_s": 1})


def measure(cameras: int, seconds: float, folder: Path) -> dict[str, Any]:
    """What the stopwatch in Home Assistant wrote."""
    measures = folder / "measures.json"
    os.environ["LOCALCAM_MEASURES"] = str(measures)
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    with (folder / "log").open("wb") as log:
        home = HomeAssistant(folder, free_port(), output=log, module="benchmarks.measured_home")
        home.start()
        try:
            for number in range(cameras):
                add_entry(home, {"user": {"next_step_id": "demo"}, "demo": {"name": f"Room {number}"}})
            for entry in entries(home):
                options_of(home, entry["entry_id"])
            threading.Event().wait(seconds)
        finally:
            home.stop(30)
    measured: dict[str, Any] = json.loads(measures.read_text())
    return measured


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def report(result: dict[str, Any]) -> None:
    """For people."""
    print(f"{result['cameras']} cameras for {result['seconds']:g} s, {result['motions']} motions")
    for name in ("decoded_to_state_s", "received_to_state_s"):
        print(f"{name:22} median {result[name]['median']:.4f}, p99 {result[name]['p99']:.4f}")
    long = result["long_callbacks"]
    print(f"longest callback of all {result['longest_callback_s'] * 1000:.1f} ms; over 20 ms: {len(long)}")
    for took_s, text in sorted(long, reverse=True)[:12]:
        print(f"  {took_s * 1000:6.1f} ms  {text[:180]}")
    print(f"of ours over 20 ms: {len(result['long_callbacks_of_ours'])}")


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(wanted.cameras, wanted.seconds, Path(folder))
    shown, received = measured["motion_shown_s"], measured["motion_received_s"]
    result = {
        "cameras": wanted.cameras,
        "seconds": wanted.seconds,
        "callbacks": measured["callbacks"],
        "longest_callback_s": measured["longest_s"],
        "long_callbacks": measured["long"],
        "long_callbacks_of_ours": measured["ours"],
        "motions": len(shown),
        "decoded_to_state_s": {"median": percentile(shown, 0.5), "p99": percentile(shown, 0.99)},
        "received_to_state_s": {"median": percentile(received, 0.5), "p99": percentile(received, 0.99)},
    }
    if wanted.json:
        print(json.dumps(result))
    else:
        report(result)
    return 0
