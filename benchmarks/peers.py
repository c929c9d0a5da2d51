"""Other detectors to stand beside ours: OpenCV's MOG2 and KNN where OpenCV is installed, and plain differencing.

All look 5 times a second. OpenCV's have their defaults and see motion where the biggest connected blob, shadows not
counted, covers BLOB_SHARE of the picture; plain differencing compares with the picture it saw before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import importlib
import importlib.util
from typing import Any

import numpy as np
import numpy.typing as npt

type Picture = npt.NDArray[np.uint8]

LOOKS_PER_S = 5.0
BLOB_SHARE = 0.005
PLAIN_SHARE = 0.0025
"""Of the picture must differ for plain differencing."""
FOREGROUND = 255
"""In OpenCV's masks; shadows are 127."""
DIFFERS_BY = 25
"""Steps of luma by which a pixel differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One detector."""

    in_colour: bool
    """Whether it is given BGR pictures of shape (height, width, 3), or else luma."""
    begin: Callable[[], Callable[[Picture], bool]]
    """Makes one that has seen nothing yet; it says of picture after picture whether it moves."""


def _plain() -> Callable[[Picture], bool]:
    before: Picture | None = None

    def moves(luma: Picture) -> bool:
        nonlocal before
        seen, before = before, luma.copy()
        if seen is None or seen.shape != luma.shape:
            return False
        difference = np.maximum(luma, seen) - np.minimum(luma, seen)
        return int(np.count_nonzero(difference > DIFFERS_BY)) >= PLAIN_SHARE * luma.size

    return moves


def _of_opencv(cv2: Any, make: str) -> Callable[[], Callable[[Picture], bool]]:
    def begin() -> Callable[[Picture], bool]:
        subtractor = getattr(cv2, make)()

        def moves(colour: Picture) -> bool:
            mask = (subtractor.apply(colour) == FOREGROUND).astype(np.uint8)
            _, _, blobs, _ = cv2.connectedComponentsWithStats(mask)
            areas = blobs[1:, cv2.CC_STAT_AREA]
            return bool(areas.size and areas.max() >= BLOB_SHARE * mask.size)

        return moves

    return begin


def peers() -> Mapping[str, Peer]:
    """Those that can run here, by name."""
    found = {"plain": Peer(in_colour=False, begin=_plain)}
    if importlib.util.find_spec("cv2") is not None:
        cv2 = importlib.import_module("cv2")
        cv2.setNumThreads(1)
        found["mog2"] = Peer(in_colour=True, begin=_of_opencv(cv2, "createBackgroundSubtractorMOG2"))
        found["knn"] = Peer(in_colour=True, begin=_of_opencv(cv2, "createBackgroundSubtractorKNN"))
    return found
