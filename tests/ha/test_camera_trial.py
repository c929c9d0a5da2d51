"""Trying a camera: what the trying thread is told, and that it never waits for ever."""

import asyncio
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.localcam.camera_trial import TrialError, async_try_camera
from custom_components.localcam.engine.errors import SourceError, SourceFault, WorkerError
from custom_components.localcam.engine.settings import AddressSource, CameraSettings, DemoSource, EntitySource

from .trying import FACTS, JPEG, FakeProbe


def settings(source: AddressSource | DemoSource | EntitySource) -> CameraSettings:
    return CameraSettings(camera_id="trial", name="Hall", source=source)


async def test_camera_that_works_gives_its_picture_and_facts(hass: HomeAssistant, probe: FakeProbe) -> None:
    probed = await async_try_camera(hass, settings(DemoSource()))

    assert (probed.jpeg, probed.facts) == (JPEG, FACTS)
    assert probe.answered == []  # only a camera entity has something to say


async def test_worker_that_cannot_run_is_not_the_cameras_fault(
    hass: HomeAssistant, probe: FakeProbe, caplog: pytest.LogCaptureFixture
) -> None:
    probe.failures = [WorkerError("no memory")]
    with pytest.raises(TrialError) as failed:
        await async_try_camera(hass, settings(DemoSource()))

    assert failed.value.key == "cannot_start"
    assert "no memory" in caplog.text


async def test_password_is_in_no_text_of_a_failed_trial(
    hass: HomeAssistant, probe: FakeProbe, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    probe.failures = [SourceError(SourceFault.UNAUTHORIZED, "401")]
    with pytest.raises(TrialError) as failed:
        await async_try_camera(hass, settings(AddressSource(url="rtsp://cam/", username="viewer", password="s3cret")))

    assert "invalid_auth: 401" in caplog.text
    assert "s3cret" not in caplog.text + repr(failed.value) + repr(failed.value.__cause__)


async def test_event_loop_that_does_not_answer_ends_the_wait(hass: HomeAssistant, probe: FakeProbe) -> None:
    cancelled = asyncio.Event()
    hass.states.async_set("camera.porch", "idle")

    async def never(*_: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    trial = "custom_components.localcam.camera_trial"
    with (
        patch(f"{trial}.LOOP_DEADLINE_S", 0.05),
        patch(f"{trial}.async_stream_address", never),
        patch(f"{trial}.async_still_picture", never),
    ):
        await async_try_camera(hass, settings(EntitySource(entity_id="camera.porch")))

    assert probe.answered == [(None, b"")]
    await asyncio.wait_for(cancelled.wait(), 1)
