"""What lately moved -> kind of motion, by rule; people and pets come with learning.

light         the whole picture's light is changing, and texture stayed
camera_moved  what the camera sees has shifted as a whole
screen        bound to its place, and changes at a stroke: cuts
curtain       bound to its place, goes to and fro, and is tall
noise         bound to its place otherwise: a fan, a fish tank, what is left of a weak sensor's snow
shadow        darkens more of the picture than it covers
other         everything else, people and pets among them
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from ..values import CameraProblem, Features, Kind, MotionMap

RECENT_S = 4.0
"""How long what moved tells about the kind of what moves."""
JUMP = 3.0
"""A cut: as many times more moves than in the picture before."""
CUTS = 2
"""As many of them in RECENT_S are a screen, if nobody walks."""
TALL = 1.3
"""Height by width, in pixels of a square, of a curtain."""
DARKENS = 3.0
"""A shadow darkens as many times more than moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What of one picture tells about the kind."""

    at_s: float
    area: float
    height: int
    width: int
    """Of what moves, in squares."""


class KindJudge:
    """Remembers the last seconds of one camera."""

    def __init__(self) -> None:
        self._recent: deque[Moment] = deque(maxlen=64)

    def see(self, motion: MotionMap) -> None:
        """Take a picture's motion in."""
        height, width = (len(side) - side.count(0) for side in (motion.down, motion.across))
        at_s = motion.captured_at_s
        self._recent.append(Moment(at_s=at_s, area=motion.moving_share, height=height, width=width))
        while self._recent[0].at_s < at_s - RECENT_S:
            self._recent.popleft()

    def kind(self, features: Features, problem: CameraProblem | None, *, bound: bool) -> Kind:
        """Of what goes on in the picture seen last; `bound` where it does not get anywhere."""
        if features.values["lighting"]:
            return Kind.LIGHT
        if problem is CameraProblem.MOVED:
            return Kind.CAMERA_MOVED
        if bound:
            return self._bound_kind()
        area, brightened = features.values["area"], features.values["brightened"]
        return Kind.SHADOW if area and features.values["darkened"] > max(DARKENS * area, brightened / 2) else Kind.OTHER

    def _bound_kind(self) -> Kind:
        moments = list(self._recent)
        cuts = sum(after.area > JUMP * before.area for before, after in pairwise(moments))
        if cuts >= CUTS:
            return Kind.SCREEN
        largest = max(moments, key=lambda moment: moment.area)
        return Kind.CURTAIN if largest.height > TALL * largest.width else Kind.NOISE

    def forget(self) -> None:
        """The camera was lost."""
        self._recent.clear()
