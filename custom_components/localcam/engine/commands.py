"""What the station says to a worker."""

from dataclasses import dataclass, field

from .clip import StoredFile
from .motion import DetectorModel
from .settings import NO_MORE_RULES, AddressRules, CameraSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAddress:
    """Where a camera entity's stream is now; an empty address means that it has still pictures only."""

    url: str = field(repr=False)
    """May hold credentials: never logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipKey:
    """The id of a clip that may be recorded, and the key of its files, which the house kept before it gave it."""

    clip_id: str
    key: bytes = field(repr=False)
    """32 bytes; forgotten by the worker once the clip is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The first command of a worker that watches a camera."""

    settings: CameraSettings
    epoch: int
    storage_folder: str
    may_record: bool
    model: DetectorModel | None = None
    keys: tuple[ClipKey, ...] = ()
    """Of its first clips."""
    address_rules: AddressRules = NO_MORE_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The first command of a worker that tries a camera and ends."""

    settings: CameraSettings
    timeout_s: float = 10.0
    """For the first picture."""
    address_rules: AddressRules = NO_MORE_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """The first command of a worker that finishes what a crash left, and ends; answered by `Salvaged`."""

    storage_folder: str
    growing_names: tuple[str, ...]
    """Growing files of clips that were never finished."""
    unlisted_names: tuple[str, ...]
    """Finished clips that the catalogue does not know."""
    plain_names: tuple[str, ...] = ()
    """Those of both that were written before clips were sealed."""
    keys: tuple[ClipKey, ...] = ()
    """Of all these clips; a finished plain one has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The first command of a worker that copies finished files from a spool to the storage folder, and ends.

    Answered by a `Copied` for each file, in their order, or a `NotCopied`.
    """

    spool_folder: str
    storage_folder: str
    folder_uuid: str
    """The storage folder's name: into a folder without it, nothing is written."""
    least_free_bytes: int
    """With less than this free in the storage folder, no clip is begun."""
    files: tuple[StoredFile, ...]
    """As the catalogue knows them, clip by clip, each clip's video last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """New record and detect settings, without a break in the recording; the source must be the same."""

    settings: CameraSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowRecording:
    """Whether there is room for clips; motion is reported all the same."""

    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeys:
    """The answer to `KeysLow`."""

    keys: tuple[ClipKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNow:
    """Record from now on, pre-roll included; answered by `Answer`, then by a `ClipClosed`."""

    request_id: int
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepLast:
    """Keep what the ring holds of the last seconds as a clip of reason `missed`."""

    request_id: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrate:
    """Take what comes for a while for the empty room; answered by `Answer`, then by a `Calibrated`."""

    request_id: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WantPicture:
    """Ask for the last picture as JPEG; answered by `Picture`."""

    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityAddress:
    """The answer to `AddressWanted`."""

    address: StreamAddress | None
    """None where the entity is not available now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPicture:
    """The answer to `PictureWanted`."""

    jpeg: bytes = field(repr=False)
    """Empty where the entity gave none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Close the open clip and end."""


type Command = (
    Watch
    | Probe
    | Salvage
    | Move
    | ChangeSettings
    | AllowRecording
    | NewKeys
    | RecordNow
    | KeepLast
    | Calibrate
    | WantPicture
    | EntityAddress
    | EntityPicture
    | Stop
)
