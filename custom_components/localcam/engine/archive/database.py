"""The catalogue's SQLite file: how it is opened, locked, checked, and how its errors become ours."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import os
from pathlib import Path
import sqlite3
import threading

from ..durable_folders import make_folders, sync_folder
from ..errors import ArchiveError
from .all_or_nothing import all_or_nothing
from .migrations import EMPTY, STEPS, Step, check_version, latest_version, migrate

BUSY_TIMEOUT_S = 5.0
"""How long to wait for another process that holds the file: a backup, or somebody looking into it."""

_JOURNAL_PAGES = 1000
"""SQLite's own default: at so many pages the journal is folded into the main file."""

_REBUILD = (
    "Restore it from a backup of Home Assistant; or, if there is none, move it away together with the files beside it "
    "that end in -wal and -shm, and restart: LocalCam then builds a new catalogue from the clips themselves, but what "
    "was flagged is forgotten."
)

_ADVICE = {
    sqlite3.SQLITE_CORRUPT: f"it is damaged. {_REBUILD}",
    sqlite3.SQLITE_NOTADB: f"it is damaged. {_REBUILD}",
    sqlite3.SQLITE_FULL: "its disk is full. Free some space there.",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. Check its folder, and that Home Assistant may write there.",
    sqlite3.SQLITE_READONLY: "it cannot be written. Check that Home Assistant may write there, and the disk.",
    sqlite3.SQLITE_PERM: "it cannot be written. Check that Home Assistant may write there, and the disk.",
    sqlite3.SQLITE_BUSY: "another program holds it. Close that program, or the second Home Assistant.",
    sqlite3.SQLITE_IOERR: "its disk does not read or write. Check the disk.",
}
"""By SQLite's primary result code: what is the matter, and what to do."""


class Database:
    """One connection under one lock. To be called from threads that may wait for the disk, never from an event loop."""

    def __init__(self, path: Path, *, steps: Sequence[Step] = STEPS) -> None:
        self._path = path
        self._steps = steps
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_copied = False

    @property
    def path(self) -> Path:
        """Where the catalogue lies."""
        return self._path

    def open(self) -> None:
        """Make or open the catalogue, check it and upgrade it; raises ArchiveError that says what to do."""
        with self._lock, _translated(self._path):
            if self._connection is not None:
                raise ArchiveError(f"the catalogue {self._path} is open already")
            connection = _connect(self._path)
            try:
                _prepare(connection, self._path, self._steps)
            except BaseException:
                connection.close()
                raise
            self._connection = connection

    def close(self) -> None:
        """Write everything into the main file and let go of it; closing twice is fine."""
        with self._lock, _translated(self._path):
            connection, self._connection, self._is_copied = self._connection, None, False
            if connection is not None:
                connection.close()

    def empty_journal(self) -> bool:
        """Write what was committed into the main file, and leave nothing of it beside that; raises ArchiveError.

        False where another program reads or copies the catalogue: then what was overwritten is still in the journal.
        """
        if self._is_copied:
            return False
        with self.reading() as connection:
            # Whoever holds it may do so for long, and nobody must wait for that.
            connection.execute("PRAGMA busy_timeout = 0")
            try:
                (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")
        return not busy

    def begin_copying(self) -> None:
        """Leave the main file as it is until `end_copying`, so that whoever copies it gets no mixture of two states.

        What is committed meanwhile goes to the journal, which only grows: a copy of the main file and of any beginning
        of the journal is the catalogue as it was at some moment. Nobody has to wait. Raises ArchiveError.
        """
        with self.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            self._is_copied = True

    def end_copying(self) -> None:
        """Fold the journal into the main file again; raises ArchiveError."""
        with self.reading() as connection:
            self._is_copied = False
            connection.execute(f"PRAGMA wal_autocheckpoint = {_JOURNAL_PAGES}")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing: it is on disk when this returns. Not to be nested. Raises ArchiveError."""
        with self._lock, _translated(self._path):
            connection = self._opened()
            with all_or_nothing(connection):
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read only; nobody writes meanwhile. Works on a full disk. Not to be nested. Raises ArchiveError."""
        with self._lock, _translated(self._path):
            yield self._opened()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ArchiveError(f"the catalogue {self._path} is closed")
        return self._connection


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as err:
        # Errors of the sqlite3 module itself (a wrong thread, a closed connection) have no code.
        code = getattr(err, "sqlite_errorcode", 0) & 0xFF
        raise ArchiveError(
            f"the catalogue {path} cannot be used: {_ADVICE.get(code, 'internal error')} ({err})"
        ) from err
    except OSError as err:
        raise ArchiveError(f"the catalogue {path} cannot be used: {err.strerror}") from err


def _connect(path: Path) -> sqlite3.Connection:
    make_folders(path.parent)
    _private(path)
    sync_folder(path.parent)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, autocommit=True, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _private(path: Path) -> None:
    """Make an empty file that only the owner may read, if there is none; SQLite gives -wal and -shm the same mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path, steps: Sequence[Step]) -> None:
    # Before anything is written: a file of a newer LocalCam must stay as it is.
    found = check_version(connection, steps)
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise ArchiveError(f"the catalogue {path} must lie on a local disk: this one does not support its journal")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    damage = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if damage != ["ok"]:
        raise ArchiveError(f"the catalogue {path} is damaged. {_REBUILD} ({'; '.join(damage)})")
    copy = path.with_name(path.name + ".before-upgrade")
    copy.unlink(missing_ok=True)
    if EMPTY < found < latest_version(steps):
        # Kept until the next start, for the case that the new version turns out not to work here.
        _private(copy)
        connection.execute("VACUUM INTO ?", (str(copy),))
        _remove_keys(copy)
    migrate(connection, steps)
    # Only now: a migration may rebuild tables that others refer to.
    connection.execute("PRAGMA foreign_keys = ON")


def _remove_keys(copy: Path) -> None:
    """From a copy that nobody deletes in: it must not hold the key of a clip that is deleted. The headers have them."""
    connection = sqlite3.connect(copy, autocommit=True)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'clip_keys'").fetchone():
            connection.execute("DELETE FROM clip_keys")
    finally:
        connection.close()
