"""Where workers run: one process per camera on this machine, behind a seam by which it could be another."""

from collections.abc import Callable
import json
import os
from pathlib import Path
import subprocess
import sys
from threading import Lock, Thread
from typing import Protocol

from .commands import Command
from .errors import EngineError, WireError, WorkerError
from .reports import Reported
from .wire import decode_reported, encode, read_message

_BOOTSTRAP = """
import json, sys, types
paths, root = json.loads(sys.argv[1])
sys.path[:] = paths
for name, folder in (("custom_components", root), ("custom_components.localcam", root + "/localcam")):
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
from custom_components.localcam.engine.lean_modules import stand_in
stand_in()
from custom_components.localcam.engine.camera_worker import main
main()
"""
"""Registers empty parents, so that the worker runs under its true name without loading Home Assistant."""

_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
"""Small memory: no thread pools of linear algebra, one heap. Nothing of Home Assistant's environment is inherited
(it may hold its tokens) but the names below."""
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


_LAST_WORDS_BYTES = 8192
_ENDING_S = 1.0
"""For a worker that has closed its pipe, or lost its reader, to end by itself."""
_KILLED_S = 5.0
"""For one that was killed, and for what it said before to be taken in."""


class Worker(Protocol):
    """One running worker."""

    def send(self, command: Command) -> None:
        """Give it a command; raises WorkerError if it is gone."""

    def stop(self, timeout_s: float) -> None:
        """End it: it may close its clip within the timeout, then it is killed.

        Returns when it is gone, or a moment after it was killed, where the system does not let it go: a disk that hangs
        has it.
        """

    def kill(self) -> None:
        """End it at once, as a crash would; its end is reported."""

    @property
    def last_words(self) -> str:
        """The end of what it wrote to its standard error, once its end was reported; may hold credentials."""


class CameraExecutor(Protocol):
    """Starts workers. All methods block and belong on threads that are not the event loop's."""

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> Worker:
        """Start a worker and give it its first command; raises WorkerError.

        `on_reported` and then, once, `on_end` with the exit code are called from a thread of the worker's own.
        """


class LocalExecutor:
    """One process per camera on this machine."""

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> Worker:
        """See `CameraExecutor.start`."""
        root = Path(__file__).parents[2]
        try:
            process = subprocess.Popen(
                # Without docstrings (-OO), which nobody reads there: it saves 2 MB for each camera. Without what an
                # installation adds to each start (-S): it is told where everything is.
                [sys.executable, "-I", "-S", "-OO", "-c", _BOOTSTRAP, json.dumps([sys.path, str(root)])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_ENVIRONMENT | {name: os.environ[name] for name in _INHERITED if name in os.environ},
                # Ctrl-C at a terminal must reach Home Assistant only: it ends its workers in order.
                start_new_session=True,
            )
        except OSError as err:
            raise WorkerError(f"a worker could not be started: {err.strerror}") from err
        worker = LocalWorker(process, on_reported, on_end)
        worker.start(first)
        return worker


class LocalWorker:
    """A worker process, its pipe and the thread that reads it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        on_reported: Callable[[Reported], None],
        on_end: Callable[[int | None], None],
    ) -> None:
        self._process = process
        self._on_reported = on_reported
        self._on_end = on_end
        self._sending = Lock()
        self._reader = Thread(target=self._read, name=f"localcam_worker_{process.pid}", daemon=True)
        self._last_words = b""
        self._listener = Thread(target=self._listen, name=f"localcam_words_{process.pid}", daemon=True)

    @property
    def pid(self) -> int:
        """The process's id: for measurements and for fault tests."""
        return self._process.pid

    def start(self, first: Command) -> None:
        """Begin reading, then give the first command; a worker that does not take it is ended."""
        try:
            # First: a reader whose worker is gone at once waits for what it said.
            self._listener.start()
            self._reader.start()
            self.send(first)
        except EngineError:
            self._process.kill()
            raise
        except RuntimeError as err:
            self._process.kill()
            raise WorkerError("there is no thread left to listen to a worker") from err

    def send(self, command: Command) -> None:
        """See `Worker.send`."""
        assert self._process.stdin is not None
        try:
            data = encode(command)
            with self._sending:
                self._process.stdin.write(data)
                self._process.stdin.flush()
        except WireError as err:
            raise WorkerError(str(err)) from err
        except (OSError, ValueError) as err:
            raise WorkerError("the worker is gone") from err

    def stop(self, timeout_s: float) -> None:
        """See `Worker.stop`: a worker ends when its pipe does."""
        try:
            if not self._close_pipe(timeout_s):
                self._process.kill()
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reader.join(_KILLED_S)

    def kill(self) -> None:
        """See `Worker.kill`."""
        self._process.kill()

    @property
    def last_words(self) -> str:
        """See `Worker.last_words`."""
        return self._last_words.decode("utf-8", "replace").strip()

    def _close_pipe(self, timeout_s: float = -1) -> bool:
        """False where somebody has been sending for that long: to a worker that no longer takes anything."""
        assert self._process.stdin is not None
        if not self._sending.acquire(timeout=timeout_s):
            return False
        try:
            self._process.stdin.close()
        except OSError:
            pass  # the worker was faster
        finally:
            self._sending.release()
        return True

    def _listen(self) -> None:
        """Take all that comes, so that the worker never waits for it, and keep the end."""
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            while data := os.read(stream.fileno(), 1 << 16):
                self._last_words = (self._last_words + data)[-_LAST_WORDS_BYTES:]

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            with self._process.stdout as stream:
                while (data := read_message(stream)) is not None:
                    self._on_reported(decode_reported(data))
        except WireError:
            pass  # a worker that does not speak our language is broken or hostile; its end is reported as any crash
        finally:
            # Whatever happened, whoever waits for the worker's end must hear of it.
            self._end()

    def _end(self) -> None:
        """Nobody listens to the worker any more: it goes, if it has not gone by itself."""
        try:
            exit_code = self._process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            exit_code = self._process.wait()
        self._close_pipe()
        # A child of the worker's that lives on may hold the pipe open: nobody waits for it.
        self._listener.join(_ENDING_S)
        self._on_end(exit_code)
