"""What a process that is about to be killed says of its doings, one line at a time, before or after each of them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
import json
import os
from typing import Literal, Protocol

type Doing = Literal["opened", "growing", "kept", "flagged", "deleting", "deleted", "refused", "failed", "found"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was done, or, for `deleting`, is about to be."""

    doing: Doing
    clip_id: str = ""
    seconds: float = 0.0
    """Of a growing clip: the media time that its writer has taken."""
    text: str = ""


class Journal(Protocol):
    """Where lines go."""

    def say(self, line: Line) -> None:
        """It is with the reader when this returns, whatever becomes of the speaker."""


class PipeJournal:
    """A line is shorter than what a pipe takes at once, so that a reader never sees half of one but the last."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def say(self, line: Line) -> None:
        """See `Journal.say`."""
        os.write(self._fd, json.dumps(asdict(line)).encode() + b"\n")


def read_lines(fd: int) -> Iterator[Line]:
    """All lines until the speaker is gone; takes over the descriptor."""
    with os.fdopen(fd, "rb") as pipe:
        for line in pipe:
            if line.endswith(b"\n"):
                yield Line(**json.loads(line))
