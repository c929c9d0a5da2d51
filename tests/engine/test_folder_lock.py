"""One house per storage folder; what died lets go, and a disk that comes back is taken again."""

import fcntl
import os
from pathlib import Path
import subprocess
import sys

import pytest

from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.errors import FolderInUseError, StorageError
from custom_components.localcam.engine.folder_lock import FolderLock
from custom_components.localcam.engine.safekeeping import StorageTrouble
from custom_components.localcam.engine.settings import HouseSettings
from custom_components.localcam.engine.vault.folder_mark import MARK_NAME, write_mark
from tests.engine.test_clip_keeper import SalvagingExecutor
from tests.engine.workers import FakeClock

HOLD = "import fcntl,sys,time; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"


def keeper_in(folder: Path) -> ClipKeeper:
    return ClipKeeper(folder / "catalogue", FakeClock(), SalvagingExecutor())


def house_of(folder: Path) -> HouseSettings:
    return HouseSettings(storage_folder=str(folder), quota_bytes=1 << 30, free_floor_share=0, free_floor_bytes=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    write_mark(tmp_path / "clips")
    return tmp_path / "clips"


def test_a_second_house_does_not_start_and_touches_nothing(tmp_path: Path) -> None:
    first, second = keeper_in(tmp_path / "first"), keeper_in(tmp_path / "second")
    house = house_of(tmp_path / "clips")
    first.open(house)
    growing = tmp_path / "clips" / "hall" / "2026-11-23" / "01J00000000000000000000000.lcv.grow.part"
    growing.parent.mkdir(parents=True)
    growing.write_bytes(b"the first house records this")

    with pytest.raises(FolderInUseError):
        second.open(house)
    assert growing.exists()

    first.close()
    second.open(house)
    second.close()


def test_a_house_whose_folder_another_one_has_taken_pauses_until_it_is_free(tmp_path: Path, folder: Path) -> None:
    keeper = keeper_in(tmp_path)
    keeper.open(house_of(folder))
    keeper._binding.now.lock.release()
    other = FolderLock(folder)
    other.hold()
    state = keeper.enforce_bounds()
    assert (state.may_record, state.trouble) == (False, StorageTrouble.IN_USE)

    other.release()
    state = keeper.enforce_bounds()
    assert (state.may_record, state.trouble) == (True, None)
    keeper.close()


def test_a_folder_that_is_gone_is_let_go_of_and_taken_again_when_it_is_back(tmp_path: Path, folder: Path) -> None:
    keeper = keeper_in(tmp_path)
    keeper.open(house_of(folder))
    folder.rename(folder.with_name("away"))
    assert keeper.enforce_bounds().trouble is StorageTrouble.UNAVAILABLE
    other = FolderLock(folder.with_name("away"))
    other.hold()
    other.release()

    folder.with_name("away").rename(folder)
    assert keeper.enforce_bounds().may_record
    with pytest.raises(FolderInUseError):
        FolderLock(folder).hold()
    keeper.close()


def test_a_folder_that_another_house_uses_cannot_be_chosen(tmp_path: Path, folder: Path) -> None:
    other = FolderLock(folder)
    other.hold()
    keeper = keeper_in(tmp_path)
    before = house_of(tmp_path / "own")
    keeper.open(before)
    with pytest.raises(FolderInUseError):
        keeper.change(house_of(folder))
    assert keeper.storage_folder == before.storage_folder
    assert keeper.enforce_bounds().may_record
    keeper.close()
    keeper.open(before)  # nor is the catalogue bound to it
    keeper.close()


def test_what_was_killed_lets_go(folder: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / MARK_NAME)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    lock = FolderLock(folder)
    with pytest.raises(FolderInUseError):
        lock.hold()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    lock.hold()
    lock.release()


def test_the_lock_is_that_of_the_folder_that_is_there_now(folder: Path) -> None:
    lock = FolderLock(folder)
    lock.hold()
    folder.rename(folder.with_name("away"))
    with pytest.raises(StorageError):
        lock.hold()
    folder.mkdir()
    write_mark(folder)  # another disk is mounted here
    lock.hold()
    with pytest.raises(FolderInUseError):
        FolderLock(folder).hold()
    FolderLock(folder.with_name("away")).hold()
    lock.release()


def test_a_disk_that_is_gone_for_good_does_not_keep_its_successor_from_being_locked(folder: Path) -> None:
    lock = FolderLock(folder)
    lock.hold()
    assert lock._fd is not None
    os.close(lock._fd)  # as a share does whose handles are stale
    lock.hold()
    with pytest.raises(FolderInUseError):
        FolderLock(folder).hold()
    lock.release()


def test_a_share_without_locks_is_used_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(fd: int, operation: int) -> None:
        raise OSError(37, os.strerror(37))  # ENOLCK

    monkeypatch.setattr(fcntl, "flock", no_locks)
    FolderLock(folder).hold()
