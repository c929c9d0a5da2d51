"""Processes forked from this one, which has everything loaded: a life costs some milliseconds, not half a second."""

from collections.abc import Callable, Iterator
from contextlib import suppress
import os
import signal
from threading import Timer

from tests.faults.journal import Journal, Line, PipeJournal, read_lines


def lines_of(live: Callable[[Journal], None], *, kill_after_s: float | None = None) -> Iterator[Line]:
    """What a forked process says until it ends by itself, or is killed after so many seconds; it is gone then.

    One that ends with an error says so in a last line.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _live_and_die(live, PipeJournal(writing))
    os.close(writing)
    timer = Timer(kill_after_s, os.kill, (pid, signal.SIGKILL)) if kill_after_s is not None else None
    if timer:
        timer.start()
    try:
        yield from read_lines(reading)
    finally:
        if timer:
            timer.cancel()
            timer.join()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _live_and_die(live: Callable[[Journal], None], journal: Journal) -> None:
    """In the child: nothing of the parent's ending, its handlers and open files, may run."""
    code = 1
    try:
        live(journal)
        code = 0
    except BaseException as err:  # noqa: BLE001 - whatever it was, the reader must hear of it
        with suppress(OSError):
            journal.say(Line(doing="failed", text=f"{type(err).__name__}: {err}"[:500]))
    finally:
        os._exit(code)
