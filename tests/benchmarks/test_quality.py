"""The quality benchmark, on a folder made of the simulated room."""

from fractions import Fraction
import json
from pathlib import Path

import av
import numpy as np
import pytest

from benchmarks.demo_folder import labels, right_kinds
from benchmarks.peers import peers
from benchmarks.quality import group_of, main, measure
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
    assert {"sequences", "total", "us_per_frame"} < set(json.loads(capsys.readouterr().out))
    assert result["groups"]["films"]["plain"]["detected"] == 1
    assert result["kinds"] == {"films": {"other": 1, "light": 1}}
    assert main([str(folder)]) == 0
    assert "person" in capsys.readouterr().out


def test_sequences_are_grouped_by_their_nuisance() -> None:
    names = ("nuis_fan_3", "mix_fan_3", "nuis_tv", "act_shadow_1", "intel_onebyone", "mix")
    assert [group_of(name) for name in names] == ["nuis fan", "mix fan", "nuis tv", "act shadow", "films", "films"]


def test_the_demo_folder_says_who_moves_and_which_kind_is_right() -> None:
    visit = DemoAct(act=Act.PERSON, from_s=1, until_s=3)
    marked = labels((visit,), 5)
    assert (len(marked), marked[0], marked[15], marked[30], marked[44], marked[60]) == (75, 0, -1, 1, -1, 0)
    assert right_kinds(Act.PERSON) == {"other"}
    assert right_kinds(Act.KNOCKED) == {"camera_moved"}
    assert right_kinds(Act.SNOW) == {"noise", "none"}


def test_plain_differencing_sees_a_quarter_of_a_percent_of_the_picture_change() -> None:
    moves = peers()["plain"].begin()
    picture = np.full((100, 200), 100, np.uint8)
    assert not moves(picture)
    changed = picture.copy()
    changed[0, :49] = 126
    assert not moves(changed)
    changed = picture.copy()
    changed[1, :50] = 126
    assert moves(changed)


def test_a_folder_without_sequences_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "No labelled sequence" in capsys.readouterr().err
