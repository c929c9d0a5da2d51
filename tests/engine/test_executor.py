"""A worker that misbehaves is ended, and whoever waits for its end always hears of it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
import os
from queue import SimpleQueue
import signal
import subprocess
import sys
import threading
from threading import Event, Thread

import pytest

from custom_components.localcam.engine.commands import EntityPicture, Watch
from custom_components.localcam.engine.errors import WorkerError
from custom_components.localcam.engine.executor import LocalExecutor, LocalWorker
from custom_components.localcam.engine.reports import Picture, Reported
from custom_components.localcam.engine.settings import CameraSettings, DemoSource
from custom_components.localcam.engine.wire import LONGEST_MESSAGE_BYTES, encode

pytestmark = pytest.mark.timeout(30)

TAKES_NOTHING = "import threading; threading.Event().wait()"
REPORTED = Reported(camera_id="hall", epoch=1, sequence=1, report=Picture(request_id=1, jpeg=b"x"))
ONE_REPORT = f"import sys; sys.stdout.buffer.write({encode(REPORTED)!r}); sys.stdout.flush(); {TAKES_NOTHING}"
NO_REPORT = f"import sys; sys.stdout.buffer.write(b'no message at all'); sys.stdout.flush(); {TAKES_NOTHING}"


class Running:
    """A process in a worker's place."""

    def __init__(self, program: str, on_reported: Callable[[Reported], None] = lambda _: None) -> None:
        self.ends: SimpleQueue[int | None] = SimpleQueue()
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.worker = LocalWorker(self.process, on_reported, self.ends.put)


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def start(*args: object) -> Running:
        running.append(Running(*args))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.wait()


def test_a_worker_that_takes_no_more_commands_is_stopped_all_the_same(run: Callable[..., Running]) -> None:
    running = run(TAKES_NOTHING)
    running.worker.start(EntityPicture(jpeg=b""))
    refused: SimpleQueue[WorkerError] = SimpleQueue()
    sending = Event()

    def send() -> None:
        sending.set()
        try:
            running.worker.send(EntityPicture(jpeg=bytes(1 << 20)))  # far more than a pipe holds
        except WorkerError as err:
            refused.put(err)

    Thread(target=send, daemon=True).start()
    sending.wait()
    running.worker.stop(0.3)

    assert running.ends.get(timeout=10) == -9
    assert refused.get(timeout=10)


def test_a_report_that_cannot_be_taken_ends_the_worker_and_not_only_its_reader(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def fail(_: Reported) -> None:
        raise RuntimeError("the event loop is closed")

    running = run(ONE_REPORT, fail)
    running.worker.start(EntityPicture(jpeg=b""))

    assert running.ends.get(timeout=10) == -9


def test_what_is_no_message_ends_the_worker(run: Callable[..., Running]) -> None:
    running = run(NO_REPORT)
    running.worker.start(EntityPicture(jpeg=b""))

    assert running.ends.get(timeout=10) == -9


def test_a_worker_that_cannot_be_told_what_to_do_does_not_stay(run: Callable[..., Running]) -> None:
    running = run(TAKES_NOTHING)

    with pytest.raises(WorkerError, match="too long"):
        running.worker.start(EntityPicture(jpeg=bytes(LONGEST_MESSAGE_BYTES)))
    assert running.ends.get(timeout=10) == -9


def test_the_end_of_what_a_worker_said_is_known_once_it_is_gone(run: Callable[..., Running]) -> None:
    """However much it says: it never waits for somebody to read it."""
    says_much = (
        "import os; os.read(0, 1); os.write(2, b'beginning' + b'x' * (1 << 20)); os.write(2, b' and end \\xff\\n'); os._exit(3)"
    )
    running = run(says_much)
    running.worker.start(EntityPicture(jpeg=b""))

    assert running.ends.get(timeout=10) == 3
    words = running.worker.last_words
    assert words.endswith("x and end \ufffd")
    assert len(words) <= 8192


def test_a_worker_that_says_nothing_has_no_last_words(run: Callable[..., Running]) -> None:
    running = run("import os; os.read(0, 1); raise SystemExit(0)")
    running.worker.start(EntityPicture(jpeg=b""))

    assert running.ends.get(timeout=10) == 0
    assert running.worker.last_words == ""


def test_of_a_worker_that_is_gone_at_once_the_end_is_heard_all_the_same(run: Callable[..., Running]) -> None:
    """Whenever that is: before it took its first command, or while those who listen to it begin."""
    for _ in range(20):
        running = run("")
        running.process.wait()
        with suppress(WorkerError):
            running.worker.start(EntityPicture(jpeg=b""))
        assert running.ends.get(timeout=10) == 0


def test_a_worker_that_nobody_can_listen_to_does_not_stay(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = run(TAKES_NOTHING)

    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch, pytest.raises(WorkerError, match="no thread left"):
        patch.setattr(Thread, "start", refuse)
        running.worker.start(EntityPicture(jpeg=b""))
    assert running.process.wait(10) == -9


def test_a_real_worker_that_crashes_in_native_code_tells_where_it_was() -> None:
    ends: SimpleQueue[int | None] = SimpleQueue()
    first = Watch(
        settings=CameraSettings(camera_id="hall", name="Hall", source=DemoSource()),
        epoch=1,
        storage_folder="/nowhere",
        may_record=False,
    )
    started = Event()
    worker = LocalExecutor().start(first, on_reported=lambda _: started.set(), on_end=ends.put)
    assert isinstance(worker, LocalWorker)
    assert started.wait(20)
    os.kill(worker.pid, signal.SIGSEGV)

    assert ends.get(timeout=10) == -signal.SIGSEGV
    assert "Segmentation fault" in worker.last_words
    assert "worker_watch.py" in worker.last_words
