"""Draws what moved over the picture of a clip's strongest moment: why it was recorded, in one look.

Moving cells are orange, with a bright edge around each group of them; a white box is around the largest group. Zones
are outlined, green where motion counts and red where it does not. Colours are numbers of full-range YCbCr (JFIF).
"""

from collections.abc import Sequence
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt

from ..zone_settings import Point, Zone
from .thumbnail import jpeg_of

_WIDTH_PX = 320
_NEAR = 2
"""Cells that are no further apart belong to one group."""
_DENSE = 8
"""Side of the window, in cells, in which a group begins where it holds the most of them."""

type _Plane = npt.NDArray[np.uint8]
type _Marks = npt.NDArray[np.bool_]
type _Colour = tuple[int, int, int]
"""Y, Cb, Cr."""

_ORANGE: _Colour = (160, 40, 200)
_WHITE: _Colour = (255, 128, 128)
_GREEN: _Colour = (180, 70, 60)
_RED: _Colour = (120, 95, 225)


def draw_explanation(picture: av.VideoFrame, moving: _Marks, zones: Sequence[Zone] = ()) -> bytes:
    """A JPEG at most 320 px wide; empty where libav cannot.

    `moving` has shape (rows, columns) of cells over the picture. The picture stays as it is.
    """
    try:
        canvas = _Canvas(picture)
        canvas.tint(_cells_of(canvas.shape, picture, moving))
        for zone in zones:
            canvas.outline(zone.polygon, _GREEN if zone.include else _RED)
        if (box := largest_group(moving)) is not None:
            top, left, bottom, right = (place / side for place, side in zip(box, moving.shape * 2, strict=True))
            canvas.outline(((left, top), (right, top), (right, bottom), (left, bottom)), _WHITE)
        return canvas.to_jpeg()
    except av.FFmpegError, ValueError:
        return b""


def largest_group(moving: _Marks) -> tuple[int, int, int, int] | None:
    """First row, first column, row after the last and column after the last of the group that is densest somewhere."""
    if not moving.any():
        return None
    sums = np.pad(moving.astype(np.int32), ((1, _DENSE), (1, _DENSE))).cumsum(0).cumsum(1)
    windows = sums[_DENSE:, _DENSE:] - sums[:-_DENSE, _DENSE:] - sums[_DENSE:, :-_DENSE] + sums[:-_DENSE, :-_DENSE]
    top, left = (int(place) for place in np.unravel_index(int(windows.argmax()), windows.shape))
    bottom, right = top + _DENSE, left + _DENSE
    while True:
        first_row, first_column = max(0, top - _NEAR), max(0, left - _NEAR)
        rows, columns = np.nonzero(moving[first_row : bottom + _NEAR, first_column : right + _NEAR])
        found = (
            first_row + int(rows.min()),
            first_column + int(columns.min()),
            first_row + int(rows.max()) + 1,
            first_column + int(columns.max()) + 1,
        )
        if found == (top, left, bottom, right):
            return found
        top, left, bottom, right = found


def _cells_of(shape: tuple[int, int], picture: av.VideoFrame, moving: _Marks) -> _Marks:
    """For each pixel of the small picture, whether its cell moves."""
    places = []
    for size, full, cells in zip(shape, (picture.height, picture.width), moving.shape, strict=True):
        side = max(1, full // cells)
        places.append(np.minimum(np.arange(size) * full // size // side, cells - 1))
    rows, columns = places
    found: _Marks = moving[rows[:, None], columns[None, :]]
    return found


class _Canvas:
    """A small copy of a picture, in three planes of one array."""

    def __init__(self, picture: av.VideoFrame) -> None:
        width = max(2, min(_WIDTH_PX, picture.width) // 2 * 2)
        height = max(2, round(picture.height * width / picture.width) // 2 * 2)
        self.shape = height, width
        small = picture.reformat(width=width, height=height, format="yuvj420p", threads=1)
        self._all = np.empty(height * width * 3 // 2, np.uint8)
        ends = np.cumsum([0, height * width, height * width // 4, height * width // 4])
        self._planes: list[_Plane] = []
        for number, (begin, end) in enumerate(pairwise(ends)):
            plane, half = small.planes[number], 1 if number else 0
            mine = self._all[begin:end].reshape(height >> half, width >> half)
            mine[:] = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: mine.shape[0], : mine.shape[1]]
            self._planes.append(mine)

    def tint(self, marks: _Marks) -> None:
        """Colour what is marked and keep its brightness, but for a bright edge."""
        coarse = marks[::2, ::2]
        for plane, value in zip(self._planes[1:], _ORANGE[1:], strict=True):
            plane[coarse] = (plane[coarse].astype(np.uint16) + 3 * value) // 4
        inner = marks.copy()
        inner[1:-1, 1:-1] &= marks[:-2, 1:-1] & marks[2:, 1:-1] & marks[1:-1, :-2] & marks[1:-1, 2:]
        self._planes[0][marks & ~inner] = 255

    def outline(self, polygon: Sequence[Point], colour: _Colour) -> None:
        """A closed line; corners from 0 to 1 of the picture's width and height."""
        height, width = self.shape
        for (x0, y0), (x1, y1) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
            steps = 2 + int(max(abs(x1 - x0) * width, abs(y1 - y0) * height))
            x = np.linspace(x0, x1, steps) * (width - 1)
            y = np.linspace(y0, y1, steps) * (height - 1)
            rows, columns = np.rint(y).astype(np.intp), np.rint(x).astype(np.intp)
            self._planes[0][rows, columns] = colour[0]
            for plane, value in zip(self._planes[1:], colour[1:], strict=True):
                plane[rows // 2, columns // 2] = value

    def to_jpeg(self) -> bytes:
        """Raises av.FFmpegError, ValueError."""
        height, width = self.shape
        return jpeg_of(av.VideoFrame.from_ndarray(self._all.reshape(height * 3 // 2, width), "yuvj420p"))
