"""Links to clips: a playback must begin within a minute of its link's making; one that began by then goes on.

A link is an address that Home Assistant signed; it checks what it opens, for whom, and until when at most. Whoever has
got hold of one later, out of a log, a history or a message, is too late, also from where somebody else plays by it.
"""

from collections import OrderedDict
from typing import Final

import jwt

from .engine.clock import Clock

BEGUN_WITHIN_S: Final = 60.0
_MOST: Final = 1000
"""That are remembered; of more, those that began first are forgotten, and their players must get another link."""


class PlaybackLinks:
    """For the event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: OrderedDict[tuple[str, str], float] = OrderedDict()
        """By link and peer, where a playback began in time: until when the link opens anything, wall time."""

    def admits(self, signature: str, peer: str, *, begins: bool) -> bool:
        """Whether a request by a link may be answered, which Home Assistant has found to be signed and not expired.

        `begins`: whether a playback has begun with it; only asking how long the clip is begins none.
        """
        now_utc_s = self._clock.utc_s()
        for key in [key for key, until_utc_s in self._begun.items() if until_utc_s < now_utc_s]:
            del self._begun[key]
        if (signature, peer) in self._begun:
            return True
        claims = jwt.decode(signature, options={"verify_signature": False})
        if abs(now_utc_s - claims["iat"]) > BEGUN_WITHIN_S + 1:  # it says when in whole seconds
            return False
        if begins:
            self._begun[signature, peer] = float(claims["exp"])
            if len(self._begun) > _MOST:
                self._begun.popitem(last=False)
        return True
