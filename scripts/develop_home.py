"""The program behind scripts/develop: a Home Assistant to try LocalCam in, with a demo camera, until Ctrl-C."""

import argparse
import os
from pathlib import Path
import signal
import sys
from types import FrameType
from urllib.parse import urlsplit

from scripts.config_flow import FlowRefusedError, add_entry, entries
from scripts.home_assistant import PASSWORD, RESTART_EXIT_CODE, USERNAME, HomeAssistant, HomeError
from scripts.home_folder import PROJECT

DEMO_NAME = "Demo room"
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Ended(BaseException):
    """Somebody wants us to end."""


def say(text: str) -> None:
    """Print at once, also where the output is no terminal."""
    print(text, flush=True)


def add_demo_camera(home: HomeAssistant) -> None:
    """Add the simulated room, once."""
    if any(entry["title"] == DEMO_NAME for entry in entries(home)):
        return
    say(f"Adding the camera '{DEMO_NAME}'")
    try:
        add_entry(home, {"user": {"next_step_id": "demo"}, "demo": {"name": DEMO_NAME}})
    except (FlowRefusedError, HomeError) as err:
        say(f"It could not be added: {err}")


def add_real_camera(home: HomeAssistant, address: str) -> None:
    """Add the camera at `address`, which may hold user name and password, once."""
    name = f"Camera at {urlsplit(address).hostname}"
    if any(entry["title"] == name for entry in entries(home)):
        return
    say(f"Adding '{name}'")
    # The flow moves the credentials to where they belong.
    answer = {"name": name, "url": address}
    try:
        add_entry(home, {"user": {"next_step_id": "address"}, "address": answer})
    except (FlowRefusedError, HomeError) as err:
        say(f"It could not be added: {err}")


def run(home: HomeAssistant) -> int:
    """Keep Home Assistant running, through restarts asked for in its frontend; the exit code of its end."""
    code = RESTART_EXIT_CODE
    while code == RESTART_EXIT_CODE:
        say("Starting Home Assistant")
        home.start()
        add_demo_camera(home)
        if address := os.environ.get("LOCALCAM_CAMERA_URL"):
            add_real_camera(home, address)
        say(f"\n  Home Assistant  {home.url}\n  User            {USERNAME}\n  Password        {PASSWORD}\n")
        say(f"Its state is in {home.config.parent}. Ctrl-C ends it.")
        code = home.wait()
    return code


def _end(_signal: int, _frame: FrameType | None) -> None:
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise _Ended


def main() -> int:
    """Run until a signal or Home Assistant's own end; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=PROJECT / ".develop", help="where the state is kept")
    folder = parser.parse_args().folder
    home = HomeAssistant(folder, int(os.environ.get("LOCALCAM_PORT", "8123")))
    for number in ENDING_SIGNALS:
        signal.signal(number, _end)
    try:
        return run(home)
    except HomeError as err:
        say(str(err))
        return 1
    except _Ended:
        say("\nEnding Home Assistant")
        return 0
    finally:
        if left := home.stop():
            say(f"Killed what did not end in time: {', '.join(map(str, left))}")


if __name__ == "__main__":
    sys.exit(main())
