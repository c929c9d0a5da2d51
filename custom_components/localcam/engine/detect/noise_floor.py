"""What calibrating found each place of the picture to vary by, as bytes that fit any size of picture.

NOISE_FLOOR_ROWS x NOISE_FLOOR_COLUMNS bytes for brightness, then as many for texture, row by row: the largest
difference of any of the place's cells, in units of BRIGHTNESS_UNIT and TEXTURE_UNIT, rounded up so that nothing that
was taken for noise counts later.
"""

import numpy as np
import numpy.typing as npt

from ..settings import NOISE_FLOOR_BYTES, NOISE_FLOOR_COLUMNS, NOISE_FLOOR_ROWS
from .cells import Grid

BRIGHTNESS_UNIT = 1.0
TEXTURE_UNIT = 0.01
_PLACES = NOISE_FLOOR_ROWS, NOISE_FLOOR_COLUMNS


def pack(brightness: Grid, texture: Grid) -> bytes:
    """Largest differences of cells, two grids of one shape, as NOISE_FLOOR_BYTES bytes."""
    return _packed(brightness, BRIGHTNESS_UNIT) + _packed(texture, TEXTURE_UNIT)


def unpack(noise_floor: bytes, shape: tuple[int, int]) -> tuple[Grid, Grid]:
    """The same of brightness and texture for cells of that shape; of nothing for no bytes."""
    whole = np.frombuffer(noise_floor or bytes(NOISE_FLOOR_BYTES), np.uint8).reshape(2, *_PLACES)
    places = _places(shape)
    return whole[0][places] * np.float32(BRIGHTNESS_UNIT), whole[1][places] * np.float32(TEXTURE_UNIT)


def _packed(grid: Grid, unit: float) -> bytes:
    largest = np.zeros(_PLACES, np.float32)
    rows, columns = grid.shape
    np.maximum.at(largest, _places((rows, columns)), grid)
    # A little less than the next unit, for numbers that are whole but for rounding.
    whole: npt.NDArray[np.uint8] = np.clip(np.ceil(largest / unit - 1e-3), 0, 255).astype(np.uint8)
    return whole.tobytes()


def _places(shape: tuple[int, int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """In which row and column of places each cell lies."""
    rows, columns = (np.arange(cells) * places // cells for cells, places in zip(shape, _PLACES, strict=True))
    return rows[:, None], columns[None, :]
