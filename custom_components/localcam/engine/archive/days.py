"""On which days clips began, and how many, by the calendar of a time zone: also days of 23 and of 25 hours."""

from datetime import date, datetime, time, tzinfo
from math import floor, inf
import sqlite3

from ..catalogued import ClipDay


def count(connection: sqlite3.Connection, camera_id: str, zone: tzinfo) -> list[ClipDay]:
    """The days on which clips of the camera began, newest first; each clip is in exactly one.

    Asks the index from day to day: what it costs grows with the days that have clips, and no row is read.
    """
    found: list[ClipDay] = []
    newest_utc_s = _newest(connection, camera_id, inf)
    while newest_utc_s is not None:
        # Whole seconds, at which every midnight lies: a time that is rounded up could be in the day after.
        day = datetime.fromtimestamp(floor(newest_utc_s), zone).date()
        midnight_utc_s = _midnight_utc_s(day, zone)
        (clips,) = connection.execute(
            "SELECT count(*) FROM clips WHERE camera_id = ? AND started_utc_s BETWEEN ? AND ?",
            (camera_id, midnight_utc_s, newest_utc_s),
        ).fetchone()
        found.append(ClipDay(day=day, clips=clips))
        newest_utc_s = _newest(connection, camera_id, midnight_utc_s)
    return found


def _newest(connection: sqlite3.Connection, camera_id: str, before_utc_s: float) -> float | None:
    """When the camera's newest clip of those before a time began."""
    (newest_utc_s,) = connection.execute(
        "SELECT max(started_utc_s) FROM clips WHERE camera_id = ? AND started_utc_s < ?", (camera_id, before_utc_s)
    ).fetchone()
    return None if newest_utc_s is None else float(newest_utc_s)


def _midnight_utc_s(day: date, zone: tzinfo) -> float:
    """When the day begins: the first of two midnights; where the clocks skip midnight, the moment in which they do."""
    return datetime.combine(day, time.min, zone).timestamp()
