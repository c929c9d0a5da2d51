"""What a database's schema says, whatever the order and the comments in which it was written."""

import re
import sqlite3


def shape(connection: sqlite3.Connection) -> dict[str, object]:
    """Version, and for each table its columns in order and its definitions; for each index and trigger its text."""
    found: dict[str, object] = {"version": connection.execute("PRAGMA user_version").fetchone()[0]}
    for kind, name, text in connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ).fetchall():
        if kind == "table":
            columns = [tuple(row)[1:] for row in connection.execute(f"PRAGMA table_xinfo({name})")]
            found[f"table {name}"] = (columns, _definitions(text))
        else:
            found[f"{kind} {name}"] = _plain(text)
    return found


def _plain(text: str) -> str:
    without_comments = re.sub(r"--[^\n]*", " ", text)
    return re.sub(r"\s+", "", without_comments).lower().replace('"', "")


def _definitions(text: str) -> tuple[list[str], str]:
    """A table's columns and constraints, sorted, and what follows them. A column that ALTER added stands last."""
    plain = _plain(text)
    body, _, options = plain.partition("(")[2].rpartition(")")
    parts, depth = [""], 0
    for sign in body:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return sorted(parts), options
