"""The worker's thread that has growing files synced, so that a slow disk delays no picture."""

from queue import SimpleQueue
from threading import Thread

from .vault.sealed_file import SealedWriter

_CLOSING_S = 2.0


class Syncer:
    """Takes orders in turn; what goes wrong is told by the file itself, at its next write."""

    def __init__(self) -> None:
        self._orders: SimpleQueue[tuple[SealedWriter, int] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="syncer", daemon=True)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def order(self, writer: SealedWriter, fd: int) -> None:
        """Have it synced; see `SealedWriter.sync_soon`."""
        self._orders.put((writer, fd))

    def close(self) -> None:
        """Wait for what was ordered, but not for a disk that hangs."""
        self._orders.put(None)
        self._thread.join(_CLOSING_S)

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            writer, fd = order
            writer.sync_now(fd)
