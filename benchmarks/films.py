"""Films to measure with: a busy room and a quiet one, from labelled recordings where there are any, else simulated.

Encoded as cameras do: H.264 in one slice without B frames, a keyframe every 2 s, the bit rate as what is seen asks for.
"""

from collections.abc import Iterator
from fractions import Fraction
import itertools
import os
from pathlib import Path

import av
import numpy as np

from benchmarks.sequences import LabelledSequence, Picture, pictures, pre_roll, sequences
from custom_components.localcam.engine.ingest.demo_room import DemoRoom

FRAMES_PER_S = 25
SECONDS = 20
KEYFRAME_EVERY = 50
SMALL = (640, 360)
LARGE = (1920, 1080)
DATA = Path(os.environ.get("LOCALCAM_DATA", Path(__file__).parents[2] / "shared" / "data"))
"""Labelled recordings; without them the simulated room is filmed."""
STEP_S = 0.001
"""Of the simulated room's time while it is to stand still: its noise is another each millisecond."""


def busy_film(folder: Path) -> Path:
    """People in the picture nearly all the time, 640x360."""
    recording = _recording()
    frames = (_simulated(SMALL, moving=True)) if recording is None else _back_and_forth(recording)
    return encoded(folder / "busy.mp4", SMALL, frames)


def quiet_film(folder: Path) -> Path:
    """Nothing moves, 640x360."""
    recording = _recording()
    frames = _simulated(SMALL, moving=False) if recording is None else pre_roll(recording)
    return encoded(folder / "quiet.mp4", SMALL, itertools.cycle([frame.copy() for frame in frames]))


def large_quiet_film(folder: Path) -> Path:
    """Nothing moves, 1920x1080; simulated, so that each pixel has noise of its own, as a sensor of this size has."""
    return encoded(folder / "quiet-1080p.mp4", LARGE, _simulated(LARGE, moving=False))


def _recording() -> LabelledSequence | None:
    """The one in which most moves, of those that are long enough."""
    found = [each for each in sequences(DATA) if each.labels.count(0) >= each.fps] if DATA.is_dir() else []
    return max(found, key=lambda each: each.labels.count(1), default=None)


def _back_and_forth(recording: LabelledSequence) -> Iterator[Picture]:
    moving = (frame for frame, label in zip(pictures(recording), recording.labels, strict=False) if label == 1)
    taken = [frame.copy() for frame in itertools.islice(moving, FRAMES_PER_S * SECONDS)]
    return itertools.cycle([*taken, *reversed(taken)])


def _simulated(size: tuple[int, int], *, moving: bool) -> Iterator[Picture]:
    room = DemoRoom(1, *size)
    wanted = (step / FRAMES_PER_S for step in itertools.count() if room.truth(step / FRAMES_PER_S).moving is moving)
    if moving:
        return (room.picture(at_s)[0] for at_s in wanted)
    still_at_s = next(wanted)
    return (room.picture(still_at_s + step * STEP_S)[0] for step in range(FRAMES_PER_S * SECONDS))


def encoded(path: Path, size: tuple[int, int], frames: Iterator[Picture], *, seconds: int = SECONDS) -> Path:
    """The first of the frames as a film of that length, at `path`."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FRAMES_PER_S)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "x264-params": f"keyint={KEYFRAME_EVERY}:min-keyint={KEYFRAME_EVERY}:scenecut=0:threads=1",
        }
        for number, luma in enumerate(itertools.islice(frames, FRAMES_PER_S * seconds)):
            grey = av.VideoFrame.from_ndarray(np.ascontiguousarray(luma), format="gray")
            frame = grey.reformat(width=size[0], height=size[1], format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
