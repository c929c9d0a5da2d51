"""Zones -> which cells count, at what excess, and which zones hold what moves.

A cell belongs to a zone if its middle lies in the polygon. Where zones include, only they count; a mask never does.
A zone's own sensitivity scales the excess that its cells must reach; of overlapping zones the most sensitive counts.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..zone_settings import Point, Zone
from .cells import Floats
from .sensitivity import thresholds
from .squares import Marks


def cells_of(polygon: Sequence[Point], shape: tuple[int, int]) -> Marks:
    """Which cells of a grid of that shape have their middle in the polygon, by the even-odd rule."""
    rows, columns = shape
    y = ((np.arange(rows) + 0.5) / rows)[:, None]
    x = ((np.arange(columns) + 0.5) / columns)[None, :]
    inside: Marks = np.zeros(shape, np.bool_)
    for (x0, y0), (x1, y1) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if y0 == y1:
            continue
        crosses: npt.NDArray[np.bool_] = ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
        inside ^= crosses
    return inside


class ZoneMap:
    """The zones of one camera over cells of one shape; None where there are none."""

    def __init__(self, zones: Sequence[Zone], sensitivity: int, shape: tuple[int, int]) -> None:
        self._cells = {zone.zone_id: cells_of(zone.polygon, shape) for zone in zones if zone.include}
        asked = thresholds(sensitivity).excess
        # How much a cell's excess counts, 0 where it does not.
        self.weight: Floats = np.full(shape, 0.0 if self._cells else 1.0, np.float32)
        for zone in zones:
            if zone.include:
                own = 1.0 if zone.sensitivity is None else asked / thresholds(zone.sensitivity).excess
                weighed = np.where(self._cells[zone.zone_id], np.float32(own), np.float32(0))
                np.maximum(self.weight, weighed, out=self.weight)
        for zone in zones:
            if not zone.include:
                self.weight[cells_of(zone.polygon, shape)] = 0

    def moving(self, moving: Marks, least_cells: float) -> frozenset[str]:
        """Ids of the including zones that hold at least so many of these cells; where none does, of that with most."""
        held = {zone_id: int(np.count_nonzero(moving & cells)) for zone_id, cells in self._cells.items()}
        most = max(held.values(), default=0)
        return frozenset(zone_id for zone_id, cells in held.items() if cells >= max(min(least_cells, most), 1))
