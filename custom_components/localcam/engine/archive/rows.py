"""Clips, events and verdicts as rows of the catalogue, and back."""

from collections.abc import Iterable, Mapping, Sequence
import json
import math
import sqlite3

from ..catalogued import CatalogueEntry, ClipVerdict, Verdict
from ..clip import Clip, ClipEnd, ClipReason, StoredFile
from ..motion import Features, Kind, MotionEvent

INSERT_CLIP = """
INSERT INTO clips (
  clip_id, camera_id, started_utc_s, duration_s, motion_offset_s, reason, ended_because, kind, score,
  video_name, video_bytes, video_sha256, thumbnail_name, thumbnail_bytes, thumbnail_sha256,
  explanation_name, explanation_bytes, explanation_sha256,
  codec, width_px, height_px, has_audio, continues_clip_id, size_bytes
) VALUES (
  :clip_id, :camera_id, :started_utc_s, :duration_s, :motion_offset_s, :reason, :ended_because, :kind, :score,
  :video_name, :video_bytes, :video_sha256, :thumbnail_name, :thumbnail_bytes, :thumbnail_sha256,
  :explanation_name, :explanation_bytes, :explanation_sha256,
  :codec, :width_px, :height_px, :has_audio, :continues_clip_id, :size_bytes
)
"""

INSERT_KEY = "INSERT INTO clip_keys (clip_id, sealed_key, sealed_to) VALUES (?, ?, ?)"

INSERT_EVENT = """
INSERT INTO events (
  clip_id, position, event_id, started_at_s, last_motion_at_s, peak_score, peak_at_s, kind,
  model_version, features_version, features, threshold, sensitivity
) VALUES (
  :clip_id, :position, :event_id, :started_at_s, :last_motion_at_s, :peak_score, :peak_at_s, :kind,
  :model_version, :features_version, :features, :threshold, :sensitivity
)
"""

SELECT_ENTRIES = """
SELECT c.*, v.verdict_id, v.verdict, v.kind AS verdict_kind, v.note, v.user_id, v.given_utc_s
FROM clips c
LEFT JOIN verdicts v ON v.verdict_id = (SELECT max(verdict_id) FROM verdicts WHERE clip_id = c.clip_id)
"""
"""Each clip with its latest verdict."""

SELECT_EVENTS = """
SELECT * FROM events WHERE clip_id IN (SELECT value FROM json_each(?)) ORDER BY clip_id, position
"""

SELECT_VERDICTS = """
SELECT verdict_id, clip_id, verdict, kind AS verdict_kind, note, user_id, given_utc_s
FROM verdicts WHERE clip_id = ? ORDER BY verdict_id
"""


def clip_row(clip: Clip) -> dict[str, object]:
    """The parameters of `INSERT_CLIP`."""
    return {
        "clip_id": clip.clip_id,
        "camera_id": clip.camera_id,
        "started_utc_s": clip.started_utc_s,
        "duration_s": clip.duration_s,
        "motion_offset_s": clip.motion_offset_s,
        "reason": clip.reason.value,
        "ended_because": clip.end.value,
        "kind": clip.kind.value,
        "score": clip.score,
        **_file_columns("video", clip.video),
        **_file_columns("thumbnail", clip.thumbnail),
        **_file_columns("explanation", clip.explanation),
        "codec": clip.codec,
        "width_px": clip.width_px,
        "height_px": clip.height_px,
        "has_audio": int(clip.has_audio),
        "continues_clip_id": clip.continues_clip_id,
        "size_bytes": clip.size_bytes,
    }


def _file_columns(which: str, file: StoredFile | None) -> dict[str, object]:
    return {
        f"{which}_name": file and file.name,
        f"{which}_bytes": file and file.size_bytes,
        f"{which}_sha256": file and file.sha256,
    }


def event_rows(clip: Clip) -> list[dict[str, object]]:
    """The parameters of `INSERT_EVENT`, one for each event of the clip."""
    return [
        {
            "clip_id": clip.clip_id,
            "position": position,
            "event_id": event.event_id,
            "started_at_s": event.started_at_s,
            "last_motion_at_s": event.last_motion_at_s,
            "peak_score": event.peak_score,
            "peak_at_s": event.peak_at_s,
            "kind": event.kind.value,
            "model_version": event.model_version,
            "features_version": event.features.version,
            "features": _features_text(event.features.values),
            "threshold": event.threshold,
            "sensitivity": event.sensitivity,
        }
        for position, event in enumerate(clip.events)
    ]


def _features_text(values: Mapping[str, float]) -> str:
    # JSON has no NaN and no infinity; a number that went wrong must not cost the clip.
    return json.dumps({name: value if math.isfinite(value) else None for name, value in values.items()})


def entries(connection: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> list[CatalogueEntry]:
    """Rows of `SELECT_ENTRIES` as values, in their order; reads their events from the connection."""
    found = list(rows)
    events = _events(connection, [row["clip_id"] for row in found])
    return [
        CatalogueEntry(
            clip=_clip(row, tuple(events.get(row["clip_id"], ()))),
            verdict=None if row["verdict_id"] is None else verdict_of(row),
        )
        for row in found
    ]


def verdict_of(row: sqlite3.Row) -> ClipVerdict:
    """A row of `SELECT_ENTRIES` that has a verdict, or of `SELECT_VERDICTS`, as a value."""
    return ClipVerdict(
        clip_id=row["clip_id"],
        verdict=Verdict(row["verdict"]),
        kind=None if row["verdict_kind"] is None else Kind(row["verdict_kind"]),
        note=row["note"],
        user_id=row["user_id"],
        given_utc_s=row["given_utc_s"],
    )


def _events(connection: sqlite3.Connection, clip_ids: Sequence[str]) -> dict[str, list[MotionEvent]]:
    by_clip: dict[str, list[MotionEvent]] = {}
    for row in connection.execute(SELECT_EVENTS, (json.dumps(clip_ids),)):
        by_clip.setdefault(row["clip_id"], []).append(_event(row))
    return by_clip


def _event(row: sqlite3.Row) -> MotionEvent:
    values = {name: math.nan if value is None else float(value) for name, value in json.loads(row["features"]).items()}
    return MotionEvent(
        event_id=row["event_id"],
        started_at_s=row["started_at_s"],
        last_motion_at_s=row["last_motion_at_s"],
        peak_score=row["peak_score"],
        peak_at_s=row["peak_at_s"],
        kind=Kind(row["kind"]),
        model_version=row["model_version"],
        features=Features(version=row["features_version"], values=values),
        threshold=row["threshold"],
        sensitivity=row["sensitivity"],
    )


def _clip(row: sqlite3.Row, events: tuple[MotionEvent, ...]) -> Clip:
    return Clip(
        clip_id=row["clip_id"],
        camera_id=row["camera_id"],
        started_utc_s=row["started_utc_s"],
        duration_s=row["duration_s"],
        motion_offset_s=row["motion_offset_s"],
        reason=ClipReason(row["reason"]),
        end=ClipEnd(row["ended_because"]),
        kind=Kind(row["kind"]),
        score=row["score"],
        video=StoredFile(name=row["video_name"], size_bytes=row["video_bytes"], sha256=row["video_sha256"]),
        thumbnail=_file(row, "thumbnail"),
        explanation=_file(row, "explanation"),
        codec=row["codec"],
        width_px=row["width_px"],
        height_px=row["height_px"],
        has_audio=bool(row["has_audio"]),
        events=events,
        continues_clip_id=row["continues_clip_id"],
    )


def _file(row: sqlite3.Row, which: str) -> StoredFile | None:
    name, size_bytes, sha256 = (row[f"{which}_{what}"] for what in ("name", "bytes", "sha256"))
    return None if name is None else StoredFile(name=name, size_bytes=size_bytes, sha256=sha256)
