"""What the recorder says of a clip whose growing file is closed: all that finishing it needs."""

from dataclasses import dataclass

from ..motion import MotionEvent
from ..reports import Answer, RecordingFailed
from .clip_identity import ClipIdentity, ClipOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingClip:
    """A clip that has all its packets; `clip_finish.finish` makes a `Clip` of it."""

    name: str
    """Of the growing file."""
    identity: ClipIdentity
    outcome: ClipOutcome
    events: tuple[MotionEvent, ...]
    """Those that moved within the clip, in order; one that was open when it ended, as it was then."""
    started_at_s: float
    """When the first packet arrived."""
    strongest_at_s: float | None
    """When the picture of the strongest motion arrived; None where there was no motion."""
    request_id: int | None


type RecorderOutput = GrowingClip | RecordingFailed | Answer
