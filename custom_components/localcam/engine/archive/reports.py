"""How far each camera's reports have been entered, and the numbering of its workers' lives."""

import sqlite3


def next_epoch(connection: sqlite3.Connection, camera_id: str) -> int:
    """The number of a worker's life that begins now: larger than all before it, also than those before a restart."""
    row = connection.execute(
        "INSERT INTO reports VALUES (?, 1, 0) "
        "ON CONFLICT (camera_id) DO UPDATE SET epoch = epoch + 1, sequence = 0 RETURNING epoch",
        (camera_id,),
    ).fetchone()
    return int(row["epoch"])


def note(connection: sqlite3.Connection, camera_id: str, epoch: int, sequence: int) -> None:
    """Remember that the report is entered; an older one than the newest changes nothing."""
    connection.execute(
        "INSERT INTO reports VALUES (?, ?, ?) "
        "ON CONFLICT (camera_id) DO UPDATE SET epoch = excluded.epoch, sequence = excluded.sequence "
        "WHERE (excluded.epoch, excluded.sequence) > (epoch, sequence)",
        (camera_id, epoch, sequence),
    )


def last(connection: sqlite3.Connection, camera_id: str) -> tuple[int, int] | None:
    """The highest (epoch, sequence) that is entered; None for a camera that never had a worker."""
    row = connection.execute("SELECT epoch, sequence FROM reports WHERE camera_id = ?", (camera_id,)).fetchone()
    return None if row is None else (row["epoch"], row["sequence"])
