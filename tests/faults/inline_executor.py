"""Finishes what a crash left, and moves clips, in this very process: who kills by the thousand cannot wait for more."""

from collections.abc import Callable
import io

from custom_components.localcam.engine.commands import Command, Move, Salvage
from custom_components.localcam.engine.reports import Reported
from custom_components.localcam.engine.wire import decode_reported, read_message
from custom_components.localcam.engine.worker_move import move_files
from custom_components.localcam.engine.worker_outbox import Outbox
from custom_components.localcam.engine.worker_salvage import salvage_clips


class EndedWorker:
    """It was through before anybody could speak to it."""

    def send(self, command: Command) -> None:
        """Nobody listens."""

    def stop(self, timeout_s: float) -> None:
        """Nothing is left of it."""

    def kill(self) -> None:
        """Nothing is left of it."""

    @property
    def last_words(self) -> str:
        """It said none."""
        return ""


class InlineExecutor:
    """Does the work of a worker that salvages or moves at once, over the same wire."""

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> EndedWorker:
        """See `CameraExecutor.start`."""
        pipe = io.BytesIO()
        match first:
            case Salvage():
                salvage_clips(first, Outbox(pipe, "", 0))
            case Move():
                move_files(first, Outbox(pipe, "", 0))
            case _:
                raise AssertionError("no such work is done here")
        pipe.seek(0)
        while (message := read_message(pipe)) is not None:
            on_reported(decode_reported(message))
        on_end(0)
        return EndedWorker()
