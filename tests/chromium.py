"""Where this machine's Chromium is, for tests that need a real browser."""

import os
from pathlib import Path
import shutil

import pytest

QUIET = (
    "--headless",
    # Containers have no user namespaces for its sandbox; only our own pages are opened.
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def require_chromium() -> Path:
    """Its path; skips the test where there is none, which CI does not allow (`run_rules.py`)."""
    found = os.environ.get("LOCALCAM_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no Chromium; scripts/setup installs it, or set LOCALCAM_CHROMIUM to where it is")
    return Path(found)
