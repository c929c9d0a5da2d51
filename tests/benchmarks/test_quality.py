"""The quality benchmark, on a folder made of the simulated room."""

from fractions import Fraction
import json
from pathlib import Path

import av
import pytest

from benchmarks.quality import main, measure
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_script import Act, DemoAct, DemoScript

FPS = 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One sequence of 12 s in which somebody walks through from 4 s to 9 s, and one in which a lamp is switched."""
    person = DemoAct(act=Act.PERSON, from_s=4, until_s=9)
    lamp = DemoAct(act=Act.LAMP, from_s=5, until_s=30)
    for name, act in (("person", person), ("lamp", lamp)):
        home = tmp_path / name
        home.mkdir()
        room = DemoRoom(1, script=DemoScript((act,)))
        labels = [int(act.act is Act.PERSON and act.goes_on(index / FPS)) for index in range(12 * FPS)]
        (home / "labels.csv").write_text(
            "\n".join(["frame,motion", *(f"{index},{label}" for index, label in enumerate(labels))])
        )
        write_video(home / "video.mp4", room, len(labels))
    return tmp_path


def write_video(path: Path, room: DemoRoom, frames: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS))
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for index in range(frames):
            frame = av.VideoFrame(640, 360, "yuv420p")
            for plane, samples in zip(frame.planes, room.picture(index / FPS), strict=True):
                plane.update(samples.tobytes())
            frame.pts = index
            frame.time_base = Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_a_person_is_an_event_and_a_lamp_is_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = measure(folder)
    lamp, person = result["sequences"]
    assert (person["name"], person["frames"], person["fps"]) == ("person", 120, 10.0)
    assert (person["events"], person["detected"], person["false_alarms"]) == (1, 1, 0)
    assert (lamp["events"], lamp["detected"], lamp["false_alarms"], lamp["latency_s"]) == (0, 0, 0, None)
    assert result["total"]["frames"] == 240
    assert result["us_per_frame"]
    assert main([str(folder), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"sequences", "total", "us_per_frame"}
    assert main([str(folder)]) == 0
    assert "person" in capsys.readouterr().out


def test_a_folder_without_sequences_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "No labelled sequence" in capsys.readouterr().err
