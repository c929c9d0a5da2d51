"""What every camera looks like from here on: something that opens, gives packets, and says why when it does not."""

from collections.abc import Iterator
from typing import Protocol

from ..values import SourceItem, StreamFormat


class MediaSource(Protocol):
    """A camera, used once: opened, read by one thread, closed. Another try takes another source."""

    @property
    def formats(self) -> tuple[StreamFormat, ...]:
        """What `packets` begins with, the video first; after `open`."""

    @property
    def keeps_arrivals(self) -> bool:
        """Whether what arrives waits for its reader, whole and in order: then it may be read in bursts."""

    def hold(self, *, holding: bool) -> None:
        """Whether nothing is read for now, so that nothing needs to be fetched; only where arrivals are kept."""

    def open(self) -> None:
        """Connect and find out what is there, within about 10 s; raises SourceError."""

    def packets(self) -> Iterator[SourceItem]:
        """Block for each packet; ends where the stop signal is set.

        Raises SourceError: LOST within 5 s after the camera stops sending, or what it answered instead.
        """

    def close(self) -> None:
        """Let go of the camera; only from the thread that reads it. Closing twice, or before `open`, is fine."""
