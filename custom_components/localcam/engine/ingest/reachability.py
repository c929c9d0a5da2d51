"""Where a camera was last looked for, and whether anything listens there by now."""

from ..errors import SourceError
from ..settings import AddressRules
from .address import Place, locate
from .conversation import connected

_KNOCK_TIMEOUT_S = 2.0


class Reachability:
    """Of one connection; belongs to its thread."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules
        self._place: Place | None = None

    def locate(self, url: str) -> Place:
        """As `address.locate`, which it remembers."""
        self._place = None
        self._place = locate(url, rules=self._rules)
        return self._place

    def listens(self) -> bool:
        """Whether the place that was checked last takes a connection, which is closed at once; blocks for 2 s."""
        if self._place is None:
            return False
        try:
            connected(self._place, _KNOCK_TIMEOUT_S).close()
        except SourceError:
            return False
        return True
