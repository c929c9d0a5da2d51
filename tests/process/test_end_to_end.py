"""The first thing that must be true: somebody walks through the picture, and there is a clip that starts before it.

A real Home Assistant process, a real RTSP camera, and nothing but what a person's browser has: HTTP.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
import csv
from datetime import datetime
import io
import os
from pathlib import Path
import socket
import threading
from typing import Any

import av
import numpy as np
import pytest

from scripts.config_flow import add_entry
from scripts.home_assistant import HomeAssistant
from scripts.processes import descendants
from tests.rtsp_server import RtspServer, VideoFile, require_gstreamer

pytestmark = [pytest.mark.process, pytest.mark.rtsp, pytest.mark.timeout(300)]

DATA = Path(os.environ.get("LOCALCAM_DATA", Path(__file__).parents[3] / "shared" / "data"))
PRE_ROLL_S = 5.0
NOTICED_WITHIN_S = 1.0
PART_BYTES = 100_000


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """People who come one by one; the demo room where that recording is not at hand."""
    recording = DATA / "intel_onebyone"
    if recording.is_dir():
        with (recording / "labels.csv").open() as labels:
            first = next(int(row["frame"]) for row in csv.DictReader(labels) if row["motion"] != "0")
        return Film(recording / "video.mp4", first)
    from tests.engine.ingest.demo_film import film_of_a_visit

    return Film(*film_of_a_visit(tmp_path_factory.mktemp("film")))


class Film:
    """A file to be played, and where in it motion begins."""

    def __init__(self, path: Path, first_motion_frame: int) -> None:
        self.path = path
        self.first_motion_frame = first_motion_frame
        with av.open(str(path)) as container:
            self.frames_per_s = float(container.streams.video[0].average_rate or 15)

    def number_of(self, picture: np.ndarray) -> int:
        """Which of its frames a picture is: a recording is a remux, so the pictures are the same."""
        with av.open(str(self.path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if np.array_equal(luma(frame), picture):
                    return number
        raise AssertionError("the clip begins with a picture that the camera never sent")


@pytest.fixture(scope="module")
def camera(film: Film) -> Iterator[RtspServer]:
    require_gstreamer()
    with RtspServer({"hall": VideoFile(path=film.path)}, username="visitor", password="kanarienvogel") as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeAssistant]:
    log = tmp_path_factory.mktemp("home") / "home-assistant.log"
    with log.open("wb") as output:
        home = HomeAssistant(log.parent, free_port(), output=output)
        home.start()
        try:
            yield home
        finally:
            killed = home.stop()
    text = log.read_text()
    assert killed == (), "Home Assistant left processes behind"
    assert "kanarienvogel" not in text
    assert "Traceback" not in text, text[-4000:]


def test_somebody_walks_through_the_picture(home: HomeAssistant, camera: RtspServer, film: Film) -> None:
    add_entry(
        home,
        {
            "user": {"next_step_id": "address"},
            "address": {
                "name": "Hall",
                "url": camera.url("hall"),
                "username": "visitor",
                "password": "kanarienvogel",
                "rtsp_transport": "tcp",
            },
        },
    )

    # The sensor turns on, and nothing of Home Assistant's own process decodes.
    until(lambda: state(home, "binary_sensor.hall_motion")["state"] == "on", "motion", timeout_s=60)
    assert state(home, "camera.hall")["state"] in ("idle", "recording", "streaming")
    password_is_in_no_process_list(home)

    # At rest the clip is closed, and only one is looked at from here on.
    action(home, "switch", "turn_on", {"entity_id": "switch.hall_privacy"})
    until(lambda: state(home, "event.hall_clip")["state"] not in ("unknown", "unavailable"), "a saved clip")
    clip = listed(home)[-1]
    assert clip["camera"] == "camera.hall"
    assert clip["verdict"] is None

    # It reads back in parts, is one whole film, and starts before the motion.
    video = in_parts(home, clip)
    pictures_of_it = (
        picture_size(home, f"/api/localcam/clips/{clip['clip_id']}/{part}") for part in ("thumbnail", "explanation")
    )
    assert clip["size_bytes"] == sum(map(sealed_bytes, (len(video), *pictures_of_it)))
    assert not any(b"ftyp" in path.read_bytes() for path in (home.media / "localcam").rglob("*.lc*"))
    pictures = decoded(video)
    first = film.number_of(pictures[0])
    # The pre-roll counts from the picture in which the motion was noticed.
    assert first <= film.first_motion_frame - (PRE_ROLL_S - NOTICED_WITHIN_S) * film.frames_per_s
    assert first + len(pictures) > film.first_motion_frame, "the motion itself is not in the clip"
    assert clip["duration_s"] == pytest.approx(len(pictures) / film.frames_per_s, abs=1.0)
    started, ended = datetime.fromisoformat(clip["start"]), datetime.fromisoformat(clip["end"])
    assert (ended - started).total_seconds() == pytest.approx(clip["duration_s"], abs=0.01)

    # Flagged, it is kept and says so; nothing was changed by a flag that does not exist.
    assert refused(home, "flag_clip", {"clip_id": clip["clip_id"], "verdict": "nonsense"})
    action(home, "localcam", "flag_clip", {"clip_id": clip["clip_id"], "verdict": "false_alarm", "note": "the cat"})
    assert [each["verdict"] for each in listed(home) if each["clip_id"] == clip["clip_id"]] == ["false_alarm"]

    # Deleted, nothing is left of any.
    every = [each["clip_id"] for each in listed(home)]
    action(home, "localcam", "delete_clips", {"clip_ids": every})
    assert listed(home) == []
    assert home.fetch("GET", video_path(clip)).status == 404
    assert home.fetch("GET", thumbnail_path(clip)).status == 404
    left = [path.name for path in (home.media / "localcam").rglob("*") if path.is_file()]
    assert left == ["localcam-folder"]  # the storage folder's own mark


def test_a_stranger_sees_no_clip_and_is_not_counted_as_a_failed_log_in(home: HomeAssistant) -> None:
    answer = home.fetch("GET", "/api/localcam/clips/01ARZ3NDEKTSV4RRFFQ69G5FAV/video", headers={"Authorization": ""})

    assert answer.status == 403


def until(condition: Callable[[], bool], what: str, timeout_s: float = 30.0) -> None:
    """Wait for something that Home Assistant will show."""
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.2)):
        with suppress(KeyError):
            if condition():
                return
        pause.wait(0.2)
    pytest.fail(f"no {what} within {timeout_s:g} s")


def state(home: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """An entity's state; KeyError while there is none."""
    states = {each["entity_id"]: each for each in home.request("GET", "/api/states")}
    found: dict[str, Any] = states[entity_id]
    return found


def action(home: HomeAssistant, domain: str, name: str, given: dict[str, Any], *, answer: bool = False) -> Any:
    """Call an action as an automation would."""
    return home.request("POST", f"/api/services/{domain}/{name}{'?return_response' if answer else ''}", given)


def refused(home: HomeAssistant, name: str, given: dict[str, Any]) -> bool:
    """Whether an action of ours is refused as bad input."""
    import json

    answer = home.fetch(
        "POST",
        f"/api/services/localcam/{name}",
        headers={"Content-Type": "application/json"},
        body=json.dumps(given).encode(),
    )
    return answer.status == 400


def listed(home: HomeAssistant) -> list[dict[str, Any]]:
    """What `list_clips` responds."""
    clips: list[dict[str, Any]] = action(home, "localcam", "list_clips", {}, answer=True)["service_response"]["clips"]
    return clips


def video_path(clip: dict[str, Any]) -> str:
    return f"/api/localcam/clips/{clip['clip_id']}/video"


def thumbnail_path(clip: dict[str, Any]) -> str:
    return f"/api/localcam/clips/{clip['clip_id']}/thumbnail"


def picture_size(home: HomeAssistant, path: str) -> int:
    """Of a picture that is one."""
    answer = home.fetch("GET", path)
    assert answer.status == 200
    with av.open(io.BytesIO(answer.body), "r") as container:
        assert next(container.decode(video=0)).width > 0
    return len(answer.body)


def sealed_bytes(size_bytes: int) -> int:
    """What lies on the disk of so many bytes: salt, commitment, and a tag for each chunk, the last one shorter."""
    return 56 + size_bytes + 16 * (size_bytes // 16_384 + 1)


def in_parts(home: HomeAssistant, clip: dict[str, Any]) -> bytes:
    """The whole clip, read as a player reads it."""
    head = home.fetch("HEAD", video_path(clip))
    assert (head.status, head.headers["accept-ranges"], head.body) == (200, "bytes", b"")
    whole = int(head.headers["content-length"])
    parts = []
    for start in range(0, whole, PART_BYTES):
        end = min(start + PART_BYTES, whole) - 1
        answer = home.fetch("GET", video_path(clip), headers={"Range": f"bytes={start}-{end}"})
        assert answer.status == 206
        assert answer.headers["content-range"] == f"bytes {start}-{end}/{whole}"
        parts.append(answer.body)
    assert home.fetch("GET", video_path(clip), headers={"Range": f"bytes={whole}-"}).status == 416
    return b"".join(parts)


def decoded(video: bytes) -> list[np.ndarray]:
    """All pictures of a clip whose index comes first."""
    assert video.index(b"moov") < video.index(b"mdat")
    with av.open(io.BytesIO(video), "r") as container:
        return [luma(frame) for frame in container.decode(video=0)]


def luma(frame: av.VideoFrame) -> np.ndarray:
    """Shape (height, width), dtype uint8, of its own."""
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width].copy()


def password_is_in_no_process_list(home: HomeAssistant) -> None:
    """Neither in the arguments nor in the environment of anything that Home Assistant started."""
    workers = descendants(home.pid)
    assert workers, "the camera is watched in no process of its own"
    for member in workers:
        for what in ("cmdline", "environ"):
            assert b"kanarienvogel" not in Path(f"/proc/{member.pid}/{what}").read_bytes()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
