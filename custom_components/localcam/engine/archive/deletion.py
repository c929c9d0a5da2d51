"""How clips leave the catalogue: rows become tombstones, their files garbage, in one transaction."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
import json
import sqlite3

from ..catalogued import DestroyedClip
from ..clip import StoredFile
from ..digests import sha256
from ..errors import UnknownClipError

_FILES = ("video", "thumbnail", "explanation")
"""Of a clip, as its columns name them."""


class DeletedBecause(StrEnum):
    """Why a clip was deleted."""

    QUOTA = "quota"
    """The clips took more than the owner allows."""
    FLOOR = "floor"
    """The disk had less free than the owner wants."""
    OWNER = "owner"
    """A person or an automation asked for it."""


def bury(
    connection: sqlite3.Connection, clip_ids: Sequence[str], why: DeletedBecause, at_utc_s: float
) -> tuple[DestroyedClip, ...]:
    """Take the clips and their keys out of the catalogue, inside the caller's transaction; returns what they were.

    Raises UnknownClipError, before anything changes, where the owner names a clip that is not there. An automatic
    deletion was planned some moments ago: it leaves out what was flagged or deleted since.
    """
    if why is DeletedBecause.OWNER:
        known = _known(connection, clip_ids)
        for clip_id in clip_ids:
            if clip_id not in known:
                raise UnknownClipError(f"there is no clip {clip_id}")
        chosen = json.dumps(list(clip_ids))
    else:
        chosen = json.dumps(_unflagged(connection, clip_ids))
    buried = _described(connection, chosen)
    connection.execute(
        "INSERT INTO tombstones SELECT clip_id, camera_id, started_utc_s, ?, ? FROM clips "
        "WHERE clip_id IN (SELECT value FROM json_each(?))",
        (at_utc_s, why.value, chosen),
    )
    connection.executemany("INSERT INTO garbage VALUES (?, ?)", [(name, at_utc_s) for name in names_of(buried)])
    connection.execute("UPDATE verdicts SET note = '' WHERE clip_id IN (SELECT value FROM json_each(?))", (chosen,))
    connection.execute("DELETE FROM clips WHERE clip_id IN (SELECT value FROM json_each(?))", (chosen,))
    return buried


def names_of(clips: Iterable[DestroyedClip]) -> tuple[str, ...]:
    """Of all their files."""
    return tuple(file.name for clip in clips for file in clip.files)


def _known(connection: sqlite3.Connection, clip_ids: Sequence[str]) -> set[str]:
    rows = connection.execute(
        "SELECT clip_id FROM clips WHERE clip_id IN (SELECT value FROM json_each(?))", (json.dumps(list(clip_ids)),)
    )
    return {row["clip_id"] for row in rows}


def _unflagged(connection: sqlite3.Connection, clip_ids: Sequence[str]) -> list[str]:
    rows = connection.execute(
        "SELECT clip_id FROM clips c WHERE clip_id IN (SELECT value FROM json_each(?)) "
        "AND NOT EXISTS (SELECT 1 FROM verdicts WHERE clip_id = c.clip_id)",
        (json.dumps(list(clip_ids)),),
    )
    return [row["clip_id"] for row in rows]


def _described(connection: sqlite3.Connection, chosen: str) -> tuple[DestroyedClip, ...]:
    rows = connection.execute(
        "SELECT c.*, k.sealed_key FROM clips c LEFT JOIN clip_keys k USING (clip_id) "
        "WHERE clip_id IN (SELECT value FROM json_each(?))",
        (chosen,),
    )
    return tuple(
        DestroyedClip(
            clip_id=row["clip_id"],
            camera_id=row["camera_id"],
            started_utc_s=row["started_utc_s"],
            key_digest=None if row["sealed_key"] is None else sha256(row["sealed_key"]).hexdigest(),
            files=tuple(
                StoredFile(name=row[f"{kind}_name"], size_bytes=row[f"{kind}_bytes"], sha256=row[f"{kind}_sha256"])
                for kind in _FILES
                if row[f"{kind}_name"] is not None
            ),
        )
        for row in rows
    )
