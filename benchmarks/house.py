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


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        measures = Path(folder) / "measures.json"
        os.environ["LOCALCAM_MEASURES"] = str(measures)
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
        with (Path(folder) / "log").open("wb") as log:
            home = HomeAssistant(Path(folder), port, output=log, module="benchmarks.measured_home")
            home.start()
            try:
                for number in range(wanted.cameras):
                    add_entry(home, {"user": {"next_step_id": "demo"}, "demo": {"name": f"Room {number}"}})
                for entry in entries(home):
                    options_of(home, entry["entry_id"])
                threading.Event().wait(wanted.seconds)
            finally:
                home.stop(30)
        measured = json.loads(measures.read_text())
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
        return 0
    print(f"{wanted.cameras} cameras for {wanted.seconds:g} s, {result['motions']} motions")
    for name in ("decoded_to_state_s", "received_to_state_s"):
        print(f"{name:22} median {result[name]['median']:.4f}, p99 {result[name]['p99']:.4f}")
    print(f"longest callback of all {measured['longest_s'] * 1000:.1f} ms; over 20 ms: {len(measured['long'])}")
    for took_s, text in sorted(measured["long"], reverse=True)[:12]:
        print(f"  {took_s * 1000:6.1f} ms  {text[:180]}")
    print(f"of ours over 20 ms: {len(measured['ours'])}")
    return 0
