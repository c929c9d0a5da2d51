"""Brings a catalogue of any earlier version to the present one, one step per version, all of them or none."""

from collections.abc import Callable, Sequence
from pathlib import Path
import sqlite3

from ..errors import ArchiveError
from .all_or_nothing import all_or_nothing

type Step = Callable[[sqlite3.Connection], None]
"""Takes a catalogue of one version to the next, inside a transaction; foreign keys are not enforced meanwhile."""

EMPTY = 0
"""SQLite's own `user_version` of a file in which nothing was made yet."""

SCHEMA = Path(__file__).with_name("schema.sql")


def _to_version_2(connection: sqlite3.Connection) -> None:
    connection.executescript(SCHEMA.with_name("to_version_2.sql").read_text(encoding="utf-8"))


def _to_version_3(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE clip_keys (clip_id TEXT PRIMARY KEY NOT NULL REFERENCES clips (clip_id) ON DELETE CASCADE, "
        "sealed_key BLOB NOT NULL CHECK (length(sealed_key) = 80), "
        "sealed_to TEXT NOT NULL CHECK (length(sealed_to) = 16 AND sealed_to NOT GLOB '*[^0-9a-f]*')"
        ") STRICT, WITHOUT ROWID"
    )


def _to_version_4(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE spools (folder TEXT PRIMARY KEY NOT NULL CHECK (length(folder) > 0), "
        "folder_uuid TEXT CHECK (length(folder_uuid) > 0)) STRICT, WITHOUT ROWID"
    )


STEPS: tuple[Step, ...] = (_to_version_2, _to_version_3, _to_version_4)
"""The first takes version 1 to 2, and so on. A released step is never changed; schema.sql always is the newest."""


def latest_version(steps: Sequence[Step] = STEPS) -> int:
    """The version to which the steps lead; there was never one before 1."""
    return 1 + len(steps)


def check_version(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> int:
    """The catalogue's version; writes nothing; raises ArchiveError where this LocalCam cannot use it."""
    latest = latest_version(steps)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version > latest:
        raise ArchiveError(
            f"the catalogue was written by a newer LocalCam (it has version {version}, this LocalCam knows {latest}). "
            "Update LocalCam, or restore the catalogue from the backup that was made before the update."
        )
    if version == EMPTY and objects:
        raise ArchiveError("the file in the catalogue's place is another program's database. Move it away.")
    return int(version)


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS, schema: Path = SCHEMA) -> None:
    """Bring the catalogue to the version to which the steps lead, in one transaction.

    An empty file gets `schema` as it is. Raises ArchiveError for a version that this LocalCam cannot use, OSError and
    sqlite3.Error as they come; the catalogue is then as it was.
    """
    latest = latest_version(steps)
    version = check_version(connection, steps)
    if version == latest:
        return
    with all_or_nothing(connection):
        if version == EMPTY:
            connection.executescript(schema.read_text(encoding="utf-8"))
        else:
            for step in steps[version - 1 :]:
                step(connection)
        _check_references(connection)
        connection.execute(f"PRAGMA user_version = {latest:d}")


def _check_references(connection: sqlite3.Connection) -> None:
    dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    if dangling:
        raise ArchiveError(
            f"the upgrade of the catalogue left {len(dangling)} rows that refer to nothing; it was undone"
        )
