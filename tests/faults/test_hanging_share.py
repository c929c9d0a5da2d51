"""The storage folder lies on a network share whose server is gone: nothing else waits for it, and it heals (row 11)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
import threading
from threading import Event, Thread
import time
from typing import override

import pytest

from custom_components.localcam.engine import clip_mover
from custom_components.localcam.engine.clip_mover import ClipMover
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.commands import Command
from custom_components.localcam.engine.errors import FolderInUseError, StorageError
from custom_components.localcam.engine.executor import LocalExecutor, Worker
from custom_components.localcam.engine.folder_lock import FolderLock
from custom_components.localcam.engine.reports import Reported
from custom_components.localcam.engine.safekeeping import StorageTrouble
from custom_components.localcam.engine.settings import CameraSettings, DemoSource
from custom_components.localcam.engine.station import Station
from tests.engine.spooled_house import SpooledHouse, names_of
from tests.engine.workers import FakeClock, FakeExecutor
from tests.faults.faulty_disk import FaultyDisk, faulty_disk
from tests.faults.running_station import house_at
from tests.faults.spooled_disk import SpooledShare

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

HALL = CameraSettings(camera_id="hall", name="Hall", source=DemoSource())
SOON_S = 25.0
"""Of what must not wait for the share, which hangs as long as the test does."""
LONG_ON_ITS_WAY_BYTES = 12_000_000
"""So much is seen while it is copied, on a busy machine, too."""
WAITS_FOR_A_DISK = "localcam_disk"
"""The threads that are left with a folder that hangs: they end as soon as it answers, and not before a test does."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FaultyDisk]:
    (tmp_path / "share").mkdir()
    with faulty_disk(tmp_path / "share") as disk:
        yield disk
        disk.set_hanging(False)
        for waited in (each for each in threading.enumerate() if each.name == WAITS_FOR_A_DISK):
            waited.join(SOON_S)


def station_at(tmp_path: Path) -> Station:
    return Station(
        catalogue_folder=tmp_path / "catalogue", clock=FakeClock(), on_report=lambda _: None, executor=FakeExecutor()
    )


def soon(done: Event) -> bool:
    return done.wait(SOON_S)


def test_a_start_is_refused_instead_of_delayed_and_succeeds_once_the_share_answers(
    disk: FaultyDisk, tmp_path: Path
) -> None:
    house = house_at(disk.folder / "clips")
    station = station_at(tmp_path)
    station.start(house)
    station.stop()
    disk.set_hanging(True)
    refused = Event()

    def start() -> None:
        with pytest.raises(StorageError, match="does not answer"):
            station.start(house)
        refused.set()

    Thread(target=start, daemon=True).start()
    assert soon(refused)
    disk.set_hanging(False)
    station.start(house)
    assert station.enforce_bounds().may_record
    station.stop()


def test_while_it_hangs_it_is_told_cameras_are_watched_and_the_house_stops(disk: FaultyDisk, tmp_path: Path) -> None:
    executor = FakeExecutor()
    station = Station(
        catalogue_folder=tmp_path / "catalogue", clock=FakeClock(), on_report=lambda _: None, executor=executor
    )
    station.start(house_at(disk.folder / "clips"))
    station.watch(HALL)
    executor.await_worker(0)
    disk.set_hanging(True)
    done = Event()

    def live() -> None:
        state = station.enforce_bounds()
        assert (state.may_record, state.trouble) == (False, StorageTrouble.UNAVAILABLE)
        # Its worker, which hung at the share, is replaced by one that does not touch it.
        executor.workers[0].end(-9)
        first = executor.await_worker(1).first
        assert (first.storage_folder, first.may_record) == ("", False)  # type: ignore[union-attr]
        assert station.clips_since("hall", 0.0) == 0, "the catalogue is asked as ever"
        began_s = time.monotonic()
        station.enforce_bounds()
        assert time.monotonic() - began_s < 1.0, "what is known to hang is not waited for again"
        station.stop()
        done.set()

    Thread(target=live, daemon=True).start()
    assert soon(done)


def test_it_is_used_again_by_itself(disk: FaultyDisk, tmp_path: Path) -> None:
    station = station_at(tmp_path)
    station.start(house_at(disk.folder / "clips"))
    disk.set_hanging(True)
    assert station.enforce_bounds().trouble is StorageTrouble.UNAVAILABLE
    assert station.home.storage_folder == ""
    disk.set_hanging(False)
    for _ in range(100):
        if (state := station.enforce_bounds()).trouble is None:
            break
        Event().wait(0.1)
    assert (state.may_record, state.trouble) == (True, None)
    assert station.home.storage_folder == str(disk.folder / "clips")
    station.stop()
    # Nothing of its lock is left over: it can be started again.
    again = station_at(tmp_path)
    again.start(house_at(disk.folder / "clips"))
    again.stop()


# With a spool before it


@pytest.fixture
def spooled(disk: FaultyDisk, tmp_path: Path) -> Iterator[Station]:
    """A house that has moved its first clip, whose share hangs now."""
    house = house_at(disk.folder / "clips", tmp_path / "spool")
    station = station_at(tmp_path)
    station.start(house)
    assert until(lambda: (state := station.enforce_bounds().spool) is not None and state.share_free_bytes is not None)
    station.stop()
    disk.set_hanging(True)
    yield station
    station.stop()


def house_before(disk: FaultyDisk, tmp_path: Path) -> SpooledHouse:
    """Open, and its share on this disk."""
    house = SpooledHouse(tmp_path / "home", tmp_path / "home")
    house.share = disk.folder / "clips"
    house.direct = replace(house.direct, storage_folder=str(house.share))
    house.house = replace(house.house, storage_folder=str(house.share))
    house.keeper.open(house.house)
    return house


def is_free(lock: FolderLock) -> bool:
    try:
        lock.hold()
    except FolderInUseError:
        return False
    Event().wait(0.3)
    return True


def until(holds: Callable[[], bool]) -> bool:
    for _ in range(3000):
        if holds():
            return True
        Event().wait(0.01)
    return False


def test_a_house_with_a_spool_starts_records_deletes_and_stops_while_its_share_hangs(
    disk: FaultyDisk, tmp_path: Path, spooled: Station
) -> None:
    began_s = time.monotonic()
    spooled.start(house_at(disk.folder / "clips", tmp_path / "spool"))
    spooled.watch(HALL)
    state = spooled.enforce_bounds()
    assert (state.may_record, state.trouble) == (True, None)
    assert spooled.home.storage_folder == str(tmp_path / "spool")
    assert spooled.home.issue_keys("hall", 0)
    spooled.home.tidy("hall")
    spooled.rest("hall")
    spooled.stop()
    assert time.monotonic() - began_s < 5.0, "it waited for the share"
    disk.set_hanging(False)
    # What was asked of the share meanwhile, and is answered now, keeps nobody out of it.
    other = FolderLock(disk.folder / "clips")
    assert until(lambda: is_free(other))
    other.release()


def test_a_worker_that_hangs_with_the_share_is_left_behind_by_a_stop_and_gone_on_with_afterwards(
    disk: FaultyDisk, tmp_path: Path
) -> None:
    house = house_before(disk, tmp_path)
    clip = house.record(0, size_bytes=LONG_ON_ITS_WAY_BYTES)
    mover = ClipMover(house.keeper.spool, LocalExecutor(), SystemClock(), lambda _: None)
    mover.follow()
    assert until(lambda: any(house.share.rglob("*.part"))), "it is on its way"
    disk.set_hanging(True)
    began_s = time.monotonic()
    mover.stop()
    house.keeper.close()
    assert time.monotonic() - began_s < 5.0
    disk.set_hanging(False)

    house.begin()
    house.keeper.open(house.house)
    again = ClipMover(house.keeper.spool, LocalExecutor(), SystemClock(), lambda _: None)
    again.follow()
    assert until(lambda: not house.in_spool())
    assert until(lambda: house.in_share() == names_of(clip))
    assert house.violations() == []
    again.stop()
    house.keeper.close()


def test_a_worker_that_hangs_for_long_is_ended_and_another_one_moves_its_clip(
    disk: FaultyDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_mover, "_LEAST_S", 3.0)
    monkeypatch.setattr(clip_mover, "_SLOWEST_BYTES_PER_S", 1 << 30)
    house = house_before(disk, tmp_path)
    executor = CountingExecutor()
    clip = house.record(0, size_bytes=LONG_ON_ITS_WAY_BYTES)
    mover = ClipMover(house.keeper.spool, executor, SystemClock(), lambda _: None)
    mover.follow()
    assert until(lambda: executor.started == 1 and any(house.share.rglob("*.part")))
    disk.set_hanging(True)
    assert until(lambda: (state := mover.state()) is not None and state.stalled_s > 0)
    assert executor.started == 1, "nothing else is done in the share before it has let go"
    disk.set_hanging(False)
    assert until(lambda: house.in_share() == names_of(clip) and not house.in_spool())
    assert (executor.started, executor.ended) == (2, 2)
    mover.stop()
    assert house.violations() == []
    house.keeper.close()


class CountingExecutor(LocalExecutor):
    """Counts its workers."""

    def __init__(self) -> None:
        self.started = self.ended = 0

    @override
    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> Worker:
        def ended(exit_code: int | None) -> None:
            self.ended += 1
            on_end(exit_code)

        self.started += 1
        return super().start(first, on_reported, ended)


@pytest.mark.rtsp
def test_recording_goes_on_while_the_share_hangs_and_each_clip_is_there_afterwards(tmp_path: Path) -> None:
    """`scripts/fault disk` does it with the other ways in which a share is out."""
    assert SpooledShare(tmp_path / "house", "hanging").live(1) == []
