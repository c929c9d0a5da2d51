"""What a worker says to the station.

A report is idempotent: (camera, epoch, sequence) names it, and within an epoch, one life of a worker, sequences grow.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from .clip import Clip, StoredFile
from .errors import SourceFault
from .motion import Calibration, CameraProblem, Kind, MotionEvent, Shedding
from .values import CameraFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBack:
    """The camera gives pictures."""

    facts: CameraFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLost:
    """The camera gives no pictures; the worker goes on trying."""

    fault: SourceFault
    detail: str
    """Free of credentials."""
    retry_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionStarted:
    """Motion began."""

    event_id: str
    captured_at_s: float
    """When the packet of the deciding frame arrived."""
    decoded_at_s: float
    """When that frame was decoded."""
    kind: Kind
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionEnded:
    """The quiet time has passed."""

    event: MotionEvent
    clip_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesMoving:
    """In which including zones there is motion, quiet time included; sent when it changes."""

    zone_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemChanged:
    """The camera began or ceased to see nothing; sent when it changes."""

    problem: CameraProblem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """The time of `Calibrate` is over, or was cut short."""

    calibration: Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipClosed:
    """A clip is finished and on disk under its final name; the station enters it in the catalogue."""

    clip: Clip
    part_name: str
    """The growing file, which the station removes once the clip is in the catalogue."""
    request_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysLow:
    """A clip was begun, or none could be because no key was left; answered by `NewKeys`."""

    left: int
    """Keys of clips that were not begun yet."""


class RecordingFault(StrEnum):
    """Why a clip could not be written."""

    DISK_FULL = "disk_full"
    DISK_ERROR = "disk_error"
    NOT_ALLOWED = "not_allowed"
    UNRECORDABLE = "unrecordable"
    """The camera's packets do not fit into a clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed:
    """A clip was cut short or not begun; detection goes on."""

    fault: RecordingFault
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether `RecordNow`, `KeepLast` or `Calibrate` could be begun."""

    request_id: int
    problem: str = ""
    """Empty when it could; else a key: `offline`, `nothing_kept`, `storage_full`, `something_moves`, `sees_nothing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The last picture."""

    request_id: int
    jpeg: bytes = field(repr=False)
    """Empty where there is none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressWanted:
    """The worker is about to connect to a camera entity's stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWanted:
    """The worker wants a camera entity's next still picture; at most one is asked for at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Sent every 2 s: the worker is alive, and this is what it costs."""

    online: bool
    analysed_frames_per_s: float
    dropped_packets: int
    """Since the worker started."""
    cpu_share: float
    """Of one core, since the last report."""
    memory_bytes: int
    """Anonymous memory; 0 where the system does not tell."""
    lacks_keyframes: bool = False
    """It sends, and for 20 s nothing that a picture or a clip could begin with."""
    economises: bool = False
    """Keyframes alone are decoded while the room is quiet."""
    shed: Shedding = Shedding.NOTHING
    """To keep to the CPU budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """The camera works."""

    facts: CameraFacts
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFailed:
    """The camera does not work."""

    fault: SourceFault
    detail: str
    of_detect_stream: bool = False
    """The camera itself does; its second stream does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """Everything was looked at; the clips themselves came before, as `ClipClosed`."""

    unusable_names: tuple[str, ...]
    """Files that hold no whole picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A file is in the storage folder, under its final name, synced."""

    file: StoredFile
    """As it was read back there."""


class CopyFault(StrEnum):
    """Why a file of the spool is not in the storage folder."""

    SOURCE = "source"
    """It is gone from the spool, or is not what the catalogue says; others are copied all the same."""
    FULL = "full"
    SHARE = "share"
    """The storage folder is another one, or does not take, keep or give bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCopied:
    """A file stays in the spool for now; where that is the storage folder's fault, so does all that follows."""

    name: str
    fault: CopyFault
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerEnded:
    """The station's own word, not sent over the wire: a worker's process is gone."""

    exit_code: int | None
    expected: bool
    last_words: str = ""
    """The end of what it wrote to its standard error; free of credentials."""


type Report = (
    SourceBack
    | SourceLost
    | MotionStarted
    | MotionEnded
    | ZonesMoving
    | ProblemChanged
    | Calibrated
    | ClipClosed
    | KeysLow
    | RecordingFailed
    | Answer
    | Picture
    | AddressWanted
    | PictureWanted
    | Health
    | Probed
    | ProbeFailed
    | Salvaged
    | Copied
    | NotCopied
    | WorkerEnded
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report with its name."""

    camera_id: str
    epoch: int
    sequence: int
    report: Report
