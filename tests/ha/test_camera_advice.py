"""What owners are told of their cameras: each sentence for the camera that it is meant for, and no other."""

from dataclasses import replace
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components import localcam
from custom_components.localcam.camera_advice import advice, async_in_words, codec_name
from custom_components.localcam.engine.settings import AddressSource, DemoSource, EntitySource, Source, UsbSource
from custom_components.localcam.engine.values import CameraFacts

from .trying import FACTS

ADDRESS = AddressSource(url="rtsp://192.168.1.20/")
ENTITY = EntitySource(entity_id="camera.porch")
GOOD = replace(
    FACTS,
    keyframe_interval_s=2.0,
    keyframe_interval_at_least_s=2.0,
    detect_width_px=640,
    detect_height_px=360,
)

CASES: list[tuple[dict[str, Any], Source, list[str]]] = [
    ({}, ADDRESS, ["nothing_to_improve"]),
    ({"keyframe_interval_s": 10.0, "keyframe_interval_at_least_s": 10.0}, ADDRESS, ["keyframes_late"]),
    ({"keyframe_interval_s": None, "keyframe_interval_at_least_s": 12.0}, ADDRESS, ["keyframes_rare"]),
    ({"keyframe_interval_s": 4.0, "keyframe_interval_at_least_s": 4.0}, ADDRESS, ["nothing_to_improve"]),
    ({"detect_width_px": None, "detect_height_px": None}, ADDRESS, ["low_resolution_missing"]),
    ({"detect_width_px": None, "detect_height_px": None}, ENTITY, ["nothing_to_improve"]),
    (
        {"detect_width_px": None, "detect_height_px": None, "width_px": 1280, "height_px": 720},
        ADDRESS,
        ["nothing_to_improve"],
    ),
    ({"detect_width_px": 1920, "detect_height_px": 1080}, ADDRESS, ["low_resolution_not_smaller"]),
    ({"codec": "hevc"}, ADDRESS, ["hevc"]),
    ({"codec": "mjpeg", "frames_per_s": 1.0}, ADDRESS, ["few_pictures", "encoded_here"]),
    ({"frames_per_s": 0.0}, ADDRESS, ["nothing_to_improve"]),
    ({"audio_codec": None}, ADDRESS, ["sound_missing"]),
    ({"audio_codec": None}, ENTITY, ["sound_missing"]),
    ({"audio_codec": None}, DemoSource(), ["nothing_to_improve"]),
    ({"audio_codec": None}, UsbSource(device="/dev/video0"), ["nothing_to_improve"]),
    ({"audio_codec": "pcm_alaw"}, ADDRESS, ["sound_unsuitable"]),
]


def facts(changes: dict[str, Any]) -> CameraFacts:
    return replace(GOOD, **changes)


@pytest.mark.parametrize(("changes", "source", "keys"), CASES)
def test_advice_is_for_the_camera_that_needs_it(changes: dict[str, Any], source: Source, keys: list[str]) -> None:
    assert [each.key for each in advice(facts(changes), source)] == keys


@pytest.mark.parametrize(("changes", "source", "keys"), CASES)
async def test_every_advice_can_be_put_in_words(
    hass: HomeAssistant, changes: dict[str, Any], source: Source, keys: list[str]
) -> None:
    words = await async_in_words(hass, facts(changes), source)

    assert len(words["advice"].splitlines()) == len(keys)
    assert not set("{}") & set("".join(words.values()))


def test_no_sentence_is_there_for_nobody() -> None:
    texts = json.loads((Path(localcam.__path__[0]) / "translations" / "en.json").read_text())
    assert set(texts["selector"]["advice"]["options"]) == {key for _, _, keys in CASES for key in keys}


async def test_figures_read_like_figures(hass: HomeAssistant) -> None:
    unknown = {"keyframe_interval_s": None, "keyframe_interval_at_least_s": 12.03, "frames_per_s": 14.985}
    words = await async_in_words(hass, facts(unknown), ADDRESS)

    assert words["frame_rate"] == "15"
    assert words["keyframes"] == "more than 12 s apart"
    assert (await async_in_words(hass, facts({"frames_per_s": 7.5}), ADDRESS))["frame_rate"] == "7.5"


def test_codecs_have_the_names_that_people_use() -> None:
    assert [codec_name(codec) for codec in ("h264", "hevc", "mjpeg", "pcm_alaw", "vp9")] == [
        "H.264",
        "H.265 (HEVC)",
        "MJPEG",
        "G.711",
        "VP9",
    ]
