"""A camera entity's stream address and still pictures, asked of the station by a connection's thread."""

from queue import Empty, SimpleQueue
from typing import Any

from .commands import StreamAddress
from .errors import SourceError, SourceFault
from .reports import AddressWanted, PictureWanted
from .worker_outbox import Outbox

_ANSWER_S = 8.0
"""The station gives an entity 5 s."""


class EntityDesk:
    """Questions go out as reports; answers come in as commands, through the main thread."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._addresses: SimpleQueue[StreamAddress | None] = SimpleQueue()
        self._pictures: SimpleQueue[bytes] = SimpleQueue()

    def address(self) -> StreamAddress:
        """Where the stream is now; raises SourceError where the entity is not available."""
        _forget(self._addresses)
        self._outbox.report(AddressWanted())
        try:
            address = self._addresses.get(timeout=_ANSWER_S)
        except Empty:
            address = None
        if address is None:
            raise SourceError(SourceFault.UNREACHABLE, "the camera entity is not available")
        return address

    def picture(self) -> bytes:
        """The next still picture; raises SourceError where the entity gives none."""
        _forget(self._pictures)
        self._outbox.report(PictureWanted())
        try:
            jpeg = self._pictures.get(timeout=_ANSWER_S)
        except Empty:
            jpeg = b""
        if not jpeg:
            raise SourceError(SourceFault.NO_IMAGE, "the camera entity gave no picture")
        return jpeg

    def answer_address(self, address: StreamAddress | None) -> None:
        """From the main thread."""
        self._addresses.put(address)

    def answer_picture(self, jpeg: bytes) -> None:
        """From the main thread."""
        self._pictures.put(jpeg)


def _forget(answers: SimpleQueue[Any]) -> None:
    """An answer that came too late must not be taken for that to the next question."""
    while not answers.empty():
        answers.get()
