"""The checker tells each broken invariant by its number, at the depth that can see it, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
import sqlite3
from typing import override

import pytest

from custom_components.localcam.engine.archive.check import Depth, Violation, check
from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.deletion import DeletedBecause, names_of
from custom_components.localcam.engine.clip import Clip
from tests.engine.archive.sample_clips import MORNING_UTC_S, clip, stem, stored, ulid, verdict
from tests.engine.archive.simulated_folder import SimulatedFolder

VIDEO, THUMBNAIL, EXPLANATION = (f"{stem(1)}{suffix}" for suffix in (".lcv", ".lct", ".lce"))


@pytest.fixture
def folder(archive: Archive) -> SimulatedFolder:
    """Holds two clips that are in the catalogue."""
    folder = SimulatedFolder()
    for number in (1, 2):
        archive.add_clip(put(folder, number), epoch=1, sequence=number)
    return folder


def put(folder: SimulatedFolder, number: int) -> Clip:
    changes = {}
    for part, suffix in (("video", ".lcv"), ("thumbnail", ".lct"), ("explanation", ".lce")):
        name, content = stem(number) + suffix, part.encode()
        folder.write(name, content)
        changes[part] = stored(name, content)
    return clip(number, **changes)


def found(database: Database, folder: SimulatedFolder, depth: Depth) -> list[tuple[str, str]]:
    return [(violation.invariant, violation.subject) for violation in check(database, folder, depth)]


@pytest.mark.parametrize("depth", Depth)
def test_a_sound_folder_has_no_violations(database: Database, folder: SimulatedFolder, depth: Depth) -> None:
    folder.write(f"{stem(3)}.lcv.grow.part", b"being recorded")
    folder.write(f"{stem(3)}.lct.part", b"being written")
    folder.write(f"{stem(3)}.lce.part", b"being written")
    folder.write("holiday.txt", b"the owner's own")
    Archive(database).flag(verdict(2))
    names = names_of(Archive(database).begin_delete([ulid(2)], DeletedBecause.OWNER, MORNING_UTC_S))
    folder.unlink(names[0])
    assert check(database, folder, depth) == []


@pytest.mark.parametrize("name", [VIDEO, THUMBNAIL, EXPLANATION])
def test_i1_a_missing_file_is_seen_by_presence(database: Database, folder: SimulatedFolder, name: str) -> None:
    folder.unlink(name)
    assert check(database, folder, Depth.PRESENCE) == [
        Violation(invariant="I1", subject=ulid(1), text=f"{name} is missing")
    ]


def test_i1_a_short_file_is_seen_by_size(database: Database, folder: SimulatedFolder) -> None:
    folder.write(VIDEO, b"vide")
    assert found(database, folder, Depth.PRESENCE) == []
    assert found(database, folder, Depth.SIZE) == [("I1", ulid(1))]


def test_i1_a_changed_byte_is_seen_by_digest(database: Database, folder: SimulatedFolder) -> None:
    folder.write(VIDEO, b"vide0")
    assert found(database, folder, Depth.SIZE) == []
    assert found(database, folder, Depth.DIGEST) == [("I1", ulid(1))]


def test_i1_a_file_that_cannot_be_read_is_told(database: Database, folder: SimulatedFolder) -> None:
    class Broken(SimulatedFolder):
        @override
        def exists(self, name: str) -> bool:
            return True

    assert found(database, Broken(), Depth.PRESENCE) == []
    violations = check(database, Broken(), Depth.SIZE)
    assert {violation.invariant for violation in violations} == {"I1"}
    assert "cannot be read" in violations[0].text
    assert len(violations) == 6


def test_i2_a_file_without_any_row_is_told(database: Database, folder: SimulatedFolder) -> None:
    folder.write(f"{stem(5)}.lcv", b"nobody's")
    assert check(database, folder, Depth.PRESENCE) == [
        Violation(invariant="I2", subject=f"{stem(5)}.lcv", text="has neither a row nor a garbage row")
    ]


def test_i2_a_file_with_both_rows_is_told(database: Database, folder: SimulatedFolder) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO garbage VALUES (?, 1.0)", (VIDEO,))
    assert found(database, folder, Depth.PRESENCE) == [("I2", VIDEO)]


def test_i4_a_verdict_of_nothing_is_told(database: Database, folder: SimulatedFolder) -> None:
    database.close()
    # Only somebody who takes the schema's own guard away can bring this about.
    with sqlite3.connect(database.path) as connection:
        connection.execute("DROP TRIGGER verdict_of_nothing")
        connection.execute(
            "INSERT INTO verdicts (clip_id, verdict, note, given_utc_s) VALUES (?, 'real', '', 1.0)", (ulid(9),)
        )
    connection.close()
    database.open()
    assert found(database, folder, Depth.PRESENCE) == [("I4", ulid(9))]


def test_what_is_saved_or_deleted_meanwhile_is_no_violation(database: Database, folder: SimulatedFolder) -> None:
    archive = Archive(database)

    saved = put(folder, 3)

    class Busy(SimulatedFolder):
        """Once rows are compared with files, a clip that lies there gets its row, and another one is deleted."""

        @override
        def names(self) -> Iterator[str]:
            return folder.names()

        @override
        def exists(self, name: str) -> bool:
            return folder.exists(name)

        @override
        def content(self, name: str) -> bytes:
            if archive.add_clip(saved, epoch=1, sequence=3):
                names = names_of(archive.begin_delete([ulid(1)], DeletedBecause.OWNER, MORNING_UTC_S))
                for gone in names:
                    folder.unlink(gone)
                archive.drop_garbage(names)
            return folder.content(name)

    assert check(database, Busy(), Depth.SIZE) == []
    assert archive.is_deleted(ulid(1))
    assert archive.clip(ulid(3)).clip == saved


def test_checking_changes_nothing(database: Database, folder: SimulatedFolder, tmp_path: Path) -> None:
    folder.unlink(VIDEO)
    before = (list(folder.names()), Archive(database).file_names(), Archive(database).garbage())
    check(database, folder, Depth.DIGEST)
    assert (list(folder.names()), Archive(database).file_names(), Archive(database).garbage()) == before
