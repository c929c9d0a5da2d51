"""Where Home Assistant's own stream may watch a camera live: at a relay on loopback, for as long as the camera watches.

So what looks at a camera from Home Assistant's process obeys the same rules as a worker: it connects to nothing but the
address that was checked, follows nothing, and is never told the password.
"""

from collections.abc import Callable
from functools import partial
from threading import Lock

from .clock import Clock
from .errors import SourceError, SourceFault
from .ingest.address import Locate, Place
from .ingest.authorization import Authorizer
from .ingest.rtsp_relay import RtspRelay
from .settings import AddressSource


class LiveViews:
    """A relay for each camera that somebody asked to watch; methods may be called from any thread."""

    def __init__(self, locate: Locate, clock: Clock) -> None:
        self._locate = locate
        self._clock = clock
        self._relays: dict[str, tuple[AddressSource, RtspRelay]] = {}
        self._lock = Lock()

    def address(self, camera_id: str, source: AddressSource) -> str:
        """Where to watch this source of the camera; raises SourceError for an address that is refused.

        It stays the same, and leads to the camera wherever its name leads then, until `end` or another source.
        """
        self._locate(source.url)
        with self._lock:
            known = self._relays.get(camera_id)
            if known is not None and known[0] == source:
                return known[1].url
            relay = RtspRelay(partial(_target, source, self._locate), self._clock)
            try:
                relay.start()
            except OSError as err:
                raise SourceError(SourceFault.UNREACHABLE, "no port is left for the live view") from err
            self._relays[camera_id] = source, relay
        if known is not None:
            known[1].close()
        return relay.url

    def end(self, camera_id: str) -> None:
        """Nobody watches the camera any more, from now on."""
        with self._lock:
            known = self._relays.pop(camera_id, None)
        if known is not None:
            known[1].close()

    def end_all(self) -> None:
        """The same for every camera."""
        with self._lock:
            camera_ids = list(self._relays)
        for camera_id in camera_ids:
            self.end(camera_id)


def _target(source: AddressSource, locate: Callable[[str], Place]) -> tuple[Place, Authorizer]:
    return locate(source.url), Authorizer(source.username, source.password)
