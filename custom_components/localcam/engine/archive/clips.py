"""The archive: what is kept, what was said of it, what is to go. All that the station asks of the catalogue.

Every method blocks on the disk and may be called from any thread that may wait; each is one transaction, and what it
returns is on disk. Each raises ArchiveError where the catalogue cannot be used.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
import json

from ..catalogued import CatalogueEntry, ClipDay, ClipQuery, ClipVerdict, DestroyedClip
from ..clip import Clip, StoredFile
from ..errors import UnknownClipError
from ..safekeeping import SealedKey
from . import days, deletion, reports, rows
from .database import Database
from .deletion import DeletedBecause
from .retention import Candidate

_PAGE = 500
"""Candidates read under one hold of the lock."""


class Archive:
    """The catalogue of clips. The database is opened and closed by whoever made it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_clip(self, clip: Clip, epoch: int, sequence: int, key: SealedKey | None = None) -> bool:
        """Enter a clip whose files lie on disk under their final names; False where nothing was entered.

        `key` is None only for a clip that was recorded before clips were sealed.

        A repeated report is known by its clip. One of a clip that was deleted meanwhile makes its files garbage again:
        the caller unlinks what `garbage` names.
        """
        with self._database.transaction() as connection:
            reports.note(connection, clip.camera_id, epoch, sequence)
            if connection.execute("SELECT 1 FROM clips WHERE clip_id = ?", (clip.clip_id,)).fetchone():
                return False
            grave = connection.execute(
                "SELECT deleted_utc_s FROM tombstones WHERE clip_id = ?", (clip.clip_id,)
            ).fetchone()
            if grave:
                remains = [(file.name, grave["deleted_utc_s"]) for file in clip.files]
                connection.executemany("INSERT OR IGNORE INTO garbage VALUES (?, ?)", remains)
                return False
            connection.execute(rows.INSERT_CLIP, rows.clip_row(clip))
            connection.executemany(rows.INSERT_EVENT, rows.event_rows(clip))
            if key is not None:
                connection.execute(rows.INSERT_KEY, (clip.clip_id, key.sealed, key.sealed_to))
            return True

    def sealed_key(self, clip_id: str) -> SealedKey | None:
        """The key of a clip; None where it has none, or there is no such clip."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT sealed_key, sealed_to FROM clip_keys WHERE clip_id = ?", (clip_id,)
            ).fetchone()
        return None if row is None else SealedKey(sealed=bytes(row["sealed_key"]), sealed_to=row["sealed_to"])

    def keyed(self) -> dict[str, tuple[str, str]]:
        """Of each clip with a key: its camera, and the id of the house's key to which that is sealed."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT clip_id, camera_id, sealed_to FROM clips JOIN clip_keys USING (clip_id)")
            return {row["clip_id"]: (row["camera_id"], row["sealed_to"]) for row in found}

    def unkeyed(self) -> dict[str, tuple[str, str]]:
        """Of each clip without a key: its camera, and the name of its video."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT clip_id, camera_id, video_name FROM clips LEFT JOIN clip_keys USING (clip_id) "
                "WHERE sealed_key IS NULL"
            )
            return {row["clip_id"]: (row["camera_id"], row["video_name"]) for row in found}

    def enter_key(self, clip_id: str, key: SealedKey) -> None:
        """Put back the key of a clip that has none; one that was deleted meanwhile gets none."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO clip_keys SELECT clip_id, ?, ? FROM clips WHERE clip_id = ?",
                (key.sealed, key.sealed_to, clip_id),
            )

    def has_keys(self) -> bool:
        """Whether any clip has a key."""
        return bool(self._number("SELECT EXISTS (SELECT 1 FROM clip_keys)"))

    def clip(self, clip_id: str) -> CatalogueEntry:
        """A clip with its latest verdict; raises UnknownClipError."""
        with self._database.reading() as connection:
            found = connection.execute(f"{rows.SELECT_ENTRIES} WHERE c.clip_id = ?", (clip_id,))
            for entry in rows.entries(connection, found):
                return entry
        raise UnknownClipError(f"there is no clip {clip_id}")

    def clips(self, query: ClipQuery) -> list[CatalogueEntry]:
        """The clips that the query asks for, newest first."""
        where, parameters = _conditions(query)
        statement = f"{rows.SELECT_ENTRIES} {where} ORDER BY c.started_utc_s DESC, c.clip_id DESC LIMIT :limit"
        with self._database.reading() as connection:
            return rows.entries(connection, connection.execute(statement, parameters))

    def flag(self, verdict: ClipVerdict) -> CatalogueEntry:
        """Append a verdict, which keeps the clip from automatic deletion; raises UnknownClipError."""
        with self._database.transaction() as connection:
            if not connection.execute("SELECT 1 FROM clips WHERE clip_id = ?", (verdict.clip_id,)).fetchone():
                raise UnknownClipError(f"there is no clip {verdict.clip_id}")
            connection.execute(
                "INSERT INTO verdicts (clip_id, verdict, kind, note, user_id, given_utc_s) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    verdict.clip_id,
                    verdict.verdict.value,
                    verdict.kind and verdict.kind.value,
                    verdict.note,
                    verdict.user_id,
                    verdict.given_utc_s,
                ),
            )
        return self.clip(verdict.clip_id)

    def verdicts(self, clip_id: str) -> list[ClipVerdict]:
        """All that was ever said of a clip, oldest first; also of one that was deleted, then without notes."""
        with self._database.reading() as connection:
            return [rows.verdict_of(row) for row in connection.execute(rows.SELECT_VERDICTS, (clip_id,))]

    def begin_delete(self, clip_ids: Sequence[str], why: DeletedBecause, at_utc_s: float) -> tuple[DestroyedClip, ...]:
        """Delete clips and their keys from the catalogue, all or none; returns what else must go: their files.

        Once those are gone and their folders synced, `drop_garbage` ends it. Raises UnknownClipError, before anything
        changes, where the owner names a clip that is not there; an automatic deletion leaves out what was flagged or
        deleted since it was planned.
        """
        with self._database.transaction() as connection:
            return deletion.bury(connection, clip_ids, why, at_utc_s)

    def garbage(self) -> tuple[str, ...]:
        """Files of deleted clips that are not known to be gone."""
        with self._database.reading() as connection:
            return tuple(row["name"] for row in connection.execute("SELECT name FROM garbage ORDER BY name"))

    def drop_garbage(self, names: Iterable[str]) -> None:
        """These files are gone, and their folders synced."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM garbage WHERE name = ?", [(name,) for name in names])

    def is_deleted(self, clip_id: str) -> bool:
        """Whether a clip of this id was deleted."""
        with self._database.reading() as connection:
            return bool(connection.execute("SELECT 1 FROM tombstones WHERE clip_id = ?", (clip_id,)).fetchone())

    def file_names(self) -> set[str]:
        """The names of all files that belong to clips."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT video_name, thumbnail_name, explanation_name FROM clips").fetchall()
        return {name for row in found for name in row if name is not None}

    def files(self) -> list[tuple[str, StoredFile]]:
        """All files that belong to clips, each with its clip's id."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT clip_id, video_name, video_bytes, video_sha256 FROM clips "
                "UNION ALL SELECT clip_id, thumbnail_name, thumbnail_bytes, thumbnail_sha256 FROM clips "
                "WHERE thumbnail_name IS NOT NULL "
                "UNION ALL SELECT clip_id, explanation_name, explanation_bytes, explanation_sha256 FROM clips "
                "WHERE explanation_name IS NOT NULL"
            )
            return [(row[0], StoredFile(name=row[1], size_bytes=row[2], sha256=row[3])) for row in found]

    def deletable(self) -> Iterator[Candidate]:
        """Clips that nobody flagged, oldest first, read page by page: what changes meanwhile may or may not show."""
        after: tuple[float, str] = (float("-inf"), "")
        while True:
            with self._database.reading() as connection:
                page = connection.execute(
                    "SELECT clip_id, started_utc_s, size_bytes FROM clips c WHERE (started_utc_s, clip_id) > (?, ?) "
                    "AND NOT EXISTS (SELECT 1 FROM verdicts WHERE clip_id = c.clip_id) "
                    "ORDER BY started_utc_s, clip_id LIMIT ?",
                    (*after, _PAGE),
                ).fetchall()
            for row in page:
                yield Candidate(clip_id=row["clip_id"], size_bytes=row["size_bytes"])
            if len(page) < _PAGE:
                return
            after = (page[-1]["started_utc_s"], page[-1]["clip_id"])

    def used_bytes(self) -> int:
        """What all clips take, by the sizes in their rows."""
        return self._number("SELECT coalesce(sum(size_bytes), 0) FROM clips")

    def count(self) -> int:
        """How many clips there are."""
        return self._number("SELECT count(*) FROM clips")

    def camera_ids(self) -> set[str]:
        """Of all cameras that have clips, those that were removed, too."""
        with self._database.reading() as connection:
            found: set[str] = set()
            after = ""
            # Camera by camera along the index: there are few of them, and many clips.
            statement = "SELECT min(camera_id) FROM clips WHERE camera_id > ?"
            while (camera_id := connection.execute(statement, (after,)).fetchone()[0]) is not None:
                found.add(camera_id)
                after = camera_id
            return found

    def clips_since(self, camera_id: str, utc_s: float) -> int:
        """How many of the camera's clips began at this time or later."""
        return self._number("SELECT count(*) FROM clips WHERE camera_id = ? AND started_utc_s >= ?", camera_id, utc_s)

    def days(self, camera_id: str, zone: tzinfo) -> list[ClipDay]:
        """The days of a time zone on which clips of the camera began, newest first."""
        with self._database.reading() as connection:
            return days.count(connection, camera_id, zone)

    def next_epoch(self, camera_id: str) -> int:
        """The epoch of a worker that is about to be started: larger than any before it."""
        with self._database.transaction() as connection:
            return reports.next_epoch(connection, camera_id)

    def last_report(self, camera_id: str) -> tuple[int, int] | None:
        """The highest (epoch, sequence) whose clip is entered; None for a camera that never had a worker."""
        with self._database.reading() as connection:
            return reports.last(connection, camera_id)

    def _number(self, statement: str, *parameters: object) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(statement, parameters).fetchone()[0])


def _conditions(query: ClipQuery) -> tuple[str, dict[str, object]]:
    """The WHERE clause and all parameters of a listing."""
    camera_ids = query.camera_ids
    wanted: dict[str, tuple[str, object]] = {
        "cameras": (
            "c.camera_id IN (SELECT value FROM json_each(:cameras))",
            None if camera_ids is None else json.dumps(sorted(camera_ids)),
        ),
        "since": ("c.started_utc_s >= :since", query.since_utc_s),
        "until": ("c.started_utc_s < :until", query.until_utc_s),
        "kind": ("c.kind = :kind", query.kind and query.kind.value),
        "verdict": ("v.verdict = :verdict", query.verdict and query.verdict.value),
    }
    asked = {name: pair for name, pair in wanted.items() if pair[1] is not None}
    where = "WHERE " + " AND ".join(text for text, _ in asked.values()) if asked else ""
    # SQLite reads a negative limit as none.
    limit = -1 if query.limit is None else max(query.limit, 0)
    return where, {name: value for name, (_, value) in asked.items()} | {"limit": limit}
