"""Motion map -> features: what one analysed frame's motion looks like, as numbers of a fixed order.

    area        share of the picture that changed and moves
    cluster     the densest place: how much of the picture moves together there
    lasting     the same, counting only places where something moved in at least one of the two pictures before
    contrast    mean excess of what moves, in units of what noise explains
    brightened  share of the picture whose brightness changed, with or without texture
    lighting    1 while a change of light is being absorbed

Shares are of the picture's area, so that they mean the same at each size. The order and the meanings are named by
FEATURES_VERSION, which a model is trained on.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..values import Features, MotionMap

FEATURES_VERSION = 1
PLACE = 4
"""Side of the squares in which moving cells are counted, in cells; a place is 2 x 2 squares, overlapping."""
REMEMBERED = 2
"""How many pictures before are remembered."""

type Counts = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Where things moved in the pictures before; empty at first."""

    places: tuple[Counts, ...] = ()
    """Newest first, at most REMEMBERED; moving cells of each place, its neighbours' included."""


NO_TRACE = Trace()


def _squares(cells: npt.NDArray[np.bool_]) -> Counts:
    """Moving cells per PLACE x PLACE square; cells at the right and lower edge that fill no square are left out."""
    rows, columns = cells.shape[0] // PLACE * PLACE, cells.shape[1] // PLACE * PLACE
    counted = cells.view(np.uint8)[:rows, :columns]
    down = counted[0::PLACE] + counted[1::PLACE] + counted[2::PLACE] + counted[3::PLACE]
    squares: Counts = down[:, 0::PLACE] + down[:, 1::PLACE] + down[:, 2::PLACE] + down[:, 3::PLACE]
    return squares


def _places(squares: Counts) -> Counts:
    places: Counts = squares[:-1, :-1] + squares[1:, :-1] + squares[:-1, 1:] + squares[1:, 1:]
    return places


def _spread(places: Counts) -> Counts:
    """The largest of each place and its eight neighbours: what moves is elsewhere a moment later."""
    padded = np.zeros((places.shape[0] + 2, places.shape[1] + 2), np.uint8)
    padded[1:-1, 1:-1] = places
    tall = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    spread: Counts = np.maximum(np.maximum(tall[:, :-2], tall[:, 1:-1]), tall[:, 2:])
    return spread


def measure(motion: MotionMap, before: Trace) -> tuple[Features, Trace]:
    """The features of a picture, given the trace that the picture before left; and its own trace."""
    cells = motion.moving.size
    moving = int(np.count_nonzero(motion.moving))
    if not moving:
        places = np.zeros(
            (max(motion.moving.shape[0] // PLACE - 1, 0), max(motion.moving.shape[1] // PLACE - 1, 0)), np.uint8
        )
        cluster = lasting = 0
        contrast = 0.0
    else:
        places = _places(_squares(motion.moving))
        cluster = int(places.max(initial=0))
        remembered = [trace for trace in before.places if trace.shape == places.shape]
        lasting = max((int(np.minimum(places, trace).max(initial=0)) for trace in remembered), default=0)
        contrast = float(np.vdot(motion.excess, motion.moving)) / moving
        places = _spread(places)
    values = {
        "area": moving / cells,
        "cluster": cluster / cells,
        "lasting": lasting / cells,
        "contrast": contrast,
        "brightened": motion.brightened_share,
        "lighting": float(motion.lighting_changed),
    }
    return (
        Features(version=FEATURES_VERSION, values=values),
        Trace(places=(places, *before.places)[:REMEMBERED]),
    )
