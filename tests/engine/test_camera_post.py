"""A camera's worker is kept running, asked and listened to, and nothing is announced before it is safe."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import SimpleQueue
from threading import Event

import pytest

from custom_components.localcam.engine.backoff import Backoff
from custom_components.localcam.engine.camera_post import CameraPost
from custom_components.localcam.engine.commands import (
    AllowRecording,
    Calibrate,
    ChangeSettings,
    ClipKey,
    Command,
    KeepLast,
    NewKeys,
    RecordNow,
    WantPicture,
    Watch,
)
from custom_components.localcam.engine.errors import ArchiveError, StorageFullError, WorkerError
from custom_components.localcam.engine.reports import (
    Answer,
    ClipClosed,
    Health,
    KeysLow,
    Picture,
    RecordingFailed,
    Report,
    Reported,
    SourceBack,
    WorkerEnded,
)
from custom_components.localcam.engine.settings import (
    AddressRules,
    AddressSource,
    CameraSettings,
    DemoSource,
    DetectSettings,
)
from custom_components.localcam.engine.values import CameraFacts
from tests.engine.keys import clip_keys
from tests.engine.test_wire import CLIP
from tests.engine.workers import FakeClock, FakeExecutor, FakeWorker

SETTINGS = CameraSettings(camera_id="hall", name="Hall", source=DemoSource())
BACK = SourceBack(
    facts=CameraFacts(
        codec="h264",
        width_px=640,
        height_px=360,
        frames_per_s=15,
        keyframe_interval_s=1,
        keyframe_interval_at_least_s=1,
        audio_codec=None,
        detect_width_px=None,
        detect_height_px=None,
    )
)


class FakeHome:
    """A station that notes what it was asked."""

    storage_folder = "/clips"
    may_record = True

    def __init__(self) -> None:
        self.deeds: list[str] = []
        self.broken_starts = 0
        self.full = False
        self.keeps_nothing = False
        self.while_keeping: Callable[[], None] = lambda: None
        self.while_tidying: Callable[[], None] = lambda: None
        self._epoch = 0

    @property
    def address_rules(self) -> AddressRules:
        return AddressRules(public_host="camera.example")

    def next_epoch(self, camera_id: str) -> int:
        if self.broken_starts:
            self.broken_starts -= 1
            raise ArchiveError("its disk is full")
        self._epoch += 1
        return self._epoch

    def issue_keys(self, camera_id: str, left: int) -> tuple[ClipKey, ...]:
        if self.full:
            raise StorageFullError("no room for keys")
        return clip_keys(4 - left)

    def keep(self, reported: Reported, closed: ClipClosed) -> bool:
        self.while_keeping()
        if self.keeps_nothing:
            return False
        self.deeds.append(f"kept {closed.clip.clip_id}")
        return True

    def withdraw_keys(self, camera_id: str) -> None:
        self.deeds.append(f"withdrew keys of {camera_id}")

    def tidy(self, camera_id: str) -> None:
        self.deeds.append(f"tidied {camera_id}")
        self.while_tidying()


class World:
    """A post, its workers, its station and what it passed on."""

    def __init__(self, settings: CameraSettings = SETTINGS) -> None:
        self.home = FakeHome()
        self.executor = FakeExecutor()
        self.clock = FakeClock()
        self.reports: SimpleQueue[Reported] = SimpleQueue()
        self.post = CameraPost(settings, self.executor, self.home, self._note, self.clock, Backoff(random=lambda: 0.0))

    def _note(self, reported: Reported) -> None:
        self.home.deeds.append(f"announced {type(reported.report).__name__}")
        self.reports.put(reported)

    def look(self) -> None:
        """Until the supervisor has asked for the time once more."""
        self.clock.was_read.clear()
        assert self.clock.was_read.wait(10)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.post.start()
    world.executor.await_worker(0)
    yield world
    world.post.stop()


def answering(make: Callable[[int], Report]) -> Callable[[Command], Report | None]:
    """A worker that answers each request."""

    def answer(command: Command) -> Report | None:
        match command:
            case RecordNow() | KeepLast() | Calibrate() | WantPicture():
                return make(command.request_id)
            case _:
                return None

    return answer


def test_the_worker_learns_what_to_watch_and_in_which_life(world: World) -> None:
    assert world.executor.workers[0].first == Watch(
        settings=SETTINGS,
        epoch=1,
        storage_folder="/clips",
        may_record=True,
        address_rules=AddressRules(public_host="camera.example"),
        keys=clip_keys(4),
    )


def test_a_clip_is_in_the_catalogue_before_it_is_announced(world: World) -> None:
    world.executor.workers[0].say(ClipClosed(clip=CLIP, part_name="x"))

    assert world.home.deeds == ["kept 01C", "announced ClipClosed"]


def test_a_worker_that_began_a_clip_is_given_a_key_for_another(world: World) -> None:
    worker = await_first(world)

    worker.say(KeysLow(left=3))
    world.home.full = True
    worker.say(KeysLow(left=0))

    assert worker.commands == [NewKeys(keys=clip_keys(1))]
    assert isinstance(world.reports.get(timeout=5).report, RecordingFailed)
    world.home.full = False
    worker.say(KeysLow(left=0))
    assert worker.commands[1:] == [NewKeys(keys=clip_keys(4))]


def test_a_worker_that_crashed_is_tidied_up_after_and_started_in_a_new_life(world: World) -> None:
    world.executor.workers[0].end(-11)

    second = world.executor.await_worker(1)
    assert isinstance(second.first, Watch)
    assert second.first.epoch == 2
    assert world.reports.get(timeout=5).report == WorkerEnded(exit_code=-11, expected=False)
    second.say(BACK)
    world.post.stop()
    # What is tidied up is so beside the new worker: when it is done, that one may have ended, too.
    deeds = [deed for deed in world.home.deeds if deed != "tidied hall"]
    assert deeds[:3] == ["announced WorkerEnded", "withdrew keys of hall", "announced SourceBack"]
    assert world.home.deeds.count("tidied hall") == 1
    assert world.home.deeds.index("tidied hall") > world.home.deeds.index("withdrew keys of hall")


def test_a_worker_that_crashes_while_its_predecessor_is_tidied_up_after_is_tidied_up_after_next(world: World) -> None:
    tidying, go_on = Event(), Event()

    def tidy_slowly() -> None:
        tidying.set()
        assert go_on.wait(10)

    world.home.while_tidying = tidy_slowly
    world.executor.workers[0].end(-11)
    world.executor.await_worker(1).say(BACK)
    assert tidying.wait(10)

    world.executor.workers[1].end(-11)
    third = world.executor.await_worker(2)
    assert world.home.deeds.count("tidied hall") == 1
    go_on.set()
    third.say(BACK)
    world.post.stop()
    assert world.home.deeds.count("tidied hall") == 2


def test_a_worker_that_hangs_is_killed_and_replaced(world: World) -> None:
    world.clock.now_s += 60

    world.executor.await_worker(1)
    assert world.executor.workers[0].gone


def test_a_worker_that_speaks_when_everything_goes_on_after_a_standstill_does_not_hang(world: World) -> None:
    worker = await_first(world)
    world.clock.now_s += 60
    world.look()
    worker.say(Health(online=True, analysed_frames_per_s=5, dropped_packets=0, cpu_share=0.01, memory_bytes=1))
    for _ in range(2):
        world.look()

    assert not worker.gone


def test_a_worker_whose_clip_takes_long_to_keep_does_not_hang(world: World) -> None:
    worker = await_first(world)

    def keep_slowly() -> None:
        world.clock.now_s += 60
        for _ in range(3):  # until the supervisor has looked twice, and decided
            world.look()

    world.home.while_keeping = keep_slowly
    worker.say(ClipClosed(clip=CLIP, part_name="x"))

    assert not worker.gone
    assert world.home.deeds == ["kept 01C", "announced ClipClosed"]


def test_a_catalogue_that_fails_for_a_while_costs_the_camera_no_more_than_that(world: World) -> None:
    world.home.broken_starts = 1
    world.executor.workers[0].end(-11)

    second = world.executor.await_worker(1)
    assert isinstance(second.first, Watch)
    assert second.first.epoch == 2


def test_what_changes_while_the_worker_starts_reaches_it() -> None:
    world = World()
    changed = replace(SETTINGS, detect=DetectSettings(sensitivity=9))

    def change_meanwhile() -> None:
        world.post.change(changed)
        world.home.may_record = False

    world.executor.while_starting = change_meanwhile
    world.post.start()
    worker = world.executor.await_worker(0)

    assert worker.told.get(timeout=5) == ChangeSettings(settings=changed)
    assert worker.told.get(timeout=5) == AllowRecording(allowed=False)
    world.post.stop()


def test_a_post_that_is_stopped_starts_no_more_workers(world: World) -> None:
    world.post.stop()

    assert world.reports.get(timeout=5).report == WorkerEnded(exit_code=0, expected=True)
    assert len(world.executor.workers) == 1


def test_settings_and_room_for_clips_reach_the_running_worker(world: World) -> None:
    changed = CameraSettings(camera_id="hall", name="Hall", source=DemoSource(), detect=DetectSettings(sensitivity=9))
    await_first(world)
    world.post.change(changed)
    world.post.allow_recording(False)

    assert world.executor.workers[0].commands == [ChangeSettings(settings=changed), AllowRecording(allowed=False)]
    world.executor.workers[0].end(1)
    assert world.executor.await_worker(1).first.settings == changed  # type: ignore[union-attr]


def test_a_picture_is_asked_for_and_given(world: World) -> None:
    await_first(world).answer = answering(lambda number: Picture(request_id=number, jpeg=b"\xff\xd8"))

    assert world.post.picture() == b"\xff\xd8"


def test_the_last_seconds_are_kept_once_their_clip_is_safe(world: World) -> None:
    worker = await_first(world)

    def answer(command: Command) -> Report | None:
        if isinstance(command, KeepLast):
            worker.say(Answer(request_id=command.request_id))
            return ClipClosed(clip=CLIP, part_name="x", request_id=command.request_id)
        return None

    worker.answer = answer

    assert world.post.keep_last(20) == "01C"
    assert world.home.deeds[0] == "kept 01C"


def test_a_clip_that_could_not_be_finished_is_told_with_its_reason_and_at_once(world: World) -> None:
    worker = await_first(world)

    def answer(command: Command) -> Report | None:
        if isinstance(command, KeepLast):
            worker.say(Answer(request_id=command.request_id))
            return Answer(request_id=command.request_id, problem="storage_full")
        return None

    worker.answer = answer

    with pytest.raises(WorkerError, match="storage_full"):
        world.post.keep_last(20)


def test_a_clip_that_cannot_be_entered_is_told_to_who_asked_for_it(world: World) -> None:
    worker = await_first(world)
    world.home.keeps_nothing = True

    def answer(command: Command) -> Report | None:
        if isinstance(command, KeepLast):
            worker.say(Answer(request_id=command.request_id))
            return ClipClosed(clip=CLIP, part_name="x", request_id=command.request_id)
        return None

    worker.answer = answer

    with pytest.raises(WorkerError, match="disk_error"):
        world.post.keep_last(20)


def test_who_waits_for_a_worker_that_dies_need_not_wait_longer(world: World) -> None:
    worker = await_first(world)

    def die(command: Command) -> None:
        if isinstance(command, KeepLast):
            worker.end(-11)

    worker.answer = die

    with pytest.raises(WorkerError, match="offline"):
        world.post.keep_last(20)


def test_what_a_dying_worker_said_is_told_without_credentials() -> None:
    source = AddressSource(url="rtsp://10.0.0.2/main", username="owner", password="hunter2")
    world = World(CameraSettings(camera_id="hall", name="Hall", source=source))
    world.post.start()
    worker = world.executor.await_worker(0)
    worker.last_words = "opening rtsp://owner:hunter2@10.0.0.2/main\nSegmentation fault"
    worker.end(-11)

    ended = world.reports.get(timeout=5).report
    assert isinstance(ended, WorkerEnded)
    assert not ended.expected
    assert "hunter2" not in ended.last_words
    assert "owner" not in ended.last_words
    assert ended.last_words.endswith("@10.0.0.2/main\nSegmentation fault")
    world.post.stop()


def test_a_request_that_cannot_be_met_says_why(world: World) -> None:
    await_first(world).answer = answering(lambda number: Answer(request_id=number, problem="storage_full"))

    with pytest.raises(WorkerError, match="storage_full"):
        world.post.record_now(10)


def test_calibrating_is_begun_or_refused_with_a_reason(world: World) -> None:
    worker = await_first(world)
    worker.answer = answering(lambda number: Answer(request_id=number))
    world.post.calibrate(20)
    assert isinstance(worker.commands[-1], Calibrate)
    assert worker.commands[-1].seconds == 20

    worker.answer = answering(lambda number: Answer(request_id=number, problem="something_moves"))
    with pytest.raises(WorkerError, match="something_moves"):
        world.post.calibrate(20)


def test_a_worker_that_is_gone_is_offline_and_gives_no_picture() -> None:
    world = World()

    assert world.post.picture() == b""
    with pytest.raises(WorkerError, match="offline"):
        world.post.keep_last(5)


def await_first(world: World) -> FakeWorker:
    """The first worker, once the post can talk to it."""
    worker = world.executor.await_worker(0)
    worker.answer = answering(lambda number: Picture(request_id=number, jpeg=b"there"))
    while world.post.picture() != b"there":
        pass
    worker.commands.clear()
    return worker
