"""An entry as the bytes that are hashed, and the chain in which each entry holds all before it.

leaf       = canonical JSON of the entry, UTF-8 (RFC 8785: keys sorted, no blanks; all numbers are integers)
leaf_hash  = SHA-256(0x00 || leaf)                  (RFC 6962, 2.1)
link[0]    = SHA-256(origin)
link[seq]  = SHA-256(link[seq - 1] || leaf_hash[seq])
"""

from collections.abc import Mapping
from hashlib import sha256
import json
from typing import Any

from ..audited import AuditEntry, AuditNote, Deed, DeedOutcome

LEAF_PREFIX = b"\x00"


def leaf_of(entry: AuditEntry) -> str:
    """The entry's canonical JSON."""
    note = entry.note
    return json.dumps(
        {
            "action": note.deed.value,
            "actor_user_id": _clean(note.user_id),
            "camera": _clean(note.camera_id),
            "clip": _clean(note.clip_id),
            "mono_us": entry.monotonic_us,
            "outcome": note.outcome.value,
            "reason": _clean(note.reason),
            "refresh_token_id": _clean(note.token_id),
            "seq": entry.seq,
            "utc_us": entry.utc_us,
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def entry_of(leaf: str) -> AuditEntry:
    """What `leaf_of` was made of; raises ValueError for what it does not make."""
    try:
        read: Mapping[str, Any] = json.loads(leaf)
        return AuditEntry(
            seq=int(read["seq"]),
            utc_us=int(read["utc_us"]),
            monotonic_us=int(read["mono_us"]),
            note=AuditNote(
                deed=Deed(read["action"]),
                outcome=DeedOutcome(read["outcome"]),
                user_id=read["actor_user_id"],
                token_id=read["refresh_token_id"],
                camera_id=read["camera"],
                clip_id=read["clip"],
                reason=str(read["reason"]),
            ),
        )
    except (KeyError, TypeError) as err:
        raise ValueError(f"no entry of the audit log: {err}") from err


def leaf_hash(leaf: bytes) -> bytes:
    """As RFC 6962 hashes a leaf."""
    return sha256(LEAF_PREFIX + leaf).digest()


def first_link(origin: str) -> bytes:
    """What the first entry follows from: a log's entries cannot be passed off as another's."""
    return sha256(origin.encode()).digest()


def next_link(link: bytes, hashed_leaf: bytes) -> bytes:
    """What the entry after this one follows from."""
    return sha256(link + hashed_leaf).digest()


def _clean(text: str | None) -> str | None:
    """Without lone surrogates, which no UTF-8 holds: whatever a client sends can be logged."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")
