"""The append-only log: what returns from `append` is on disk, linked to all before it.

Every method blocks on the disk and may be called from any thread that may wait; each raises AuditError where the log
cannot be used. After a failure the file is opened anew by the next call: a disk that heals needs no restart.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
import sqlite3
from threading import Lock

from ..audited import AuditEntry, AuditHead, AuditNote, AuditQuery, AuditReport, Look
from ..clock import Clock
from . import reading, witness
from .checkpoint import Signer, require_witness
from .database import JOURNAL_PAGES, connect, connect_to_read, translated
from .leaf import leaf_hash, leaf_of, next_link
from .signing_key import load_or_make
from .tail import Tail, read_tail
from .verification import verify

LOG_NAME = "audit.db"
CHECKPOINT_EVERY = 1000
"""Entries; besides those that are asked for."""


class AuditLog:
    """One log in `folder`, its key and its witness in `key_folder`."""

    def __init__(self, folder: Path, key_folder: Path, clock: Clock) -> None:
        self._path = folder / LOG_NAME
        self._key_folder = key_folder
        self._clock = clock
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._signer: Signer | None = None
        self._tail: Tail | None = None
        self._head: AuditHead | None = None
        self.key_is_new = False
        """Whether the signing key was made when the log was opened: what was signed before cannot be checked."""

    def close(self) -> None:
        """Let go of the file; a later call opens it again."""
        with self._lock:
            self._forget()

    @property
    def head(self) -> AuditHead | None:
        """The newest checkpoint; None while there is none."""
        return self._head  # without the lock: an event loop may ask while a thread waits for the disk

    def append(self, notes: Sequence[AuditNote]) -> list[AuditEntry]:
        """Log all of them in one commit, or none."""
        with self._writing() as (connection, signer, tail):
            entries: list[AuditEntry] = []
            rows: list[tuple[int, str, bytes, bytes]] = []
            for note in notes:
                entry = AuditEntry(
                    seq=tail.size + 1,
                    utc_us=round(self._clock.utc_s() * 1e6),
                    monotonic_us=round(self._clock.monotonic_s() * 1e6),
                    note=note,
                )
                leaf = leaf_of(entry)
                hashed = leaf_hash(leaf.encode())
                link = next_link(tail.link, hashed)
                rows.append((entry.seq, leaf, tail.link, link))
                tail.size, tail.link = entry.seq, link
                tail.frontier.add(hashed)
                entries.append(entry)
            connection.executemany("INSERT INTO entries (seq, leaf, prev_hash, hash) VALUES (?, ?, ?, ?)", rows)
            if tail.size - (tail.head.size if tail.head else 0) >= CHECKPOINT_EVERY:
                _sign(connection, signer, tail)
        return entries

    def checkpoint(self) -> AuditHead | None:
        """Sign what there is, where that was not done yet; the newest checkpoint."""
        with self._writing() as (connection, signer, tail):
            if tail.size and (tail.head is None or tail.head.size != tail.size):
                _sign(connection, signer, tail)
            return tail.head

    def entries(self, query: AuditQuery) -> list[AuditEntry]:
        """Newest first."""
        with self._reading() as connection:
            return reading.entries(connection, query)

    def looks(self, clip_ids: Sequence[str]) -> list[Look]:
        """Who has seen these clips."""
        with self._reading() as connection:
            return reading.looks(connection, clip_ids)

    def begin_copying(self) -> None:
        """Leave the main file as it is until `end_copying`, as the catalogue's is; raises AuditError."""
        with self._reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA wal_autocheckpoint = 0")

    def end_copying(self) -> None:
        """Fold the journal into the main file again; raises AuditError."""
        with self._reading() as connection:
            connection.execute(f"PRAGMA wal_autocheckpoint = {JOURNAL_PAGES}")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def verify(self, witnesses: Sequence[str] = (), pause: Callable[[], bool] = lambda: False) -> AuditReport:
        """Check the whole log, and that it holds what witnesses knew, while it is being appended to.

        A witness is a checkpoint or `<size> <root>`, as kept elsewhere; the one beside the key is always asked.
        Raises WitnessError for a text that is no witness, before anything is checked.
        `pause` is called every few milliseconds; where it returns True, verifying ends with AuditError.
        """
        with self._lock, translated(self._path):
            _, signer, _ = self._opened()
            for each in witnesses:
                require_witness(each, signer.verifier)
            # Under the lock: a checkpoint that is younger than the state that is looked at would contradict it.
            beside_key = witness.kept(self._key_folder)
            connection = connect_to_read(self._path)
        with translated(self._path), closing(connection):
            told = [*witnesses, *([beside_key] if beside_key else [])]
            return verify(connection, signer.verifier, told, pause)

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, Signer, Tail]]:
        """One transaction. After any failure what is in memory is forgotten: only the file knows what came of it."""
        with self._lock, translated(self._path):
            connection, signer, tail = self._opened()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection, signer, tail
                connection.execute("COMMIT")
            except BaseException:
                self._forget()
                raise
            if tail.head is not None and tail.head is not self._head:
                self._head = tail.head
                witness.keep(self._key_folder, tail.head)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self._path):
            yield self._opened()[0]

    def _opened(self) -> tuple[sqlite3.Connection, Signer, Tail]:
        if self._connection is None or self._signer is None or self._tail is None:
            key, self.key_is_new = load_or_make(self._key_folder)
            connection = connect(self._path)
            try:
                (origin,) = connection.execute("SELECT origin FROM meta").fetchone()
                self._signer = Signer(origin, key)
                self._tail = read_tail(connection, self._signer.verifier)
            except BaseException:
                connection.close()
                raise
            self._connection, self._head = connection, self._tail.head
        return self._connection, self._signer, self._tail

    def _forget(self) -> None:
        connection, self._connection, self._signer, self._tail = self._connection, None, None, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()  # which also rolls back what is open


def _sign(connection: sqlite3.Connection, signer: Signer, tail: Tail) -> None:
    tail.head = signer.sign(tail.size, tail.frontier.root())
    connection.execute(
        "INSERT INTO checkpoints (note, frontier) VALUES (?, ?)", (tail.head.checkpoint, tail.frontier.to_bytes())
    )
