"""Where a log ends: what the next entry follows from, and the tree of all entries so far."""

from base64 import b64encode
from dataclasses import dataclass
import sqlite3

from ..audited import AuditHead
from .checkpoint import Verifier
from .leaf import first_link, leaf_hash
from .merkle import Frontier


@dataclass(slots=True, kw_only=True)
class Tail:
    """Of a log that is open."""

    size: int
    link: bytes
    """Hash of the last entry."""
    frontier: Frontier
    head: AuditHead | None
    """The newest checkpoint."""


def read_tail(connection: sqlite3.Connection, verifier: Verifier) -> Tail:
    """Where the log ends; raises sqlite3.Error. A log that was tampered with is gone on with as it is."""
    last = connection.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
    size, link = last or (0, first_link(verifier.origin))
    head, frontier = _newest_checkpoint(connection, verifier)
    if frontier.size > size:
        frontier = Frontier()
    leaves = connection.execute("SELECT leaf FROM entries WHERE seq > ? ORDER BY seq", (frontier.size,))
    for (leaf,) in leaves:
        frontier.add(leaf_hash(leaf.encode()))
    return Tail(size=size, link=link, frontier=frontier, head=head)


def _newest_checkpoint(connection: sqlite3.Connection, verifier: Verifier) -> tuple[AuditHead | None, Frontier]:
    """The newest one that is ours, and the tree at its size; an empty tree where the kept one is not the signed one."""
    kept = connection.execute("SELECT note, frontier FROM checkpoints ORDER BY position DESC LIMIT 1").fetchone()
    if kept is None:
        return None, Frontier()
    note, subtrees = kept
    try:
        stated = verifier.read(note)
    except ValueError:
        return None, Frontier()
    head = AuditHead(
        size=stated.size,
        root=b64encode(stated.root).decode(),
        checkpoint=note,
        verifier_key=verifier.key_text,
    )
    try:
        frontier = Frontier.from_bytes(stated.size, subtrees)
    except ValueError:
        return head, Frontier()
    return head, frontier if frontier.root() == stated.root else Frontier()
