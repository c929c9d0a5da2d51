"""What the audit log records, and what it says of itself: deeds, who did them, and what came of them."""

from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What was done, or was wanted."""

    VIEW = "view"
    """A clip was played; one entry for each playback."""
    THUMBNAIL = "thumbnail"
    """A clip's picture was shown."""
    DOWNLOAD = "download"
    """A clip was sent as a file to keep."""
    LIST = "list"
    """Clips were to be listed; only refusals are logged."""
    RECORD = "record"
    """Somebody had a clip recorded."""
    FLAG = "flag"
    DELETE = "delete"
    EXPORT = "export"
    """Clips were copied out of LocalCam, or were to be."""
    SHARE = "share"
    """A clip was given to somebody outside, or such a share was ended."""
    ACCESS = "access"
    """It was changed who may do what."""
    SETTINGS = "settings"
    KEYS = "keys"
    """A key was made, replaced or destroyed."""
    MODEL = "model"
    """A detector's model was trained, chosen or taken back."""
    UNLOCK = "unlock"
    READ_LOG = "read_log"
    """The audit log itself was read."""
    RECOVERY = "recovery"
    """What a crash left was finished."""
    CATALOGUE = "catalogue"
    """How far the catalogue has come; `failed` where an older one was found in its place."""
    CLOCK = "clock"
    """The wall clock jumped, against the monotonic one."""
    START = "start"
    STOP = "stop"


class DeedOutcome(StrEnum):
    """What came of it."""

    DONE = "done"
    """Or, of what is logged beforehand: it was allowed and begun."""
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNote:
    """What somebody who does something has to say of it; None where it does not apply."""

    deed: Deed
    outcome: DeedOutcome = DeedOutcome.DONE
    user_id: str | None = None
    """Home Assistant's id of the person; None for Home Assistant or LocalCam itself."""
    token_id: str | None = None
    """Home Assistant's id of the log-in that was used; it is no secret and opens nothing."""
    camera_id: str | None = None
    clip_id: str | None = None
    reason: str = ""
    """Why, or which: keys and numbers, never a secret, never a person's own words."""


def deletion_reason(why: str, key_digest: str) -> str:
    """As every deletion's note says why, and which key is destroyed: as its receipt names it, empty for none."""
    return f"{why}; key {key_digest}" if key_digest else why


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueHead:
    """How far a catalogue has come. None of it ever goes back, so that an older copy in its place is found out."""

    catalogue_uuid: str
    """Of this catalogue and no other, 32 hexadecimal digits."""
    changes: int
    """Clips that were entered and that were deleted, and verdicts, since it was made."""
    newest_clip_id: str
    """Of the clips that it has or had; empty for none."""

    @property
    def text(self) -> str:
        """As a note's reason says it."""
        return f"{self.catalogue_uuid} {self.changes} {self.newest_clip_id}".rstrip()

    @classmethod
    def of_text(cls, text: str) -> CatalogueHead | None:
        """The opposite; None for what is none."""
        uuid, _, rest = text.partition(" ")
        changes, _, newest = rest.partition(" ")
        return cls(catalogue_uuid=uuid, changes=int(changes), newest_clip_id=newest) if changes.isdecimal() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A note as it stands in the log."""

    seq: int
    """From 1, without gaps."""
    utc_us: int
    """Wall time, microseconds since 1970 UTC."""
    monotonic_us: int
    """Microseconds on the clock that never jumps; only differences within one run of the machine mean something."""
    note: AuditNote


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries to list, newest first; None means no limit but for `limit`."""

    before_seq: int | None = None
    """Only older ones than this: the next page."""
    user_id: str | None = None
    camera_id: str | None = None
    clip_id: str | None = None
    deed: Deed | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How often, and when last, a person has seen a clip in one way."""

    clip_id: str
    user_id: str | None
    deed: Deed
    times: int
    last_utc_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """A signed statement of what the log holds: whoever keeps a copy of it can tell later whether that was changed."""

    size: int
    """Entries that it speaks for: 1 to `size`."""
    root: str
    """RFC 6962 Merkle root over them, base64."""
    checkpoint: str
    """The whole, as a C2SP tlog-checkpoint."""
    verifier_key: str
    """Of the signature, in the form of C2SP signed-note."""

    @property
    def witness(self) -> str:
        """Short enough for a message or a slip of paper."""
        return f"{self.size} {self.root}"


class AuditFault(StrEnum):
    """What is wrong with a log."""

    EDITED = "edited"
    """An entry is not what was written."""
    MISSING = "missing"
    """An entry's number is not there."""
    UNLINKED = "unlinked"
    """An entry does not follow from the one before it."""
    REWRITTEN = "rewritten"
    """The entries follow from each other, but are not those for which a checkpoint was signed."""
    TRUNCATED = "truncated"
    """A checkpoint speaks for more entries than there are."""
    FORGED_CHECKPOINT = "forged_checkpoint"
    """A checkpoint is not signed by this log's key, or is none."""
    WITNESSED_OTHERWISE = "witnessed_otherwise"
    """A witness outside of the log knew other entries."""
    DAMAGED = "damaged"
    """The file cannot be read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What verifying the log found."""

    entries: int
    """That were looked at."""
    checkpoints: int
    """That were looked at."""
    head: AuditHead | None
    """The newest checkpoint; None while there is none."""
    fault: AuditFault | None = None
    broken_seq: int | None = None
    """The first entry that is not proven; None where all are."""
    detail: str = ""
    """For the log."""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault is None
