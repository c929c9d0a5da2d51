"""What becomes of a video packet, as a table: every situation of the recorder, and what follows from it."""

from dataclasses import dataclass
from enum import Enum, auto


class Step(Enum):
    """What the recorder does with a video packet."""

    WAIT = auto()
    """Remember it in the ring, no more."""
    BEGIN = auto()
    """Open a clip with what the ring holds, this packet included."""
    WRITE = auto()
    """Append it to the open clip."""
    END = auto()
    """The open clip is complete without it."""
    CUT = auto()
    """The open clip is as long as a clip may be: close it without this packet, with which the next one begins."""
    BREAK = auto()
    """The same, where no keyframe came for so long that the next clip must begin later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What there is to know when a video packet arrives."""

    is_open: bool
    """A clip is being written."""
    is_wanted: bool
    """Motion or a request wants this packet recorded."""
    may_begin: bool
    """There is room, the last failure is long enough ago, and the ring holds a keyframe."""
    is_keyframe: bool
    is_longest: bool
    """The open clip has reached its longest length."""
    is_endless: bool
    """It is far beyond that."""


def step(situation: Situation) -> Step:
    """What to do with the packet."""
    match situation:
        case Situation(is_open=True, is_wanted=False):
            return Step.END
        case Situation(is_open=True, is_longest=True, is_keyframe=True):
            return Step.CUT
        case Situation(is_open=True, is_endless=True):
            return Step.BREAK
        case Situation(is_open=True):
            return Step.WRITE
        case Situation(is_wanted=True, may_begin=True):
            return Step.BEGIN
        case _:
            return Step.WAIT
