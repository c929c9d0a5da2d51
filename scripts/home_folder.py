"""What lies in a Home Assistant folder before it starts: configuration, onboarding done, where it listens, LocalCam."""

import json
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent

_CONFIGURATION = """\
# Written by scripts/home_folder.py at each start.
homeassistant:
  name: LocalCam
  country: GB
  media_dirs:
    local: {media}
frontend:
config:
media_source:
logger:
  default: warning
  logs:
    custom_components.localcam: info
"""


def prepare(config: Path, media: Path, address: str, port: int) -> None:
    """Write what is missing, and what must be as we say at each start."""
    storage = config / ".storage"
    for made in (config / "custom_components", storage, media):
        made.mkdir(parents=True, exist_ok=True)
    (config / "configuration.yaml").write_text(_CONFIGURATION.format(media=json.dumps(str(media))))
    (storage / "http").write_text(json.dumps(_http(address, port)))
    if not (storage / "onboarding").exists():
        (storage / "onboarding").write_text(json.dumps(_onboarding()))


def install(config: Path) -> None:
    """Put LocalCam where Home Assistant looks for it."""
    link = config / "custom_components" / "localcam"
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(PROJECT / "custom_components" / "localcam")


def _onboarding() -> dict[str, Any]:
    """Done, because its step for the home's location sets up integrations that call services on the internet."""
    done = ["user", "core_config", "analytics", "integration"]
    return {"version": 4, "minor_version": 1, "key": "onboarding", "data": {"done": done}}


def _http(address: str, port: int) -> dict[str, Any]:
    """Where to listen, as Home Assistant keeps it since 2026.10.

    What it finds of this in configuration.yaml is only on trial: unless somebody confirms it within five minutes, it
    goes back to port 8123 on all addresses, and restarts.
    """
    stable = {
        "server_host": [address],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": True,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    kept = {"stable": stable, "pending": None, "yaml_migration_done": True}
    return {"version": 2, "minor_version": 2, "key": "http", "data": kept}
