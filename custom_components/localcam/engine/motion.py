"""What a camera sees: what moves in a picture, events, and what was learned of the room and of its owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


SQUARE = 4
"""Side of a square, in cells."""

type Cells = npt.NDArray[np.bool_]
type Squares = npt.NDArray[np.uint8]


class MotionMap(NamedTuple):
    """Where a frame moved against the learned room; its arrays are valid until the next frame is looked at.

    A tuple, as there is one for each frame: a frozen dataclass of so many takes several times as long to build.
    """

    changed: Cells
    """Shape (rows, columns) of cells: True where brightness and texture both left what was learned."""
    near: Cells
    """Of each square of SQUARE x SQUARE cells: True where in or next to it the picture also differs from the frame
    analysed just before."""
    moving_squares: Squares
    """Changed cells of each of those squares; 0 elsewhere."""
    present_squares: Squares
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

    @property
    def moving(self) -> Cells:
        """Shape of `changed`: the changed cells of the squares that are `near`; an array of its own."""
        rows, columns = self.changed.shape
        moving: Cells = self.near.repeat(SQUARE, axis=0).repeat(SQUARE, axis=1)[:rows, :columns] & self.changed
        return moving


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
