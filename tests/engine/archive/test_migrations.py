"""A catalogue of any age becomes one like a fresh one, in one step or not at all.

`schemas/v1.sql` is the schema as version 1 was released; it is never changed. When schema.sql changes, the first test
fails until a step takes the old one there.
"""

from collections.abc import Sequence
from pathlib import Path
import sqlite3

import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.identity import Identity
from custom_components.localcam.engine.archive.migrations import STEPS, Step, check_version, latest_version, migrate
from custom_components.localcam.engine.errors import ArchiveError
from tests.engine.archive.sample_clips import clip, ulid
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
    old = Database(path, steps=())
    old.open()
    Archive(old).add_clip(clip(1), epoch=1, sequence=1)
    name = Identity(old).catalogue_uuid()
    old.close()

    new = Database(path, steps=(add_weather,))
    new.open()
    assert Identity(new).catalogue_uuid() == name
    new.close()
    copy = tmp_path / "catalogue.db.before-upgrade"
    assert copy.stat().st_mode & 0o077 == 0
    kept = Database(tmp_path / "kept.db", steps=())
    copy.copy(kept.path)
    kept.open()
    assert Archive(kept).clip(ulid(1)).clip == clip(1)
    kept.close()

    new.open()
    new.close()
    assert not copy.exists()
    with pytest.raises(ArchiveError, match="newer LocalCam"):
        old.open()
