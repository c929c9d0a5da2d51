"""The demo camera with its real station and its real worker process, in Home Assistant."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
import os
from pathlib import Path, PurePosixPath
import signal
import subprocess
from threading import Event as ThreadEvent
import time
from typing import Any
from unittest.mock import patch

from aiohttp.test_utils import TestClient
from homeassistant.components.camera import async_get_image
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.mount_table import Mount
from custom_components.localcam.removed_cameras import async_delete_clips_left

OPTIONS = {"pre_roll_s": 2, "post_roll_s": 1, "quiet_s": 1, "longest_clip_s": 10}


@pytest.fixture
async def demo(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[MockConfigEntry]:
    """A demo camera of its own house."""
    hass.config.config_dir = str(tmp_path / "config")
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    (tmp_path / "config").mkdir()
    entry = MockConfigEntry(
        domain=DOMAIN, title="Room", data={"source": "demo", "name": "Room", "seed": 1}, options=OPTIONS
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        assert await hass.config_entries.async_unload(entry.entry_id)


async def until(hass: HomeAssistant, entity_id: str, holds: Callable[[State], bool], within_s: float = 90) -> State:
    """The state of the entity, once it is as it should be."""
    came: asyncio.Future[State] = hass.loop.create_future()

    @callback
    def look(state: State | None) -> None:
        if state is not None and holds(state) and not came.done():
            came.set_result(state)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        look(event.data["new_state"])

    stop = async_track_state_change_event(hass, entity_id, changed)
    look(hass.states.get(entity_id))
    try:
        async with asyncio.timeout(within_s):
            return await came
    finally:
        stop()


def workers() -> list[int]:
    """The processes that this one started and that watch a camera."""
    mine = ["pgrep", "-P", str(os.getpid()), "-f", "camera_worker"]
    found = subprocess.run(mine, capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


async def test_someone_walks_through_the_room(
    hass: HomeAssistant, demo: MockConfigEntry, hass_client: ClientSessionGenerator, tmp_path: Path
) -> None:
    client: TestClient[Any, Any] = await hass_client()
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    assert (await async_get_image(hass, "camera.room")).content.startswith(b"\xff\xd8")

    await until(hass, "binary_sensor.room_motion", lambda state: state.state == "on")
    told = await until(hass, "event.room_clip", lambda state: "clip_id" in state.attributes)
    clip_id = told.attributes["clip_id"]
    files = [path for path in (tmp_path / "media" / "localcam").rglob("*") if path.is_file() and clip_id in path.name]
    assert {path.suffix for path in files} == {".lcv", ".lct", ".lce"}

    response = await client.get(f"/api/localcam/clips/{clip_id}/video", headers={"Range": "bytes=4-7"})
    assert response.status == 206
    assert await response.read() == b"ftyp"
    thumbnail = await client.get(f"/api/localcam/clips/{clip_id}/thumbnail")
    assert (await thumbnail.read()).startswith(b"\xff\xd8")
    assert (await until(hass, "image.room_last_motion", lambda state: state.state != "unknown")).state

    await hass.services.async_call(DOMAIN, "flag_clip", {"clip_id": clip_id, "verdict": "real"}, blocking=True)
    listed: Any = await hass.services.async_call(
        DOMAIN, "list_clips", {"verdict": "real"}, blocking=True, return_response=True
    )
    assert [clip["clip_id"] for clip in listed["clips"]] == [clip_id]
    await hass.services.async_call(DOMAIN, "delete_clips", {"clip_ids": [clip_id]}, blocking=True)
    assert (await client.get(f"/api/localcam/clips/{clip_id}/video")).status == 404
    assert not any(path.exists() for path in files)


async def test_it_rests_records_and_leaves_nothing_behind(hass: HomeAssistant, demo: MockConfigEntry) -> None:
    target = {"entity_id": "camera.room"}
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    await hass.services.async_call(DOMAIN, "record", {**target, "duration_s": 600}, blocking=True)
    kept = await hass.services.async_call(
        DOMAIN, "report_missed", {**target, "seconds": 5}, blocking=True, return_response=True
    )
    listed: Any = await hass.services.async_call(
        DOMAIN, "list_clips", {"verdict": "missed"}, blocking=True, return_response=True
    )
    assert listed["clips"][0]["clip_id"] == kept["clips"][0]["clip_id"]  # type: ignore[index,call-overload]

    # Rest closes the clip that is being recorded, and it is announced.
    await hass.services.async_call("switch", "turn_on", {"entity_id": "switch.room_privacy"}, blocking=True)
    closed = await until(hass, "event.room_clip", lambda state: state.attributes.get("reason") == "requested")
    assert closed.attributes["duration"] > 0
    assert not workers()

    await hass.services.async_call("switch", "turn_off", {"entity_id": "switch.room_privacy"}, blocking=True)
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    assert workers()
    assert await hass.config_entries.async_unload(demo.entry_id)
    assert not workers()


async def test_what_the_last_camera_left_is_seen_until_it_is_deleted(
    hass: HomeAssistant, demo: MockConfigEntry, hass_client: ClientSessionGenerator, tmp_path: Path
) -> None:
    client: TestClient[Any, Any] = await hass_client()
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    kept: Any = await hass.services.async_call(
        DOMAIN, "report_missed", {"entity_id": "camera.room", "seconds": 2}, blocking=True, return_response=True
    )
    clip_id = kept["clips"][0]["clip_id"]
    assert await hass.config_entries.async_remove(demo.entry_id)
    assert not workers()

    listed: Any = await hass.services.async_call(DOMAIN, "list_clips", {}, blocking=True, return_response=True)
    assert clip_id in [clip["clip_id"] for clip in listed["clips"]]
    assert (await (await client.get(f"/api/localcam/clips/{clip_id}/video")).read())[4:8] == b"ftyp"
    log: Any = await hass.services.async_call(DOMAIN, "verify_audit_log", {}, blocking=True, return_response=True)
    assert log["holds"]

    assert await async_delete_clips_left(hass, demo.entry_id) == len(listed["clips"])
    assert [path.name for path in (tmp_path / "media" / "localcam").iterdir() if path.is_dir()] == []
    with pytest.raises(ServiceValidationError, match="No camera of LocalCam is running"):
        await hass.services.async_call(DOMAIN, "list_clips", {}, blocking=True, return_response=True)


async def test_a_killed_worker_is_noticed_and_started_again(hass: HomeAssistant, demo: MockConfigEntry) -> None:
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    (pid,) = workers()
    killed_at_s = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    await until(hass, "binary_sensor.room_motion", lambda state: state.state == "unavailable", within_s=10)
    assert time.monotonic() - killed_at_s < 10
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    assert workers() != [pid]


async def test_zones_come_and_go_while_the_room_is_watched(hass: HomeAssistant, demo: MockConfigEntry) -> None:
    await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
    (pid,) = workers()
    assert (await until(hass, "binary_sensor.room_problem", lambda state: state.state == "off")).attributes[
        "reason"
    ] is None
    halves = [
        {"name": "Left", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]},
        {"name": "Right", "polygon": [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]},
    ]

    async def set_zones(zones: Sequence[Mapping[str, object]]) -> Any:
        answer: Any = await hass.services.async_call(
            DOMAIN, "set_zones", {"entity_id": "camera.room", "zones": list(zones)}, blocking=True, return_response=True
        )
        await hass.async_block_till_done()
        return answer["zones"]

    left, right = await set_zones(halves)
    # Whoever walks through the room is in one half, then in the other.
    walks = [until(hass, half["entity_id"], lambda state: state.state == "on") for half in (left, right)]
    seen, *_ = await asyncio.gather(
        until(hass, "event.room_motion_kind", lambda state: state.attributes["event_type"] == "other"), *walks
    )
    assert seen.attributes["counts_as_motion"] is True
    await set_zones([right])
    assert hass.states.get(left["entity_id"]) is None
    assert workers() == [pid]
    with pytest.raises(ServiceValidationError, match=r"moves|something_moves"):
        await hass.services.async_call("button", "press", {"entity_id": "button.room_calibrate"}, blocking=True)


async def test_a_clip_ends_on_the_share_although_it_was_recorded_to_a_local_disk(
    hass: HomeAssistant, tmp_path: Path
) -> None:
    hass.config.config_dir = str(tmp_path / "config")
    hass.config.media_dirs = {"nas": str(tmp_path / "nas"), "local": str(tmp_path / "media")}
    (tmp_path / "config").mkdir()
    share = (
        Mount(point=PurePosixPath("/"), kind="ext4"),
        Mount(point=PurePosixPath(tmp_path / "nas"), kind="nfs4"),
    )
    entry = MockConfigEntry(
        domain=DOMAIN, title="Room", data={"source": "demo", "name": "Room", "seed": 1}, options=OPTIONS
    )
    entry.add_to_hass(hass)
    with patch("custom_components.localcam.house.read_mounts", return_value=share):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(hass, "binary_sensor.room_connection", lambda state: state.state == "on")
        await hass.services.async_call(DOMAIN, "record", {"entity_id": "camera.room", "duration_s": 1}, blocking=True)
        told = await until(hass, "event.room_clip", lambda state: "clip_id" in state.attributes)
        clip_id = told.attributes["clip_id"]
        spool, storage = tmp_path / "media" / "localcam-spool", tmp_path / "nas" / "localcam"
        assert (spool / "localcam-folder").exists()

        def is_moved() -> bool:
            return any(storage.rglob(f"{clip_id}.lcv")) and not any(spool.rglob(f"{clip_id}*"))

        never = ThreadEvent()
        assert await hass.async_add_executor_job(lambda: any(is_moved() or never.wait(0.1) for _ in range(300)))
        assert await hass.config_entries.async_unload(entry.entry_id)
