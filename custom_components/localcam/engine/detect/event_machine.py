"""Scores -> motion events: a table of states.

    state      means
    QUIET      nothing moves
    SUSPECTED  something may move; no event yet, but the next picture is wanted sooner
    MOVING     an event is open and the last picture moved
    FADING     an event is open, the last picture did not move, and the quiet time has not passed yet
    DEMOTED    an event of a kind that does not alert is open: light, or what moves without getting anywhere

Rules:
1. At most one event is open; each `Started` is followed by exactly one `Ended` of the same id before the next.
2. An event ends when `quiet_s` have passed since its last motion, or when it is flushed because nothing more can be
   seen (the camera is lost or rests), never before.
3. Only motion starts an event that alerts, and ends a demoted one for it. What seems to move while the whole picture's
   light changes, and is not surely somebody, may keep an open one going and never starts one; suspicion does neither.
4. What is demoted is an event, too, unless one that alerts is open: it neither starts nor prolongs that one. Where it
   is all that the open one was, it gives that one its kind, until something else moves: a fan that was just switched
   on begins as anything does, and is known for what it is when it has stayed in its place for some seconds.
5. Time comes with the observations, which are in order; there is no clock here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, auto
import math
from typing import NamedTuple

from ..motion import Features, Kind, MotionEvent


class State(IntEnum):
    """Where the machine is."""

    QUIET = auto()
    SUSPECTED = auto()
    MOVING = auto()
    FADING = auto()
    DEMOTED = auto()


class Signal(IntEnum):
    """What an observation, or the time, says."""

    STILL = auto()
    SUSPICION = auto()
    MOTION = auto()
    MOTION_IN_CHANGING_LIGHT = auto()
    LESSER = auto()
    """Something of a kind that does not alert."""
    QUIET_PASSED = auto()
    """`quiet_s` since the last motion."""
    LOST = auto()
    """Nothing more can be seen."""


class Action(IntEnum):
    """What a transition does."""

    NOTHING = auto()
    START = auto()
    GROW = auto()
    END = auto()
    NAME = auto()
    """Let the open event be of the kind that it turned out to be."""
    REPLACE = auto()
    """End the open event and start another."""


TABLE: Mapping[tuple[State, Signal], tuple[State, Action]] = {
    (State.QUIET, Signal.STILL): (State.QUIET, Action.NOTHING),
    (State.QUIET, Signal.SUSPICION): (State.SUSPECTED, Action.NOTHING),
    (State.QUIET, Signal.MOTION): (State.MOVING, Action.START),
    (State.QUIET, Signal.MOTION_IN_CHANGING_LIGHT): (State.DEMOTED, Action.START),
    (State.QUIET, Signal.LESSER): (State.DEMOTED, Action.START),
    (State.QUIET, Signal.QUIET_PASSED): (State.QUIET, Action.NOTHING),
    (State.QUIET, Signal.LOST): (State.QUIET, Action.NOTHING),
    (State.SUSPECTED, Signal.STILL): (State.QUIET, Action.NOTHING),
    (State.SUSPECTED, Signal.SUSPICION): (State.SUSPECTED, Action.NOTHING),
    (State.SUSPECTED, Signal.MOTION): (State.MOVING, Action.START),
    (State.SUSPECTED, Signal.MOTION_IN_CHANGING_LIGHT): (State.DEMOTED, Action.START),
    (State.SUSPECTED, Signal.LESSER): (State.DEMOTED, Action.START),
    (State.SUSPECTED, Signal.QUIET_PASSED): (State.SUSPECTED, Action.NOTHING),
    (State.SUSPECTED, Signal.LOST): (State.QUIET, Action.NOTHING),
    (State.MOVING, Signal.STILL): (State.FADING, Action.NOTHING),
    (State.MOVING, Signal.SUSPICION): (State.FADING, Action.NOTHING),
    (State.MOVING, Signal.MOTION): (State.MOVING, Action.GROW),
    (State.MOVING, Signal.MOTION_IN_CHANGING_LIGHT): (State.MOVING, Action.GROW),
    (State.MOVING, Signal.LESSER): (State.FADING, Action.NAME),
    (State.MOVING, Signal.QUIET_PASSED): (State.QUIET, Action.END),
    (State.MOVING, Signal.LOST): (State.QUIET, Action.END),
    (State.FADING, Signal.STILL): (State.FADING, Action.NOTHING),
    (State.FADING, Signal.SUSPICION): (State.FADING, Action.NOTHING),
    (State.FADING, Signal.MOTION): (State.MOVING, Action.GROW),
    (State.FADING, Signal.MOTION_IN_CHANGING_LIGHT): (State.MOVING, Action.GROW),
    (State.FADING, Signal.LESSER): (State.FADING, Action.NAME),
    (State.FADING, Signal.QUIET_PASSED): (State.QUIET, Action.END),
    (State.FADING, Signal.LOST): (State.QUIET, Action.END),
    (State.DEMOTED, Signal.STILL): (State.DEMOTED, Action.NOTHING),
    (State.DEMOTED, Signal.SUSPICION): (State.DEMOTED, Action.NOTHING),
    (State.DEMOTED, Signal.MOTION): (State.MOVING, Action.REPLACE),
    (State.DEMOTED, Signal.MOTION_IN_CHANGING_LIGHT): (State.DEMOTED, Action.GROW),
    (State.DEMOTED, Signal.LESSER): (State.DEMOTED, Action.GROW),
    (State.DEMOTED, Signal.QUIET_PASSED): (State.QUIET, Action.END),
    (State.DEMOTED, Signal.LOST): (State.QUIET, Action.END),
}


class Observation(NamedTuple):
    """What one analysed frame said; a tuple, which is built several times as fast as a frozen dataclass."""

    at_s: float
    moving: bool
    """The score reached the model's threshold."""
    light_changes: bool
    """The whole picture's light is changing, and what moves need not be anybody."""
    suspected: bool
    score: float
    kind: Kind
    """Of a kind that does not alert where it is not to start an event that does."""
    features: Features
    model_version: int = 0
    threshold: float | None = None
    """Of the score, now."""
    sensitivity: int | None = None
    """The camera's, now."""
    lesser: bool = False
    """Something of that kind is going on which is no motion, or is not to count as such."""
    names: bool = False
    """It goes on where the open event has been all the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """An event began."""

    event_id: str
    at_s: float
    score: float
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Grew:
    """The open event has its strongest moment so far."""

    event_id: str
    at_s: float
    score: float
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The open event is over."""

    event: MotionEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The open event is of another kind than it seemed to be."""

    event_id: str
    since_s: float
    """When it began."""
    kind: Kind


type Transition = Started | Grew | Named | Ended


def _signal(observation: Observation) -> Signal:
    if observation.moving:
        return Signal.MOTION_IN_CHANGING_LIGHT if observation.light_changes else Signal.MOTION
    if observation.lesser:
        return Signal.LESSER
    return Signal.SUSPICION if observation.suspected else Signal.STILL


class EventMachine:
    """Walks the table; `new_id` names each event."""

    def __init__(self, quiet_s: float, new_id: Callable[[], str]) -> None:
        self.quiet_s = quiet_s
        """May be changed at any time; applies to the open event, too."""
        self._new_id = new_id
        self.state = State.QUIET
        self._event: MotionEvent | None = None
        """As of its last change but for the time of its last motion; None exactly in QUIET and SUSPECTED."""
        self.last_motion_at_s = -math.inf
        """Of the open event, or the last one."""

    @property
    def is_open(self) -> bool:
        """Whether an event is."""
        return self._event is not None

    @property
    def event(self) -> MotionEvent | None:
        """The open event as it is now."""
        if self._event is not None and self._event.last_motion_at_s != self.last_motion_at_s:
            self._event = replace(self._event, last_motion_at_s=self.last_motion_at_s)
        return self._event

    def step(self, observation: Observation) -> tuple[Transition, ...]:
        """Take an observation not earlier than those before."""
        passed = self.tick(observation.at_s)
        return passed + self._take(_signal(observation), observation)

    def tick(self, now_s: float) -> tuple[Transition, ...]:
        """Time has passed, with or without an observation."""
        if self._event is None or now_s - self.last_motion_at_s < self.quiet_s:
            return ()
        return self._take(Signal.QUIET_PASSED, None)

    def flush(self) -> tuple[Transition, ...]:
        """Nothing more can be seen: an open event ends now."""
        return self._take(Signal.LOST, None)

    def _take(self, signal: Signal, observation: Observation | None) -> tuple[Transition, ...]:
        self.state, action = TABLE[self.state, signal]
        match action:
            case Action.NOTHING:
                return ()
            case Action.START:
                return self._start(observation)
            case Action.GROW:
                return self._grow(observation)
            case Action.NAME:
                return self._name(observation)
            case Action.END:
                return self._end()
            case Action.REPLACE:
                return self._end() + self._start(observation)

    def _start(self, seen: Observation | None) -> tuple[Transition, ...]:
        assert seen is not None  # the table starts events on motion only
        self.last_motion_at_s = seen.at_s
        self._event = MotionEvent(
            event_id=self._new_id(),
            started_at_s=seen.at_s,
            last_motion_at_s=seen.at_s,
            peak_score=seen.score,
            peak_at_s=seen.at_s,
            kind=seen.kind,
            model_version=seen.model_version,
            features=seen.features,
            threshold=seen.threshold,
            sensitivity=seen.sensitivity,
        )
        return (Started(event_id=self._event.event_id, at_s=seen.at_s, score=seen.score, kind=seen.kind),)

    def _grow(self, seen: Observation | None) -> tuple[Transition, ...]:
        assert seen is not None
        assert self._event is not None  # the table grows events only where one is open
        self.last_motion_at_s = seen.at_s
        if seen.score <= self._event.peak_score:
            return self._rename(seen.kind) if seen.kind.alerts and not self._event.kind.alerts else ()
        self._event = replace(
            self._event,
            last_motion_at_s=seen.at_s,
            peak_score=seen.score,
            peak_at_s=seen.at_s,
            kind=seen.kind,
            model_version=seen.model_version,
            features=seen.features,
            threshold=seen.threshold,
            sensitivity=seen.sensitivity,
        )
        return (Grew(event_id=self._event.event_id, at_s=seen.at_s, score=seen.score, kind=seen.kind),)

    def _name(self, seen: Observation | None) -> tuple[Transition, ...]:
        assert seen is not None
        return self._rename(seen.kind) if seen.names else ()

    def _rename(self, kind: Kind) -> tuple[Transition, ...]:
        assert self._event is not None  # the table names open events only
        if kind is self._event.kind:
            return ()
        self._event = replace(self._event, kind=kind)
        return (Named(event_id=self._event.event_id, since_s=self._event.started_at_s, kind=kind),)

    def _end(self) -> tuple[Transition, ...]:
        event, self._event = self.event, None
        assert event is not None
        return (Ended(event=event),)
