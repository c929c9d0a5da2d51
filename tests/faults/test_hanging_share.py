"""The storage folder lies on a network share whose server is gone: nothing else waits for it, and it heals (row 11)."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
import time

import pytest

from custom_components.localcam.engine.errors import StorageError
from custom_components.localcam.engine.safekeeping import StorageTrouble
from custom_components.localcam.engine.settings import CameraSettings, DemoSource
from custom_components.localcam.engine.station import Station
from tests.engine.workers import FakeClock, FakeExecutor
from tests.faults.faulty_disk import FaultyDisk, faulty_disk
from tests.faults.running_station import house_at

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]

HALL = CameraSettings(camera_id="hall", name="Hall", source=DemoSource())
SOON_S = 25.0
"""Of what must not wait for the share, which hangs as long as the test does."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FaultyDisk]:
    (tmp_path / "share").mkdir()
    with faulty_disk(tmp_path / "share") as disk:
        yield disk
        disk.set_hanging(False)


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
