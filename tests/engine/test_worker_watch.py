"""One camera's deliveries, handled one at a time: what is looked at, recorded and told, without any connection."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import override

import av
import pytest

from custom_components.localcam.engine import worker_watch
from custom_components.localcam.engine.errors import SourceFault, StorageFullError
from custom_components.localcam.engine.ingest.demo_script import Act, DemoAct
from custom_components.localcam.engine.ingest.demo_source import DemoMediaSource
from custom_components.localcam.engine.messages import (
    Answer,
    ChangeSettings,
    ClipClosed,
    Health,
    KeepLast,
    MotionStarted,
    RecordNow,
    Report,
    SourceBack,
    SourceLost,
    Watch,
)
from custom_components.localcam.engine.settings import (
    AddressSource,
    CameraSettings,
    DetectSettings,
    RecordSettings,
    Zone,
)
from custom_components.localcam.engine.values import ClipEnd, Kind, Packet
from custom_components.localcam.engine.vault.sealed_file import SealedWriter
from custom_components.localcam.engine.vault.vault import Vault
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
from tests.engine.detect.rooms import act, room
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
        self.first = Watch(settings=SETTINGS, epoch=1, storage_folder=str(folder), may_record=True)

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

    def command(self, command: RecordNow | KeepLast | ChangeSettings) -> None:
        self.inbox.then(lambda: Commanded(command=command))

    def connection(self, role: Role) -> FakeConnection:
        """The newest of that role."""
        return next(each for each in reversed(FakeConnection.made) if each.role is role)

    def run(self) -> None:
        self.watch().run()

    def watch(self) -> worker_watch.CameraWatch:
        return worker_watch.CameraWatch(
            self.first,
            Outbox(self, "hall", 1),
            self.inbox,  # type: ignore[arg-type]
            self.clock,
            lambda: 0.5,
        )

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


class PassingTime:
    """A stop signal that is never set: whoever waits for it finds that time has passed."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.now_s += timeout or 0.0
        return False


def demo_room(seconds: float, *acts: DemoAct) -> Footage:
    """What the demo camera sends of a room in which only this happens."""
    clock = FakeClock(now_s=100.0)
    source = DemoMediaSource(1, clock, PassingTime(clock), frames_per_s=10)
    source.open()
    source._room = room(*acts)
    packets = tuple(takewhile(lambda packet: packet.received_at_s < 100 + seconds, source.packets()))
    return Footage(formats=source.formats, packets=packets)


def test_a_light_that_goes_on_is_recorded_while_it_does_and_turns_no_motion_on(world: World) -> None:
    lamps = [act(Act.LAMP, on_s, on_s + 2) for on_s in (5, 9, 13)]
    footage = demo_room(24, *lamps)
    world.first = replace(world.first, settings=replace(SETTINGS, record=RecordSettings(pre_roll_s=1, post_roll_s=3)))
    world.connect(Role.MAIN, footage)
    world.play(Role.MAIN, footage.packets)
    world.run()

    assert world.all_of(MotionStarted)
    assert not any(started.kind.alerts for started in world.all_of(MotionStarted))
    (closed,) = world.all_of(ClipClosed)
    # Switched for the last time 15 s after the beginning; the post-roll counts from there, and not from 5 s.
    assert closed.clip.kind is Kind.LIGHT
    assert closed.clip.end is ClipEnd.COMPLETE
    ended_at_s = closed.clip.started_utc_s - world.clock.epoch_utc_s - 100 + closed.clip.duration_s
    assert 17 < ended_at_s < 21


def test_a_clip_is_explained_by_a_picture_of_what_moved_and_what_decided(world: World, tmp_path: Path) -> None:
    footage = demo_room(16, act(Act.PERSON, 4, 9, depth=2))
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    zoned = replace(SETTINGS, detect=DetectSettings(sensitivity=6, zones=(Zone(name="all", polygon=square),)))
    world.first = replace(world.first, settings=zoned)
    world.connect(Role.MAIN, footage)
    world.play(Role.MAIN, footage.packets)
    world.run()

    clip = world.all_of(ClipClosed)[0].clip
    # The quiet time is not over yet, and the clip knows its event all the same.
    (event,) = clip.events
    assert (event.threshold, event.sensitivity) == (0.5, 6)
    assert event.peak_score == clip.score
    assert clip.explanation is not None
    with Vault(tmp_path).open(clip.explanation.name) as file, av.open(file, format="mjpeg") as container:
        pixels = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert pixels.shape == (180, 320, 3)
    orange = (pixels[:, :, 0] > pixels[:, :, 1] + 40) & (pixels[:, :, 1] > pixels[:, :, 2] + 20)
    assert 100 < orange.sum() < pixels.shape[0] * pixels.shape[1] / 3


def test_a_clip_that_cannot_be_finished_is_told_to_who_asked_for_it(world: World, tmp_path: Path) -> None:
    class Refusing(Vault):
        """Takes growing files, as a disk does that fills up meanwhile."""

        @override
        def create(self, name: str) -> SealedWriter:
            if not name.endswith(".grow.part"):
                raise StorageFullError("no space left")
            return super().create(name)

    world.connect(Role.MAIN, SMALL)
    world.play(Role.MAIN, during(SMALL, 0, 3))
    world.command(KeepLast(request_id=7, seconds=2))
    watch = world.watch()
    watch._recording._finisher._store = Refusing(tmp_path)
    watch.run()

    assert world.all_of(Answer) == [Answer(request_id=7), Answer(request_id=7, problem="storage_full")]
    assert world.all_of(ClipClosed) == []


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
