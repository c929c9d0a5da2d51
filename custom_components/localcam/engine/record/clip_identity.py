"""What a clip's file says of itself, so that a lost catalogue can be rebuilt from the files."""

from dataclasses import dataclass
import json
from typing import Any

from ..clip import ClipEnd, ClipReason
from ..errors import ClipFormatError
from ..motion import Kind

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipIdentity:
    """Known when a clip's recording begins."""

    clip_id: str
    camera_id: str
    started_utc_s: float
    """Wall time of the first picture."""
    motion_offset_s: float
    reason: ClipReason
    continues_clip_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipOutcome:
    """Known when it ends."""

    end: ClipEnd
    kind: Kind
    score: float


SALVAGED = ClipOutcome(end=ClipEnd.SALVAGED, kind=Kind.OTHER, score=0.0)


def write_comment(identity: ClipIdentity, outcome: ClipOutcome | None = None) -> str:
    """The MP4 comment tag of a growing file, or with its outcome that of a finished one."""
    data: dict[str, Any] = {
        "localcam": _VERSION,
        "clip_id": identity.clip_id,
        "camera_id": identity.camera_id,
        "started_utc_s": identity.started_utc_s,
        "motion_offset_s": identity.motion_offset_s,
        "reason": identity.reason,
        "continues_clip_id": identity.continues_clip_id,
    }
    if outcome is not None:
        data |= {"end": outcome.end, "kind": outcome.kind, "score": outcome.score}
    return json.dumps(data, separators=(",", ":"))


def read_comment(comment: str) -> tuple[ClipIdentity, ClipOutcome | None]:
    """The inverse of `write_comment`; raises ClipFormatError."""
    try:
        data = json.loads(comment)
        if data["localcam"] != _VERSION:
            raise ClipFormatError("the clip was written by a later version")
        continues = data["continues_clip_id"]
        identity = ClipIdentity(
            clip_id=str(data["clip_id"]),
            camera_id=str(data["camera_id"]),
            started_utc_s=float(data["started_utc_s"]),
            motion_offset_s=float(data["motion_offset_s"]),
            reason=ClipReason(data["reason"]),
            continues_clip_id=None if continues is None else str(continues),
        )
        if "end" not in data:
            return identity, None
        outcome = ClipOutcome(end=ClipEnd(data["end"]), kind=Kind(data["kind"]), score=float(data["score"]))
    except KeyError, TypeError, ValueError:
        raise ClipFormatError("the clip's comment is not one of ours") from None
    return identity, outcome
