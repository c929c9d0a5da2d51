"""The demo room as a file: somebody walks through it, for tests that have no recording of a real room."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from custom_components.localcam.engine.ingest.demo_room import DemoRoom

FRAMES_PER_S = 10
SECONDS = 30


def film_of_a_visit(folder: Path) -> tuple[Path, int]:
    """An H.264 file in MP4 of the room's first half minute, and the number of the first frame with motion."""
    room = DemoRoom(1)
    path = folder / "visit.mp4"
    first_motion_frame: int | None = None
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_S)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.codec_context.gop_size = FRAMES_PER_S
        # One slice for each picture: the test's RTSP server would cut keyframes of several into several pictures.
        stream.codec_context.thread_count = 1
        stream.options = {"preset": "veryfast", "tune": "zerolatency"}
        for number in range(FRAMES_PER_S * SECONDS):
            at_s = number / FRAMES_PER_S
            if first_motion_frame is None and room.truth(at_s).moving:
                first_motion_frame = number
            planes = [np.ascontiguousarray(plane) for plane in room.picture(at_s)]
            frame = av.VideoFrame(640, 360, "yuv420p")
            for plane, pixels in zip(frame.planes, planes, strict=True):
                rows = np.zeros((plane.height, plane.line_size), np.uint8)
                rows[:, : plane.width] = pixels
                plane.update(rows.tobytes())
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert first_motion_frame is not None
    return path, first_motion_frame
