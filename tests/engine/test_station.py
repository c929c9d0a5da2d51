"""What lives in Home Assistant's process as one: cameras, catalogue, folders, and who may record."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
import re
import socket
from threading import Event, Thread

import pytest

from custom_components.localcam.engine.audit_keeper import AuditKeeper
from custom_components.localcam.engine.audited import AuditQuery, Deed
from custom_components.localcam.engine.catalogued import ClipQuery
from custom_components.localcam.engine.clip import Clip, StoredFile
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.commands import AllowRecording, ChangeSettings, Watch
from custom_components.localcam.engine.errors import ArchiveError, SourceError, StorageError, WorkerError
from custom_components.localcam.engine.reports import ClipClosed, Reported, WorkerEnded
from custom_components.localcam.engine.safekeeping import StorageTrouble
from custom_components.localcam.engine.settings import (
    AddressSource,
    CameraSettings,
    DemoSource,
    DetectSettings,
    HouseSettings,
)
from custom_components.localcam.engine.station import Station
from tests.engine.keys import cheap_keyring, vault_in
from tests.engine.test_wire import CLIP
from tests.engine.workers import FakeClock, FakeExecutor, FakeWorker

pytestmark = pytest.mark.timeout(60)

HALL = CameraSettings(camera_id="hall", name="Hall", source=DemoSource())
KITCHEN = CameraSettings(camera_id="kitchen", name="Kitchen", source=DemoSource(seed=2))


class World:
    """A station on real files, with workers that run nowhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.executor = FakeExecutor()
        self.reports: SimpleQueue[Reported] = SimpleQueue()
        self.station = Station(
            catalogue_folder=folder / "catalogue",
            clock=FakeClock(),
            on_report=self.reports.put,
            executor=self.executor,
            keyring=cheap_keyring(folder / "catalogue" / "keys"),
        )
        self.house = HouseSettings(
            storage_folder=str(folder / "clips"), quota_bytes=10_000, free_floor_share=0, free_floor_bytes=0
        )

    def elsewhere(self) -> HouseSettings:
        folder = str(self.folder / "elsewhere")
        return replace(self.house, storage_folder=folder, older_folders=self.house.older_folders_after(folder))

    def watch(self, settings: CameraSettings) -> FakeWorker:
        """The worker that the station can talk to."""
        number = len(self.executor.workers)
        self.station.watch(settings)
        return self.executor.await_worker(number)

    def recorded(self, name: str = "01J00000000000000000000000") -> ClipClosed:
        video = f"hall/2026-11-23/{name}.lcv"
        with vault_in(Path(self.station.home.storage_folder)).create(video) as file:
            file.write(bytes(1000))
        clip = replace(CLIP, clip_id=name, video=StoredFile(name=video, size_bytes=1000, sha256="0" * 64), events=())
        return ClipClosed(clip=clip, part_name="")

    def clips(self) -> list[Clip]:
        return [entry.clip for entry in self.station.clips(ClipQuery())]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.station.start(world.house)
    yield world
    world.station.stop()


def test_another_folder_is_where_every_camera_records_from_then_on(world: World) -> None:
    workers = [world.watch(HALL), world.watch(KITCHEN)]

    world.station.change_house(world.elsewhere())

    assert all(worker.gone for worker in workers)
    firsts = [world.executor.await_worker(number).first for number in (2, 3)]
    assert {(first.settings, first.storage_folder) for first in firsts if isinstance(first, Watch)} == {
        (HALL, str(world.folder / "elsewhere")),
        (KITCHEN, str(world.folder / "elsewhere")),
    }


def test_other_bounds_interrupt_no_camera(world: World) -> None:
    worker = world.watch(HALL)

    world.station.change_house(replace(world.house, quota_bytes=20_000))

    assert not worker.gone
    assert len(world.executor.workers) == 1


def test_a_folder_that_cannot_be_used_interrupts_no_camera(world: World) -> None:
    worker = world.watch(HALL)
    (world.folder / "file").touch()

    with pytest.raises(StorageError):
        world.station.change_house(replace(world.house, storage_folder=str(world.folder / "file" / "clips")))

    assert not worker.gone
    assert world.station.home.storage_folder == world.house.storage_folder


def test_a_camera_that_is_sent_to_rest_while_the_folder_changes_is_not_watched_again(world: World) -> None:
    first, second = world.watch(HALL), world.watch(KITCHEN)
    ending, go_on = Event(), Event()

    def end_slowly(timeout_s: float) -> None:
        ending.set()
        assert go_on.wait(10)
        first.end(0)

    first.stop = end_slowly  # type: ignore[method-assign]
    changing = Thread(target=world.station.change_house, args=(world.elsewhere(),))
    changing.start()
    assert ending.wait(10)
    world.station.rest("kitchen")  # while the hall's worker still closes its clip
    go_on.set()
    changing.join()

    assert second.gone
    world.executor.await_worker(2)
    assert [each.first.settings for each in world.executor.workers[2:] if isinstance(each.first, Watch)] == [HALL]


def test_settings_that_change_while_the_folder_does_are_not_lost(world: World) -> None:
    first = world.watch(HALL)
    changed = replace(HALL, detect=DetectSettings(sensitivity=9))
    ending, go_on = Event(), Event()

    def end_slowly(timeout_s: float) -> None:
        ending.set()
        assert go_on.wait(10)
        first.end(0)

    first.stop = end_slowly  # type: ignore[method-assign]
    threads = [
        Thread(target=world.station.change_house, args=(world.elsewhere(),)),
        Thread(target=world.station.change, args=(changed,)),
    ]
    threads[0].start()
    assert ending.wait(10)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join()

    second = world.executor.await_worker(1)
    assert isinstance(second.first, Watch)
    if second.first.settings != changed:
        assert second.told.get(timeout=10) == ChangeSettings(settings=changed)


def test_a_camera_that_is_watched_twice_has_one_worker(world: World) -> None:
    first = world.watch(HALL)
    second = world.watch(HALL)

    assert first.gone
    assert not second.gone


def test_nothing_is_watched_after_the_end(world: World) -> None:
    world.station.stop()

    world.station.watch(HALL)

    assert world.executor.workers == []
    with pytest.raises(WorkerError, match="offline"):
        world.station.record_now("hall", 5)


def test_a_clip_is_announced_once_it_is_in_the_catalogue(world: World) -> None:
    closed = world.recorded()
    world.watch(HALL).say(closed)

    assert world.reports.get(timeout=5).report == closed
    assert world.clips() == [closed.clip]


def test_a_clip_that_cannot_be_entered_is_not_announced(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = world.watch(HALL)
    monkeypatch.setattr(ClipKeeper, "keep", _fail)
    worker.say(world.recorded())

    assert type(world.reports.get(timeout=5).report).__name__ == "RecordingFailed"
    assert world.reports.empty()


def test_a_clip_that_could_not_be_entered_is_announced_once_it_can_be(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = world.watch(HALL)
    closed = world.recorded()
    with monkeypatch.context() as full:
        full.setattr(ClipKeeper, "keep", _fail)
        worker.say(closed)
        assert type(world.reports.get(timeout=5).report).__name__ == "RecordingFailed"
        state = world.station.enforce_bounds()
        assert (state.trouble, state.may_record) == (StorageTrouble.CATALOGUE, True)
    assert world.clips() == []

    assert world.station.enforce_bounds().trouble is None
    assert world.reports.get(timeout=5).report == closed
    assert world.clips() == [closed.clip]
    assert world.reports.empty()


def test_a_clip_is_announced_although_the_bounds_cannot_be_kept_now(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = world.watch(HALL)
    monkeypatch.setattr(ClipKeeper, "enforce_bounds", _fail)
    closed = world.recorded()
    worker.say(closed)

    assert world.reports.get(timeout=5).report == closed


def test_workers_learn_that_the_folder_is_gone_and_that_it_is_back(world: World) -> None:
    worker = world.watch(HALL)
    clips = Path(world.house.storage_folder)
    clips.rename(world.folder / "away")
    world.station.enforce_bounds()
    assert worker.told.get(timeout=10) == AllowRecording(allowed=False)

    (world.folder / "away").rename(clips)
    world.station.enforce_bounds()
    assert worker.told.get(timeout=10) == AllowRecording(allowed=True)


def test_all_workers_end_with_the_station(world: World) -> None:
    workers = [world.watch(HALL), world.watch(KITCHEN)]

    world.station.stop()

    assert all(worker.gone for worker in workers)
    ended = {world.reports.get(timeout=5) for _ in workers}
    assert {(each.camera_id, each.report) for each in ended} == {
        (camera_id, WorkerEnded(exit_code=0, expected=True)) for camera_id in ("hall", "kitchen")
    }


def test_a_live_view_is_told_neither_the_camera_s_address_nor_its_password(world: World) -> None:
    source = AddressSource(url="rtsp://127.0.0.1/live", username="me", password="p@ss")
    world.watch(CameraSettings(camera_id="door", name="Door", source=source))
    world.watch(HALL)

    live = world.station.live_address("door")

    assert re.fullmatch(r"rtsp://127\.0\.0\.1:\d+/[0-9a-f]{32}", live)
    assert world.station.live_address("door") == live
    assert world.station.live_address("hall") == ""
    assert world.station.live_address("cellar") == ""


def test_it_ends_when_the_camera_rests(world: World) -> None:
    world.watch(CameraSettings(camera_id="door", name="Door", source=AddressSource(url="rtsp://127.0.0.1/live")))
    port = int(world.station.live_address("door").split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), 5):
        pass

    world.station.rest("door")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_a_public_host_is_let_in_only_as_long_as_the_owner_says_so(world: World) -> None:
    source = AddressSource(url="rtsp://9.9.9.9/live")
    world.watch(CameraSettings(camera_id="door", name="Door", source=source))
    with pytest.raises(SourceError):
        world.station.live_address("door")

    world.station.change_house(replace(world.house, public_host="9.9.9.9"))
    assert world.station.live_address("door")
    await_watch = world.executor.await_worker(1).first
    assert isinstance(await_watch, Watch)
    assert await_watch.address_rules.public_host == "9.9.9.9"

    world.station.change_house(world.house)
    with pytest.raises(SourceError):
        world.station.live_address("door")


def _fail(*_: object) -> None:
    raise ArchiveError("its disk is full")


def test_its_log_has_its_start_what_it_deleted_and_its_stop(world: World, tmp_path: Path) -> None:
    for number in range(12):
        closed = world.recorded(f"01J000000000000000000000{number:02}")
        world.station.home.keep(Reported(camera_id="hall", epoch=1, sequence=number + 1, report=closed), closed)
    world.station.enforce_bounds()
    gone = 12 - len(world.clips())
    assert gone > 0
    world.station.stop()
    after = AuditKeeper(tmp_path / "catalogue", FakeClock())
    deeds = [entry.note.deed for entry in reversed(after.entries(AuditQuery()))]
    assert deeds == [Deed.START, Deed.KEYS, Deed.CATALOGUE, *[Deed.DELETE] * gone, Deed.CATALOGUE, Deed.STOP]
    report = after.verify()
    assert (report.holds, report.head and report.head.size) == (True, len(deeds))
    after.close()
