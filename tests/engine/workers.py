"""A small world of workers: they run nowhere, take what they are told, and say what a test lets them say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Condition, Event

from custom_components.localcam.engine.commands import Command, Watch
from custom_components.localcam.engine.errors import WorkerError
from custom_components.localcam.engine.reports import Report, Reported

BUSY_S = 10.0
"""How late anything may be on a machine that does other things at the same time."""


@dataclass
class FakeClock:
    """Time stands still until a test moves it."""

    now_s: float = 1000.0
    epoch_utc_s: float = 1_800_000_000.0
    was_read: Event = field(default_factory=Event)

    def monotonic_s(self) -> float:
        self.was_read.set()
        return self.now_s

    def utc_s(self) -> float:
        return self.epoch_utc_s + self.now_s


@dataclass
class FakeWorker:
    """One life of one worker."""

    first: Command
    on_reported: Callable[[Reported], None]
    on_end: Callable[[int | None], None]
    commands: list[Command] = field(default_factory=list)
    told: SimpleQueue[Command] = field(default_factory=SimpleQueue)
    """The same, for who waits for them."""
    gone: bool = False
    answer: Callable[[Command], Report | None] = lambda _: None
    """What it reports at once when it is told something."""
    sequence: int = 0
    last_words: str = ""

    def send(self, command: Command) -> None:
        if self.gone:
            raise WorkerError("the worker is gone")
        self.commands.append(command)
        self.told.put(command)
        report = self.answer(command)
        if report is not None:
            self.say(report)

    def stop(self, timeout_s: float) -> None:
        self.end(0)

    def kill(self) -> None:
        self.end(-9)

    def say(self, report: Report) -> None:
        assert isinstance(self.first, Watch)
        self.sequence += 1
        self.on_reported(
            Reported(
                camera_id=self.first.settings.camera_id,
                epoch=self.first.epoch,
                sequence=self.sequence,
                report=report,
            )
        )

    def end(self, exit_code: int | None) -> None:
        if not self.gone:
            self.gone = True
            self.on_end(exit_code)


class FakeExecutor:
    """Starts workers of that kind and remembers them."""

    def __init__(self) -> None:
        self.workers: list[FakeWorker] = []
        self.while_starting: Callable[[], None] = lambda: None
        self._started = Condition()

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> FakeWorker:
        self.while_starting()
        worker = FakeWorker(first, on_reported, on_end)
        with self._started:
            self.workers.append(worker)
            self._started.notify_all()
        return worker

    def await_worker(self, number: int) -> FakeWorker:
        """The worker of that number, from 0, once it was started."""
        with self._started:
            assert self._started.wait_for(lambda: len(self.workers) > number, timeout=10)
            return self.workers[number]
