"""What people of the house do with LocalCam, over HTTP alone: add cameras, watch, play, flag, delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
import gzip
import threading
from typing import Any

from scripts.config_flow import FlowRefusedError, add_entry
from tests.faults.home_socket import ask_by_websocket
from tests.faults.watched_house import WatchedHouse

PATIENCE_S = 60.0
_PART_BYTES = 200_000


@dataclass(slots=True)
class Done:
    """How often each thing was done; a feature that was never used proves nothing about itself."""

    cameras: int = 0
    refused_cameras: int = 0
    clips: int = 0
    parts: int = 0
    pictures: int = 0
    live_segments: int = 0
    flags: int = 0
    deleted: int = 0
    turned_away: int = 0


class HouseVisit:
    """From the client's network, in which the calling thread must be; every step raises where it fails."""

    def __init__(self, house: WatchedHouse) -> None:
        self._house = house
        self._home = house.home
        self.done = Done()

    def add_camera(self, name: str, url: str) -> None:
        """Through the config flow."""
        add_entry(self._home, _answers(name, url))
        self.done.cameras += 1

    def try_to_add(self, name: str, url: str) -> None:
        """A camera that leads out of the house; AssertionError where it is not refused."""
        with suppress(FlowRefusedError):
            add_entry(self._home, _answers(name, url))
            raise AssertionError(f"{url} was taken for a camera of the house")
        self.done.refused_cameras += 1

    def spend_an_evening(self, cameras: Sequence[str]) -> None:
        """Wait for motion at the first camera, record at the others, look at everything, say what it was, delete it."""
        self._until(lambda: self._state(f"binary_sensor.{cameras[0]}_motion") == "on", "motion")
        for name in cameras[1:]:
            self._act("localcam", "record", {"entity_id": f"camera.{name}", "duration_s": 3})
        self._act("localcam", "report_missed", {"entity_id": f"camera.{cameras[-1]}", "seconds": 3})
        for name in cameras:
            self._see(f"/api/camera_proxy/camera.{name}")
        self._look_live(cameras[0])
        for name in cameras:
            # At rest a growing clip is closed.
            self._act("switch", "turn_on", {"entity_id": f"switch.{name}_privacy"})
        self._until(
            lambda: {clip["camera"] for clip in self._clips()} >= {f"camera.{each}" for each in cameras}, "clips"
        )
        clips = self._clips()
        for clip in clips:
            self._look_at(clip["clip_id"])
        self._act("localcam", "delete_clips", {"clip_ids": [clip["clip_id"] for clip in clips]})
        self.done.deleted += len(clips)
        for name in cameras:
            self._act("switch", "turn_off", {"entity_id": f"switch.{name}_privacy"})

    def _look_at(self, clip_id: str) -> None:
        address = f"/api/localcam/clips/{clip_id}"
        self._house.turn_guest_away(f"{address}/video")
        self.done.turned_away += 1
        whole = int(self._home.fetch("HEAD", f"{address}/video").headers["content-length"])
        for start in range(0, whole, _PART_BYTES):
            asked = {"Range": f"bytes={start}-{min(start + _PART_BYTES, whole) - 1}"}
            part = self._home.fetch("GET", f"{address}/video", headers=asked)
            assert part.status == 206, f"{address}: {part.status}"
            self.done.parts += 1
        self._see(f"{address}/thumbnail")
        flag = {"clip_id": clip_id, "verdict": "false_alarm", "note": "the cat"}
        self._act("localcam", "flag_clip", flag)
        self.done.flags += 1
        self.done.clips += 1

    def _see(self, path: str) -> None:
        answer = self._home.fetch("GET", path)
        assert answer.status == 200, f"{path}: {answer.status}"
        assert answer.body.startswith(b"\xff\xd8"), f"{path} is no picture"
        self.done.pictures += 1

    def _look_live(self, name: str) -> None:
        """Home Assistant's own live view, as its frontend plays it (HLS), until a part of the film came."""
        asked = {"type": "camera/stream", "entity_id": f"camera.{name}"}
        playlist = ask_by_websocket(self._home, asked)["url"]
        base = playlist.rpartition("/")[0]
        variants = self._page(playlist)
        playlist = f"{base}/{next(line for line in variants if not line.startswith('#'))}"
        segments: list[str] = []

        def found() -> bool:
            segments[:] = [line for line in self._page(playlist) if line and not line.startswith("#")]
            return bool(segments)

        self._until(found, "a live view")
        answer = self._home.fetch("GET", f"{base}/{segments[-1].removeprefix('./')}")
        assert answer.status == 200, f"{segments[-1]}: {answer.status}"
        self.done.live_segments += 1

    def _page(self, path: str) -> list[str]:
        answer = self._home.fetch("GET", path)
        if answer.status != 200:
            return []
        packed = answer.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(answer.body) if packed else answer.body).decode().splitlines()

    def _clips(self) -> list[dict[str, Any]]:
        answer = self._act("localcam", "list_clips?return_response", {})
        clips: list[dict[str, Any]] = answer["service_response"]["clips"]
        return clips

    def _state(self, entity_id: str) -> str:
        return str(self._home.request("GET", f"/api/states/{entity_id}")["state"])

    def _act(self, domain: str, name: str, given: dict[str, Any]) -> Any:
        return self._home.request("POST", f"/api/services/{domain}/{name}", given)

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        pause = threading.Event()
        for _ in range(int(PATIENCE_S / 0.2)):
            if condition():
                return
            pause.wait(0.2)
        raise AssertionError(f"no {what} within {PATIENCE_S:g} s")


def _answers(name: str, url: str) -> dict[str, dict[str, Any]]:
    address = {"name": name, "url": url, "rtsp_transport": "tcp"}
    return {"user": {"next_step_id": "address"}, "address": address}
