"""One camera on the event loop: coming and going, resting, options, reauthentication."""

import logging

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.localcam.engine.errors import SourceFault, WorkerError
from custom_components.localcam.engine.reports import RecordingFailed, RecordingFault

from .fake_station import FakeStation, World, a_clip
from .living_camera import RTSP, LivingCamera, add_camera

LOGGER = "custom_components.localcam.coordinator"


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == LOGGER]


async def test_a_camera_that_goes_away_and_comes_back_says_so_once_each(
    hass: HomeAssistant, camera: LivingCamera, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    for _ in range(3):
        camera.station.lose(camera.id)
    camera.station.crash(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "motion").state == STATE_UNAVAILABLE
    assert camera.state("camera", "camera").state == STATE_UNAVAILABLE
    assert camera.state("binary_sensor", "connection").state == STATE_OFF

    camera.station.back(camera.id)
    camera.station.back(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "motion").state == STATE_OFF
    assert camera.state("binary_sensor", "connection").state == STATE_ON
    assert said(caplog) == ["Hall is not available: lost", "Hall is back"]


async def test_a_camera_that_was_never_there_says_so_too(
    hass: HomeAssistant, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    camera = await add_camera(hass, world, online=False)
    assert camera.state("binary_sensor", "motion").state == STATE_UNAVAILABLE
    camera.station.lose(camera.id, SourceFault.UNREACHABLE)
    await camera.settle()
    assert said(caplog) == ["Hall is not available: unreachable"]


async def test_what_a_worker_said_as_it_died_is_logged_once_though_each_one_dies_of_it(
    hass: HomeAssistant, camera: LivingCamera, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, LOGGER)
    for words in ("Segmentation fault", "Segmentation fault", "out of memory", ""):
        camera.station.crash(camera.id, words)
        await camera.settle()
        camera.station.back(camera.id)
        await camera.settle()
    assert said(caplog) == [
        "Hall: its worker ended with -9; it said:\nSegmentation fault",
        "Hall: its worker ended with -9; it said:\nout of memory",
    ]


async def test_a_crashed_worker_takes_the_camera_away(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.move(camera.id)
    camera.station.crash(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "connection").state == STATE_OFF
    camera.station.back(camera.id)
    await camera.settle()
    assert camera.state("binary_sensor", "motion").state == STATE_OFF


async def test_a_refused_password_asks_for_a_new_one_once(hass: HomeAssistant, world: World) -> None:
    camera = await add_camera(hass, world, RTSP)
    for _ in range(3):
        camera.station.lose(camera.id, SourceFault.UNAUTHORIZED)
    await camera.settle()
    flows = hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]

    # Put off by the owner, it is not asked again until the camera was there in between.
    hass.config_entries.flow.async_abort(flows[0]["flow_id"])
    camera.station.lose(camera.id, SourceFault.UNAUTHORIZED)
    await camera.settle()
    assert not hass.config_entries.flow.async_progress()
    camera.station.back(camera.id)
    camera.station.lose(camera.id, SourceFault.UNAUTHORIZED)
    await camera.settle()
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_changed_options_reach_the_running_camera(hass: HomeAssistant, camera: LivingCamera) -> None:
    hass.config_entries.async_update_entry(camera.entry, options={"quiet_s": 33.0})
    await camera.coordinator.async_apply_options()
    (call,) = camera.station.calls
    assert call[0] == "change"
    assert call[1].detect.quiet_s == 33.0


async def test_a_resting_camera_gets_its_options_when_it_watches_again(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    await camera.coordinator.async_set_resting(True)
    hass.config_entries.async_update_entry(camera.entry, options={**camera.entry.options, "quiet_s": 33.0})
    await camera.coordinator.async_apply_options()
    assert not camera.station.calls
    assert not camera.station.watched
    await camera.coordinator.async_set_resting(False)
    assert camera.station.watched[camera.id].detect.quiet_s == 33.0


async def test_a_late_word_of_a_worker_that_was_sent_to_rest_changes_nothing(
    hass: HomeAssistant, camera: LivingCamera
) -> None:
    await camera.coordinator.async_set_resting(True)
    camera.station.back(camera.id)
    camera.station.move(camera.id)
    camera.station.lose(camera.id)
    await camera.settle()
    assert not camera.coordinator.state.online
    assert not camera.coordinator.state.in_motion
    assert camera.state("binary_sensor", "motion").state == STATE_UNAVAILABLE


async def test_the_clip_that_rest_closes_is_announced(hass: HomeAssistant, camera: LivingCamera) -> None:
    await camera.coordinator.async_set_resting(True)
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    await camera.settle()
    assert camera.state("event", "clip").attributes["clip_id"] == a_clip(camera.id, 1, 0).clip_id


async def test_reports_of_a_camera_that_is_gone_are_let_go(hass: HomeAssistant, camera: LivingCamera) -> None:
    camera.station.back("someone_else")
    await camera.settle()
    assert camera.coordinator.state.online


async def test_a_disk_that_takes_no_clip_is_said_once_until_it_does(
    hass: HomeAssistant, camera: LivingCamera, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    failed = RecordingFailed(fault=RecordingFault.DISK_FULL, detail="")
    for _ in range(3):
        camera.station.report(camera.id, failed)
    camera.station.save(a_clip(camera.id, 1, 1_790_000_000))
    camera.station.report(camera.id, failed)
    await camera.settle()
    assert said(caplog) == ["Hall: a clip could not be recorded: disk_full"] * 2
    assert camera.coordinator.state.online


async def test_a_picture_that_the_worker_cannot_give_is_none(
    hass: HomeAssistant, camera: LivingCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, camera_id: str) -> bytes:
        raise WorkerError("offline")

    monkeypatch.setattr(FakeStation, "picture", fail)
    assert await camera.coordinator.view.async_picture() is None


async def test_a_camera_that_was_away_is_back_also_after_its_entry_was_loaded_anew(
    hass: HomeAssistant, camera: LivingCamera, caplog: pytest.LogCaptureFixture
) -> None:
    """As after new credentials, or a new address."""
    caplog.set_level(logging.INFO, LOGGER)
    camera.station.lose(camera.id, SourceFault.UNAUTHORIZED)
    await camera.settle()
    assert await hass.config_entries.async_reload(camera.id)
    camera.station.back(camera.id)
    await camera.settle()
    assert said(caplog) == ["Hall is not available: invalid_auth", "Hall is back"]
