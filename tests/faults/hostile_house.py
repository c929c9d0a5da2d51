"""A house with hostile cameras and one good one: the good one must not notice, and neither must whoever runs them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
import os
from pathlib import Path
import random
import signal
import struct
from tempfile import TemporaryDirectory
from threading import Event, Lock
import time

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.commands import Command, Watch
from custom_components.localcam.engine.executor import LocalExecutor, LocalWorker, Worker
from custom_components.localcam.engine.reports import Health, Report, Reported, SourceBack, SourceLost, WorkerEnded
from custom_components.localcam.engine.settings import (
    AddressSource,
    CameraSettings,
    DemoSource,
    HouseSettings,
    Source,
)
from custom_components.localcam.engine.station import Station
from tests.engine.ingest.http_cameras import jpeg, with_claimed_size
from tests.engine.packets import Camera, film

from .hostile_bytes import mutated
from .hostile_servers import Answer, Asked, described, http, rtsp, talking_server, transport, well_meaning

GOOD, HUNG = "good", "hung"
_RTP_BYTES = 1200
_SILENCE_S = 9.0
"""Between two health reports of a good camera, which are sent every 2 s: with 10 s it would count as hanging."""
_KILLED_AFTER_S = 30.0
_BACK_AFTER_S = 30.0
"""A worker that hangs is killed after 10 s and back 3 s later: the figures say how long. These are ends of waits
on a machine that may be busy with other tests."""
_MOST_GROWTH_BYTES = 64 << 20


@dataclass
class Said:
    """What every camera reported, with the time."""

    reports: dict[str, list[tuple[float, Report]]] = field(default_factory=lambda: defaultdict(list))
    lock: Lock = field(default_factory=Lock)

    def take(self, reported: Reported) -> None:
        with self.lock:
            self.reports[reported.camera_id].append((time.monotonic(), reported.report))

    def of(self, camera_id: str, kind: type[Report], since_s: float = 0.0) -> list[float]:
        """When it reported that."""
        with self.lock:
            return [at_s for at_s, each in self.reports[camera_id] if isinstance(each, kind) and at_s >= since_s]


class WatchedExecutor:
    """Real processes, and which of them is whose."""

    def __init__(self) -> None:
        self._executor = LocalExecutor()
        self.pids: dict[str, int] = {}

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> Worker:
        worker = self._executor.start(first, on_reported, on_end)
        if isinstance(first, Watch) and isinstance(worker, LocalWorker):
            self.pids[first.settings.camera_id] = worker.pid
        return worker


def _frames(seed: int) -> bytes:
    """Some seconds of H.264 over RTP, interleaved, most of it broken (RFC 6184, RFC 2326 10.12)."""
    luck = random.Random(seed)
    out = bytearray()
    sequence = 0
    for packet in film(Camera(frames_per_s=15), 8).video:
        for payload in _payloads(packet.payload):
            head = struct.pack(">BBHII", 0x80, 96, sequence & 0xFFFF, packet.pts & 0xFFFFFFFF, 7)
            whole = head + payload
            if luck.random() < 0.3:
                whole = mutated(whole, luck)[:65535]
            sequence += 1
            out += b"$\x00" + len(whole).to_bytes(2) + whole
            if luck.random() < 0.01:
                out += luck.randbytes(luck.randrange(1, 40))
    return bytes(out)


def _payloads(packet: bytes) -> Iterator[bytes]:
    for unit in packet.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01"):
        if len(unit) <= _RTP_BYTES:
            if unit:
                yield unit
            continue
        kind, pieces = unit[0], [unit[at : at + _RTP_BYTES] for at in range(1, len(unit), _RTP_BYTES)]
        for number, piece in enumerate(pieces):
            edge = (0x80 if number == 0 else 0) | (0x40 if number == len(pieces) - 1 else 0)
            yield bytes([kind & 0xE0 | 28, edge | kind & 0x1F]) + piece


def _streaming(seed: int) -> Answer:
    frames = _frames(seed)

    def answer(asked: Asked) -> bytes | None:
        if asked.method == "SETUP":
            return rtsp(asked, "200 OK", "Session: 1", transport(asked))
        if asked.method == "PLAY":
            return rtsp(asked, "200 OK", "Session: 1") + frames
        return well_meaning(asked)

    return answer


def _huge_description(asked: Asked) -> bytes | None:
    if asked.connection % 2 and asked.method == "DESCRIBE":
        return described(asked)
    if asked.method == "DESCRIBE":
        return b"RTSP/1.0 200 OK\r\nCSeq: %s\r\nContent-Length: 536870912\r\n\r\nv=0\r\n" % asked.sequence.encode()
    return well_meaning(asked)


def _multipart(seed: int) -> Answer:
    luck = random.Random(seed)
    picture = jpeg()
    parts = b"".join(b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + mutated(picture, luck) for _ in range(300))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"
    return lambda _: head + parts


def _bombs(asked: Asked) -> bytes | None:
    sides = (4096, 8192, 30000, 65535)
    bomb = with_claimed_size(jpeg(), sides[asked.connection % 4], sides[asked.connection // 4 % 4])
    return http("200 OK", "Content-Type: image/jpeg", body=bomb)


HOSTILE: dict[str, tuple[str, Callable[[int], Answer]]] = {
    "broken_rtp": ("rtsp", _streaming),
    "huge_sdp": ("rtsp", lambda _: _huge_description),
    "broken_mjpeg": ("http", _multipart),
    "jpeg_bombs": ("http", lambda _: _bombs),
}


@contextmanager
def house(said: Said, executor: WatchedExecutor, seed: int) -> Iterator[Station]:
    """All hostile cameras, a good one, and one that a test may stop."""
    with ExitStack() as stack, TemporaryDirectory() as folder:
        station = Station(
            catalogue_folder=Path(folder) / "catalogue", clock=SystemClock(), on_report=said.take, executor=executor
        )
        station.start(HouseSettings(storage_folder=str(Path(folder) / "clips"), free_floor_bytes=0, free_floor_share=0))
        stack.callback(station.stop)
        sources: dict[str, Source] = {GOOD: DemoSource(), HUNG: DemoSource(seed=2)}
        for name, (scheme, answer) in HOSTILE.items():
            port = stack.enter_context(talking_server(answer(seed)))
            sources[name] = AddressSource(url=f"{scheme}://127.0.0.1:{port}/x", username="u", password="p")
        for name, source in sources.items():
            station.watch(CameraSettings(camera_id=name, name=name, source=source))
        yield station


def live_together(seconds: float, seed: int) -> tuple[dict[str, int], list[str], dict[str, float]]:
    """What was tried, violated and measured; at least as long as a worker that hangs takes to be replaced."""
    said, executor = Said(), WatchedExecutor()
    violated: list[str] = []
    pause = Event()

    def until(condition: Callable[[], object], timeout_s: float) -> bool:
        ends_at_s = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > ends_at_s:
                return False
            pause.wait(0.05)
        return True

    before_bytes = _rss_bytes()
    with house(said, executor, seed):
        if not until(lambda: said.of(GOOD, SourceBack) and said.of(HUNG, SourceBack), 30):
            violated.append("the good cameras never came")
        began_at_s = stopped_at_s = time.monotonic()
        os.kill(executor.pids[HUNG], signal.SIGSTOP)
        if not until(lambda: said.of(HUNG, WorkerEnded), _KILLED_AFTER_S):
            violated.append("a worker that hangs was not killed")
        killed_at_s = time.monotonic()
        if not until(lambda: said.of(HUNG, SourceBack, killed_at_s), _BACK_AFTER_S):
            violated.append("a worker that was killed is not replaced")
        back_after_s = time.monotonic() - killed_at_s
        pause.wait(max(0.0, seconds - (time.monotonic() - began_at_s)))
        ended_at_s = time.monotonic()
        grown_bytes = _rss_bytes() - before_bytes
        violated += _of_the_good(said, began_at_s, ended_at_s)
    allowed = Health | SourceLost | SourceBack | WorkerEnded
    for name in HOSTILE:
        foreign = {type(each).__name__ for _, each in said.reports[name] if not isinstance(each, allowed)}
        # A broken picture may look like motion, and motion makes clips: that is no violation.
        foreign -= {"MotionStarted", "MotionEnded", "ClipClosed", "RecordingFailed"}
        violated += [f"{name} said {each}" for each in sorted(foreign)]
        if not said.of(name, SourceLost) and not said.of(name, SourceBack):
            violated.append(f"{name} was never tried")
    if grown_bytes > _MOST_GROWTH_BYTES:
        violated.append(f"whoever runs the cameras grew by {grown_bytes >> 20} MB")
    tried = {"hostile_cameras": len(HOSTILE), "hung_workers": 1}
    figures = {
        "hung_killed_after_s": round(killed_at_s - stopped_at_s, 1),
        "back_after_s": round(back_after_s, 1),
        "host_grew_mb": round(grown_bytes / (1 << 20), 1),
        "hostile_worker_deaths": float(sum(_deaths(said, name) for name in HOSTILE)),
    }
    return tried, violated, figures


def _of_the_good(said: Said, began_at_s: float, ended_at_s: float) -> Iterator[str]:
    if said.of(GOOD, WorkerEnded) or said.of(GOOD, SourceLost):
        yield "the good camera was lost"
    heard = [began_at_s, *said.of(GOOD, Health, began_at_s), ended_at_s]
    longest_s = max(later - earlier for earlier, later in pairwise(heard))
    if longest_s > _SILENCE_S:
        yield f"the good camera was silent for {longest_s:.1f} s"


def _deaths(said: Said, camera_id: str) -> int:
    ended = (each for _, each in said.reports[camera_id] if isinstance(each, WorkerEnded))
    return sum(not each.expected for each in ended)


def _rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
