"""All that is known of a camera, as its entities show it, and what its worker's words change in it."""

from dataclasses import dataclass, replace
from enum import Flag, auto

from .camera_calibration import CalibrationState
from .engine.audited import AuditHead
from .engine.clip import Clip
from .engine.errors import SourceFault
from .engine.motion import CameraProblem, Kind, MotionEvent
from .engine.reports import Health, MotionEnded, MotionStarted, ProblemChanged, ZonesMoving
from .engine.safekeeping import StorageState
from .engine.values import CameraFacts


class Changed(Flag):
    """What listeners are told of; an entity names what it shows."""

    AVAILABILITY = auto()
    MOTION = auto()
    KIND = auto()
    ZONES_MOVING = auto()
    PROBLEM = auto()
    CALIBRATION = auto()
    CLIP_SAVED = auto()
    CLIPS = auto()
    HEALTH = auto()
    STORAGE = auto()
    AUDIT = auto()
    KEYS = auto()
    SETTINGS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenKind:
    """What kind of motion was just told of."""

    kind: Kind
    event_id: str
    score: float
    clip_id: str | None
    """None while the event goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """All that is known of a camera now."""

    online: bool = False
    """It gives pictures."""
    resting: bool = False
    """The owner wants privacy: nothing is connected, decoded or shown."""
    in_motion: bool = False
    seen_kind: SeenKind | None = None
    zones_moving: frozenset[str] = frozenset()
    """Ids of the zones in which there is motion."""
    problem: CameraProblem | None = None
    """Why it sees nothing although it gives pictures."""
    calibration: CalibrationState = CalibrationState.NEVER
    fault: SourceFault | None = None
    """Why it gives no pictures; None where it does, or where that is not known."""
    facts: CameraFacts | None = None
    health: Health | None = None
    last_event: MotionEvent | None = None
    saved_clip: Clip | None = None
    """The clip that was just announced; None until there is one since the start."""
    motion_clip: Clip | None = None
    """The newest clip of motion with a thumbnail that the catalogue holds."""
    clips_today: int = 0
    storage: StorageState | None = None
    restricted: bool = False
    """Only some may see it, so nothing of it is shown that Home Assistant would show to all."""
    locked: bool = False
    """The house's clips wait for an administrator; cameras and recording do not."""
    audit_head: AuditHead | None = None
    """Of the house's audit log."""
    has_rtsp_stream: bool = False
    """Home Assistant's own stream can show it."""


def after(
    state: CameraState, report: MotionStarted | MotionEnded | ZonesMoving | ProblemChanged
) -> tuple[CameraState, Changed]:
    """What is known once the worker has said this, and what of it is new."""
    match report:
        case MotionStarted(kind=kind, event_id=event_id, score=score):
            seen = SeenKind(kind=kind, event_id=event_id, score=score, clip_id=None)
            return replace(state, in_motion=kind.alerts, seen_kind=seen), Changed.MOTION | Changed.KIND
        case MotionEnded(event=event, clip_id=clip_id):
            changed = Changed.MOTION | Changed.ZONES_MOVING
            told = state.seen_kind
            if told is None or (told.event_id, told.kind) != (event.event_id, event.kind):
                # Its strongest moment showed another kind than its first.
                told = SeenKind(kind=event.kind, event_id=event.event_id, score=event.peak_score, clip_id=clip_id)
                changed |= Changed.KIND
            still = replace(state, in_motion=False, zones_moving=frozenset(), last_event=event, seen_kind=told)
            return still, changed
        case ZonesMoving(zone_ids=zone_ids):
            return replace(state, zones_moving=frozenset(zone_ids)), Changed.ZONES_MOVING
        case ProblemChanged(problem=problem):
            return replace(state, problem=problem), Changed.PROBLEM


def unseen(state: CameraState) -> tuple[CameraState, Changed]:
    """What is known of a camera that gives no pictures any more."""
    changed = Changed.AVAILABILITY | Changed.MOTION | Changed.ZONES_MOVING | Changed.PROBLEM
    return replace(state, online=False, in_motion=False, zones_moving=frozenset(), problem=None), changed
