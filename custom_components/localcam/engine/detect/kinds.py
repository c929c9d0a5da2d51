"""What lately moved -> kind of motion, by rule; people and pets come with learning.

light         the whole picture's light is changing, and texture stayed
camera_moved  what the camera sees has shifted as a whole
curtain       bound to its place, and tall
screen        bound to its place otherwise, and came on at a stroke, or changes so now and then: cuts
noise         bound to its place otherwise: a fan, a fish tank, what is left of a weak sensor's snow
shadow        darkens more of the picture than it covers
other         everything else, people and pets among them
"""

from collections import deque
from itertools import pairwise
import math
from typing import NamedTuple

from ..motion import CameraProblem, Features, Kind, MotionMap
from .place import MARGIN, Place

RECENT_S = 4.0
"""How long what moved tells about the kind of what moves."""
JUMP = 3.0
"""A cut: as many times more moves than in the picture before."""
CUTS = 2
MOST_CUTS = 6
"""As many of them in RECENT_S are a screen, if nobody walks: what jumps in every second picture turns, as a fan. Before
that time has passed, only what came on at a stroke is one."""
STROKE = 0.9
"""What comes on at a stroke moves with its first picture by this much of what it ever does: a screen, too."""
PAUSE_S = 2.0
"""What moves after a longer pause comes anew."""
DARKENS = 3.0
"""A shadow darkens as many times more than moves."""


class Moment(NamedTuple):
    """What of one picture tells about the kind."""

    at_s: float
    area: float
    place: Place | None
    """Of what moves, if anything does."""


class KindJudge:
    """Remembers the last seconds of one camera."""

    def __init__(self) -> None:
        self._recent: deque[Moment] = deque(maxlen=64)
        self._visited: Place | None = None
        """Where the open event has been."""
        self._moved_at_s = self._came_at_s = -math.inf
        self._came = self._most = 0.0
        """How much moved in the first picture after a pause, when, and most of what did since."""

    def see(self, motion: MotionMap, place: Place | None) -> None:
        """Take a picture's motion in, and where it is."""
        at_s = motion.captured_at_s
        if place is not None:
            self._visited = place.joined(self._visited)
            self._remember(motion.moving_share, at_s)
        self._recent.append(Moment(at_s=at_s, area=motion.moving_share, place=place))
        while self._recent[0].at_s < at_s - RECENT_S:
            self._recent.popleft()

    def _remember(self, area: float, at_s: float) -> None:
        if at_s - self._moved_at_s > PAUSE_S:
            self._came_at_s, self._came, self._most = at_s, area, area
        self._most = max(self._most, area)
        self._moved_at_s = at_s

    def kind(self, features: Features, problem: CameraProblem | None, *, bound: bool, light_changes: bool) -> Kind:
        """Of what goes on in the picture seen last; `bound` where it does not get anywhere."""
        if light_changes:
            return Kind.LIGHT
        if problem is CameraProblem.MOVED:
            return Kind.CAMERA_MOVED
        if bound:
            return self._bound_kind()
        area, brightened = features.values["area"], features.values["brightened"]
        return Kind.SHADOW if area and features.values["darkened"] > max(DARKENS * area, brightened / 2) else Kind.OTHER

    def begin(self) -> None:
        """An event begins with the picture seen last."""
        self._visited = self._recent[-1].place

    @property
    def stayed(self) -> bool:
        """Whether the open event was all the time where things moved in the last seconds."""
        recent: Place | None = None
        for moment in self._recent:
            recent = moment.place.joined(recent) if moment.place else recent
        return recent is not None and self._visited is not None and recent.holds(self._visited, MARGIN)

    def _bound_kind(self) -> Kind:
        moments = list(self._recent)
        largest = max(moments, key=lambda moment: moment.area)
        if largest.place and largest.place.tall:
            return Kind.CURTAIN
        cuts = sum(after.area > JUMP * before.area for before, after in pairwise(moments))
        by_cuts = moments[-1].at_s - self._came_at_s >= RECENT_S and CUTS <= cuts <= MOST_CUTS
        return Kind.SCREEN if by_cuts or self._came >= STROKE * self._most else Kind.NOISE

    def forget(self) -> None:
        """The camera was lost."""
        self._recent.clear()
        self._visited = None
        self._moved_at_s = -math.inf
