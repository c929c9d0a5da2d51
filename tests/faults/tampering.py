"""What somebody with the log's file in his hands may do to it, and what verifying must then say."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
import shutil
import sqlite3

from custom_components.localcam.engine.audit.checkpoint import Signer
from custom_components.localcam.engine.audit.database import SCHEMA
from custom_components.localcam.engine.audit.leaf import first_link, leaf_hash, next_link
from custom_components.localcam.engine.audit.log import LOG_NAME, AuditLog
from custom_components.localcam.engine.audit.merkle import Frontier
from custom_components.localcam.engine.audit.signing_key import load_or_make
from custom_components.localcam.engine.audit.witness import WITNESS_NAME
from custom_components.localcam.engine.audited import AuditNote, AuditReport, Deed, DeedOutcome
from custom_components.localcam.engine.clock import SystemClock

CAMERAS = ("hall", "attic", "kitchen")


@dataclass(frozen=True, kw_only=True)
class Log:
    """A log that was closed: its folder, how many entries it has, where it was signed, what a witness outside knows."""

    folder: Path
    size: int
    signed_at: tuple[int, ...]
    witness: str
    """Of the newest checkpoint, as the sensor showed it."""
    witnessed: int

    @property
    def path(self) -> Path:
        return self.folder / LOG_NAME

    def open(self) -> AuditLog:
        return AuditLog(self.folder, self.folder / "keys", SystemClock())

    def verify(self, *witnesses: str) -> AuditReport:
        log = self.open()
        try:
            return log.verify(witnesses)
        finally:
            log.close()

    def copy_to(self, folder: Path) -> Log:
        shutil.copytree(self.folder, folder)
        return Log(
            folder=folder, size=self.size, signed_at=self.signed_at, witness=self.witness, witnessed=self.witnessed
        )


def a_note(chance: Random) -> AuditNote:
    return AuditNote(
        deed=chance.choice(list(Deed)),
        outcome=chance.choice(list(DeedOutcome)),
        user_id=chance.choice([None, f"{chance.getrandbits(128):032x}"]),
        token_id=chance.choice([None, f"{chance.getrandbits(128):032x}"]),
        camera_id=chance.choice(CAMERAS),
        clip_id=f"01K7ZV3J8QW9E4R5T6Y7V8{chance.randrange(50):04d}",
        reason=chance.choice(["", "quota", 'été ☂ " \\ \x00']),
    )


def make_log(folder: Path, chance: Random, *, after_last: int) -> Log:
    """Some hundred entries, signed now and then, and `after_last` more that nobody signed."""
    folder.mkdir()
    log = AuditLog(folder, folder / "keys", SystemClock())
    signed_at: list[int] = []
    size = 0
    for _ in range(chance.randrange(2, 5)):
        size += len(log.append([a_note(chance) for _ in range(chance.randrange(5, 60))]))
        head = log.checkpoint()
        signed_at.append(size)
    assert head is not None
    if after_last:
        size += len(log.append([a_note(chance) for _ in range(after_last)]))
    log.close()
    return Log(folder=folder, size=size, signed_at=tuple(signed_at), witness=head.witness, witnessed=head.size)


# What can be done to it; each says the first entry that is no more what it was


def edit(log: Log, chance: Random) -> int:
    """Somebody else did it."""
    seq = chance.randint(1, log.size)
    with _opened(log) as rows:
        leaf = rows.execute("SELECT leaf FROM entries WHERE seq = ?", (seq,)).fetchone()[0]
        rows.execute("UPDATE entries SET leaf = json_set(?, '$.actor_user_id', 'nobody') WHERE seq = ?", (leaf, seq))
    return seq


def edit_hash(log: Log, chance: Random) -> int:
    seq = chance.randint(1, log.size)
    with _opened(log) as rows:
        rows.execute("UPDATE entries SET hash = randomblob(32) WHERE seq = ?", (seq,))
    return seq


def remove(log: Log, chance: Random) -> int:
    """One is gone, and leaves a gap."""
    seq = chance.randint(1, log.size - 1)
    with _opened(log) as rows:
        rows.execute("DELETE FROM entries WHERE seq = ?", (seq,))
    return seq


def remove_and_close_up(log: Log, chance: Random) -> int:
    """One is gone, and the later ones are numbered anew."""
    seq = chance.randint(1, log.size - 1)
    with _opened(log) as rows:
        rows.execute("DELETE FROM entries WHERE seq = ?", (seq,))
        for later in range(seq + 1, log.size + 1):
            rows.execute("UPDATE entries SET seq = ? WHERE seq = ?", (later - 1, later))
    return seq


def reorder(log: Log, chance: Random) -> int:
    one, two = sorted(chance.sample(range(1, log.size + 1), 2))
    with _opened(log) as rows:
        for old, new in ((one, 10**6), (two, one), (10**6, two)):
            rows.execute("UPDATE entries SET seq = ? WHERE seq = ?", (new, old))
    return one


def insert(log: Log, chance: Random) -> int:
    """One that never happened."""
    seq = chance.randint(1, log.size)
    with _opened(log) as rows:
        for later in range(log.size, seq - 1, -1):
            rows.execute("UPDATE entries SET seq = ? WHERE seq = ?", (later + 1, later))
        rows.execute(
            "INSERT INTO entries (seq, leaf, prev_hash, hash) SELECT ?, leaf, prev_hash, randomblob(32) "
            "FROM entries WHERE seq = ?",
            (seq, seq + 1),
        )
    return seq


def rewrite(log: Log, chance: Random, *, up_to: int | None = None, key: bool = False) -> int:
    """From one entry on all hashes are made anew, so that every entry follows from the one before it.

    With the key, all later checkpoints are signed anew as well.
    """
    seq = chance.randint(1, up_to or log.size)
    with _opened(log) as rows:
        (origin,) = rows.execute("SELECT origin FROM meta").fetchone()
        link, tree = first_link(origin), Frontier()
        roots: dict[int, tuple[bytes, bytes]] = {}
        for number, leaf in rows.execute("SELECT seq, leaf FROM entries ORDER BY seq").fetchall():
            changed = leaf
            if number == seq:
                changed = leaf.replace('"action":"', '"action":"never_')
            before, link = link, next_link(link, leaf_hash(changed.encode()))
            tree.add(leaf_hash(changed.encode()))
            roots[number] = tree.root(), tree.to_bytes()
            rows.execute(
                "UPDATE entries SET leaf = ?, prev_hash = ?, hash = ? WHERE seq = ?", (changed, before, link, number)
            )
        if key:
            signer = Signer(origin, load_or_make(log.folder / "keys")[0])
            rows.execute("DELETE FROM checkpoints")
            for size in log.signed_at:
                root, subtrees = roots[size]
                head = signer.sign(size, root)
                rows.execute("INSERT INTO checkpoints (note, frontier) VALUES (?, ?)", (head.checkpoint, subtrees))
            (log.folder / "keys" / WITNESS_NAME).write_text(head.checkpoint)
    return seq


def truncate(log: Log, chance: Random) -> int:
    """The tail goes, from before the last checkpoint; that checkpoint stays."""
    first_gone = chance.randint(1, log.signed_at[-1])
    _cut(log, first_gone, with_checkpoints=False)
    return first_gone


def truncate_after_the_last_checkpoint(log: Log, chance: Random) -> int:
    """What nobody has signed goes."""
    first_gone = chance.randint(log.signed_at[-1] + 1, log.size)
    _cut(log, first_gone, with_checkpoints=False)
    return first_gone


def roll_back(log: Log, chance: Random, *, witness_too: bool) -> int:
    """The log of an earlier day is put back, with the checkpoints of that day."""
    size = chance.choice((0, *log.signed_at[:-1]))
    first_gone = chance.randint(size + 1, log.signed_at[-1])
    _cut(log, first_gone, with_checkpoints=True)
    if witness_too:
        (log.folder / "keys" / WITNESS_NAME).unlink()
    return first_gone


def start_over(log: Log, chance: Random) -> int:
    """The whole log goes, and a new one takes its place."""
    for path in log.folder.glob(f"{LOG_NAME}*"):
        path.unlink()
    other = log.open()
    other.append([a_note(chance) for _ in range(log.size)])
    other.close()
    return 1


def forge_a_checkpoint(log: Log, chance: Random) -> int:
    """Entries and their checkpoint are made anew, signed by a key of one's own."""
    seq = rewrite(log, chance, up_to=log.signed_at[-1])
    with _opened(log) as rows:
        (origin,) = rows.execute("SELECT origin FROM meta").fetchone()
        own, _ = load_or_make(log.folder / "own")
        tree = Frontier()
        for (leaf,) in rows.execute("SELECT leaf FROM entries WHERE seq <= ? ORDER BY seq", (log.signed_at[-1],)):
            tree.add(leaf_hash(leaf.encode()))
        head = Signer(origin, own).sign(tree.size, tree.root())
        rows.execute("DELETE FROM checkpoints")
        rows.execute("INSERT INTO checkpoints (note, frontier) VALUES (?, ?)", (head.checkpoint, tree.to_bytes()))
    return seq


def hide_in_the_index(log: Log, chance: Random) -> int:
    """The columns that filters read are made to say something else than the leaves."""
    with _opened(log) as rows:
        rows.execute("PRAGMA writable_schema = ON")
        rows.execute("UPDATE sqlite_schema SET sql = replace(sql, '''$.clip''', '''$.gone''') WHERE name = 'entries'")
    return log.size + 1


# Helpers of the above


class _opened:  # used as a function
    """The file, with the triggers out of the way, as they are for whoever opens it with a program of his own."""

    def __init__(self, log: Log) -> None:
        self._path = log.path

    def __enter__(self) -> sqlite3.Connection:
        self._connection = sqlite3.connect(self._path, autocommit=True)
        self._triggers = self._connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in self._triggers:
            self._connection.execute(f"DROP TRIGGER {name}")
        self._connection.execute("BEGIN")
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.execute("COMMIT")
        for _, sql in self._triggers:
            self._connection.execute(sql)
        self._connection.close()


def _cut(log: Log, first_gone: int, *, with_checkpoints: bool) -> None:
    with _opened(log) as rows:
        rows.execute("DELETE FROM entries WHERE seq >= ?", (first_gone,))
        if with_checkpoints:
            for position, note in rows.execute("SELECT position, note FROM checkpoints").fetchall():
                if int(note.split("\n")[1]) >= first_gone:
                    rows.execute("DELETE FROM checkpoints WHERE position = ?", (position,))


def has_shipped_schema(log: Log) -> bool:
    """Whether a harness left the tables as they were: otherwise it proves nothing."""
    with closing(sqlite3.connect(log.path)) as found, closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(SCHEMA.read_text())
        shape = "SELECT name, sql FROM sqlite_schema ORDER BY name"
        return found.execute(shape).fetchall() == fresh.execute(shape).fetchall()


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A row of the table: what is done, and by whom it can be found out."""

    name: str
    do: Callable[[Log, Random], int]
    found_alone: bool
    """By the log, its key, and what lies beside it."""
    found_by_witness: bool
    """With a witness outside."""
    names_it: bool = False
    """The entry that is named is exactly the first that was touched."""


def attacks() -> Sequence[Attack]:
    """The table of docs/audit.md."""
    return (
        Attack(name="nothing", do=lambda log, chance: log.size + 1, found_alone=False, found_by_witness=False),
        Attack(name="edit", do=edit, found_alone=True, found_by_witness=True, names_it=True),
        Attack(name="edit_hash", do=edit_hash, found_alone=True, found_by_witness=True, names_it=True),
        Attack(name="remove", do=remove, found_alone=True, found_by_witness=True, names_it=True),
        Attack(
            name="remove_and_close_up", do=remove_and_close_up, found_alone=True, found_by_witness=True, names_it=True
        ),
        Attack(name="reorder", do=reorder, found_alone=True, found_by_witness=True, names_it=True),
        Attack(name="insert", do=insert, found_alone=True, found_by_witness=True, names_it=True),
        Attack(
            name="rewrite_signed",
            do=lambda log, chance: rewrite(log, chance, up_to=log.signed_at[-1]),
            found_alone=True,
            found_by_witness=True,
        ),
        Attack(name="forge_checkpoint", do=forge_a_checkpoint, found_alone=True, found_by_witness=True),
        Attack(name="truncate_signed", do=truncate, found_alone=True, found_by_witness=True),
        Attack(name="hide_in_index", do=hide_in_the_index, found_alone=True, found_by_witness=True),
        Attack(
            name="truncate_unsigned",
            do=truncate_after_the_last_checkpoint,
            found_alone=False,
            found_by_witness=False,
        ),
        Attack(
            name="roll_back",
            do=lambda log, chance: roll_back(log, chance, witness_too=False),
            found_alone=True,
            found_by_witness=True,
        ),
        Attack(
            name="roll_back_with_key_folder",
            do=lambda log, chance: roll_back(log, chance, witness_too=True),
            found_alone=False,
            found_by_witness=True,
        ),
        Attack(name="start_over", do=start_over, found_alone=True, found_by_witness=True),
        Attack(
            name="rewrite_with_stolen_key",
            do=lambda log, chance: rewrite(log, chance, up_to=log.signed_at[-1], key=True),
            found_alone=False,
            found_by_witness=True,
        ),
    )


def judged(attack: Attack, log: Log, touched: int, alone: AuditReport, witnessed: AuditReport) -> list[str]:
    """What does not hold of the two reports after the attack."""
    wrong = []
    for report, found, with_ in (
        (alone, attack.found_alone, "without"),
        (witnessed, attack.found_by_witness, "with"),
    ):
        what = f"{attack.name} at entry {touched} of {log.size}, {with_} a witness"
        if report.holds is found:
            wrong.append(f"{what}: {'not found' if found else 'found, and must not be'}: {report.detail}")
        elif found and report.broken_seq is not None and report.broken_seq > touched:
            wrong.append(f"{what}: entry {report.broken_seq} named, too late")
        elif found and attack.names_it and report.broken_seq != touched:
            wrong.append(f"{what}: entry {report.broken_seq} named instead")
    return wrong
