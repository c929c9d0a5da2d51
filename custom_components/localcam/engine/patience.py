"""Asks a disk something from a thread of its own: a network share that hangs holds that thread, and nobody else."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

from .errors import NoAnswerError

ANSWERS_WITHIN_S = 5.0
"""A disk that wakes up takes as long."""


class Patience:
    """With one disk. From any thread."""

    def __init__(self) -> None:
        self._unanswered = 0
        """Questions that were given up, and that the disk still has."""
        self._lock = Lock()

    @property
    def is_out(self) -> bool:
        """Whether the disk hangs, as far as anybody has asked."""
        return self._unanswered > 0

    def check(self) -> None:
        """Raise NoAnswerError for a disk that hangs, without asking it."""
        if self.is_out:
            raise NoAnswerError("the storage folder does not answer; is its disk or network share there?")

    def ask[T](self, question: Callable[[], T], limit_s: float = ANSWERS_WITHIN_S) -> T:
        """What it answers or raises; NoAnswerError where it does not within the limit, or has a question already."""
        self.check()
        asked = _Question(question)
        if not asked.wait(limit_s):
            self._give_up(asked)
            self.check()
        return asked.answer()

    def let_go(self, action: Callable[[], None], limit_s: float = ANSWERS_WITHIN_S) -> None:
        """Do it as soon as the disk lets, and wait for that only as long as for an answer."""
        asked = _Question(action)
        if self.is_out or not asked.wait(limit_s):
            return
        with suppress(OSError):
            asked.answer()

    def _give_up[T](self, asked: _Question[T]) -> None:
        with self._lock:
            if asked.give_up(self._answered):
                self._unanswered += 1

    def _answered(self) -> None:
        with self._lock:
            self._unanswered -= 1


class _Question[T]:
    """On its way to the disk as soon as it is made."""

    def __init__(self, question: Callable[[], T]) -> None:
        self._question = question
        self._answers: list[T] = []
        self._failure: BaseException | None = None
        self._done = Event()
        self._lock = Lock()
        """Guards the next one, and that it is done."""
        self._on_late: Callable[[], None] | None = None
        Thread(target=self._run, name="localcam_disk", daemon=True).start()

    def wait(self, limit_s: float) -> bool:
        """Whether it was answered by then."""
        return self._done.wait(limit_s)

    def give_up(self, on_late: Callable[[], None]) -> bool:
        """Have it told when there is an answer; False where there is one by now."""
        with self._lock:
            if self._done.is_set():
                return False
            self._on_late = on_late
            return True

    def answer(self) -> T:
        """Once there is one; raises what the question raised."""
        if self._failure is not None:
            raise self._failure
        return self._answers[0]

    def _run(self) -> None:
        try:
            self._answers.append(self._question())
        except BaseException as err:  # noqa: BLE001 - raised where it was asked
            self._failure = err
        with self._lock:
            self._done.set()
            on_late = self._on_late
        if on_late is not None:
            on_late()
