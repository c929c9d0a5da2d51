"""One camera's deliveries, handled one at a time: what is looked at, recorded and told, without any connection."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
import io
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import override

import av
import pytest

from custom_components.localcam.engine import worker_watch
from custom_components.localcam.engine.clip import ClipEnd
from custom_components.localcam.engine.commands import Calibrate, ChangeSettings, KeepLast, RecordNow, Watch
from custom_components.localcam.engine.errors import SourceFault, StorageFullError
from custom_components.localcam.engine.ingest.demo_script import Act, DemoAct
from custom_components.localcam.engine.ingest.demo_source import DemoMediaSource
from custom_components.localcam.engine.motion import CalibrationFault, CameraProblem, Kind, Shedding
from custom_components.localcam.engine.reports import (
    Answer,
    Calibrated,
    ClipClosed,
    Health,
    MotionStarted,
    ProblemChanged,
    Report,
    SourceBack,
    SourceLost,
)
from custom_components.localcam.engine.settings import (
    AddressSource,
    CameraSettings,
    DetectSettings,
    Economising,
    RecordSettings,
)
from custom_components.localcam.engine.values import Packet
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
from custom_components.localcam.engine.zone_settings import Zone
from tests.engine.detect.rooms import act, room
from tests.engine.keys import KnownKeys, clip_keys, unsealed, vault_in
from tests.engine.packets import Camera, Footage, decode, film
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
            self.inbox.then(partial(self._arrive, role, packet))

    def wait(self, seconds: float) -> None:
        def pass_on() -> None:
            self.clock.now_s += seconds

        self.inbox.then(pass_on)

    def command(self, command: RecordNow | KeepLast | ChangeSettings | Calibrate) -> None:
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
    zone = Zone(zone_id="all", name="all", polygon=square)
    zoned = replace(SETTINGS, detect=DetectSettings(sensitivity=6, zones=(zone,)))
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
    jpeg = io.BytesIO(unsealed(tmp_path, clip.explanation.name))
    with av.open(jpeg, "r", format="mjpeg") as container:
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
    watch._recording._finisher._store = Refusing(tmp_path, KnownKeys())
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


def test_a_camera_that_is_not_there_or_sees_nothing_is_not_calibrated(world: World) -> None:
    world.command(Calibrate(request_id=1, seconds=3))
    world.connect(Role.MAIN, LARGE)
    world.play(Role.MAIN, during(LARGE, 0, 6))
    world.command(Calibrate(request_id=2, seconds=3))
    world.run()

    # The film's bar wanders off with all the detail that there was: another view, to the detector.
    assert [each.problem for each in world.all_of(ProblemChanged)] == [CameraProblem.MOVED]
    assert [answer.problem for answer in world.all_of(Answer)] == ["offline", "sees_nothing"]
    assert world.all_of(Calibrated) == []


def test_calibrating_that_the_end_of_the_stream_cuts_short_says_so(world: World) -> None:
    world.connect(Role.MAIN, LARGE)
    world.play(Role.MAIN, during(LARGE, 0, 0.5))
    world.command(Calibrate(request_id=1, seconds=20))
    world.play(Role.MAIN, during(LARGE, 0.5, 1))
    world.disconnect(Role.MAIN)
    world.run()

    assert [answer.problem for answer in world.all_of(Answer)] == [""]
    assert [each.calibration.fault for each in world.all_of(Calibrated)] == [CalibrationFault.LOST]


def test_a_camera_whose_pictures_cannot_be_decoded_is_asked_anew(world: World) -> None:
    broken = [replace(each, payload=each.payload[:8] + bytes(len(each.payload) - 8)) for each in SMALL.packets]
    world.connect(Role.MAIN, SMALL)
    world.play(Role.MAIN, during(SMALL, 0, 2))
    world.play(Role.MAIN, [each for each in broken if 2 <= each.received_at_s - 100 < 8])
    world.run()

    assert [each.fault for each in world.all_of(SourceLost)] == [SourceFault.LOST]
    assert [each.role for each in FakeConnection.made].count(Role.MAIN) == 2
    assert FakeConnection.made[0].stopped


def test_a_stream_without_keyframes_is_told_and_asked_anew(world: World) -> None:
    endless = film(Camera(keyframe_interval_s=60), 22)
    world.connect(Role.MAIN, endless)
    world.play(Role.MAIN, endless.packets[1:])
    world.run()

    assert [each.fault for each in world.all_of(SourceLost)] == [SourceFault.NO_KEYFRAME]
    assert world.all_of(SourceBack) == []


def test_one_that_began_with_a_keyframe_goes_on_and_is_told_of(world: World) -> None:
    endless = film(Camera(keyframe_interval_s=60), 26)
    world.connect(Role.MAIN, endless)
    world.play(Role.MAIN, endless.packets)
    world.run()

    assert world.all_of(SourceLost) == []
    told = [each.lacks_keyframes for each in world.all_of(Health)]
    assert told[0] is False
    assert told[-1] is True


def quiet_then_moving(world: World, economy: Economising, cpu_budget_share: float = 1.0) -> None:
    """The second stream is away: the first is looked at, by that choice."""
    footage = film(Camera(keyframe_interval_s=2, moves_from_s=13.5, moves_until_s=15.5), 30)
    detect = DetectSettings(economy=economy, quiet_s=2, cpu_budget_share=cpu_budget_share)
    world.first = replace(world.first, settings=replace(SETTINGS, detect=detect))
    world.connect(Role.MAIN, footage)
    world.play(Role.MAIN, footage.packets)
    world.run()


def test_economys_clip_is_that_of_fast(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    quiet_then_moving(world, Economising.FAST)
    other = World(tmp_path_factory.mktemp("economy"))
    quiet_then_moving(other, Economising.ECONOMY)
    # Where the bar comes to rest the camera sees another view, which is told in its own time.
    fast_clips, economy_clips = (
        [closed.clip for closed in each.all_of(ClipClosed) if closed.clip.events[0].kind.alerts]
        for each in (world, other)
    )
    for fast, economy in zip(fast_clips, economy_clips, strict=True):
        assert economy.started_utc_s == fast.started_utc_s
        assert economy.duration_s == pytest.approx(fast.duration_s, abs=0.21)
        assert economy.motion_offset_s == pytest.approx(fast.motion_offset_s, abs=0.21)
    assert fast_clips
    analysed = [sum(health.analysed_frames_per_s for health in each.all_of(Health)) for each in (world, other)]
    assert analysed[1] < 0.9 * analysed[0]
    assert not any(health.economises for health in world.all_of(Health))
    assert all(health.economises for health in other.all_of(Health))


def test_a_used_up_cpu_budget_costs_no_packet_of_a_recording(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        def __init__(self, _: object) -> None:
            pass

        def cpu_share(self) -> float:
            return 0.9

    monkeypatch.setattr(worker_watch, "Account", Busy)
    footage = film(Camera(keyframe_interval_s=2), 40)
    detect = DetectSettings(cpu_budget_share=0.5)
    record = RecordSettings(pre_roll_s=1, post_roll_s=1, longest_clip_s=20)
    world.first = replace(world.first, settings=replace(SETTINGS, detect=detect, record=record))
    world.connect(Role.MAIN, footage)
    world.play(Role.MAIN, during(footage, 0, 22))
    world.command(RecordNow(request_id=1, duration_s=10))
    world.play(Role.MAIN, during(footage, 22, 40))
    world.run()
    clips = [closed.clip for closed in world.all_of(ClipClosed)]

    assert {health.shed for health in world.all_of(Health)} == set(Shedding)
    # One clip follows on the other, and none lacks a picture.
    vault = vault_in(Path(world.first.storage_folder))
    for clip in clips:
        reader = vault.open(clip.video.name)
        pictures, _ = decode(BytesIO(reader.read_at(0, reader.size_bytes)))
        reader.close()
        assert pictures == pytest.approx(clip.duration_s * 10, abs=1)
    assert any(clip.started_utc_s > clips[0].started_utc_s for clip in clips)
