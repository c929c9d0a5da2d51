"""Which spool folders the catalogue knows, by path and name, and what clips that lie there should have on disk."""

from collections.abc import Iterable
import json
import sqlite3

from ..catalogued import SpooledClip
from ..clip import StoredFile
from .database import Database

_FILES = ("thumbnail", "explanation", "video")


class Spools:
    """Each method is one transaction, and raises ArchiveError where the catalogue cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def folders(self) -> tuple[str, ...]:
        """All in which something may wait."""
        with self._database.reading() as connection:
            return tuple(row["folder"] for row in connection.execute("SELECT folder FROM spools ORDER BY folder"))

    def folder_uuid(self, folder: str) -> str | None:
        """The name that the folder must have; None where it is taken as it is found."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT folder_uuid FROM spools WHERE folder = ?", (folder,)).fetchone()
        return None if row is None else row["folder_uuid"]

    def bind(self, folder: str, folder_uuid: str) -> None:
        """From now on it must have this name."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO spools VALUES (?, ?)", (folder, folder_uuid))

    def unbind(self) -> None:
        """The owner records without any: what waits is moved all the same, and each is taken as it is found again."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE spools SET folder_uuid = NULL")

    def drop(self, folder: str) -> None:
        """Nothing waits there any more."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM spools WHERE folder = ?", (folder,))

    def clips(self, clip_ids: Iterable[str]) -> tuple[SpooledClip, ...]:
        """Those of these clips that are kept, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM clips WHERE clip_id IN (SELECT value FROM json_each(?)) ORDER BY started_utc_s, clip_id",
                (json.dumps(list(clip_ids)),),
            )
            return tuple(SpooledClip(clip_id=row["clip_id"], files=_files(row)) for row in rows)


def _files(row: sqlite3.Row) -> tuple[StoredFile, ...]:
    return tuple(
        StoredFile(name=row[f"{kind}_name"], size_bytes=row[f"{kind}_bytes"], sha256=row[f"{kind}_sha256"])
        for kind in _FILES
        if row[f"{kind}_name"] is not None
    )
