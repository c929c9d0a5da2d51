"""A finished recording, as a worker hands it over and the catalogue keeps it."""

from dataclasses import dataclass
from enum import StrEnum

from .motion import Kind, MotionEvent


class ClipReason(StrEnum):
    """Why a clip was recorded."""

    MOTION = "motion"
    REQUESTED = "requested"
    MISSED = "missed"


class ClipEnd(StrEnum):
    """Why a clip ended where it does."""

    COMPLETE = "complete"
    LONGEST = "longest"
    SOURCE_LOST = "source_lost"
    FORMAT_CHANGED = "format_changed"
    STOPPED = "stopped"
    STORAGE_FULL = "storage_full"
    SALVAGED = "salvaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A finished file of the vault."""

    name: str
    """Relative to the storage folder, with `/`."""
    size_bytes: int
    """On disk."""
    sha256: str
    """Of the bytes on disk, hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A finished recording, as the catalogue keeps it."""

    clip_id: str
    """ULID."""
    camera_id: str
    started_utc_s: float
    """Wall time of the first picture."""
    duration_s: float
    motion_offset_s: float
    """From the clip's start to the motion that caused it; 0 where it continues a longer one."""
    reason: ClipReason
    end: ClipEnd
    kind: Kind
    score: float
    """Of the strongest moment, 0 to 1; 0 where no motion was measured."""
    video: StoredFile
    thumbnail: StoredFile | None
    explanation: StoredFile | None = None
    """What moved, drawn over the strongest moment; None where no motion was measured."""
    codec: str
    width_px: int
    height_px: int
    has_audio: bool
    events: tuple[MotionEvent, ...] = ()
    continues_clip_id: str | None = None
    """The clip of which this one is the seamless continuation."""

    @property
    def ended_utc_s(self) -> float:
        """Wall time of the end."""
        return self.started_utc_s + self.duration_s

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """All that lies on disk of it."""
        return tuple(file for file in (self.video, self.thumbnail, self.explanation) if file)

    @property
    def size_bytes(self) -> int:
        """What deleting the clip frees."""
        return sum(file.size_bytes for file in self.files)
