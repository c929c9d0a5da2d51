"""A whole house in a process of its own: frozen as a suspended machine is, stopped in the midst of a clip, or killed.

Run as a program it is that house: it says what happens in one JSON object a line, and obeys orders on its input.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import json
import os
from pathlib import Path
from queue import Empty, SimpleQueue
import signal
import subprocess
import sys
from threading import Event, Thread
import time
from typing import Any

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import WorkerError
from custom_components.localcam.engine.reports import ClipClosed, Reported
from custom_components.localcam.engine.settings import AddressSource, CameraSettings
from custom_components.localcam.engine.station import Station
from tests.faults.running_station import PATIENCE_S, house_at, kept, missing, worker_pids
from tests.rtsp_server import RtspServer, TestPattern

_CAMERA_ID = "camera0"
_BACK_S = 10.0
"""Within this time after a freeze, pictures are looked at again."""
_STOPPED_S = 2.0
_RECORDED_S = 4.0
"""More than is in a worker's memory alone."""
_WORKERS_END_S = 5.0
_ENDLESS_S = 600.0
_ATTEMPTS = 30
"""To begin a clip, half a second apart: a camera that was lost a moment ago is not back yet."""


def kill(folder: Path) -> tuple[list[str], dict[str, object]]:
    """Kill it while it records: its workers end by themselves, and the clip is there at the next start."""
    pattern = TestPattern(width_px=320, height_px=180, frames_per_s=15, keyframe_every_frames=15, shared=False)
    with RtspServer({"stream": pattern}) as server, _house(folder, server.url("stream")) as house:
        if house.wait("SourceBack") is None or not house.watches(PATIENCE_S):
            return ["the camera does not show pictures"], {}
        house.order("record")
        if house.wait("recording") is None:
            return ["no clip began"], {}
        Event().wait(_RECORDED_S)
        workers = worker_pids(house.pid)
        os.kill(house.pid, signal.SIGKILL)
        ended_s = _ended_after_s(workers)
    violated = [] if workers and ended_s is not None else [f"workers {workers} live on without their house"]
    if not (clips := kept(folder / "clips", folder / "catalogue")):
        violated.append("the clip that was recorded when the house was killed is lost")
    violated += missing(folder / "clips", folder / "catalogue", ())
    return violated, {"workers_ended_after_s": ended_s, "clips_after_killed_house": clips}


def _ended_after_s(workers: set[int]) -> float | None:
    """How long it took until none of them was left; None for too long."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < _WORKERS_END_S:
        if not any(_lives(pid) for pid in workers):
            return round(time.monotonic() - began_s, 2)
        Event().wait(0.05)
    return None


def _lives(pid: int) -> bool:
    """A process that has ended, and that nobody has waited for, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def freeze(folder: Path, seconds: float) -> tuple[list[str], dict[str, object]]:
    """What was violated, and how long it took to come back and to stop."""
    pattern = TestPattern(
        width_px=320, height_px=180, frames_per_s=15, keyframe_every_frames=15, pattern="checkers-8", shared=False
    )
    with RtspServer({"stream": pattern}) as server, _house(folder, server.url("stream")) as house:
        return _live_through(house, server, folder, seconds)


def _live_through(
    house: _House, server: RtspServer, folder: Path, seconds: float
) -> tuple[list[str], dict[str, object]]:
    violated: list[str] = []
    if house.wait("SourceBack") is None or not house.watches(PATIENCE_S):
        return ["the camera does not show pictures"], {}
    house.order("record")
    if house.wait("recording") is None:
        return ["no clip began"], {}
    Event().wait(2.0)
    house.signal(signal.SIGSTOP)
    server.stop()  # a camera gives up who does not read
    Event().wait(seconds)
    server.start()
    said = len(house.seen)
    house.signal(signal.SIGCONT)
    went_on_s = time.monotonic()
    # The clip that was open ends at the gap, and pictures are looked at again.
    if (clip := house.wait("ClipClosed")) is None:
        violated.append("the clip that was open when time stood still is lost")
    elif clip["seconds"] > seconds:
        violated.append(f"a clip goes over the gap: it lasts {clip['seconds']:.1f} s")
    if not house.is_back(said, went_on_s + _BACK_S):
        violated.append(f"pictures are not looked at within {_BACK_S:g} s")
    back_s = time.monotonic() - went_on_s
    Event().wait(3.0)
    house.order("record")
    if house.wait("recording") is None:
        violated.append("no clip begins after that any more")
    Event().wait(2.0)
    house.order("stop")
    stopped = house.wait("stopped")
    if stopped is None or stopped["seconds"] > _STOPPED_S:
        violated.append(f"the house was not stopped within {_STOPPED_S:g} s: {stopped}")
    if house.seen.count("MotionStarted"):
        violated.append(f"{house.seen.count('MotionStarted')} times motion in a picture that stands still")
    if len(house.clip_ids) < 2:
        violated.append("the clip that was open when the house stopped was not announced")
    violated += missing(folder / "clips", folder / "catalogue", house.clip_ids)
    return violated, {"back_after_s": round(back_s, 1), "stopped_after_s": stopped and round(stopped["seconds"], 2)}


class _House:
    """The program, from without."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program
        self._lines: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.seen: list[str] = []
        """Each thing it said, in order."""
        self.clip_ids: list[str] = []
        Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """Of the house itself, without its workers."""
        return self._program.pid

    def order(self, what: str) -> None:
        """Have it do something."""
        assert self._program.stdin is not None
        self._program.stdin.write(what + "\n")
        self._program.stdin.flush()

    def signal(self, number: int) -> None:
        """To it and its workers, all at once."""
        os.killpg(self._program.pid, number)

    def wait(self, what: str, timeout_s: float = PATIENCE_S) -> dict[str, Any] | None:
        """The next time it says this; None for not in time."""
        until_s = time.monotonic() + timeout_s
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left_s)
            except Empty:
                break
            if line["what"] == what:
                return line
        return None

    def watches(self, timeout_s: float) -> bool:
        """Whether its worker says that it looks at pictures, within this time."""
        return self.wait("looks", timeout_s) is not None

    def is_back(self, said: int, until_s: float) -> bool:
        """Whether by then its camera was found again, and looked at, since it had said so many things."""
        while time.monotonic() < until_s:
            later = iter(self.seen[said:])
            if "SourceBack" in later and "looks" in later:
                return True
            Event().wait(0.05)
        return False

    def _read(self) -> None:
        assert self._program.stdout is not None
        for text in self._program.stdout:
            line = json.loads(text)
            self.seen.append(line["what"])
            self.clip_ids += [line["clip_id"]] if line["what"] == "ClipClosed" else []
            self._lines.put(line)


@contextmanager
def _house(folder: Path, url: str) -> Iterator[_House]:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.whole_house", str(folder), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield _House(program)
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def _say(what: str, **more: object) -> None:
    print(json.dumps({"what": what, **more}), flush=True)


def _on_report(reported: Reported) -> None:
    report = reported.report
    if isinstance(report, ClipClosed):
        _say("ClipClosed", clip_id=report.clip.clip_id, seconds=report.clip.duration_s)
    elif getattr(report, "analysed_frames_per_s", 0) > 0:
        _say("looks")
    else:
        _say(type(report).__name__)


def _record(station: Station) -> None:
    """As soon as the camera lets."""
    for _ in range(_ATTEMPTS):
        try:
            station.record_now(_CAMERA_ID, _ENDLESS_S)
        except WorkerError as err:
            _say("refused", why=str(err))
            Event().wait(0.5)
        else:
            _say("recording")
            return


def _be_a_house(folder: Path, url: str) -> None:
    station = Station(catalogue_folder=folder / "catalogue", clock=SystemClock(), on_report=_on_report)
    station.start(house_at(folder / "clips"))
    station.watch(CameraSettings(camera_id=_CAMERA_ID, name=_CAMERA_ID, source=AddressSource(url=url)))
    for order in sys.stdin:
        began_s = time.monotonic()
        if order.strip() == "record":
            _record(station)
        else:
            station.stop()
            _say("stopped", seconds=time.monotonic() - began_s)


if __name__ == "__main__":
    _be_a_house(Path(sys.argv[1]), sys.argv[2])
