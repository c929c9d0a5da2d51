"""Trying a camera: its first picture in time, and plain facts about its stream."""

from dataclasses import replace

import pytest

from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.probing import try_source
from custom_components.localcam.engine.values import CameraFacts
from tests.engine.packets import Camera, film
from tests.engine.workers import FakeClock

from .scripted_source import ScriptedSource


def scripted(camera: Camera, seconds: float, clock: FakeClock) -> ScriptedSource:
    footage = film(replace(camera, first_received_at_s=clock.now_s), seconds)
    return ScriptedSource(footage.formats, footage.packets, clock)


def try_camera(camera: Camera, seconds: float, detect: Camera | None = None) -> tuple[CameraFacts, bytes]:
    clock = FakeClock()
    main = scripted(camera, seconds, clock)
    second = scripted(detect, 2, clock) if detect is not None else None
    tried = try_source(main, second, timeout_s=10, clock=clock)
    assert main.closed
    assert second is None or second.closed
    return tried


def test_size_rate_and_keyframe_interval_are_measured() -> None:
    facts, jpeg = try_camera(Camera(codec="hevc", frames_per_s=20, keyframe_interval_s=2), 5)
    assert facts == CameraFacts(
        codec="hevc",
        width_px=160,
        height_px=96,
        frames_per_s=20.0,
        keyframe_interval_s=2.0,
        keyframe_interval_at_least_s=2.0,
        audio_codec=None,
        detect_width_px=None,
        detect_height_px=None,
    )
    assert jpeg.startswith(b"\xff\xd8\xff")


def test_a_second_keyframe_is_waited_for_twelve_seconds_and_no_longer() -> None:
    facts, _ = try_camera(Camera(keyframe_interval_s=10), 25)
    assert facts.keyframe_interval_s == pytest.approx(10)
    facts, _ = try_camera(Camera(keyframe_interval_s=30), 25)
    assert facts.keyframe_interval_s is None
    assert facts.keyframe_interval_at_least_s == pytest.approx(12, abs=0.3)


def test_the_second_stream_and_the_sound_are_named() -> None:
    facts, _ = try_camera(Camera(sound=True), 3, Camera(width_px=64, height_px=48))
    assert (facts.audio_codec, facts.detect_width_px, facts.detect_height_px) == ("aac", 64, 48)


def test_a_stream_without_a_picture_in_time_is_given_up() -> None:
    clock = FakeClock()
    source = scripted(Camera(keyframe_interval_s=60), 30, clock)
    source.items = [packet for packet in source.items if not getattr(packet, "is_keyframe", True)]
    with pytest.raises(SourceError) as caught:
        try_source(source, None, timeout_s=10, clock=clock)
    assert caught.value.fault is SourceFault.NO_PICTURE
    assert clock.now_s - 1000 < 11
    assert source.closed


def test_a_stream_that_ends_before_its_first_picture_has_none() -> None:
    source = ScriptedSource(film(Camera(), 1).formats, [])
    with pytest.raises(SourceError) as caught:
        try_source(source, None, timeout_s=10, clock=FakeClock())
    assert caught.value.fault is SourceFault.NO_PICTURE


def test_a_stream_that_ends_soon_after_its_first_picture_is_a_camera_all_the_same() -> None:
    facts, jpeg = try_camera(Camera(), 0.5)
    assert jpeg
    assert facts.keyframe_interval_s is None


def test_what_a_camera_answers_is_handed_on_and_it_is_closed() -> None:
    refusal = SourceError(SourceFault.UNAUTHORIZED)
    source = ScriptedSource(film(Camera(), 1).formats, [], refusal=refusal)
    with pytest.raises(SourceError) as caught:
        try_source(source, None, timeout_s=10, clock=FakeClock())
    assert caught.value is refusal
    assert source.closed
