"""Why a clip was recorded, in words and numbers: what the detector decided by, read from the catalogue.

The words are kept in the translations under `selector`, for the reasons that `camera_advice` names; they are those of
the house's language. What moved is drawn in the picture at `picture`.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .access import camera_entity_id
from .const import DOMAIN
from .engine.clip import Clip, ClipEnd, ClipReason
from .engine.motion import MotionEvent
from .views import explanation_path

_IN_WORDS: Final = ("area", "brightened", "darkened")
"""Features that a sentence may name, as percentages of the picture."""

type Texts = Mapping[str, str]


async def async_explanation(hass: HomeAssistant, clip: Clip, *, locked: bool) -> dict[str, Any]:
    """The answer of the action: the strongest event's decision, and each event's.

    The picture is sealed, and so is not there in a locked house; words and numbers are those of the catalogue.
    """
    texts = await async_get_translations(hass, hass.config.language, "selector", {DOMAIN})
    strongest = max(clip.events, key=lambda event: (event.kind.alerts, event.peak_score), default=None)
    return {
        "clip_id": clip.clip_id,
        "camera": camera_entity_id(hass, clip.camera_id),
        "reason": clip.reason.value,
        "because": _because(clip, strongest, texts),
        "picture": explanation_path(clip.clip_id) if clip.explanation and not locked else None,
        "locked": locked,
        "kind": clip.kind.value,
        "alerts": clip.kind.alerts,
        "score": round(clip.score, 4),
        **_decision(strongest),
        "events": [_event(event, texts) for event in clip.events],
    }


def _because(clip: Clip, strongest: MotionEvent | None, texts: Texts) -> str:
    if clip.reason is ClipReason.MOTION and strongest is not None:
        return _sentences(strongest, texts)
    match clip:
        case Clip(reason=ClipReason.REQUESTED | ClipReason.MISSED as reason):
            key = reason.value
        case Clip(end=ClipEnd.SALVAGED):
            key = "salvaged"
        case Clip(continues_clip_id=str()):
            key = "continues"
        case _:
            key = "unknown"
    return _text(texts, key)


def _event(event: MotionEvent, texts: Texts) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "kind": event.kind.value,
        "alerts": event.kind.alerts,
        "because": _sentences(event, texts),
        "score": round(event.peak_score, 4),
        **_decision(event),
        "duration_s": round(event.last_motion_at_s - event.started_at_s, 2),
        "strongest_after_s": round(event.peak_at_s - event.started_at_s, 2),
    }


def _decision(event: MotionEvent | None) -> dict[str, Any]:
    """What the strongest moment was measured by; null where nothing was, or it was not kept."""
    if event is None:
        return dict.fromkeys(("threshold", "sensitivity", "model_version", "features"))
    values = event.features.values.items()
    return {
        "threshold": event.threshold,
        "sensitivity": event.sensitivity,
        "model_version": event.model_version,
        "features": {name: round(value, 5) if isfinite(value) else None for name, value in values},
    }


def _sentences(event: MotionEvent, texts: Texts) -> str:
    """Why it is of this kind, what it scored, and whether that counts."""
    shares = {name: event.features.values.get(name, float("nan")) for name in _IN_WORDS}
    percents = {name: f"{share:.1%}"[:-1] if isfinite(share) else "?" for name, share in shares.items()}
    sentences = [_text(texts, event.kind.value, **percents)]
    if event.threshold is not None and event.sensitivity is not None:
        score, threshold = f"{event.peak_score:.2f}", f"{event.threshold:.2f}"
        sentences.append(_text(texts, "score", score=score, threshold=threshold, sensitivity=f"{event.sensitivity}"))
    if not event.kind.alerts:
        sentences.append(_text(texts, "demoted"))
    return " ".join(sentences)


def _text(texts: Texts, key: str, **placeholders: str) -> str:
    return texts[f"component.{DOMAIN}.selector.because.options.{key}"].format(**placeholders)
