"""The nouns of the engine, in the order in which they flow from a camera to the owner.

All are frozen. Names carry units. Instants ending in `_at_s` are seconds on the worker's monotonic clock; instants
ending in `_utc_s` are seconds since 1970 UTC and are only for people. Media times (`pts`, `dts`) are integers in the
`time_base` of their stream.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Medium(StrEnum):
    """What a stream carries."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """What a muxer must know to write a stream's packets; a change of it splits a clip."""

    medium: Medium
    codec: str
    """libav's name of the codec: `h264`, `hevc`, `aac`, ..."""
    time_base: Fraction
    """Seconds per tick of the stream's packets."""
    extradata: bytes = b""
    """Parameter sets as the container gave them (Annex B, avcC or hvcC; AudioSpecificConfig for AAC)."""
    width_px: int = 0
    """0 for audio, and for video of which no picture was decoded yet."""
    height_px: int = 0
    sample_rate_hz: int = 0
    """0 for video."""
    channels: int = 0
    """0 for video."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Packet:
    """One compressed unit of one stream, with repaired timestamps."""

    medium: Medium
    payload: bytes
    pts: int
    dts: int
    """Strictly increasing within a stream format."""
    duration: int
    """In ticks; 0 when the source did not say."""
    time_base: Fraction
    is_keyframe: bool
    """True for every audio packet."""
    received_at_s: float

    @property
    def dts_s(self) -> float:
        """Decoding time in seconds of media time."""
        # Not through Fraction, which would take ten times as long: this is asked several times for each packet.
        return self.dts * self.time_base.numerator / self.time_base.denominator

    @property
    def pts_s(self) -> float:
        """Presentation time in seconds of media time."""
        return self.pts * self.time_base.numerator / self.time_base.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatChange:
    """From here on, the stream's packets have other formats: an open clip must end, another may begin."""

    formats: tuple[StreamFormat, ...]


type SourceItem = Packet | FormatChange


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A decoded picture's luma plane, read in place: valid until the next frame is decoded, never written to."""

    luma: npt.NDArray[np.uint8]
    """Shape (height, width), dtype uint8; rows may be further apart in memory than `width`."""
    captured_at_s: float
    """When its packet arrived."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MotionMap:
    """Where a frame moved against the learned room; its arrays are valid until the next frame is looked at."""

    changed: npt.NDArray[np.bool_]
    """Shape (rows, columns) of cells: True where brightness and texture both left what was learned."""
    moving: npt.NDArray[np.bool_]
    """Same shape: True where the picture also differs from the frame analysed just before."""
    moving_squares: npt.NDArray[np.uint8]
    """Changed cells of each square of 4 x 4 cells in or next to which something moves; 0 elsewhere."""
    present_squares: npt.NDArray[np.uint8]
    """Changed cells of each square in which somebody who was seen to move still is; 0 elsewhere."""
    down: Sequence[int]
    across: Sequence[int]
    """Moving cells in each row and in each column of squares; empty where nothing moves."""
    contrast: float
    """Mean of how far texture left what was learned where most moves, in units of what noise explains; 0 where nothing
    does."""
    moving_share: float
    """Share of cells, 0 to 1, that are True in `moving`."""
    cluster_share: float
    """The same of the densest place of 2 x 2 squares."""
    present_share: float
    """Share of cells, 0 to 1, of the densest place in which somebody who was seen to move still is."""
    fresh_share: float
    """Share of cells, 0 to 1, that move and did not change in the seconds before."""
    brightened_share: float
    """Share of cells, 0 to 1, whose brightness left what was learned, with or without texture."""
    darkened_share: float
    """Share of cells, 0 to 1, that are darker than what was learned; 0 where nothing moves."""
    lighting_changed: bool
    """True while a change of the whole picture's light is being absorbed."""
    captured_at_s: float


class Kind(StrEnum):
    """Kinds of motion, as automations and verdicts name them."""

    PERSON = "person"
    PET = "pet"
    LIGHT = "light"
    SHADOW = "shadow"
    SCREEN = "screen"
    CURTAIN = "curtain"
    CAMERA_MOVED = "camera_moved"
    NOISE = "noise"
    OTHER = "other"

    @property
    def alerts(self) -> bool:
        """Whether an event that begins as this counts as motion; the others are recorded and tagged alone."""
        return self not in _SILENT


_SILENT = frozenset({Kind.LIGHT, Kind.SCREEN, Kind.CURTAIN, Kind.CAMERA_MOVED, Kind.NOISE})


class CameraProblem(StrEnum):
    """Why a camera that gives pictures sees nothing."""

    COVERED = "covered"
    MOVED = "moved"
    FROZEN = "frozen"
    DARK = "dark"


class CalibrationFault(StrEnum):
    """Why watching the empty room taught nothing; what was known before stays."""

    MOTION = "motion"
    """Something moved across the room."""
    LIGHT = "light"
    """The light changed."""
    LOST = "lost"
    """The camera stopped sending, or began to send other pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What came of watching the empty room."""

    fault: CalibrationFault | None
    noise_floor: bytes = field(default=b"", repr=False)
    """See `DetectSettings`; empty with a fault."""


class Shedding(StrEnum):
    """What of the analysis is left out so that a worker keeps to its CPU budget; never anything of the recording."""

    NOTHING = "nothing"
    LOOKS = "looks"
    """Every second look."""
    DECODING = "decoding"
    """Everything but keyframes, also while something moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What one analysed frame's motion looks like, as numbers of a fixed order."""

    version: int
    """Of the order; a model names the version that it was trained on."""
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorModel:
    """How features become a score; version 0 is the built-in rule, later ones are learned."""

    version: int
    features_version: int
    threshold: float
    """Scores of at least this are motion."""
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionEvent:
    """One stretch of motion in front of one camera."""

    event_id: str
    started_at_s: float
    last_motion_at_s: float
    peak_score: float
    """0 to 1."""
    peak_at_s: float
    kind: Kind
    model_version: int
    features: Features
    """Of the strongest moment."""
    threshold: float | None = None
    """The score from which on that moment counted as motion; None where it was not kept."""
    sensitivity: int | None = None
    """The camera's then, 1 to 10; None where it was not kept."""


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


class Verdict(StrEnum):
    """What the owner says of a clip."""

    REAL = "real"
    FALSE_ALARM = "false_alarm"
    MISSED = "missed"
    UNSURE = "unsure"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A clip's key, sealed to the house: only the house's private key opens it."""

    sealed: bytes = field(repr=False)
    """80 bytes."""
    sealed_to: str
    """The id of the house's key, 16 hexadecimal digits."""


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


class StorageTrouble(StrEnum):
    """Why clips are not safe although there may be room; each is a repair issue of this name."""

    UNAVAILABLE = "storage_unavailable"
    """The storage folder is gone, is another one, or refuses to read or write."""
    IN_USE = "storage_in_use"
    """Another Home Assistant records into the storage folder."""
    CATALOGUE = "catalogue_unavailable"
    """Finished clips wait for the catalogue to take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageState:
    """What the storage folder holds and may hold."""

    used_bytes: int
    """By the sizes in the catalogue."""
    free_bytes: int
    quota_bytes: int
    floor_bytes: int
    """Recording keeps this much of the disk free."""
    clips: int
    may_record: bool
    trouble: StorageTrouble | None = None


class KeyProfile(StrEnum):
    """How the house's private key is kept."""

    UNLOCKED = "unlocked_by_itself"
    """In a file: protects copies, a NAS, a card, and makes deleting final; not against who has the whole machine."""
    LOCKED = "locked_by_passphrase"
    """Under a passphrase: after each start, an administrator unlocks; recording goes on meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringState:
    """How the house's keys are kept, and whether they can be used now."""

    profile: KeyProfile
    is_locked: bool
    has_recovery_code: bool
    key_id: str
    """Names the house's key pair: 16 hexadecimal digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFacts:
    """What trying a camera found out."""

    codec: str
    width_px: int
    height_px: int
    frames_per_s: float
    keyframe_interval_s: float | None
    """None where fewer than two keyframes came while trying."""
    keyframe_interval_at_least_s: float
    """How long no second keyframe came; equal to the interval where that is known."""
    audio_codec: str | None
    detect_width_px: int | None
    """Of the second stream, where there is one."""
    detect_height_px: int | None
