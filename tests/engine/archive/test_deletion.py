"""Deleting: all or none, a tombstone and garbage for each clip, and nothing that a person flagged goes by itself."""

import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.deletion import DeletedBecause, names_of
from custom_components.localcam.engine.catalogued import ClipQuery, Verdict
from custom_components.localcam.engine.errors import UnknownClipError
from tests.engine.archive.sample_clips import MORNING_UTC_S, clip, stem, ulid, verdict

NOON_UTC_S = MORNING_UTC_S + 4 * 3600


@pytest.fixture
def full(archive: Archive) -> Archive:
    for number in range(1, 4):
        archive.add_clip(clip(number), epoch=1, sequence=number)
    return archive


def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")]


def test_a_deleted_clip_leaves_a_tombstone_and_its_files_as_garbage(full: Archive, database: Database) -> None:
    names = names_of(full.begin_delete([ulid(1)], DeletedBecause.OWNER, NOON_UTC_S))
    assert set(names) == {f"{stem(1)}.lcv", f"{stem(1)}.lct", f"{stem(1)}.lce"} == set(full.garbage())
    assert rows(database, "tombstones") == [(ulid(1), "hall", clip(1).started_utc_s, NOON_UTC_S, "owner")]
    assert full.is_deleted(ulid(1))
    assert not full.is_deleted(ulid(2))
    assert [row[0] for row in rows(database, "events")] == [ulid(2), ulid(3)]
    with pytest.raises(UnknownClipError):
        full.clip(ulid(1))
    full.drop_garbage(names)
    assert full.garbage() == ()
    assert full.is_deleted(ulid(1))


def test_a_clip_without_pictures_leaves_one_file(archive: Archive) -> None:
    archive.add_clip(clip(1, thumbnail=None, explanation=None), epoch=1, sequence=1)
    assert names_of(archive.begin_delete([ulid(1)], DeletedBecause.QUOTA, NOON_UTC_S)) == (f"{stem(1)}.lcv",)


def test_one_unknown_clip_and_nothing_is_deleted(full: Archive) -> None:
    with pytest.raises(UnknownClipError, match=ulid(9)):
        full.begin_delete([ulid(1), ulid(9), ulid(2)], DeletedBecause.OWNER, NOON_UTC_S)
    assert full.count() == 3
    assert full.garbage() == ()
    assert not full.is_deleted(ulid(1))


def test_a_clip_named_twice_is_deleted_once_and_one_deleted_before_is_unknown(full: Archive) -> None:
    assert len(names_of(full.begin_delete([ulid(1), ulid(1)], DeletedBecause.OWNER, NOON_UTC_S))) == 3
    with pytest.raises(UnknownClipError):
        full.begin_delete([ulid(1)], DeletedBecause.OWNER, NOON_UTC_S)


def test_deleting_nothing_is_fine(full: Archive) -> None:
    assert full.begin_delete([], DeletedBecause.OWNER, NOON_UTC_S) == ()
    full.drop_garbage([])
    assert full.count() == 3


@pytest.mark.parametrize("why", [DeletedBecause.QUOTA, DeletedBecause.FLOOR])
def test_what_was_flagged_or_deleted_since_the_plan_is_left_out_of_an_automatic_deletion(
    full: Archive, why: DeletedBecause
) -> None:
    planned = [ulid(1), ulid(2), ulid(3)]
    full.flag(verdict(1))
    full.begin_delete([ulid(2)], DeletedBecause.OWNER, NOON_UTC_S)
    assert names_of(full.begin_delete(planned, why, NOON_UTC_S)) == (
        f"{stem(3)}.lcv",
        f"{stem(3)}.lct",
        f"{stem(3)}.lce",
    )
    assert [entry.clip.clip_id for entry in full.clips(ClipQuery())] == [ulid(1)]


def test_the_owner_may_delete_a_flagged_clip_and_its_verdicts_stay_without_their_notes(full: Archive) -> None:
    full.flag(verdict(1, Verdict.FALSE_ALARM, note="the neighbour's cat"))
    full.begin_delete([ulid(1)], DeletedBecause.OWNER, NOON_UTC_S)
    assert full.verdicts(ulid(1)) == [verdict(1, Verdict.FALSE_ALARM, note="")]


def test_a_deleted_clip_does_not_come_back_by_a_repeated_report(full: Archive) -> None:
    names = names_of(full.begin_delete([ulid(1)], DeletedBecause.OWNER, NOON_UTC_S))
    full.drop_garbage(names)
    assert not full.add_clip(clip(1), epoch=1, sequence=1)
    assert full.count() == 2
    # Whatever wrote it anew has written files: they must go, too.
    assert set(full.garbage()) == set(names)
    assert not full.add_clip(clip(1), epoch=1, sequence=1)


def test_deleting_very_many_at_once_is_one_transaction(archive: Archive) -> None:
    for number in range(1500):
        archive.add_clip(clip(number), epoch=1, sequence=number)
    names = names_of(archive.begin_delete([ulid(number) for number in range(1500)], DeletedBecause.QUOTA, NOON_UTC_S))
    assert len(names) == 4500
    assert archive.used_bytes() == 0
