"""Whether what moves begins an event: it comes from somewhere, or goes somewhere.

Whoever walks, or begins to move, enters places that looked as usual a moment ago, picture after picture. A screen that
cuts, a lamp's edge or a thing that was put down does so in one picture only; a curtain, a fan or a tree returns to the
places that it has just left.
"""

import math

from ..motion import Features
from .place import MARGIN, Place
from .sway import Sway

ADVANCING_SHARE = 0.5
"""Of the smallest area that counts: as much must move in new places in two pictures of three."""
NEW_SHARE = 0.1
"""Of all that moves: the same. Once a screen is on, its picture moves where it moved before, but for its dark parts."""
ENTERING_SHARE = 0.25
DENSE = 2.0
STRONG = 4.0
LOCAL_SHARE = 0.2
"""One picture is enough where something dense (as many times the smallest area moves together) that stands out (as
many times what noise explains) comes in over the picture's edge (as much of the smallest area moves there), and the
light of no more than this share of the picture changed with it."""
COMES_SHARE = 0.5
"""Of the smallest area: where as much moves at the picture's edge, somebody comes in, and nothing sways."""
LIGHT_SHARE = 0.1
LIGHT_CAUTION = 3.0
"""Where the light of more than LOCAL_SHARE changed, and what moves is less than this part of that, it may be the edge
of a cloud's shadow: as many times more must move in new places."""


STAYS_CAUTION = 6.0
"""Where what moves stays in the box in which anything moved before, since the last pause: as many times more. A screen
or a fan fills its own with the first pictures."""
GREW_S = 0.45
"""So lately it must have left that box."""
SURE_ADVANCING = 4.0
SURE_PICTURES = 2
"""As many pictures one after another in which as many times the smallest area moves in new places, dense and strong,
show somebody even while the whole picture's light changes: what comes with a lamp does so in one picture."""


def stands_out(features: Features, smallest_share: float) -> bool:
    """Whether a picture shows something dense that moves on, and is unlike the room by far."""
    seen = features.values
    return (
        seen["advancing"] >= SURE_ADVANCING * smallest_share
        and seen["cluster"] >= DENSE * smallest_share
        and seen["contrast"] >= STRONG
    )


def comes_over_edge(features: Features, smallest_share: float) -> bool:
    """Whether as much moves at the picture's edge as somebody who comes in."""
    return features.values["entering"] >= COMES_SHARE * smallest_share


def begins(features: Features, smallest_share: float, *, stays: bool) -> bool:
    """Whether motion of sufficient score begins an event; `stays` where it has not left the place where it began."""
    seen = features.values
    by_light = seen["brightened"] >= LOCAL_SHARE and seen["area"] < LIGHT_SHARE * seen["brightened"]
    caution = max(LIGHT_CAUTION if by_light else 1.0, STAYS_CAUTION if stays else 1.0)
    if seen["advancing"] >= max(ADVANCING_SHARE * smallest_share * caution, NEW_SHARE * seen["area"]):
        return True
    return (
        seen["entering"] >= ENTERING_SHARE * smallest_share
        and seen["cluster"] >= DENSE * smallest_share
        and seen["contrast"] >= STRONG
        and seen["brightened"] < LOCAL_SHARE
    )


BOUND_S = 4.0
"""What moves for longer without getting anywhere is bound to its place: a fan, a screen, a curtain, no event."""
BOUND_AT_ONCE_S = 1.0
"""How long it must go on before it is an event, of a kind that does not alert."""
BOUND_PAUSE_S = 2.0
"""After a longer pause it begins anew."""
KNOWN_S = 30.0
"""What got nowhere before a pause is expected in the same place for so long after it: a screen whose picture stood
still."""
LARGEST_KNOWN = 14
"""In squares, the longer side: what covered more was no screen, but somebody who sat down."""


class Course:
    """Whether what moves gets anywhere, from picture to picture."""

    def __init__(self) -> None:
        self._advanced_at_s = self._lingers_since_s = self._lingered_at_s = -math.inf
        self.lingers = False
        """What the last picture showed to move has got nowhere for long."""
        self.bound = False
        """The same, and it has gone on for long enough to be told of."""
        self._standing_out = 0
        self._covered: Place | None = None
        """Where anything moved since the last pause."""
        self._place: Place | None = None
        """Where the last picture moves."""
        self._sway = Sway()
        self._known: Place | None = None
        """Where something moved before it and got nowhere."""
        self._seen_at_s = self._grew_at_s = -math.inf

    def see(self, place: Place | None, at_s: float) -> None:
        """Take in where a picture moves, before anything else is asked of it."""
        self._place = place
        if place is None:
            return
        paused_s = at_s - self._seen_at_s
        if paused_s > BOUND_PAUSE_S:
            got_nowhere = self._seen_at_s - self._advanced_at_s > BOUND_S
            if got_nowhere and self._covered is not None and self._covered.longer_side <= LARGEST_KNOWN:
                self._known = self._covered
            if paused_s > KNOWN_S:
                self._known = None
            self._covered = None
            self._sway = Sway()
        expected = self._known is not None and self._known.holds(place, MARGIN)
        if self._covered is not None and not expected and not self._covered.holds(place, 0):
            self._grew_at_s = at_s
        self._covered = place.joined(self._covered)
        self._seen_at_s = at_s

    def moves(self, features: Features, smallest_share: float, at_s: float, *, going_on: bool) -> bool:
        """Whether motion of sufficient score counts; `going_on` where that of the picture before did."""
        self.lingers = self.bound = False
        self._standing_out = self._standing_out + 1 if stands_out(features, smallest_share) else 0
        stays = not going_on and at_s - self._grew_at_s > GREW_S
        begun = begins(features, smallest_share, stays=stays)
        if going_on:
            self._sway.goes_on()
        elif self._may_sway(features, smallest_share, at_s, begun=begun):
            # A person moves so much more in new places that they are told at once all the same.
            begun = begun and begins(features, smallest_share, stays=True)
        if begun:
            self._advanced_at_s = at_s
            return True
        if at_s - self._lingered_at_s > BOUND_PAUSE_S:
            self._lingers_since_s = at_s
        self._lingered_at_s = at_s
        self.lingers = at_s - self._advanced_at_s > BOUND_S
        self.bound = self.lingers and at_s - self._lingers_since_s >= BOUND_AT_ONCE_S
        return going_on and not self.lingers

    def _may_sway(self, features: Features, smallest_share: float, at_s: float, *, begun: bool) -> bool:
        comes_in = comes_over_edge(features, smallest_share)
        return self._place is not None and self._sway.may_be(self._place, at_s, comes_in=comes_in, begins=begun)

    def rest(self, features: Features, smallest_share: float, at_s: float) -> None:
        """Nothing moves in this picture, or not enough of it."""
        # Light that changes stirs everything.
        if self._place is not None and not features.values["lighting"]:
            self._sway.stirs(self._place, at_s, comes_in=comes_over_edge(features, smallest_share))
        self.lingers = self.bound = False
        self._standing_out = 0

    @property
    def sure(self) -> bool:
        """Whether what moves is somebody, whatever happens to the light."""
        return self._standing_out >= SURE_PICTURES
