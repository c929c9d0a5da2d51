"""Clips are recorded to a local disk, and moved to the share when it is there: whole, once, and never elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
import os
from pathlib import Path
from queue import SimpleQueue

import pytest

from custom_components.localcam.engine.catalogued import ClipVerdict, Verdict
from custom_components.localcam.engine.commands import Move
from custom_components.localcam.engine.errors import FolderInUseError, StorageError
from custom_components.localcam.engine.executor import LocalExecutor
from custom_components.localcam.engine.folder_lock import FolderLock
from custom_components.localcam.engine.reports import CopyFault, NotCopied, Reported
from custom_components.localcam.engine.vault.disk_space import DiskSpace
from custom_components.localcam.engine.vault.folder_mark import MARK_NAME, read_mark
from tests.engine.spooled_house import IDS, SpooledHouse, names_in, names_of
from tests.engine.workers import BUSY_S


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SpooledHouse]:
    house = SpooledHouse(tmp_path)
    house.keeper.open(house.house)
    yield house
    house.keeper.close()


def away(house: SpooledHouse) -> Path:
    """The share is unmounted: an empty folder is left."""
    gone = house.share.with_name("away")
    house.share.rename(gone)
    house.share.mkdir()
    return gone


def back(house: SpooledHouse) -> None:
    house.share.rmdir()
    house.share.with_name("away").rename(house.share)


def test_a_clip_is_recorded_in_the_spool_and_ends_in_the_share(house: SpooledHouse) -> None:
    clips = [house.record(number) for number in range(3)]
    assert house.in_spool() == names_of(*clips)

    assert house.move()

    assert house.in_spool() == set()
    assert house.in_share() == names_of(*clips)
    assert house.violations() == []
    reader = house.keeper.open_video(clips[0].clip_id)
    reader.close()


def test_oldest_clips_go_first_and_pictures_before_their_video(house: SpooledHouse) -> None:
    house.record(5)
    house.record(2)
    house.move()

    (order,) = house.executor.orders
    assert isinstance(order, Move)
    assert [file.name.rpartition("/")[2] for file in order.files] == [
        f"{IDS[number]}{suffix}" for number in (2, 5) for suffix in (".lct", ".lce", ".lcv")
    ]


def test_while_the_share_is_out_clips_are_recorded_shown_and_counted_and_then_they_are_moved(
    house: SpooledHouse,
) -> None:
    first = house.record(0)
    assert house.move()
    away(house)
    clips = [house.record(number) for number in (1, 2)]

    assert not house.move()
    assert house.keeper.enforce_bounds().may_record
    state = house.keeper.spool.state(house.mover.stalled_s)
    assert (state.waiting_clips, state.share_free_bytes) == (2, None)
    assert state.waiting_bytes == sum(clip.size_bytes for clip in clips)
    house.keeper.open_video(clips[0].clip_id).close()
    house.clock.now_s += 1000
    assert house.mover.stalled_s == 1000

    back(house)
    assert house.move()
    assert house.mover.stalled_s == 0
    assert house.in_share() == names_of(first, *clips)
    assert house.keeper.spool.state(0).waiting_clips == 0


def test_nothing_is_written_into_an_empty_folder_in_the_place_of_the_share(house: SpooledHouse) -> None:
    house.record(0)
    house.move()
    away(house)
    house.record(1)
    house.move()
    assert list(house.share.iterdir()) == []
    # Nor is there, where even the empty folder is missing.
    house.share.rmdir()
    house.move()
    assert not house.share.exists()
    house.share.mkdir()
    back(house)


def test_a_share_that_goes_in_the_moment_in_which_a_worker_begins_is_not_written_to_either(
    house: SpooledHouse,
) -> None:
    house.record(0)
    house.move()
    clip = house.record(1)
    house.executor.before = lambda: away(house)
    assert not house.move()
    assert names_in(house.share) == set()
    assert house.in_spool() == names_of(clip)
    back(house)


def test_another_share_in_its_place_is_not_written_to(house: SpooledHouse) -> None:
    house.record(0)
    house.move()
    away(house)
    (house.share / MARK_NAME).write_text("f" * 32)
    clip = house.record(1)
    assert not house.move()
    assert house.in_share() == set()
    assert house.in_spool() == names_of(clip)


def test_a_share_that_another_home_assistant_uses_is_left_alone(house: SpooledHouse) -> None:
    house.record(0)
    house.move()
    house.keeper.close()
    other = FolderLock(house.share)
    other.hold()
    house.begin()
    house.keeper.open(house.house)
    clip = house.record(1)
    assert not house.move()
    assert house.in_spool() == names_of(clip)
    other.release()
    assert house.move()


def test_a_start_looks_at_the_spool_alone(house: SpooledHouse) -> None:
    clip = house.record(0)
    house.move()
    away(house)
    house.restart()
    assert house.keeper.may_record
    with pytest.raises(StorageError):
        house.keeper.open_video(clip.clip_id)
    with pytest.raises(StorageError, match="mounted"):
        house.violations()  # all that lies in the share is not told as missing
    back(house)
    assert house.violations() == []


def test_a_spool_whose_disk_is_gone_pauses_recording_and_is_not_made_anew(house: SpooledHouse) -> None:
    house.record(0)
    house.spool.rename(house.spool.with_name("away"))
    house.spool.mkdir()
    assert not house.keeper.enforce_bounds().may_record
    house.keeper.close()
    house.begin()
    with pytest.raises(StorageError, match="mounted"):
        house.keeper.open(house.house)
    assert list(house.spool.iterdir()) == []
    house.spool.rmdir()
    house.spool.with_name("away").rename(house.spool)
    house.keeper.open(house.house)


def test_what_is_there_already_with_the_right_bytes_is_kept_and_with_others_replaced(house: SpooledHouse) -> None:
    right, wrong = house.record(0), house.record(1)
    house.keeper.spool.look()
    for clip, content in ((right, None), (wrong, b"something else")):
        there = house.share / clip.video.name
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes((house.spool / clip.video.name).read_bytes() if content is None else content)
    kept = (house.share / right.video.name).stat().st_ino

    assert house.move()

    assert (house.share / right.video.name).stat().st_ino == kept
    assert house.in_spool() == set()
    assert house.violations() == []


def test_a_clip_that_rotted_in_the_spool_stays_is_told_and_keeps_no_other_back(house: SpooledHouse) -> None:
    rotten, sound = house.record(0), house.record(1)
    path = house.spool / rotten.video.name
    path.write_bytes(path.read_bytes()[:-1] + b"!")

    assert house.move()

    assert names_of(sound) <= house.in_share()
    assert rotten.video.name in house.in_spool()
    assert rotten.video.name not in house.in_share()
    assert [line.split()[1] for line in house.violations()] == [rotten.clip_id]
    assert house.keeper.spool.state(0).waiting_clips == 1


def test_what_a_share_does_not_give_back_as_written_stays_in_the_spool(
    house: SpooledHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = house.record(0)
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(len(data)) if len(data) > 900 else data))
    assert not house.move()
    monkeypatch.undo()
    assert house.in_spool() == names_of(clip)
    assert clip.video.name not in house.in_share()
    assert house.move()
    assert house.violations() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_clip_that_is_deleted_while_it_is_moved_is_left_in_neither_folder(house: SpooledHouse, when: str) -> None:
    gone, kept = house.record(0), house.record(1)
    setattr(house.executor, when, lambda: house.keeper.delete([gone.clip_id]))
    house.move()
    setattr(house.executor, when, lambda: None)
    house.move()
    assert house.in_spool() == set()
    assert house.in_share() == names_of(kept)
    assert house.keeper.archive.garbage() == ()
    assert house.violations() == []


def test_a_deletion_while_the_share_is_out_is_completed_there_when_it_is_back_also_after_a_restart(
    house: SpooledHouse,
) -> None:
    clips = [house.record(number) for number in range(2)]
    house.move()
    away(house)
    receipt = house.keeper.delete([clips[0].clip_id])
    assert receipt.clips[0].key_digest
    assert set(house.keeper.archive.garbage()) == names_of(clips[0])
    house.restart()
    house.keeper.enforce_bounds()
    assert set(house.keeper.archive.garbage()) == names_of(clips[0])
    back(house)
    assert house.move()
    assert house.in_share() == names_of(clips[1])
    assert house.keeper.archive.garbage() == ()


def test_a_house_that_recorded_to_the_share_goes_over_to_a_spool_by_itself_and_back_when_it_is_told(
    tmp_path: Path,
) -> None:
    house = SpooledHouse(tmp_path)
    house.keeper.open(house.direct)
    before = house.record(0)
    mark = read_mark(house.share)

    house.restart(house.house)
    assert house.keeper.storage_folder == str(house.spool)
    waiting = house.record(1)
    house.keeper.open_video(before.clip_id).close()

    assert house.keeper.change(house.direct)
    assert house.keeper.storage_folder == str(house.share)
    after = house.record(2)
    house.keeper.open_video(waiting.clip_id).close()
    house.restart(house.direct)
    house.keeper.open_video(waiting.clip_id).close()
    assert house.violations() == []

    assert house.move(), "what still waits is moved all the same"
    assert house.in_share() == names_of(before, waiting, after)
    assert house.in_spool() == set()
    assert read_mark(house.share) == mark
    assert house.move()
    house.restart(house.direct)
    assert not house.keeper.spool.is_used, "an empty spool is forgotten"
    house.keeper.close()


def test_a_deletion_leaves_nothing_behind_while_an_old_spool_is_emptied(house: SpooledHouse) -> None:
    clips = [house.record(number) for number in range(2)]
    house.move()
    more = house.record(2)
    assert house.keeper.change(house.direct)
    house.executor.after = lambda: house.keeper.delete([more.clip_id])
    house.move()
    house.executor.after = lambda: None
    house.move()
    assert house.in_share() == names_of(*clips)
    assert house.in_spool() == set()


def test_a_spool_that_the_owner_removed_is_made_anew_once_he_has_chosen_to_go_without(house: SpooledHouse) -> None:
    house.record(0)
    house.move()
    assert house.keeper.change(house.direct)
    (house.spool / MARK_NAME).unlink()
    assert house.keeper.change(house.house)
    assert house.keeper.enforce_bounds().may_record


def test_another_share_is_for_all_clips_that_follow_and_for_those_that_wait(house: SpooledHouse) -> None:
    old, waiting = house.record(0), house.record(1)
    house.keeper.delete([waiting.clip_id])
    house.move()
    waiting = house.record(2)
    other = house.share.with_name("other")
    chosen = replace(house.house, storage_folder=str(other), older_folders=(str(house.share),))
    assert not house.keeper.change(chosen), "cameras go on recording where they do"
    assert house.move()
    assert (house.in_share(), names_in(other)) == (names_of(old), names_of(waiting))
    assert house.violations() == []


def test_a_share_that_is_not_there_cannot_be_chosen(house: SpooledHouse) -> None:
    (house.folder / "file").touch()
    chosen = replace(house.house, storage_folder=str(house.folder / "file" / "clips"))
    with pytest.raises(StorageError):
        house.keeper.change(chosen)
    house.record(0)
    assert house.move()


def test_the_floor_of_the_local_disk_pauses_and_deletes_nothing(
    house: SpooledHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = house.record(0)
    house.move()
    with_floor = replace(house.house, free_floor_bytes=1000)
    house.keeper.change(with_floor)
    space = {str(house.spool): 999, str(house.share): 1 << 30}
    _spaces(monkeypatch, house, space)
    assert not house.keeper.enforce_bounds().may_record
    assert house.keeper.archive.clip(clip.clip_id)
    space[str(house.spool)] = 5000
    assert house.keeper.enforce_bounds().may_record


def test_the_floor_of_the_share_takes_the_oldest_clips_there_that_nobody_flagged(
    house: SpooledHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [house.record(number) for number in range(4)]
    house.move()
    waiting = house.record(4)
    verdict = Verdict.REAL
    house.keeper.archive.flag(
        ClipVerdict(clip_id=clips[0].clip_id, verdict=verdict, kind=None, note="", user_id=None, given_utc_s=2e9)
    )
    house.keeper.change(replace(house.house, free_floor_bytes=100_000))
    space = {str(house.spool): 1 << 30, str(house.share): 100_000 - clips[1].size_bytes}
    _spaces(monkeypatch, house, space)
    house.executor.before = lambda: pytest.fail("the share is full")
    bound, _ = house.keeper.spool.look()
    house.keeper.spool.tidy(bound)
    assert house.in_share() == names_of(clips[0], clips[2], clips[3])
    assert house.in_spool() == names_of(waiting)
    assert house.keeper.enforce_bounds().may_record, "that the share is full is no reason not to record"


def _spaces(monkeypatch: pytest.MonkeyPatch, house: SpooledHouse, free_bytes: dict[str, int]) -> None:
    monkeypatch.setattr(
        type(house.keeper._folders),
        "space",
        lambda _, folder: DiskSpace(total_bytes=10_000, free_bytes=free_bytes[folder]),
    )


def test_the_quota_counts_all_clips_wherever_they_are(house: SpooledHouse) -> None:
    clips = [house.record(0)]
    house.move()
    clips.append(house.record(1))
    house.keeper.change(replace(house.house, quota_bytes=clips[1].size_bytes))
    house.keeper.enforce_bounds()
    house.move()
    assert (house.in_share(), house.in_spool()) == (names_of(clips[1]), set())


def test_what_was_left_in_the_share_from_before_is_sorted_out_when_it_is_there(house: SpooledHouse) -> None:
    clip = house.record(0)
    house.move()
    day = (house.share / clip.video.name).parent
    (day / f"{IDS[7]}.lct").write_bytes(b"a picture of nothing")
    (day / f"{IDS[0]}.lcv.part").write_bytes(b"half a copy")
    house.restart()
    assert house.move()
    assert house.in_share() == names_of(clip)


def test_a_share_is_locked_and_let_go_of(house: SpooledHouse) -> None:
    house.move()
    other = FolderLock(house.share)
    with pytest.raises(FolderInUseError):
        other.hold()
    house.keeper.close()
    other.hold()
    other.release()


def test_a_clip_that_may_be_on_a_share_that_is_out_is_not_taken_for_a_lost_one(house: SpooledHouse) -> None:
    clip = house.record(0)
    house.move()
    away(house)
    assert house.keeper.has_video(clip.clip_id)
    back(house)
    (house.share / clip.video.name).unlink()
    assert not house.keeper.has_video(clip.clip_id)


def test_keys_that_nobody_used_are_swept_once_the_share_was_looked_into_too(house: SpooledHouse) -> None:
    house.keeper.issue_keys("hall", 0)
    keys = house.folder / "catalogue" / "keys" / "clips"
    kept = house.record(0)
    house.move()
    away(house)
    house.restart()
    assert len(list(keys.rglob("*.key"))) == 5, "a clip of theirs may be in the share"
    back(house)
    house.move()
    assert [path.stem for path in keys.rglob("*.key")] == [kept.clip_id]


def test_a_worker_makes_no_folder_in_the_place_of_a_share_that_is_gone(house: SpooledHouse) -> None:
    """It may be gone since the mover has looked."""
    clip = house.record(0)
    heard: SimpleQueue[Reported | None] = SimpleQueue()
    order = Move(
        spool_folder=str(house.spool),
        storage_folder=str(house.share),
        folder_uuid="f" * 32,
        least_free_bytes=0,
        files=clip.files,
    )
    LocalExecutor().start(order, heard.put, lambda _: heard.put(None))

    (said,) = iter(lambda: heard.get(timeout=BUSY_S), None)
    assert isinstance(said.report, NotCopied)
    assert said.report.fault is CopyFault.SHARE
    assert not house.share.exists()
    assert house.in_spool() == names_of(clip)
