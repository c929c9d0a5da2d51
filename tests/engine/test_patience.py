"""A disk that hangs holds one thread, and is asked again once it has answered."""

from collections.abc import Callable
from threading import Event, active_count

import pytest

from custom_components.localcam.engine.errors import NoAnswerError, StorageError
from custom_components.localcam.engine.patience import Patience

AT_ONCE_S = 0.05


class HangingDisk:
    """Answers nothing until it is released."""

    def __init__(self) -> None:
        self.answers = Event()
        self.asked = 0

    def ask(self) -> int:
        self.asked += 1
        self.answers.wait(30)
        return self.asked


def until(true: Callable[[], bool]) -> bool:
    return any(true() or Event().wait(0.01) for _ in range(500))


def test_what_is_answered_is_given_and_what_is_raised_is_raised() -> None:
    patience = Patience()
    assert patience.ask(lambda: 7) == 7

    def fail() -> None:
        raise StorageError("its disk is full")

    with pytest.raises(StorageError, match="its disk is full"):
        patience.ask(fail)
    assert not patience.is_out


def test_a_disk_that_hangs_is_asked_once_until_it_answers() -> None:
    patience, disk = Patience(), HangingDisk()
    with pytest.raises(NoAnswerError):
        patience.ask(disk.ask, AT_ONCE_S)
    threads = active_count()
    for _ in range(100):
        with pytest.raises(NoAnswerError):
            patience.ask(disk.ask)
    assert (disk.asked, active_count()) == (1, threads)
    disk.answers.set()
    assert until(lambda: not patience.is_out)
    assert patience.ask(disk.ask) == 2


def test_letting_go_happens_whenever_it_can_and_is_waited_for_by_nobody() -> None:
    patience, disk, done = Patience(), HangingDisk(), Event()
    with pytest.raises(NoAnswerError):
        patience.ask(disk.ask, AT_ONCE_S)

    def let_go() -> None:
        disk.answers.wait(30)
        done.set()

    patience.let_go(let_go)
    assert not done.is_set()
    disk.answers.set()
    assert done.wait(30)
