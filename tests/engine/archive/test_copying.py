"""Whoever copies the catalogue's files one after the other, while clips are entered, has one state of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.deletion import DeletedBecause, names_of
from custom_components.localcam.engine.catalogued import ClipQuery
from custom_components.localcam.engine.errors import ArchiveError
from tests.engine.archive.sample_clips import MORNING_UTC_S, clip, ulid

PIECE = 4096
FILES = ("catalogue.db", "catalogue.db-wal")


def copy_slowly(source: Path, target: Path, meanwhile: Callable[[int], None]) -> None:
    """As a backup does on a slow disk: page by page, each file as long as it was when its turn came."""
    target.mkdir()
    piece = 0
    for name in FILES:
        size = (source / name).stat().st_size
        with (source / name).open("rb") as reading, (target / name).open("wb") as writing:
            while (place := reading.tell()) < size:
                writing.write(reading.read(min(PIECE, size - place)))
                piece += 1
                meanwhile(piece)


def live(archive: Archive, first: int) -> Callable[[int], None]:
    """Enter many clips at each piece, and delete some: pages of every table change under the copy."""
    numbers = iter(range(first, 100_000))

    def go_on(piece: int) -> None:
        if piece > 25:
            return
        entered = [next(numbers) for _ in range(12)]
        for number in entered:
            archive.add_clip(clip(number), epoch=1, sequence=number)
        buried = archive.begin_delete([ulid(n) for n in entered[::3]], DeletedBecause.OWNER, MORNING_UTC_S)
        archive.drop_garbage(names_of(buried))

    return go_on


def restored(folder: Path) -> list[str]:
    """What a restored copy holds; raises ArchiveError where it is damaged."""
    database = Database(folder / "catalogue.db")
    database.open()
    try:
        with database.reading() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return [entry.clip.clip_id for entry in Archive(database).clips(ClipQuery(limit=100_000))]
    finally:
        database.close()


def filled(database: Database) -> Archive:
    archive = Archive(database)
    for number in range(1, 61):
        archive.add_clip(clip(number), epoch=1, sequence=number)
    return archive


def test_a_copy_opens_clean_and_has_all_that_was_there_when_it_began(database: Database, tmp_path: Path) -> None:
    archive = filled(database)
    database.begin_copying()
    copy_slowly(database.path.parent, tmp_path / "copy", live(archive, 1000))
    database.end_copying()
    found = restored(tmp_path / "copy")
    assert {ulid(number) for number in range(1, 61)} <= set(found)
    assert len(archive.clips(ClipQuery(limit=100_000))) > 200


def test_without_the_hooks_the_same_copy_is_damaged(database: Database, tmp_path: Path) -> None:
    """The test above proves something."""
    archive = filled(database)
    with pytest.raises((ArchiveError, AssertionError)):  # noqa: PT012
        for attempt in range(5):
            copy = tmp_path / f"copy{attempt}"
            copy_slowly(database.path.parent, copy, live(archive, 1000 * (attempt + 1)))
            found = restored(copy)
            assert {ulid(number) for number in range(1, 61)} <= set(found)


def test_a_key_that_is_deleted_meanwhile_leaves_the_journal_afterwards(database: Database) -> None:
    archive = filled(database)
    database.begin_copying()
    archive.begin_delete([ulid(1)], DeletedBecause.OWNER, MORNING_UTC_S)
    assert not database.empty_journal()
    database.end_copying()
    assert database.empty_journal()


def test_afterwards_the_journal_stays_small(database: Database, tmp_path: Path) -> None:
    archive = filled(database)
    database.begin_copying()
    copy_slowly(database.path.parent, tmp_path / "copy", live(archive, 1000))
    grown = (database.path.parent / FILES[1]).stat().st_size
    database.end_copying()
    go_on = live(archive, 5000)
    for piece in range(25):
        go_on(piece)
    assert (database.path.parent / FILES[1]).stat().st_size <= grown
