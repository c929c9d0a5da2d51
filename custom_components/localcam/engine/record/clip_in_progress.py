"""The clip that is being written: its growing file, and what was learned of it on the way."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ..clip import ClipEnd, ClipReason
from ..errors import EngineError, StorageError
from ..motion import Kind, MotionEvent
from ..values import Medium, Packet, StreamFormat
from .clip_identity import ClipIdentity, ClipOutcome
from .clip_names import growing_name
from .clip_store import GrowingFile, OpenClip
from .growing_clip import GrowingClip


@dataclass(slots=True, kw_only=True)
class Strength:
    """The strongest motion of a clip."""

    kind: Kind = Kind.OTHER
    score: float = 0.0
    at_s: float | None = None
    """When its picture arrived; None until motion was measured within the clip.

    Until then kind and score are those of the clip that this one continues.
    """

    def measure(self, at_s: float, score: float, kind: Kind) -> None:
        """Motion was seen; what alerts is stronger than what does not, so that a lamp hides nobody."""
        if self.at_s is None or (kind.alerts, score) > (self.kind.alerts, self.score):
            self.at_s, self.score, self.kind = at_s, score, kind

    def name(self, since_s: float, kind: Kind) -> None:
        """What moved since then is of that kind."""
        if self.at_s is not None and self.at_s >= since_s:
            self.kind = kind

    def inherited(self) -> Strength:
        """For the clip that continues this one."""
        return Strength(kind=self.kind, score=self.score)


@dataclass(slots=True, kw_only=True)
class Cause:
    """Why a clip is to begin, from when it is wanted until it can."""

    reason: ClipReason
    at_dts_s: float | None = None
    """Media time of the motion or the request; None where the clip begins with what comes now."""
    continues_clip_id: str | None = None
    request_id: int | None = None
    strength: Strength = field(default_factory=Strength)

    def again(self) -> Cause:
        """For the clip that makes up for one that was cut short: it begins with what comes then."""
        return Cause(reason=self.reason, request_id=self.request_id, strength=self.strength.inherited())


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderTools:
    """What a recorder is given of the world."""

    camera_id: str
    open_clip: OpenClip
    new_id: Callable[[], str]
    """Makes the id of a clip."""
    to_utc_s: Callable[[float], float]
    """Wall time of a time of arrival."""
    open_event: Callable[[], MotionEvent | None] = lambda: None
    """The event that goes on, as it is now."""


class ClipInProgress:
    """Belongs to the recorder; errors of the growing file pass through."""

    def __init__(
        self,
        name: str,
        identity: ClipIdentity,
        file: GrowingFile,
        cause: Cause,
    ) -> None:
        self.name = name
        self.identity = identity
        self.cause = cause
        self.events: list[MotionEvent] = []
        self._file = file
        self._first: Packet | None = None

    def lasts_s(self, dts_s: float) -> float:
        """How long the clip is up to a media time."""
        return dts_s - self._first.dts_s if self._first else 0.0

    def add(self, packet: Packet) -> None:
        """Append a packet; raises StorageError, StorageFullError, ClipFormatError."""
        self._file.add(packet)
        if packet.medium is Medium.VIDEO:
            self._first = self._first or packet

    def finish(self, end_dts_s: float | None) -> None:
        """Write what the file held back, and end it; raises as `add` does."""
        self._file.finish(end_dts_s)
        self._file.close()

    def give_up(self) -> bool:
        """End the file after an error; returns whether it holds anything. Raises StorageError."""
        if self._file.fragments:
            self._file.close()
            return True
        self.discard()
        return False

    def discard(self) -> None:
        """End the file and take it away; raises StorageError."""
        self._file.discard()

    def closed(self, end: ClipEnd, open_event: MotionEvent | None = None) -> GrowingClip:
        """The clip as the finisher needs it; `open_event` is the one that goes on."""
        strength = self.cause.strength
        started_at_s = self._first.received_at_s if self._first else 0.0
        events = (*self.events, open_event) if open_event else tuple(self.events)
        return GrowingClip(
            name=self.name,
            identity=self.identity,
            outcome=ClipOutcome(end=end, kind=strength.kind, score=strength.score),
            # The post-roll is over before the quiet time: an event may end after its clip, and within the next one.
            events=tuple(event for event in events if event.last_motion_at_s >= started_at_s),
            started_at_s=started_at_s,
            strongest_at_s=strength.at_s,
            request_id=self.cause.request_id,
        )


def create_clip(tools: RecorderTools, formats: tuple[StreamFormat, ...], cause: Cause, first: Packet) -> ClipInProgress:
    """A clip that will begin with the packet `first`; raises StorageError, StorageFullError."""
    clip_id = tools.new_id()
    started_utc_s = tools.to_utc_s(first.received_at_s)
    identity = ClipIdentity(
        clip_id=clip_id,
        camera_id=tools.camera_id,
        started_utc_s=started_utc_s,
        motion_offset_s=0.0 if cause.at_dts_s is None else max(0.0, cause.at_dts_s - first.dts_s),
        reason=cause.reason,
        continues_clip_id=cause.continues_clip_id,
    )
    name = growing_name(tools.camera_id, clip_id, started_utc_s)
    return ClipInProgress(name, identity, tools.open_clip(name, identity, formats), cause)


def write_at_once(
    tools: RecorderTools, formats: tuple[StreamFormat, ...], cause: Cause, packets: tuple[Packet, ...]
) -> GrowingClip:
    """A closed clip of packets that are all there; after an error nothing of it is left.

    Raises StorageError, StorageFullError, ClipFormatError.
    """
    clip = create_clip(tools, formats, cause, packets[0])
    try:
        for packet in packets:
            clip.add(packet)
        clip.finish(None)
    except EngineError:
        with suppress(StorageError):
            clip.discard()
        raise
    return clip.closed(ClipEnd.COMPLETE)
