"""Which catalogue this is, how far it has come, and to which storage folder its rows belong."""

from ..audited import CatalogueHead
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

    def head(self) -> CatalogueHead:
        """How far it has come: a deletion takes a row and adds one that counts double, and nothing else ever goes."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT catalogue_uuid, (SELECT count(*) FROM clips) + 2 * (SELECT count(*) FROM tombstones) "
                "+ (SELECT count(*) FROM verdicts), "
                "(SELECT coalesce(max(clip_id), '') FROM "
                "(SELECT max(clip_id) AS clip_id FROM clips UNION ALL SELECT max(clip_id) FROM tombstones)) FROM meta"
            ).fetchone()
        return CatalogueHead(catalogue_uuid=found[0], changes=found[1], newest_clip_id=found[2])

    def has_known(self, clip_id: str) -> bool:
        """Whether it has this clip, or had it."""
        with self._database.reading() as connection:
            known = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM clips WHERE clip_id = :id) "
                "OR EXISTS (SELECT 1 FROM tombstones WHERE clip_id = :id)",
                {"id": clip_id},
            ).fetchone()[0]
        return bool(known)

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
