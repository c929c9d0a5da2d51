"""Finishes what a crash left in this very process: who kills processes by the thousand cannot wait for more."""

from collections.abc import Callable
import io

from custom_components.localcam.engine.commands import Command, Salvage
from custom_components.localcam.engine.reports import Reported
from custom_components.localcam.engine.wire import decode_reported, read_message
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
    """Does the work of a salvaging worker at once, over the same wire."""

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> EndedWorker:
        """See `CameraExecutor.start`."""
        assert isinstance(first, Salvage)
        pipe = io.BytesIO()
        salvage_clips(first, Outbox(pipe, "", 0))
        pipe.seek(0)
        while (message := read_message(pipe)) is not None:
            on_reported(decode_reported(message))
        on_end(0)
        return EndedWorker()
