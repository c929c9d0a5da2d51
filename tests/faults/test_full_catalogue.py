"""The disk of the catalogue is full, or fails, while clips are recorded on another: they wait, and nothing is lost."""

from collections.abc import Callable, Iterator
import errno
from pathlib import Path

import pytest

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.clip import Clip
from custom_components.localcam.engine.reports import ClipClosed, RecordingFailed, Reported
from custom_components.localcam.engine.safekeeping import StorageTrouble
from custom_components.localcam.engine.settings import HouseSettings
from custom_components.localcam.engine.station import Station
from custom_components.localcam.engine.worker_keys import WorkerKeys
from tests.engine.packets import Camera, Footage, film
from tests.engine.workers import FakeClock, FakeExecutor
from tests.faults.faulty_disk import FaultyDisk, faulty_disk
from tests.faults.house_life import CAMERA_ID, HouseLife, Place, _growing_name_of
from tests.faults.test_lost_catalogue import Unheard

pytestmark = [pytest.mark.fault, pytest.mark.timeout(60)]

type Doing = Callable[[FaultyDisk], None]
FAULTS: dict[str, tuple[Doing, Doing]] = {
    "full": (lambda disk: disk.set_capacity(0), lambda disk: disk.set_capacity(None)),
    "read_only": (lambda disk: disk.set_read_only(True), lambda disk: disk.set_read_only(False)),
    "failing": (lambda disk: disk.set_broken(errno.EIO), lambda disk: disk.set_broken(None)),
}


class World:
    """A station whose catalogue lies on a disk of its own, and clips as its workers leave them."""

    def __init__(self, disk: FaultyDisk, storage: Path) -> None:
        self.disk = disk
        self.heard: list[Reported] = []
        self.station = Station(
            catalogue_folder=disk.folder / "catalogue",
            clock=FakeClock(),
            on_report=self.heard.append,
            executor=FakeExecutor(),
        )
        self.station.start(
            HouseSettings(storage_folder=str(storage), quota_bytes=1 << 30, free_floor_share=0, free_floor_bytes=0)
        )
        footage: Footage = film(Camera(frames_per_s=10, keyframe_interval_s=1.0), 2)
        self._life = HouseLife(Place(storage=storage, catalogue=disk.folder / "catalogue"), footage, FakeClock(), 1)
        self._life.keeper = self.station._keeper
        # A worker has its keys before it needs them.
        self._keys = WorkerKeys(self.station.home.issue_keys(CAMERA_ID, 0), lambda _: None)

    def record(self, number: int) -> Clip:
        """What the worker does, then what the station makes of its report."""
        clip = self._life._one_clip(Unheard(), self._keys)
        closed = ClipClosed(clip=clip, part_name=_growing_name_of(clip))
        reported = Reported(camera_id=CAMERA_ID, epoch=1, sequence=number, report=closed)
        if self.station.home.keep(reported, closed):
            self.heard.append(reported)
        return clip

    def announced(self) -> list[str]:
        return [each.report.clip.clip_id for each in self.heard if isinstance(each.report, ClipClosed)]

    def refused(self) -> int:
        return sum(isinstance(each.report, RecordingFailed) for each in self.heard)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "disk").mkdir()
    with faulty_disk(tmp_path / "disk") as disk:
        world = World(disk, tmp_path / "clips")
        yield world
        disk.set_capacity(None)
        disk.set_read_only(False)
        disk.set_broken(None)
        world.station.stop()


@pytest.mark.parametrize("fault", FAULTS)
def test_clips_wait_until_the_catalogue_takes_them(world: World, fault: str) -> None:
    break_it, heal_it = FAULTS[fault]
    clips = [world.record(1)]
    break_it(world.disk)
    number = 2
    while not world.refused():  # a journal may have some room left
        clips.append(world.record(number))
        number += 1
        assert number < 200
    clips.append(world.record(number))
    before = world.announced()
    assert clips[-1].clip_id not in before

    heal_it(world.disk)
    state = world.station.enforce_bounds()
    assert (state.trouble, state.may_record) == (None, True)
    assert sorted(world.announced()) == sorted(clip.clip_id for clip in clips)
    assert world.station.check_storage(Depth.DIGEST) == []


def test_while_it_is_full_it_is_told_and_clips_can_be_listed(world: World) -> None:
    first = world.record(1)
    world.disk.set_capacity(0)
    number = 2
    while not world.refused():
        world.record(number)
        number += 1
    state = world.station.enforce_bounds()
    assert (state.trouble, state.may_record) == (StorageTrouble.CATALOGUE, True)
    assert world.station.clip(first.clip_id).clip == first
