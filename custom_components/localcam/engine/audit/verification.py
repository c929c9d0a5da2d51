"""Checks a whole log: entries, the links between them, checkpoints, and what witnesses knew."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
import sqlite3

from ..audited import AuditFault, AuditHead, AuditReport
from ..errors import AuditError
from .checkpoint import Statement, Verifier, read_witness
from .database import has_our_schema
from .leaf import LEAF_PREFIX, first_link
from .merkle import Frontier

PAGE = 1024
"""Entries between two pauses: a few milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """Something that is wrong."""

    fault: AuditFault
    seq: int | None
    """The first entry that is not proven because of it; None where it leaves all of them proven."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """The checkpoints, as they can be believed."""

    statements: list[Statement]
    head: AuditHead | None
    forged: list[str]
    count: int


def verify(
    connection: sqlite3.Connection, verifier: Verifier, witnesses: Sequence[str], pause: Callable[[], bool]
) -> AuditReport:
    """What is wrong first, by number of entry; raises sqlite3.Error, and AuditError where `pause` says to end.

    `connection` gives one state of the log, texts as bytes. Of entries that follow from each other but were not those
    that were signed, the first is named that no earlier signature holds.
    """
    findings: list[_Finding] = []
    signed = _signed(connection, verifier)
    told, unbelieved = _told(witnesses, verifier)
    roots: dict[int, bytes] = {stated.size: b"" for stated in (*signed.statements, *told)}
    walk = _Walk(verifier.origin)
    broken = walk.run(connection, roots, pause)
    if broken is not None:
        findings.append(broken)
    findings += _compared(told, walk.size, roots, AuditFault.WITNESSED_OTHERWISE, is_broken=broken is not None)
    findings += _compared(signed.statements, walk.size, roots, AuditFault.REWRITTEN, is_broken=broken is not None)
    findings += unbelieved
    findings += [_Finding(fault=AuditFault.FORGED_CHECKPOINT, seq=None, detail=why) for why in signed.forged]
    if not has_our_schema(connection):
        findings.append(_Finding(fault=AuditFault.DAMAGED, seq=None, detail="the tables are not LocalCam's"))
    first = min(findings, key=lambda finding: finding.seq or walk.size + 1, default=None)
    return AuditReport(
        entries=walk.size,
        checkpoints=signed.count,
        head=signed.head,
        fault=first.fault if first else None,
        broken_seq=first.seq if first else None,
        detail=first.detail if first else "",
    )


class _Walk:
    """From the first entry to the last, or to the first that is wrong."""

    def __init__(self, origin: str) -> None:
        self.size = 0
        """Entries that are as they were linked."""
        self._link = first_link(origin)
        self._frontier = Frontier()

    def run(
        self, connection: sqlite3.Connection, roots: dict[int, bytes], pause: Callable[[], bool]
    ) -> _Finding | None:
        """Fill in the roots at the sizes that are asked for, as far as the walk leads; what ended it too early."""
        try:
            if roots.get(0) == b"":
                roots[0] = self._frontier.root()
            rows = connection.execute("SELECT seq, leaf, prev_hash, hash FROM entries ORDER BY seq")
            while page := rows.fetchmany(PAGE):
                broken = self._page(page, roots)
                if broken is not None:
                    return broken
                if pause():
                    raise AuditError("verifying the audit log was stopped")
        except sqlite3.DatabaseError as err:
            return self._broken(AuditFault.DAMAGED, str(err))
        return None

    def _page(self, page: list[tuple[int, bytes, bytes, bytes]], roots: dict[int, bytes]) -> _Finding | None:
        # A million entries go through here in a few seconds: names are looked up once.
        link, size, digest = self._link, self.size, sha256
        hashed = [digest(LEAF_PREFIX + row[1]).digest() for row in page]
        broken = None
        for (seq, _, prev_hash, row_hash), leaf in zip(page, hashed, strict=True):
            follows = digest(link + leaf).digest()
            if seq != size + 1 or prev_hash != link or row_hash != follows:
                broken = seq, prev_hash == link
                break
            size, link = seq, follows
        proven = hashed[: size - self.size]
        for at in sorted(asked for asked in roots if self.size < asked <= size):
            self._frontier.extend(proven[: at - self._frontier.size])
            proven = hashed[at - self.size : size - self.size]
            roots[at] = self._frontier.root()
        self._frontier.extend(proven)
        self._link, self.size = link, size
        return None if broken is None else self._why(*broken)

    def _why(self, seq: int, is_linked: bool) -> _Finding:
        if seq != self.size + 1:
            return self._broken(AuditFault.MISSING, f"after entry {self.size} comes {seq}")
        fault = AuditFault.EDITED if is_linked else AuditFault.UNLINKED
        return self._broken(fault, f"entry {seq} is not what followed entry {self.size}")

    def _broken(self, fault: AuditFault, detail: str) -> _Finding:
        return _Finding(fault=fault, seq=self.size + 1, detail=detail)


def _signed(connection: sqlite3.Connection, verifier: Verifier) -> _Signed:
    statements, forged, head, count = [], [], None, 0
    for position, note in connection.execute("SELECT position, note FROM checkpoints ORDER BY position"):
        count += 1
        try:
            text = note.decode()
            stated = verifier.read(text)
        except ValueError as err:
            forged.append(f"checkpoint {position}: {err}")
            continue
        statements.append(stated)
        root = b64encode(stated.root).decode()
        head = AuditHead(size=stated.size, root=root, checkpoint=text, verifier_key=verifier.key_text)
    return _Signed(statements=statements, head=head, forged=forged, count=count)


def _told(witnesses: Sequence[str], verifier: Verifier) -> tuple[list[Statement], list[_Finding]]:
    """What the witnesses state, and those that know another log or another key."""
    told, unbelieved = [], []
    for witness in witnesses:
        try:
            told.append(read_witness(witness, verifier))
        except ValueError as err:
            unbelieved.append(
                _Finding(fault=AuditFault.WITNESSED_OTHERWISE, seq=1, detail=f"a witness does not fit: {err}")
            )
    return told, unbelieved


def _compared(
    statements: Sequence[Statement], size: int, roots: dict[int, bytes], fault: AuditFault, *, is_broken: bool
) -> list[_Finding]:
    """Where the log is not what was stated of it."""
    proven = 0
    for stated in sorted(statements, key=lambda statement: statement.size):
        if stated.size > size:
            if is_broken:
                break  # the walk did not lead there; what broke it is the finding
            detail = f"there are {size} entries, but {stated.size} were signed or witnessed"
            shorter = AuditFault.TRUNCATED if fault is AuditFault.REWRITTEN else fault
            return [_Finding(fault=shorter, seq=size + 1, detail=detail)]
        if roots[stated.size] != stated.root:
            detail = f"the first {stated.size} entries are not those that were signed or witnessed"
            return [_Finding(fault=fault, seq=proven + 1, detail=detail)]
        proven = stated.size
    return []
