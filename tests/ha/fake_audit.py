"""An audit log in memory: what was written, by whom, and what the test decides of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custom_components.localcam.engine.audit.checkpoint import Signer, require_witness
from custom_components.localcam.engine.audited import (
    AuditEntry,
    AuditFault,
    AuditHead,
    AuditNote,
    AuditQuery,
    AuditReport,
    Deed,
    DeedOutcome,
    Look,
)
from custom_components.localcam.engine.clock import Clock
from custom_components.localcam.engine.errors import AuditError

LOOKS = (Deed.VIEW, Deed.DOWNLOAD, Deed.THUMBNAIL)


def a_head(size: int) -> AuditHead:
    root = "t+2O/+XggKOZ+NxwXB6aBXW+Oc4b6LxRwuTIaoH2itI="
    return AuditHead(
        size=size, root=root, checkpoint=f"localcam/x\n{size}\n{root}\n\n— localcam/x y\n", verifier_key="localcam/x+y"
    )


def _set_event() -> Event:
    event = Event()
    event.set()
    return event


@dataclass
class FakeAudit:
    """The same methods as `AuditKeeper`; a test keeps them the same."""

    clock: Clock
    off_loop: Callable[[], None]
    written: list[AuditEntry] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)
    """How many entries each had."""
    fails: bool = False
    broken_at: int | None = None
    minded: int = 0
    disk: Event = field(default_factory=_set_event)
    """Cleared while the disk is slow."""
    head: AuditHead | None = None

    @property
    def notes(self) -> list[AuditNote]:
        return [entry.note for entry in self.written]

    def of(self, deed: Deed, outcome: DeedOutcome = DeedOutcome.DONE) -> list[AuditNote]:
        return [note for note in self.notes if note.deed is deed and note.outcome is outcome]

    def record(self, notes: Sequence[AuditNote]) -> list[AuditEntry]:
        self.off_loop()
        assert self.disk.wait(10)
        self._must_work()
        entries = [
            AuditEntry(
                seq=len(self.written) + 1 + number,
                utc_us=round(self.clock.utc_s() * 1e6),
                monotonic_us=round(self.clock.monotonic_s() * 1e6),
                note=note,
            )
            for number, note in enumerate(notes)
        ]
        self.written += entries
        self.commits.append(len(entries))
        return entries

    def mind(self) -> None:
        self.off_loop()
        self._must_work()
        self.minded += 1

    def entries(self, query: AuditQuery) -> list[AuditEntry]:
        self.off_loop()
        self._must_work()
        asked = {"user_id": query.user_id, "clip_id": query.clip_id, "deed": query.deed}
        found = [
            entry
            for entry in reversed(self.written)
            if (query.before_seq is None or entry.seq < query.before_seq)
            and all(value is None or getattr(entry.note, name) == value for name, value in asked.items())
        ]
        return found[: query.limit]

    def looks(self, clip_ids: Sequence[str]) -> list[Look]:
        self.off_loop()
        self._must_work()
        looks: dict[tuple[str, str | None, Deed], Look] = {}
        for entry in self.written:
            note = entry.note
            if (
                note.clip_id is not None
                and note.clip_id in clip_ids
                and note.deed in LOOKS
                and note.outcome is DeedOutcome.DONE
            ):
                key = (note.clip_id, note.user_id, note.deed)
                times = looks[key].times + 1 if key in looks else 1
                looks[key] = Look(
                    clip_id=note.clip_id,
                    user_id=note.user_id,
                    deed=note.deed,
                    times=times,
                    last_utc_s=entry.utc_us / 1e6,
                )
        return list(looks.values())

    def verify(self, witnesses: Sequence[str] = ()) -> AuditReport:
        self.off_loop()
        self._must_work()
        for witness in witnesses:
            require_witness(witness, Signer("localcam/x", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier)
        known = all(self.head is not None and witness == self.head.witness for witness in witnesses)
        broken = self.broken_at if known else 1
        return AuditReport(
            entries=len(self.written),
            checkpoints=1 if self.head else 0,
            head=self.head,
            fault=None if broken is None else AuditFault.EDITED,
            broken_seq=broken,
            detail="" if broken is None else f"entry {broken} is not what followed",
        )

    def verify_at_leisure(self) -> AuditReport:
        return self.verify()

    def _must_work(self) -> None:
        if self.fails:
            raise AuditError("the audit log cannot be used: its disk is full")
