"""Hears everything that Home Assistant says to itself: events, changes of states, calls of services."""

import http.client
import threading
from typing import override

from scripts.home_assistant import HomeAssistant


class HouseEar(threading.Thread):
    """Listens from the network of the thread that makes it, as an administrator; ends with Home Assistant."""

    def __init__(self, home: HomeAssistant) -> None:
        super().__init__(name="house_ear", daemon=True)
        self._lines: list[bytes] = []
        self._changed = threading.Condition()
        self._connection = http.client.HTTPConnection(home.address, home.port)
        self._connection.request("GET", "/api/stream", headers={"Authorization": f"Bearer {home.token}"})
        self._answer = self._connection.getresponse()
        if self._answer.status != 200:
            raise RuntimeError(f"Home Assistant lets nobody listen: {self._answer.status}")

    @override
    def run(self) -> None:
        """Listen until the line is cut."""
        try:
            while line := self._answer.readline():
                with self._changed:
                    self._lines.append(line)
                    self._changed.notify_all()
        except OSError, http.client.HTTPException:
            pass

    def heard(self) -> list[bytes]:
        """Each event's JSON so far."""
        with self._changed:
            return list(self._lines)

    def hears(self, what: bytes, timeout_s: float) -> bool:
        """Whether an event with these bytes in it was heard by then."""
        with self._changed:
            return self._changed.wait_for(lambda: any(what in line for line in self._lines), timeout_s)
