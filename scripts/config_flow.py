"""Adds a camera to a running Home Assistant through LocalCam's own config flow, as the frontend would."""

from collections.abc import Mapping
from typing import Any

from scripts.home_assistant import HomeAssistant

FLOW = "/api/config/config_entries/flow"


class FlowRefusedError(Exception):
    """The flow showed an error or ended without an entry; the text holds its keys."""


def entries(home: HomeAssistant, domain: str = "localcam") -> list[dict[str, Any]]:
    """The config entries of an integration, as Home Assistant's API gives them."""
    found: list[dict[str, Any]] = home.request("GET", f"/api/config/config_entries/entry?domain={domain}")
    return found


def add_entry(home: HomeAssistant, answers: Mapping[str, Mapping[str, Any]], domain: str = "localcam") -> str:
    """Walk through the flow; `answers` holds what to send at each step, {} where a step is not named.

    Returns the entry's id; raises FlowRefusedError.
    """
    result = home.request("POST", FLOW, {"handler": domain})
    while result["type"] in ("menu", "form"):
        if result.get("errors"):
            home.request("DELETE", f"{FLOW}/{result['flow_id']}")
            raise FlowRefusedError(", ".join(f"{field}: {key}" for field, key in result["errors"].items()))
        answer = dict(answers.get(result["step_id"], {}))
        result = home.request("POST", f"{FLOW}/{result['flow_id']}", answer)
    if result["type"] != "create_entry":
        raise FlowRefusedError(str(result.get("reason", result["type"])))
    return str(result["result"]["entry_id"])
