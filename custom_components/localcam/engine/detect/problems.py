"""Why a camera that gives pictures sees nothing: covered, moved, frozen or dark.

    frozen   not one cell differs from the picture before for FROZEN_S, and earlier pictures did differ
    dark     black, and without detail, for STEADY_S
    covered  the room's detail is gone, and it is not dark, for STEADY_S
    moved    the picture's detail is another than the room's, and stands still, for STEADY_S

Day to infra-red night is none of them: it keeps the room's detail, and is a change of light.
"""

import math
from typing import NamedTuple

from ..motion import CameraProblem

FROZEN_S = 20.0
STEADY_S = 2.0
BLACK = 24.0
"""Mean brightness of a dark picture at most; limited range begins at 16."""
DETAIL = 0.012
"""Mean deviation of a cell from its surroundings, relative, in a room that has detail at all."""
DETAIL_SHARE = 0.3
"""Of the room's usual detail: less is none."""
UNLIKE = 0.4
"""Correlation of the picture's detail with the room's: less is another view. Another light keeps more, and so does
somebody in the room."""
STILL_SHARE = 0.02
LEARN_S = 60.0
"""Time constant of the room's usual detail."""
MOVED_TOLD_S = 10.0
"""How long a moved camera is told of; the new view is the room's then."""


class View(NamedTuple):
    """What one picture says about the camera."""

    at_s: float
    brightness: float
    """Mean, 0 to 255."""
    detail: float
    """Mean deviation of a cell from its surroundings, relative."""
    likeness: float
    """Correlation of its detail with the room's, -1 to 1."""
    moving_share: float
    differs: bool
    """Whether any cell differs from the picture before."""
    lit: bool
    """A change of light is being absorbed."""


class ProblemWatch:
    """One camera's; fed with every analysed picture."""

    def __init__(self) -> None:
        self.problem: CameraProblem | None = None
        self._usual_detail: float | None = None
        self._differed_at_s: float | None = None
        self._last_at_s: float | None = None
        self._suspected: CameraProblem | None = None
        self._since_s = -math.inf

    @property
    def unsure(self) -> bool:
        """Whether the picture taken in last says something else than `problem` does."""
        return self._suspected is not self.problem

    def see(self, view: View) -> float:
        """Take a picture in and set `problem`; by how much the room's detail is to follow the picture's, 0 to 1."""
        step_s = min(view.at_s - self._last_at_s, 1.0) if self._last_at_s is not None else 0.0
        self._last_at_s = view.at_s
        if view.differs:
            self._differed_at_s = view.at_s
        suspected = self._suspect(view)
        if suspected is not self._suspected:
            self._suspected, self._since_s = suspected, view.at_s
        if suspected is CameraProblem.FROZEN or view.at_s - self._since_s >= STEADY_S:
            self.problem = suspected
        if suspected is CameraProblem.MOVED:
            return float(view.at_s - self._since_s >= STEADY_S + MOVED_TOLD_S)
        if suspected is not None or view.lit:
            return 0.0
        self._learn(view.detail, step_s)
        return step_s / (step_s + LEARN_S)

    def _suspect(self, view: View) -> CameraProblem | None:
        if self._differed_at_s is not None and view.at_s - self._differed_at_s >= FROZEN_S:
            return CameraProblem.FROZEN
        usual = self._usual_detail
        has_detail = usual is not None and usual >= DETAIL
        if view.brightness <= BLACK and view.detail < DETAIL:
            return CameraProblem.DARK
        if usual is not None and has_detail and view.detail < DETAIL_SHARE * usual:
            return CameraProblem.COVERED
        if has_detail and view.likeness < UNLIKE and view.moving_share < STILL_SHARE:
            return CameraProblem.MOVED
        return None

    def _learn(self, detail: float, step_s: float) -> None:
        if self._usual_detail is None:
            self._usual_detail = detail
        else:
            self._usual_detail += (detail - self._usual_detail) * step_s / (step_s + LEARN_S)
