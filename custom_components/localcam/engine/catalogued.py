"""What the catalogue knows of clips besides themselves: the owner's word, days, and what a deletion destroyed.

No worker loads this.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .clip import Clip, StoredFile
from .motion import Kind


class Verdict(StrEnum):
    """What the owner says of a clip."""

    REAL = "real"
    FALSE_ALARM = "false_alarm"
    MISSED = "missed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipVerdict:
    """The owner's word on a clip."""

    clip_id: str
    verdict: Verdict
    kind: Kind | None
    note: str
    user_id: str | None
    """Home Assistant's id of the person; None for an automation."""
    given_utc_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A clip and what the owner said of it."""

    clip: Clip
    verdict: ClipVerdict | None

    @property
    def kept(self) -> bool:
        """A flagged clip is never deleted automatically."""
        return self.verdict is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipQuery:
    """Which clips to list; None and empty mean no limit."""

    camera_ids: frozenset[str] | None = None
    since_utc_s: float | None = None
    """Clips that start at or after this."""
    until_utc_s: float | None = None
    """Clips that start before this."""
    kind: Kind | None = None
    verdict: Verdict | None = None
    limit: int | None = None
    """The newest this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipDay:
    """A day on which clips of a camera began, by a calendar on somebody's wall."""

    day: date
    clips: int
    """How many; at least 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledClip:
    """What a clip of which something is in a spool should have on disk."""

    clip_id: str
    files: tuple[StoredFile, ...]
    """The video last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyedClip:
    """What a deletion destroyed of one clip."""

    clip_id: str
    camera_id: str
    started_utc_s: float
    key_digest: str | None
    """SHA-256 of the sealed key that is gone, hexadecimal; None for a clip of before clips were sealed."""
    files: tuple[StoredFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionReceipt:
    """What a deletion destroyed, once it is: first the keys, then the files."""

    deleted_utc_s: float
    why: str
    """`owner`, `quota` or `floor`."""
    clips: tuple[DestroyedClip, ...]
    journal_emptied: bool
    """False where another program held the catalogue, a backup for one: the keys leave its journal within a minute."""
