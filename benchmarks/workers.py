"""What workers cost: memory and CPU of several on one real-time RTSP stream, beside PyAV decoding the same alone.

`scripts/bench workers [VIDEO] [--workers N] [--seconds S] [--economy auto|fast|economy] [--json]`. Every figure comes
from the operating system, of processes that run at the same time on the same stream. Also: how soon after its end a
clip is ready.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import threading
import time

from ulid_transform import ulid_now

from custom_components.localcam.engine.commands import ClipKey, Watch
from custom_components.localcam.engine.executor import LocalExecutor, LocalWorker
from custom_components.localcam.engine.reports import ClipClosed, MotionStarted, Reported
from custom_components.localcam.engine.settings import AddressSource, CameraSettings, DetectSettings, Economising
from tests.rtsp_server import RtspServer, TestPattern, VideoFile

DECODE_ALONE = """
import sys, av
av.logging.set_level(None)
container = av.open(sys.argv[1], options={"rtsp_transport": "tcp", "timeout": "5000000"})
stream = container.streams.video[0]
stream.codec_context.thread_count = 1
print("up", flush=True)
for packet in container.demux(stream):
    for frame in packet.decode():
        pass
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one process."""

    cpu_s: float
    """Over the measured time."""
    anonymous_mb: float
    pss_mb: float


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> tuple[float, float]:
    """Anonymous memory and proportional set size."""
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        key, value, *_ = line.split()
        sizes[key] = int(value) / 1024
    return sizes["Anonymous:"], sizes["Pss:"]


def measure(pids: list[int], seconds: float) -> list[Cost]:
    """CPU over the next seconds, and the greatest memory of eight looks."""
    wait = threading.Event()
    before = [cpu_s(pid) for pid in pids]
    peaks = [(0.0, 0.0)] * len(pids)
    for _ in range(8):
        wait.wait(seconds / 8)
        peaks = [(max(a, c), max(b, d)) for (a, b), (c, d) in zip(peaks, map(memory_mb, pids), strict=True)]
    spent = [cpu_s(pid) - start for pid, start in zip(pids, before, strict=True)]
    return [Cost(cpu_s=cpu, anonymous_mb=a, pss_mb=p) for cpu, (a, p) in zip(spent, peaks, strict=True)]


@dataclass(slots=True)
class Seen:
    """What workers reported."""

    motion_events: int = 0
    ready_after_s: list[float] = field(default_factory=list)
    """For each clip, from its end to the report that it is finished on disk."""
    longest_clip_s: float = 0.0

    def note(self, reported: Reported) -> None:
        """From the workers' threads."""
        match reported.report:
            case MotionStarted():
                self.motion_events += 1
            case ClipClosed(clip=clip):
                self.ready_after_s.append(time.time() - clip.ended_utc_s)
                self.longest_clip_s = max(self.longest_clip_s, clip.duration_s)
            case _:
                pass


def clip_keys(count: int) -> tuple[ClipKey, ...]:
    """For a worker that no station gives any."""
    return tuple(ClipKey(clip_id=ulid_now(), key=os.urandom(32)) for _ in range(count))


def settings_of(number: int, url: str, economy: Economising) -> CameraSettings:
    """Of one of several cameras; what is not asked for is as a new camera has it."""
    return CameraSettings(
        camera_id=f"camera{number}",
        name=f"Camera {number}",
        source=AddressSource(url=url),
        detect=DetectSettings(economy=economy),
    )


def watch(executor: LocalExecutor, settings: CameraSettings, folder: str, seen: Seen) -> LocalWorker:
    """A worker as the station would start it."""
    first = Watch(settings=settings, epoch=1, storage_folder=folder, may_record=True, keys=clip_keys(50))
    worker = executor.start(first, on_reported=seen.note, on_end=lambda _: None)
    assert isinstance(worker, LocalWorker)
    return worker


def asked_for(arguments: Sequence[str]) -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "video", nargs="?", type=Path, help="played over RTSP; a moving test pattern where none is given"
    )
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--frames-per-s", type=int, default=25)
    parser.add_argument("--economy", type=Economising, choices=list(Economising), default=Economising.AUTO)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    wanted = asked_for(arguments)
    mount = (
        VideoFile(path=wanted.video, plays=20)
        if wanted.video
        else TestPattern(width_px=640, height_px=360, frames_per_s=wanted.frames_per_s, keyframe_every_frames=50)
    )
    seen = Seen()
    with RtspServer({"stream": mount}) as server, tempfile.TemporaryDirectory() as folder:
        url = server.url("stream")
        alone = subprocess.Popen([sys.executable, "-c", DECODE_ALONE, url], stdout=subprocess.PIPE)
        workers = [
            watch(LocalExecutor(), settings_of(number, url, wanted.economy), folder, seen)
            for number in range(wanted.workers)
        ]
        threading.Event().wait(15)
        costs = measure([worker.pid for worker in workers] + [alone.pid], wanted.seconds)
        for worker in workers:
            worker.stop(10)
        alone.kill()
        alone.wait()
    decode = costs.pop()
    result = {
        "seconds": wanted.seconds,
        "decode_alone": asdict(decode),
        "workers": [asdict(cost) for cost in costs],
        "cpu_vs_decode": sum(cost.cpu_s for cost in costs) / len(costs) / decode.cpu_s,
        "anonymous_mb_max": max(cost.anonymous_mb for cost in costs),
        "pss_mb_mean": sum(cost.pss_mb for cost in costs) / len(costs),
        "motion_events": seen.motion_events,
        "clips": len(seen.ready_after_s),
        "longest_clip_s": seen.longest_clip_s,
        "clip_ready_after_s": max(seen.ready_after_s, default=None),
    }
    if wanted.json:
        print(json.dumps(result))
        return 0
    print(f"{len(costs)} workers for {wanted.seconds:g} s; {result['motion_events']} events, {result['clips']} clips")
    print(f"CPU of a worker / PyAV decoding the same alone   {result['cpu_vs_decode']:.2f}")
    print(f"anonymous memory, greatest                       {result['anonymous_mb_max']:.1f} MB")
    print(f"PSS, mean                                        {result['pss_mb_mean']:.1f} MB")
    if seen.ready_after_s:
        print(f"longest clip                                     {seen.longest_clip_s:.0f} s")
        print(f"clips ready after their end, at most             {max(seen.ready_after_s):.2f} s")
    return 0
