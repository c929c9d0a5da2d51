"""Whether what begins to move may be something that hangs or stands, and sways: a curtain, a plant, a hanging lamp.

A draught takes such a thing little by little: at first it stirs faintly and in its whole height, in its place and not
at the picture's edge, and it turns back. Somebody shows at once, comes in over the edge, or goes on.
"""

import math

from .place import Place

HIGH = 6
"""In squares, about a quarter of the picture's height: what stirs faintly in so many rows at once may hang or stand."""
REACH = 3
"""In squares: how far beyond the place in which it stirs it may sway."""
COMES_IN_S = 0.45
"""Who came in over the picture's edge no longer ago does not sway."""
TURNS_S = 0.5
"""What moves in new places in every picture for so long does not turn back: a quarter of a slow sway is shorter."""
LONGEST_S = 1.5
"""So long after it first did, what still does is somebody slow: what sways has been wherever it gets to."""


class Sway:
    """What stirs after a pause, until it is known to get somewhere."""

    def __init__(self) -> None:
        self._where: Place | None = None
        """Where something may sway."""
        self._only_stirs = True
        """No picture has shown enough to begin an event."""
        self._came_in_at_s = -math.inf
        self._went_at_s = math.inf
        """When a picture first moved in new places."""
        self._goes_since_s = math.inf
        """Since when every picture has moved in new places."""

    def stirs(self, place: Place, at_s: float, *, comes_in: bool) -> None:
        """Take in where a picture moves that shows too little to begin an event; `comes_in` at the picture's edge."""
        self._goes_since_s = math.inf
        if comes_in:
            self._came_in_at_s = at_s
        elif self._where is None:
            if self._only_stirs and place.bottom - place.top + 1 >= HIGH:
                self._where = place
        elif self._where.holds(place, REACH):
            self._where = place.joined(self._where)

    def may_be(self, place: Place, at_s: float, *, comes_in: bool, begins: bool) -> bool:
        """Whether a picture that shows enough may show no more than swaying; `begins` where it moves in new places."""
        self._only_stirs = False
        if self._where is None:
            return False
        if comes_in:
            self._came_in_at_s = at_s
        if at_s - self._came_in_at_s <= COMES_IN_S or not self._where.holds(place, REACH):
            self._where = None
            return False
        if not begins:
            self._where = place.joined(self._where)
            self._goes_since_s = math.inf
            return True
        self._went_at_s = min(self._went_at_s, at_s)
        self._goes_since_s = min(self._goes_since_s, at_s)
        return at_s - self._goes_since_s < TURNS_S and at_s - self._went_at_s < LONGEST_S

    def goes_on(self) -> None:
        """It gets somewhere."""
        self._where = None
        self._only_stirs = False
