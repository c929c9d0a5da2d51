"""What calibrating found each place of the picture to vary by, as bytes that fit any size of picture.

NOISE_FLOOR_ROWS x NOISE_FLOOR_COLUMNS bytes for brightness, then as many for texture, row by row: the largest
difference of any of the place's cells, in steps of STEP, rounded up so that nothing that was taken for noise counts
later.
"""

import numpy as np
import numpy.typing as npt

from ..settings import NOISE_FLOOR_COLUMNS, NOISE_FLOOR_ROWS
from .cells import BRIGHTEST, Grid

STEP = -(-BRIGHTEST // 255)
"""So that a byte holds the difference of white from black; 1.2 % of brightness."""
_PLACES = NOISE_FLOOR_ROWS, NOISE_FLOOR_COLUMNS


def pack(brightness: Grid, texture: Grid) -> bytes:
    """Largest differences of cells, two grids of one shape, as NOISE_FLOOR_BYTES bytes."""
    return _packed(brightness) + _packed(texture)


def unpack(noise_floor: bytes, shape: tuple[int, int]) -> tuple[Grid, Grid]:
    """The same of brightness and texture for cells of that shape."""
    whole = np.frombuffer(noise_floor, np.uint8).reshape(2, *_PLACES).astype(np.int16) * np.int16(STEP)
    places = _places(shape)
    return whole[0][places], whole[1][places]


def _packed(grid: Grid) -> bytes:
    largest = np.zeros(_PLACES, np.int16)
    rows, columns = grid.shape
    np.maximum.at(largest, _places((rows, columns)), grid)
    steps: npt.NDArray[np.uint8] = np.minimum((largest + (STEP - 1)) // STEP, 255).astype(np.uint8)
    return steps.tobytes()


def _places(shape: tuple[int, int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """In which row and column of places each cell lies."""
    rows, columns = (np.arange(cells) * places // cells for cells, places in zip(shape, _PLACES, strict=True))
    return rows[:, None], columns[None, :]
