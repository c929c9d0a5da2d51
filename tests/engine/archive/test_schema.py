"""The schema explains each column and holds by itself what SQL can hold, whoever writes."""

from itertools import pairwise
from pathlib import Path
import re

import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.deletion import DeletedBecause, names_of
from custom_components.localcam.engine.archive.migrations import SCHEMA
from custom_components.localcam.engine.errors import ArchiveError
from tests.engine.archive.sample_clips import MORNING_UTC_S, clip, stem, ulid, verdict

TEXT = SCHEMA.read_text(encoding="utf-8")
STORAGE_DOC = Path(__file__).parents[3] / "docs" / "storage.md"


def tables(database: Database) -> dict[str, list[str]]:
    with database.reading() as connection:
        names = [
            row["name"]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return {name: [row["name"] for row in connection.execute(f"PRAGMA table_xinfo({name})")] for name in names}


def has_comment(lines: list[str], start: str) -> bool:
    """Whether the line that starts so stands under a comment of at least a few words."""
    for above, line in pairwise(lines):
        if line.strip().startswith(start):
            return bool(re.match(r"\s*-- .{10,}", above))
    return False


def test_every_table_index_trigger_and_column_is_explained(database: Database) -> None:
    lines = TEXT.splitlines()
    for line in lines:
        if line.startswith("CREATE "):
            assert has_comment(lines, line), line
    for table, columns in tables(database).items():
        body = TEXT.partition(f"CREATE TABLE {table} (")[2].partition("\n)")[0].splitlines()
        assert columns
        for column in columns:
            assert has_comment(body, f"{column} "), f"{table}.{column}"


def test_every_table_is_strict_and_named_in_the_document(database: Database) -> None:
    document = STORAGE_DOC.read_text(encoding="utf-8")
    for table in tables(database):
        assert f"`{table}`" in document, table
    with database.reading() as connection:
        for row in connection.execute("PRAGMA table_list"):
            if not row["name"].startswith("sqlite_"):
                assert row["strict"], row["name"]


def test_every_invariant_is_stated_in_the_document() -> None:
    document = STORAGE_DOC.read_text(encoding="utf-8")
    for number in range(1, 7):
        assert re.search(rf"^\*\*I{number}\*\* ", document, re.MULTILINE), f"I{number}"


def test_columns_have_no_other_values_than_their_words(database: Database, archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    for column in ("reason", "ended_because", "kind"):
        with database.reading() as connection:
            row = dict(connection.execute("SELECT * FROM clips").fetchone())
        row |= {
            "clip_id": ulid(2),
            "video_name": "x.lcv",
            "thumbnail_name": "x.lct",
            "explanation_name": "x.lce",
            column: "ghost",
        }
        with (
            pytest.raises(ArchiveError, match=f"CHECK constraint failed: {column}"),
            database.transaction() as connection,
        ):
            connection.execute(
                f"INSERT INTO clips ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row
            )


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        ("clip_id", {"clip_id": "not-a-ulid"}),
        ("score", {"score": 1.5}),
        ("duration_s", {"duration_s": -1.0}),
        ("camera_id", {"camera_id": ""}),
        ("clips.started_utc_s", {"started_utc_s": float("nan")}),
    ],
)
def test_nonsense_is_refused(archive: Archive, why: str, changes: dict[str, object]) -> None:
    with pytest.raises(ArchiveError, match=why):
        archive.add_clip(clip(1, events=(), **changes), epoch=1, sequence=1)


def refuse(database: Database, why: str, statement: str, *parameters: object) -> None:
    with pytest.raises(ArchiveError, match=why), database.transaction() as connection:
        connection.execute(statement, parameters)


def test_i2_a_row_does_not_go_without_garbage_and_tombstone(database: Database, archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    refuse(database, "I2", "DELETE FROM clips")
    with database.transaction() as connection:
        connection.execute("INSERT INTO tombstones VALUES (?, 'hall', 1.0, 2.0, 'owner')", (ulid(1),))
        connection.execute("INSERT INTO garbage VALUES (?, 2.0)", (f"{stem(1)}.lcv",))
    refuse(database, "I2", "DELETE FROM clips")
    with database.transaction() as connection:
        connection.execute("INSERT INTO garbage VALUES (?, 2.0)", (f"{stem(1)}.lct",))
    refuse(database, "I2", "DELETE FROM clips")
    with database.transaction() as connection:
        connection.execute("INSERT INTO garbage VALUES (?, 2.0)", (f"{stem(1)}.lce",))
        connection.execute("DELETE FROM clips")


@pytest.mark.parametrize("suffix", [".lcv", ".lct", ".lce"])
def test_i2_garbage_does_not_get_a_row(database: Database, archive: Archive, suffix: str) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO garbage VALUES (?, 2.0)", (stem(1) + suffix,))
    with pytest.raises(ArchiveError, match="I2"):
        archive.add_clip(clip(1), epoch=1, sequence=1)


def test_i4_verdicts_and_tombstones_stay(database: Database, archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    archive.flag(verdict(1))
    refuse(database, "appended", "DELETE FROM verdicts")
    refuse(database, "appended", "UPDATE verdicts SET verdict = 'unsure'")
    refuse(
        database,
        "I4",
        "INSERT INTO verdicts (clip_id, verdict, note, given_utc_s) VALUES (?, 'real', '', 1.0)",
        ulid(2),
    )
    archive.begin_delete([ulid(1)], DeletedBecause.OWNER, MORNING_UTC_S)
    refuse(database, "I4", "DELETE FROM tombstones")


def test_a_row_is_never_changed(database: Database, archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    refuse(database, "never changed", "UPDATE clips SET score = 0.0")


def test_a_flagged_clip_cannot_be_deleted_automatically_by_any_statement(database: Database, archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    archive.flag(verdict(1))
    refuse(database, "flagged", "INSERT INTO tombstones VALUES (?, 'hall', 1.0, 2.0, 'quota')", ulid(1))


def test_a_tombstone_keeps_its_clip_from_coming_back(database: Database, archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    with database.reading() as connection:
        row = dict(connection.execute("SELECT * FROM clips").fetchone())
    archive.drop_garbage(names_of(archive.begin_delete([ulid(1)], DeletedBecause.OWNER, MORNING_UTC_S)))
    refuse(
        database,
        "deleted",
        f"INSERT INTO clips VALUES ({', '.join('?' for _ in row)})",
        *row.values(),
    )
