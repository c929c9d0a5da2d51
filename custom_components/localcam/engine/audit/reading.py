"""Reads entries of the log: listed, and counted for one clip."""

from collections.abc import Sequence
import json
import sqlite3

from ..audited import AuditEntry, AuditQuery, Deed, DeedOutcome, Look
from .leaf import entry_of

LOOKS = (Deed.VIEW, Deed.DOWNLOAD, Deed.THUMBNAIL)


def entries(connection: sqlite3.Connection, query: AuditQuery) -> list[AuditEntry]:
    """Newest first. An entry that was tampered with beyond reading is left out: verifying names it."""
    asked = {
        "seq < ": query.before_seq,
        "actor_user_id = ": query.user_id,
        "camera = ": query.camera_id,
        "clip = ": query.clip_id,
        "action = ": query.deed and query.deed.value,
    }
    given = {text: value for text, value in asked.items() if value is not None}
    where = " AND ".join(f"{text}?" for text in given) or "true"
    found = connection.execute(
        f"SELECT leaf FROM entries WHERE {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 # the texts above
        (*given.values(), query.limit),
    )
    read: list[AuditEntry] = []
    for (leaf,) in found:
        try:
            read.append(entry_of(leaf))
        except ValueError:
            continue
    return read


def looks(connection: sqlite3.Connection, clip_ids: Sequence[str]) -> list[Look]:
    """Who has seen these clips, in which way, how often and when last; newest first."""
    found = connection.execute(
        "SELECT clip, actor_user_id, action, count(*), max(leaf ->> '$.utc_us') AS last FROM entries "
        "WHERE clip IN (SELECT value FROM json_each(?)) AND action IN (?, ?, ?) AND leaf ->> '$.outcome' = ? "
        "GROUP BY clip, actor_user_id, action ORDER BY last DESC",
        (json.dumps(list(clip_ids)), *(deed.value for deed in LOOKS), DeedOutcome.DONE.value),
    )
    return [
        Look(clip_id=clip, user_id=user, deed=Deed(action), times=times, last_utc_s=last / 1e6)
        for clip, user, action, times, last in found
    ]
