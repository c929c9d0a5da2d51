"""A catalogue of any age becomes one like a fresh one, in one step or not at all.

`schemas/v1.sql` is the schema as version 1 was released; it is never changed. When schema.sql changes, the first test
fails until a step takes the old one there.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
import re
import sqlite3

import pytest

from custom_components.localcam.engine.archive import rows
from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.deletion import DeletedBecause, names_of
from custom_components.localcam.engine.archive.identity import Identity
from custom_components.localcam.engine.archive.migrations import (
    SCHEMA,
    STEPS,
    Step,
    check_version,
    latest_version,
    migrate,
)
from custom_components.localcam.engine.catalogued import Verdict
from custom_components.localcam.engine.errors import ArchiveError
from tests.engine.archive.sample_clips import clip, event, ulid, verdict
from tests.engine.archive.schema_shape import shape

OLDEST = Path(__file__).with_name("schemas") / "v1.sql"


def empty() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", autocommit=True)


def oldest() -> sqlite3.Connection:
    connection = empty()
    migrate(connection, steps=(), schema=OLDEST)
    return connection


def test_the_oldest_catalogue_upgraded_step_by_step_equals_a_fresh_one() -> None:
    fresh, upgraded = empty(), oldest()
    migrate(fresh)
    for count in range(len(STEPS) + 1):
        migrate(upgraded, steps=STEPS[:count])
    assert shape(upgraded) == shape(fresh)
    assert check_version(fresh) == latest_version()


def test_what_version_1_kept_is_all_there_now_and_new_clips_have_more(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    old = sqlite3.connect(path, autocommit=True)
    migrate(old, steps=(), schema=OLDEST)
    write_as_version_1(old)
    old.close()

    database = Database(path)
    database.open()
    archive = Archive(database)
    before = replace(clip(1), explanation=None, events=(replace(event(1), threshold=None, sensitivity=None),))
    assert archive.clip(ulid(1)).clip == before
    assert [said.verdict for said in archive.verdicts(ulid(1))] == [Verdict.REAL]
    assert archive.is_deleted(ulid(3))
    assert archive.used_bytes() == before.size_bytes
    assert archive.add_clip(clip(2), epoch=1, sequence=2)
    assert archive.clip(ulid(2)).clip == clip(2)
    # What the rebuilt table refers to, and what refers to it, works as before.
    archive.flag(verdict(2))
    names = names_of(archive.begin_delete([ulid(1), ulid(2)], DeletedBecause.OWNER, 1.0))
    assert set(names) == {file.name for kept in (before, clip(2)) for file in kept.files}
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == 0
    database.close()


def write_as_version_1(connection: sqlite3.Connection) -> None:
    """A flagged clip with its event, and one that was deleted, in the words of that version."""
    row, event_row = rows.clip_row(clip(1, explanation=None)), rows.event_rows(clip(1))[0]
    for table, values in (("clips", row), ("events", event_row | {"clip_id": ulid(1)})):
        columns = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
        places = ", ".join(f":{column}" for column in columns)
        connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", values)
    connection.execute(
        "INSERT INTO verdicts (clip_id, verdict, note, given_utc_s) VALUES (?, 'real', 'the cat', 1.0)", (ulid(1),)
    )
    connection.execute("INSERT INTO tombstones VALUES (?, 'hall', 1.0, 2.0, 'quota')", (ulid(3),))


def test_an_upgrade_cut_anywhere_leaves_version_1_as_it_was(tmp_path: Path) -> None:
    """The step fails at each of its statements in turn, as it would on a full disk."""
    text = SCHEMA.with_name("to_version_2.sql").read_text(encoding="utf-8")
    ends = [place.end() for place in re.finditer(r";\n\n", text)]
    assert len(ends) > 10
    for end in ends:
        connection = oldest()
        write_as_version_1(connection)
        before = shape(connection)

        def cut(of: sqlite3.Connection, end: int = end) -> None:
            of.executescript(text[:end])
            raise sqlite3.OperationalError("database or disk is full")

        with pytest.raises(sqlite3.OperationalError, match="full"):
            migrate(connection, steps=(cut,))
        assert shape(connection) == before
        assert connection.execute("SELECT clip_id FROM clips").fetchall() == [(ulid(1),)]


# A made-up future, by which the machinery itself is proven: a column that ALTER can add, then a table built anew.


def add_weather(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE tombstones ADD COLUMN weather TEXT CHECK (weather IN ('sun', 'rain'))")


def rebuild_reports(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE reports RENAME TO old_reports")
    connection.execute(
        "CREATE TABLE reports (camera_id TEXT PRIMARY KEY NOT NULL CHECK (length(camera_id) > 0), "
        "epoch INTEGER NOT NULL CHECK (epoch >= 0)) STRICT, WITHOUT ROWID"
    )
    connection.execute("INSERT INTO reports SELECT camera_id, epoch FROM old_reports")
    connection.execute("DROP TABLE old_reports")


@pytest.fixture
def future(tmp_path: Path) -> Path:
    """schema.sql as it would read after the two steps."""
    text = OLDEST.read_text(encoding="utf-8")
    text = text.replace(
        "why TEXT NOT NULL", "weather TEXT CHECK (weather IN ('sun', 'rain')),\n  why TEXT NOT NULL"
    ).replace(
        "  epoch INTEGER NOT NULL CHECK (epoch >= 0),",
        "  epoch INTEGER NOT NULL CHECK (epoch >= 0)",
    )
    head, _, tail = text.partition("  -- The last report of that epoch")
    path = tmp_path / "schema.sql"
    path.write_text(head + tail.partition("\n")[2].partition("\n")[2], encoding="utf-8")
    return path


FUTURE: Sequence[Step] = (add_weather, rebuild_reports)


def test_steps_run_in_order_once_each_and_keep_the_rows() -> None:
    connection = oldest()
    connection.execute("INSERT INTO reports VALUES ('hall', 4, 2)")
    migrate(connection, steps=FUTURE[:1])
    assert check_version(connection, FUTURE) == 2
    migrate(connection, steps=FUTURE)
    assert check_version(connection, FUTURE) == 3
    migrate(connection, steps=FUTURE)
    assert connection.execute("SELECT * FROM reports").fetchall() == [("hall", 4)]


def test_the_comparison_with_a_fresh_schema_tells_right_from_wrong(future: Path) -> None:
    fresh, upgraded = empty(), oldest()
    migrate(fresh, steps=FUTURE, schema=future)
    migrate(upgraded, steps=FUTURE)
    wanted, got = shape(fresh), shape(upgraded)
    # ALTER puts a column last: the order of columns differs, and a released schema.sql must put it there, too.
    assert wanted.pop("table tombstones") != got.pop("table tombstones")
    assert wanted == got

    def forgets_the_check(connection: sqlite3.Connection) -> None:
        rebuild_reports(connection)
        connection.execute("DROP TABLE reports")
        connection.execute(
            "CREATE TABLE reports (camera_id TEXT PRIMARY KEY NOT NULL CHECK (length(camera_id) > 0), "
            "epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID"
        )

    careless = oldest()
    migrate(careless, steps=(add_weather, forgets_the_check))
    assert shape(careless)["table reports"] != wanted["table reports"]


def test_a_step_that_fails_undoes_those_before_it() -> None:
    def fails(connection: sqlite3.Connection) -> None:
        rebuild_reports(connection)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    connection = oldest()
    before = shape(connection)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, steps=(add_weather, fails))
    assert shape(connection) == before
    assert not connection.in_transaction


def test_a_step_that_leaves_rows_dangling_is_undone() -> None:
    def orphans(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO events VALUES ('gone', 0, 'e', 1.0, 2.0, 0.5, 1.5, 'person', 0, 1, '{}')")

    connection = oldest()
    with pytest.raises(ArchiveError, match="refer to nothing"):
        migrate(connection, steps=(orphans,))
    assert check_version(connection) == 1
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_a_newer_catalogue_and_a_strangers_database_are_left_alone() -> None:
    connection = oldest()
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ArchiveError, match="newer LocalCam"):
        migrate(connection)
    stranger = empty()
    stranger.execute("CREATE TABLE states (entity_id)")
    with pytest.raises(ArchiveError, match="another program"):
        migrate(stranger)


def test_before_an_upgrade_a_copy_is_kept_until_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    old = Database(path)
    old.open()
    Archive(old).add_clip(clip(1), epoch=1, sequence=1)
    name = Identity(old).catalogue_uuid()
    old.close()

    new = Database(path, steps=(*STEPS, add_weather))
    new.open()
    assert Identity(new).catalogue_uuid() == name
    new.close()
    copy = tmp_path / "catalogue.db.before-upgrade"
    assert copy.stat().st_mode & 0o077 == 0
    kept = Database(tmp_path / "kept.db")
    copy.copy(kept.path)
    kept.open()
    assert Archive(kept).clip(ulid(1)).clip == clip(1)
    kept.close()

    new.open()
    new.close()
    assert not copy.exists()
    with pytest.raises(ArchiveError, match="newer LocalCam"):
        old.open()
