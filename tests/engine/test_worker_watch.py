"""One camera's deliveries, handled one at a time: what is looked at, recorded and told, without any connection."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from custom_components.localcam.engine import worker_watch
from custom_components.localcam.engine.errors import SourceFault
from custom_components.localcam.engine.messages import (
    Answer,
    ChangeSettings,
    ClipClosed,
    Health,
    RecordNow,
    Report,
    SourceBack,
    SourceLost,
    Watch,
)
from custom_components.localcam.engine.settings import AddressSource, CameraSettings, RecordSettings
from custom_components.localcam.engine.values import ClipEnd, Packet
from custom_components.localcam.engine.wire import decode_reported
from custom_components.localcam.engine.worker_inbox import (
    Arrived,
    Commanded,
    Connected,
    Delivery,
    Disconnected,
    Role,
    StationGone,
)
from custom_components.localcam.engine.worker_outbox import Outbox
from tests.engine.keys import clip_keys
from tests.engine.packets import Camera, Footage, film
from tests.engine.workers import FakeClock

LARGE = film(Camera(width_px=320, height_px=192), 12)
SMALL = film(Camera(), 12)
SETTINGS = CameraSettings(
    camera_id="hall",
    name="Hall",
    source=AddressSource(url="rtsp://10.0.0.2/main", detect_url="rtsp://10.0.0.2/small"),
    record=RecordSettings(pre_roll_s=1, post_roll_s=1),
)


class FakeConnection:
    """Connects to nothing: the test delivers."""

    made: list[FakeConnection]

    def __init__(self, role: Role, *_: object) -> None:
        self.role = role
        self.stopped = False
        self.made.append(self)

    def start(self) -> None:
        pass

    def stop(self) -> None:
        self.stopped = True

    def handled(self) -> None:
        pass

    def pace(self, interval_s: float) -> None:
        pass


class Script:
    """An inbox that gives what a test wrote down, and lets time pass in between."""

    def __init__(self) -> None:
        self._acts: deque[Callable[[], Delivery | None]] = deque()
        self._finished: SimpleQueue[Delivery] = SimpleQueue()

    def put(self, delivery: Delivery) -> None:
        self._finished.put(delivery)

    def get(self, timeout: float | None = None) -> Delivery:
        if self._acts:
            if (delivery := self._acts.popleft()()) is None:
                raise Empty
            return delivery
        if not self._finished.empty():
            return self._finished.get()
        return StationGone()

    def empty(self) -> bool:
        return self._finished.empty()

    def then(self, act: Callable[[], Delivery | None]) -> None:
        self._acts.append(act)


class World:
    """A watched camera whose connections the test plays."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(now_s=100.0)
        self.inbox = Script()
        self.told: list[Report] = []
        self.first = Watch(settings=SETTINGS, epoch=1, storage_folder=str(folder), may_record=True, keys=clip_keys(9))

    def write(self, data: bytes) -> None:
        self.told.append(decode_reported(data[4:]).report)

    def flush(self) -> None:
        pass

    def connect(self, role: Role, footage: Footage) -> None:
        self.inbox.then(lambda: Connected(source=self.connection(role), role=role, formats=footage.formats))

    def disconnect(self, role: Role) -> None:
        self.inbox.then(
            lambda: Disconnected(
                source=self.connection(role), role=role, fault=SourceFault.LOST, detail="", retry_in_s=1.0
            )
        )

    def play(self, role: Role, packets: Iterable[Packet]) -> None:
        for packet in packets:
            self.inbox.then(lambda packet=packet: self._arrive(role, packet))

    def wait(self, seconds: float) -> None:
        def pass_on() -> None:
            self.clock.now_s += seconds

        self.inbox.then(pass_on)

    def command(self, command: RecordNow | ChangeSettings) -> None:
        self.inbox.then(lambda: Commanded(command=command))

    def connection(self, role: Role) -> FakeConnection:
        """The newest of that role."""
        return next(each for each in reversed(FakeConnection.made) if each.role is role)

    def run(self) -> None:
        worker_watch.CameraWatch(
            self.first,
            Outbox(self, "hall", 1),
            self.inbox,  # type: ignore[arg-type]
            self.clock,
            lambda: 0.5,
        ).run()

    def all_of[R: Report](self, kind: type[R]) -> list[R]:
        return [report for report in self.told if isinstance(report, kind)]

    def looks(self) -> list[bool]:
        """For each report of health, whether anything was looked at since the one before."""
        return [health.analysed_frames_per_s > 0 for health in self.all_of(Health)]

    def _arrive(self, role: Role, packet: Packet) -> Delivery:
        self.clock.now_s = max(self.clock.now_s, packet.received_at_s)
        return Arrived(source=self.connection(role), role=role, items=(packet,))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    FakeConnection.made = []
    monkeypatch.setattr(worker_watch, "Connection", FakeConnection)
    return World(tmp_path)


def during(footage: Footage, from_s: float, until_s: float) -> list[Packet]:
    """What arrives in these seconds."""
    return [packet for packet in footage.packets if from_s <= packet.received_at_s - 100 < until_s]


def test_motion_is_looked_for_in_the_second_stream_alone(world: World) -> None:
    world.connect(Role.MAIN, LARGE)
    world.play(Role.MAIN, during(LARGE, 0, 3))
    world.connect(Role.DETECT, SMALL)
    world.play(Role.MAIN, during(LARGE, 3, 8))
    world.run()

    # The first stream stood in while it was alone.
    assert world.looks() == [True, True, False]


def test_the_main_stream_is_looked_at_while_the_second_one_is_gone(world: World) -> None:
    world.connect(Role.MAIN, LARGE)
    world.connect(Role.DETECT, SMALL)
    world.play(Role.MAIN, during(LARGE, 0, 3))
    world.disconnect(Role.DETECT)
    world.play(Role.MAIN, during(LARGE, 3, 7))
    world.run()

    assert world.looks() == [False, True, True]
    assert world.all_of(SourceLost) == []  # it is recorded as before


def test_a_camera_that_only_fell_silent_is_looked_at_again_when_it_goes_on(world: World) -> None:
    world.connect(Role.MAIN, LARGE)
    world.play(Role.MAIN, during(LARGE, 0, 1))
    world.wait(5)
    world.play(Role.MAIN, during(LARGE, 6, 10))
    world.run()

    assert [type(each) for each in world.told if isinstance(each, SourceBack | SourceLost)] == [
        SourceBack,
        SourceLost,
        SourceBack,
    ]
    assert world.looks()[-1]


def test_a_camera_of_which_only_sound_comes_is_lost(world: World) -> None:
    footage = film(Camera(sound=True), 8)
    world.connect(Role.MAIN, footage)
    world.play(Role.MAIN, during(footage, 0, 2))
    world.play(Role.MAIN, [packet for packet in during(footage, 2, 8) if packet in footage.sound])
    world.run()

    assert [each.fault for each in world.all_of(SourceLost)] == [SourceFault.LOST]


def test_sound_that_is_switched_on_makes_the_clip_go_on_by_the_new_streams_clock(world: World) -> None:
    before = film(Camera(first_dts_s=5_000), 12)
    after = film(Camera(first_dts_s=3, first_received_at_s=103), 9)  # no sound that a clip can hold: the same formats
    world.connect(Role.MAIN, before)
    world.connect(Role.DETECT, SMALL)  # in which nothing moves: what is recorded is what was asked for
    world.play(Role.MAIN, during(before, 0, 2))
    world.command(RecordNow(request_id=7, duration_s=4))
    world.play(Role.MAIN, during(before, 2, 3))
    world.command(ChangeSettings(settings=replace(SETTINGS, record=replace(SETTINGS.record, sound=True))))
    world.connect(Role.MAIN, after)
    world.play(Role.MAIN, after.packets)
    world.run()

    assert all(each.stopped for each in FakeConnection.made)
    assert world.all_of(Answer) == [Answer(request_id=7)]
    first, second = (closed.clip for closed in world.all_of(ClipClosed))
    assert (first.end, second.end) == (ClipEnd.FORMAT_CHANGED, ClipEnd.COMPLETE)
    assert second.continues_clip_id == first.clip_id
    assert second.duration_s == pytest.approx(3, abs=0.3)
