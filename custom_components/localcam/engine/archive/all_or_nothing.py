"""Has all of a block reach the catalogue, or nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import sqlite3


@contextmanager
def all_or_nothing(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction, on disk when this returns; not to be nested. Raises sqlite3.Error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # Some errors, a full disk for one, have rolled back already; the first error is the one to tell.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
