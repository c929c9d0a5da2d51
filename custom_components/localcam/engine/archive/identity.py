"""Which catalogue this is, and to which storage folder its rows belong."""

from ..errors import ArchiveError
from .database import Database


class Identity:
    """The catalogue's own name and the name of its folder, so that a swapped or unmounted disk can be told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def catalogue_uuid(self) -> str:
        """Drawn when the catalogue was made; 32 hexadecimal digits."""
        with self._database.reading() as connection:
            return str(connection.execute("SELECT catalogue_uuid FROM meta").fetchone()[0])

    def folder_uuid(self) -> str | None:
        """The folder that the rows speak of; None before the first was used."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT folder_uuid FROM meta").fetchone()[0]
            return None if found is None else str(found)

    def bind_folder(self, folder_uuid: str) -> None:
        """From now on the rows speak of this folder: at first use, and where the owner chose another one."""
        if not folder_uuid:
            raise ArchiveError("a storage folder needs a name")
        with self._database.transaction() as connection:
            connection.execute("UPDATE meta SET folder_uuid = ?", (folder_uuid,))
