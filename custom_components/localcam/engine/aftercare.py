"""Finishes what a camera's crashed worker left, beside the next one, which comes first: it misses what happens now."""

from collections.abc import Callable
from threading import Event, Lock, Thread

_COMES_FIRST_S = 5.0
"""So long a successor may take to show a picture; a camera that is away must not keep a clip from being finished."""
_ENDS_WITHIN_S = 10.0


class Aftercare:
    """Of one camera: one thing after the other. From any thread."""

    def __init__(self, name: str, tidy: Callable[[], None]) -> None:
        self._name = name
        self._tidy = tidy
        self._is_due = False
        self._thread: Thread | None = None
        self._lock = Lock()
        """Guards both."""
        self._go = Event()

    def due(self) -> None:
        """A worker is gone, and its successor not yet there."""
        with self._lock:
            self._go.clear()
            self._is_due = True
            if self._thread is None:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def go(self) -> None:
        """The successor shows pictures."""
        self._go.set()

    def close(self) -> None:
        """Wait for no successor; returns when what is due is done, or where a disk hangs, at whose next start it is."""
        with self._lock:
            self._go.set()
            thread = self._thread
        if thread is not None:
            thread.join(_ENDS_WITHIN_S)

    def _run(self) -> None:
        while True:
            self._go.wait(_COMES_FIRST_S)
            with self._lock:
                if not self._is_due:
                    self._thread = None
                    return
                self._is_due = False
            self._tidy()
