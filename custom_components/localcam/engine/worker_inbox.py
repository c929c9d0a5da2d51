"""What reaches a worker's main thread, from its connections, its finisher and the station, in one queue."""

from dataclasses import dataclass
from enum import Enum
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from .clip import Clip
from .commands import Command
from .errors import SourceFault, WireError
from .reports import RecordingFailed
from .values import SourceItem, StreamFormat
from .wire import ByteReader, decode_command, read_message


class Role(Enum):
    """Which of a camera's streams."""

    MAIN = "main"
    """What is recorded, and looked at where there is no other."""
    DETECT = "detect"
    """The smaller stream, in which motion is looked for."""


class DeliveringConnection(Protocol):
    """Who delivered; a connection that was stopped may have deliveries under way."""

    def handled(self) -> None:
        """One `Arrived` was taken out of the inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A stream was opened."""

    source: DeliveringConnection
    role: Role
    formats: tuple[StreamFormat, ...]
    keeps_arrivals: bool = False
    """Nothing gets lost on the way; see `MediaSource`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A stream's next packets and changes of its formats: all that came since the last time, in order."""

    source: DeliveringConnection
    role: Role
    items: tuple[SourceItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """A stream could not be opened, or ended; the connection tries again by itself."""

    source: DeliveringConnection
    role: Role
    fault: SourceFault
    detail: str
    retry_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded:
    """The station's word."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class StationGone:
    """The pipe closed: close the clip and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFinished:
    """The finisher is through with a clip: it is on disk, or could not be (None)."""

    clip: Clip | None
    part_name: str
    request_id: int | None
    failure: RecordingFailed | None = None
    """Why it could not be."""


type Delivery = Connected | Arrived | Disconnected | Commanded | StationGone | ClipFinished
type Inbox = SimpleQueue[Delivery]


def read_commands(pipe: ByteReader, inbox: Inbox) -> Thread:
    """Start the thread that brings the station's commands into the inbox, and its end as `StationGone`."""

    def read() -> None:
        try:
            while (data := read_message(pipe)) is not None:
                inbox.put(Commanded(command=decode_command(data)))
        except WireError, OSError:
            pass  # a station that does not speak our language is as good as gone
        inbox.put(StationGone())

    thread = Thread(target=read, name="commands", daemon=True)
    thread.start()
    return thread
