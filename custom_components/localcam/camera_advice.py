"""Puts in words what trying a camera found out, and what its owner could set better.

Home Assistant gives placeholders of a flow's description to the browser as they are, so their sentences are chosen and
filled in here. They are kept in the translations under `selector`, the one section whose `options` hassfest lets hold
any number of short texts, and which Home Assistant hands out by category. A flow is not told in which language its
reader reads: it is the language of the house.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .engine.settings import AddressSource, EntitySource, Source
from .engine.values import CameraFacts

LATE_KEYFRAMES_S: Final = 4.0
LARGE_PX: Final = 1280 * 720
FEW_FRAMES_PER_S: Final = 5.0
SOUND_IN_CLIPS: Final = frozenset({"aac", "mp3", "opus"})

_CODEC_NAMES: Final = {
    "h264": "H.264",
    "hevc": "H.265 (HEVC)",
    "mjpeg": "MJPEG",
    "pcm_mulaw": "G.711",
    "pcm_alaw": "G.711",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One sentence, by its key in the translations."""

    key: str
    placeholders: Mapping[str, str] = field(default_factory=dict)


def advice(facts: CameraFacts, source: Source) -> tuple[Advice, ...]:
    """What the owner should know of this camera, the most useful first."""
    return (
        *_on_keyframes(facts),
        *_on_size(facts, source),
        *_on_pictures(facts),
        *_on_sound(facts, source),
    ) or (Advice(key="nothing_to_improve"),)


def _on_keyframes(facts: CameraFacts) -> Iterator[Advice]:
    if facts.keyframe_interval_at_least_s <= LATE_KEYFRAMES_S:
        return
    key = "keyframes_rare" if facts.keyframe_interval_s is None else "keyframes_late"
    yield Advice(key=key, placeholders={"seconds": f"{facts.keyframe_interval_at_least_s:.0f}"})


def _on_size(facts: CameraFacts, source: Source) -> Iterator[Advice]:
    pixels = facts.width_px * facts.height_px
    if facts.detect_width_px is None or facts.detect_height_px is None:
        if pixels > LARGE_PX and isinstance(source, AddressSource):
            yield Advice(key="low_resolution_missing")
    elif facts.detect_width_px * facts.detect_height_px >= pixels:
        yield Advice(key="low_resolution_not_smaller")


def _on_pictures(facts: CameraFacts) -> Iterator[Advice]:
    if 0 < facts.frames_per_s < FEW_FRAMES_PER_S:
        yield Advice(key="few_pictures", placeholders={"rate": f"{facts.frames_per_s:.1f}"})
    if facts.codec == "hevc":
        yield Advice(key="hevc")
    elif facts.codec == "mjpeg":
        yield Advice(key="encoded_here")


def _on_sound(facts: CameraFacts, source: Source) -> Iterator[Advice]:
    if facts.audio_codec is None:
        if isinstance(source, AddressSource | EntitySource):
            yield Advice(key="sound_missing")
    elif facts.audio_codec not in SOUND_IN_CLIPS:
        yield Advice(key="sound_unsuitable", placeholders={"codec": codec_name(facts.audio_codec)})


def codec_name(codec: str) -> str:
    """What people call a codec of libav."""
    return _CODEC_NAMES.get(codec, codec.upper())


async def async_in_words(hass: HomeAssistant, facts: CameraFacts, source: Source) -> dict[str, str]:
    """The placeholders of a step's description, apart from the picture."""
    texts = await async_get_translations(hass, hass.config.language, "selector", {DOMAIN})

    def text(group: str, key: str, placeholders: Mapping[str, str]) -> str:
        return texts[f"component.{DOMAIN}.selector.{group}.options.{key}"].format(**placeholders)

    interval_s = facts.keyframe_interval_at_least_s
    return {
        "codec": codec_name(facts.codec),
        "width": str(facts.width_px),
        "height": str(facts.height_px),
        "frame_rate": f"{facts.frames_per_s:.3g}",
        "keyframes": text(
            "keyframes",
            "rarer_than" if facts.keyframe_interval_s is None else "every",
            {"seconds": f"{interval_s:.3g}"},
        ),
        "advice": "\n".join(f"- {text('advice', each.key, each.placeholders)}" for each in advice(facts, source)),
    }
