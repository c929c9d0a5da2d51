"""What an owner, a share and a worker do to a spool that nobody planned: no clip is lost, and no warning is untrue."""

from collections.abc import Callable, Iterator
from dataclasses import replace
import logging
import os
from pathlib import Path
from typing import override

import pytest

from custom_components.localcam.engine import clip_folders
from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.archive.spools import Spools
from custom_components.localcam.engine.clip_mover import RETRY_STEPS_S
from custom_components.localcam.engine.commands import Command
from custom_components.localcam.engine.errors import ArchiveError, StorageError
from custom_components.localcam.engine.reports import Reported
from custom_components.localcam.engine.vault.disk_space import DiskSpace
from tests.engine.spooled_house import MovingExecutor, SpooledHouse, names_of
from tests.faults.inline_executor import EndedWorker


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SpooledHouse]:
    house = SpooledHouse(tmp_path)
    house.keeper.open(house.house)
    yield house
    house.keeper.close()


@pytest.fixture
def warned(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    return lambda: [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


def test_a_spool_that_the_owner_makes_the_storage_folder_keeps_what_waited_in_it(house: SpooledHouse) -> None:
    clips = [house.record(number) for number in range(2)]
    house.keeper.change(replace(house.direct, storage_folder=str(house.spool), older_folders=(str(house.share),)))
    assert house.keeper.spool.state(0).waiting_clips == 0

    assert house.move()

    assert house.in_spool() == names_of(*clips)
    assert house.violations() == []
    house.restart(replace(house.direct, storage_folder=str(house.spool)))
    assert not house.keeper.spool.is_used, "it is no spool any more"


def test_nor_is_it_lost_where_that_path_leads_to_the_spool_through_a_link(house: SpooledHouse, tmp_path: Path) -> None:
    clips = [house.record(number) for number in range(2)]
    link = tmp_path / "link"
    link.symlink_to(house.spool)
    house.restart(replace(house.direct, storage_folder=str(link), older_folders=(str(house.share),)))

    assert house.move()

    assert house.in_spool() == names_of(*clips)


def test_a_clip_that_is_deleted_while_it_waits_for_its_turn_is_no_cause_for_a_warning(
    house: SpooledHouse, warned: Callable[[], list[str]]
) -> None:
    kept, gone = house.record(0), house.record(1)
    house.executor.before = lambda: house.keeper.delete([gone.clip_id])

    assert house.move()

    assert warned() == []
    assert house.in_spool() == set()
    assert house.in_share() == names_of(kept)


def test_a_picture_that_rotted_in_the_spool_keeps_its_own_clip_there_and_no_other(
    house: SpooledHouse, warned: Callable[[], list[str]]
) -> None:
    rotten, sound = house.record(0), house.record(1)
    assert rotten.thumbnail is not None
    (house.spool / rotten.thumbnail.name).write_bytes(b"rotten")

    assert house.move()

    assert len(warned()) == 1, "once for each clip"
    assert house.in_spool() == names_of(rotten)
    assert names_of(sound) <= house.in_share()
    house.keeper.open_video(rotten.clip_id).close()


def test_a_share_that_is_kept_at_its_floor_takes_all_that_waits_without_a_word(
    house: SpooledHouse, monkeypatch: pytest.MonkeyPatch, warned: Callable[[], list[str]]
) -> None:
    old = [house.record(number) for number in range(4)]
    house.move()
    _share_holds(monkeypatch, house, clips=4)
    new = [house.record(number) for number in range(4, 7)]

    assert house.move()

    assert warned() == []
    assert house.in_spool() == set()
    assert house.in_share() == names_of(old[3], *new)


def test_a_clip_that_is_larger_than_the_floor_of_a_full_share_gets_its_room(
    house: SpooledHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [house.record(number) for number in range(4)]
    house.move()
    _share_holds(monkeypatch, house, clips=4)
    large = house.record(4, size_bytes=100_000)

    assert house.move()

    assert house.in_share() == names_of(old[3], large)


def _share_holds(monkeypatch: pytest.MonkeyPatch, house: SpooledHouse, clips: int) -> None:
    """So many of 40 kB, and its floor; the local disk holds everything."""
    floor_bytes, each_bytes = 50_000, sum(path.stat().st_size for path in house.share.rglob("*.lc?")) // 4
    house.keeper.change(replace(house.house, free_floor_bytes=floor_bytes))

    def free_bytes() -> int:
        taken = sum(path.stat().st_size for path in house.share.rglob("*.lc?"))
        return floor_bytes + clips * each_bytes - taken

    monkeypatch.setattr(
        clip_folders,
        "disk_space",
        lambda folder: DiskSpace(total_bytes=10_000, free_bytes=free_bytes() if folder == house.share else 1 << 30),
    )

    class Shared:
        f_frsize = 1

        @property
        def f_bavail(self) -> int:
            return free_bytes()

    monkeypatch.setattr(os, "fstatvfs", lambda _: Shared())


def test_what_still_grew_in_the_share_when_a_spool_was_chosen_goes_once_its_clip_is_finished(
    house: SpooledHouse,
) -> None:
    house.record(0)
    house.move()
    house.keeper.change(house.direct)
    clip = house.finish(1)
    growing = clip.video.name + ".grow.part"
    (house.share / growing).write_bytes(b"grown")
    house.keeper.change(house.house)
    assert house.keep(clip, growing)
    assert growing in house.in_share()

    gone = away(house)
    assert not house.move()
    back(house, gone)
    assert house.move()

    assert growing not in house.in_share()
    assert house.violations() == []


class DyingExecutor(MovingExecutor):
    """Its workers die before they have done anything."""

    @override
    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> EndedWorker:
        self.orders.append(first)
        on_end(-9)
        return DeadWorker()


class DeadWorker(EndedWorker):
    @property
    @override
    def last_words(self) -> str:
        return "Traceback\nMemoryError: none left"


def test_a_worker_that_dies_each_time_is_told_of_once_and_costs_less_and_less(
    tmp_path: Path, warned: Callable[[], list[str]]
) -> None:
    house = SpooledHouse(tmp_path)
    house.executor = DyingExecutor()
    house.begin()
    house.keeper.open(house.house)
    clip = house.record(0)

    rests_s = []
    for _ in range(8):
        assert not house.move()
        rests_s.append(house.mover.rest_s())

    assert max(rests_s[:2]) < 2, "it may have been one bad moment"
    assert rests_s[-1] > 2 * max(RETRY_STEPS_S)
    (text,) = warned()
    assert text.endswith("MemoryError: none left")
    assert house.in_spool() == names_of(clip)
    house.keeper.close()


def test_a_share_that_is_only_away_is_looked_for_each_few_seconds_however_long(house: SpooledHouse) -> None:
    house.record(0)
    house.move()
    gone = away(house)
    for _ in range(20):
        assert not house.move()
        rest_s = house.mover.rest_s()
    assert rest_s < 1.3 * max(RETRY_STEPS_S)
    back(house, gone)


def test_a_share_that_goes_while_it_is_checked_is_not_taken_for_clips_that_are_missing(house: SpooledHouse) -> None:
    house.record(0)
    house.move()
    gone: list[Path] = []

    def unmount(_clip_id: str) -> bool:
        gone.extend([] if gone else [away(house)])
        return False

    with pytest.raises(StorageError):
        house.keeper.check(Depth.SIZE, unmount)
    back(house, gone[0])
    assert house.violations() == []


def test_a_change_that_the_catalogue_refuses_can_be_made_later(
    house: SpooledHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.keeper.change(house.direct)

    def refuse(*_: object) -> None:
        raise ArchiveError("the disk is full")

    monkeypatch.setattr(Spools, "bind", refuse)
    with pytest.raises(ArchiveError):
        house.keeper.change(house.house)
    monkeypatch.undo()
    house.keeper.change(house.house)
    house.record(0)
    assert house.move()


def away(house: SpooledHouse) -> Path:
    """The share is unmounted: an empty folder is left."""
    gone = house.share.with_name("away")
    house.share.rename(gone)
    house.share.mkdir()
    return gone


def back(house: SpooledHouse, gone: Path) -> None:
    house.share.rmdir()
    gone.rename(house.share)
