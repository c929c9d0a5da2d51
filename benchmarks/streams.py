"""Whole programs on one real-time RTSP stream: a worker, `motion`, and PyAV that only decodes; CPU of each.

All of one stream run at the same time. The worker's CPU is that of its process, the recording and the finishing of
clips included.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
import subprocess
import sys
import tempfile
import threading

from benchmarks.motion_daemon import missing_motion, motion_on, recorded_bytes
from benchmarks.process_cost import measure
from custom_components.localcam.engine.commands import Watch
from custom_components.localcam.engine.executor import LocalExecutor, LocalWorker
from custom_components.localcam.engine.reports import ClipClosed, MotionEnded, MotionStarted, Reported
from custom_components.localcam.engine.settings import AddressSource, CameraSettings, DetectSettings
from tests.engine.keys import clip_keys
from tests.rtsp_server import RtspServer, VideoFile

DECODE_ALL = """
import sys, av
av.logging.set_level(None)
container = av.open(sys.argv[1], options={"rtsp_transport": "tcp", "timeout": "5000000"})
stream = container.streams.video[0]
stream.codec_context.thread_count = 1
for packet in container.demux(stream):
    for frame in packet.decode():
        pass
"""
WARM_UP_S = 16.0
"""Not measured: imports, connecting, learning the room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is measured on one film."""

    name: str
    film: Path
    size: tuple[int, int]
    detect: DetectSettings
    beside: tuple[str, ...]
    """Of `motion` and `decode`."""


@dataclass(slots=True)
class Watched:
    """What the worker said."""

    events: int = 0
    open_events: int = 0
    clips: int = 0
    recorded_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, reported: Reported) -> None:
        """From the worker's thread."""
        with self.lock:
            match reported.report:
                case MotionStarted():
                    self.events += 1
                    self.open_events += 1
                case MotionEnded():
                    self.open_events -= 1
                case ClipClosed(clip=clip):
                    self.clips += 1
                    self.recorded_s += clip.duration_s
                case _:
                    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one scene; CPU in seconds over the measured time, None where the program is not installed."""

    name: str
    seconds: float
    worker_cpu_s: float
    motion_cpu_s: float | None
    decode_cpu_s: float | None
    events: int
    recorded_s: float
    motion_recorded_bytes: int


def run(scene: Scene, seconds: float) -> Outcome:
    """Play the film and measure."""
    watched = Watched()
    plays = int((seconds + WARM_UP_S) / _length_s(scene.film)) + 2
    with ExitStack() as stack:
        server = stack.enter_context(RtspServer({"stream": VideoFile(path=scene.film, plays=plays)}))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = server.url("stream")
        pids = {"worker": stack.enter_context(_worker_on(url, scene, folder / "clips", watched))}
        if "motion" in scene.beside and missing_motion() is None:
            (folder / "movies").mkdir()
            pids["motion"] = stack.enter_context(motion_on(url, scene.size, folder / "movies"))
        if "decode" in scene.beside:
            pids["decode"] = stack.enter_context(_decoding(url))
        threading.Event().wait(WARM_UP_S)
        spent = measure(pids, seconds)
        movies = recorded_bytes(folder / "movies")

    return Outcome(
        name=scene.name,
        seconds=seconds,
        worker_cpu_s=spent["worker"],
        motion_cpu_s=spent.get("motion"),
        decode_cpu_s=spent.get("decode"),
        events=watched.events,
        recorded_s=watched.recorded_s,
        motion_recorded_bytes=movies,
    )


def _length_s(film: Path) -> float:
    import av

    with av.open(str(film)) as container:
        return (container.duration or 0) / 1_000_000 or 1.0


@contextmanager
def _worker_on(url: str, scene: Scene, folder: Path, watched: Watched) -> Iterator[int]:
    folder.mkdir()
    settings = CameraSettings(camera_id="speed", name="Speed", source=AddressSource(url=url), detect=scene.detect)
    first = Watch(settings=settings, epoch=1, storage_folder=str(folder), may_record=True, keys=clip_keys(50))
    worker = LocalExecutor().start(first, on_reported=watched.note, on_end=lambda _: None)
    assert isinstance(worker, LocalWorker)
    try:
        yield worker.pid
    finally:
        worker.stop(10)


@contextmanager
def _decoding(url: str) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", DECODE_ALL, url], stdin=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
