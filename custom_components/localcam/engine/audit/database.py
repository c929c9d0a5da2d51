"""The log's SQLite file: how it is opened, and how its errors become ours."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
import os
from pathlib import Path
import sqlite3

from ..errors import AuditError

VERSION = 1
BUSY_TIMEOUT_S = 5.0
JOURNAL_PAGES = 1000
"""SQLite's own default: at so many pages the journal is folded into the main file."""
SCHEMA = Path(__file__).with_name("schema.sql")

_DAMAGED = (
    "it is damaged. Restore it from a backup of Home Assistant; or move it away together with the files whose names "
    "begin alike and with keys/audit.witness, and keep them as evidence: a new log then begins"
)
_ADVICE = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_FULL: "its disk is full. Free some space there",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. Check its folder, and that Home Assistant may write there",
    sqlite3.SQLITE_READONLY: "it cannot be written. Check that Home Assistant may write there, and the disk",
    sqlite3.SQLITE_PERM: "it cannot be written. Check that Home Assistant may write there, and the disk",
    sqlite3.SQLITE_BUSY: "another program holds it. Close that program, or the second Home Assistant",
    sqlite3.SQLITE_IOERR: "its disk does not read or write. Check the disk",
}
"""By SQLite's primary result code: what is the matter, and what to do."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as AuditError that says what to do."""
    try:
        yield
    except sqlite3.Error as err:
        code = getattr(err, "sqlite_errorcode", 0) & 0xFF
        raise AuditError(f"the audit log {path} cannot be used: {_ADVICE.get(code, 'internal error')} ({err})") from err
    except OSError as err:
        raise AuditError(f"the audit log {path} cannot be used: {err.strerror}") from err


def connect(path: Path) -> sqlite3.Connection:
    """To write: made if it is not there, and what returns from a commit survives a power cut.

    Raises AuditError, sqlite3.Error, OSError; to be used under `translated`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite gives the files beside it the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, autocommit=True, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """One state of the log, whatever is appended meanwhile; texts come as bytes. To be used under `translated`."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S, autocommit=True
    )
    connection.text_factory = bytes
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM meta").fetchone()  # only a read begins it in earnest
    except BaseException:
        connection.close()
        raise
    return connection


def has_our_schema(connection: sqlite3.Connection) -> bool:
    """Whether tables, index and triggers are those of `schema.sql`: others could hide what the leaves say."""
    with closing(sqlite3.connect(":memory:", autocommit=True)) as fresh:
        fresh.text_factory = connection.text_factory
        fresh.executescript(SCHEMA.read_text(encoding="utf-8"))
        return _shape(connection) == _shape(fresh)


def _shape(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if version > VERSION:
        raise AuditError(f"the audit log {path} was written by a newer LocalCam. Update LocalCam.")
    if version == 0 and objects:
        raise AuditError(f"the file {path} is another program's database. Move it away.")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise AuditError(f"the audit log {path} must lie on a local disk: this one does not support its journal")
    connection.execute("PRAGMA synchronous = FULL")
    if version == 0:
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executescript(SCHEMA.read_text(encoding="utf-8"))
            connection.execute(f"PRAGMA user_version = {VERSION:d}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
