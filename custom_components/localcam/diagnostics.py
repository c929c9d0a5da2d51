"""What may be shown to others of a camera: how it does, not where it is or what it saw."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_DEVICE, CONF_ENTITY_ID, CONF_NAME, CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant

from .const import CONF_DETECT_URL, CONF_NOISE_FLOOR, CONF_VIEWERS, CONF_ZONES
from .coordinator import LocalCamConfigEntry
from .engine.clip import Clip

TO_REDACT: Final = frozenset(
    # A USB device's path holds its serial number; names of rooms and people stand in names and entity ids.
    {CONF_PASSWORD, CONF_USERNAME, CONF_URL, CONF_DETECT_URL, CONF_DEVICE, CONF_NAME, CONF_ENTITY_ID, CONF_VIEWERS}
)

LEFT_OUT: Final = frozenset({CONF_ZONES, CONF_NOISE_FLOOR})


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: LocalCamConfigEntry) -> dict[str, Any]:
    """Everything that helps to find a fault."""
    coordinator = entry.runtime_data.coordinator
    state = coordinator.state
    zones = coordinator.settings.detect.zones
    return {
        "entry": {
            "version": f"{entry.version}.{entry.minor_version}",
            "data": async_redact_data(dict(entry.data), TO_REDACT),
            # Zones are named after rooms and doors; how many there are helps, and how a room flickers does not.
            "options": async_redact_data(
                {key: value for key, value in entry.options.items() if key not in LEFT_OUT}, TO_REDACT
            ),
        },
        "camera": {
            "online": state.online,
            "resting": state.resting,
            "in_motion": state.in_motion,
            "zones": len(zones),
            "masks": sum(not zone.include for zone in zones),
            "zones_in_motion": len(state.zones_moving),
            "problem": state.problem.value if state.problem else None,
            "calibration": state.calibration.value,
            "fault": state.fault.value if state.fault else None,
            "facts": asdict(state.facts) if state.facts else None,
            "health": asdict(state.health) if state.health else None,
            "home_assistant_stream": state.has_rtsp_stream,
            "clips_today": state.clips_today,
            "last_motion_clip": _clip(state.motion_clip),
            "last_saved_clip": _clip(state.saved_clip),
        },
        "storage": asdict(state.storage) if state.storage else None,
    }


def _clip(clip: Clip | None) -> dict[str, Any] | None:
    if clip is None:
        return None
    return {
        "clip_id": clip.clip_id,
        "duration_s": clip.duration_s,
        "motion_offset_s": clip.motion_offset_s,
        "reason": clip.reason.value,
        "end": clip.end.value,
        "kind": clip.kind.value,
        "score": clip.score,
        "size_bytes": clip.size_bytes,
        "codec": clip.codec,
        "width_px": clip.width_px,
        "height_px": clip.height_px,
        "has_audio": clip.has_audio,
    }
