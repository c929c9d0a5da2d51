"""One camera's worker, as the station sees it: kept running, asked, listened to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from math import inf
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Protocol

from .aftercare import Aftercare
from .backoff import Backoff
from .clock import Clock
from .commands import (
    AllowRecording,
    Calibrate,
    ChangeSettings,
    ClipKey,
    Command,
    KeepLast,
    NewKeys,
    RecordNow,
    WantPicture,
    Watch,
)
from .errors import EngineError, WorkerError
from .executor import CameraExecutor, Worker
from .redaction import without_credentials
from .reports import (
    Answer,
    ClipClosed,
    KeysLow,
    Picture,
    RecordingFailed,
    RecordingFault,
    Report,
    Reported,
    SourceBack,
    WorkerEnded,
)
from .settings import AddressRules, AddressSource, CameraSettings

_STOP_S = 8.0
"""For a worker to close its clip."""
_HEARTBEAT_S = 8.5
"""A worker whose health was not heard of for this long hangs."""
_DIES_WITHIN_S = 3.0
"""Once it is killed."""
_WATCH_S = 1.0
_GOOD_RUN_S = 60.0
"""A worker that lived this long was no part of a crash loop."""
_ANSWER_S = 5.0
_KEPT_S = 20.0
"""From the order to keep the last seconds to the finished clip."""


class Home(Protocol):
    """What a post needs of the station."""

    @property
    def storage_folder(self) -> str:
        """Where clips go now; empty for nowhere, while that hangs."""

    @property
    def may_record(self) -> bool:
        """Whether there is room for clips."""

    @property
    def address_rules(self) -> AddressRules:
        """What this house adds to the rules on cameras' addresses."""

    def next_epoch(self, camera_id: str) -> int:
        """A number greater than that of each earlier life of the camera's worker."""

    def issue_keys(self, camera_id: str, left: int) -> tuple[ClipKey, ...]:
        """Keys of clips to come, for a worker that has so many left; raises EngineError."""

    def keep(self, reported: Reported, closed: ClipClosed) -> bool:
        """Enter a finished clip in the catalogue; False where it must not be announced."""

    def withdraw_keys(self, camera_id: str) -> None:
        """The worker is gone: it uses none of its keys any more."""

    def tidy(self, camera_id: str) -> None:
        """Finish what a worker left whose keys were withdrawn; another one may run."""


class CameraPost:
    """Methods block and may be called from any thread but the event loop's."""

    def __init__(
        self,
        settings: CameraSettings,
        executor: CameraExecutor,
        home: Home,
        on_report: Callable[[Reported], None],
        clock: Clock,
        backoff: Backoff,
    ) -> None:
        self._settings = settings
        self._executor = executor
        self._home = home
        self._on_report = on_report
        self._clock = clock
        self._backoff = backoff
        self._stop = Event()
        self._given_up = Event()
        """The worker was stopped: it is gone, or never will be."""
        self._worker: Worker | None = None
        self._heard_at_s = inf
        """When the worker was heard last; `inf` while what it said is being taken in."""
        self._epoch = 0
        self._requests = count(1)
        self._waiting: dict[int, SimpleQueue[Report]] = {}
        self._lock = Lock()
        """Guards `_waiting` and `_worker`; nothing is called while it is held."""
        self._aftercare = Aftercare(f"localcam_tidy_{settings.camera_id}", self._tidy)
        self._supervisor = Thread(target=self._supervise, name=f"localcam_{settings.camera_id}", daemon=True)

    @property
    def settings(self) -> CameraSettings:
        """As they are now."""
        return self._settings

    def start(self) -> None:
        """Start the worker, and again whenever it ends before it should."""
        self._supervisor.start()

    def stop(self) -> None:
        """Let the worker close its clip and end; returns when it is gone."""
        self._stop.set()
        with self._lock:
            worker = self._worker
        if worker is not None:
            worker.stop(_STOP_S)
        self._given_up.set()
        self._supervisor.join()
        self._aftercare.close()

    def change(self, settings: CameraSettings) -> None:
        """New settings for record and detect; a worker that is not running gets them when it starts."""
        self._settings = settings
        self.tell(ChangeSettings(settings=settings))

    def allow_recording(self, allowed: bool) -> None:
        """Tell the worker whether there is room for clips."""
        self.tell(AllowRecording(allowed=allowed))

    def tell(self, command: Command) -> None:
        """Give a command that needs no answer; to a worker that is gone it is not given."""
        with suppress(WorkerError):  # the supervisor knows already
            self._send(command)

    def picture(self) -> bytes:
        """The last picture as JPEG, empty where there is none."""
        try:
            with self._asking() as (request_id, answers):
                self._send(WantPicture(request_id=request_id))
                report = _next_of(answers, _ANSWER_S)
        except WorkerError:
            return b""
        return report.jpeg if isinstance(report, Picture) else b""

    def record_now(self, duration_s: float) -> None:
        """Begin a clip of that length, pre-roll not counted; raises WorkerError with the problem's key."""
        with self._asking() as (request_id, answers):
            self._send(RecordNow(request_id=request_id, duration_s=duration_s))
            _raise_problem(_next_of(answers, _ANSWER_S))

    def keep_last(self, seconds: float) -> str:
        """The id of the clip that holds the last seconds; raises WorkerError with the problem's key."""
        with self._asking() as (request_id, answers):
            self._send(KeepLast(request_id=request_id, seconds=seconds))
            _raise_problem(_next_of(answers, _ANSWER_S))
            closed = _next_of(answers, _KEPT_S)
            _raise_problem(closed)
        if not isinstance(closed, ClipClosed):
            raise WorkerError("nothing_kept")
        return closed.clip.clip_id

    def calibrate(self, seconds: float) -> None:
        """Begin to learn the empty room; `Calibrated` follows. Raises WorkerError with the problem's key."""
        with self._asking() as (request_id, answers):
            self._send(Calibrate(request_id=request_id, seconds=seconds))
            _raise_problem(_next_of(answers, _ANSWER_S))

    @contextmanager
    def _asking(self) -> Iterator[tuple[int, SimpleQueue[Report]]]:
        """A request's number, and where the reports that answer it arrive."""
        request_id = next(self._requests)
        answers: SimpleQueue[Report] = SimpleQueue()
        with self._lock:
            self._waiting[request_id] = answers
        try:
            yield request_id, answers
        finally:
            with self._lock:
                self._waiting.pop(request_id, None)

    def _send(self, command: Command) -> None:
        with self._lock:
            worker = self._worker
        if worker is None:
            raise WorkerError("offline")
        worker.send(command)

    def _supervise(self) -> None:
        while not self._stop.is_set():
            ended: SimpleQueue[int | None] = SimpleQueue()
            began_at_s = self._clock.monotonic_s()
            exit_code, last_words = None, ""
            try:
                worker = self._run_worker(ended)
                exit_code = self._await_end(ended)
                last_words = self._redacted(worker.last_words)
            except EngineError:  # no process, or no number for its life: the next attempt may have more luck
                pass
            with self._lock:
                self._worker = None
                waiting = dict(self._waiting)
            for request_id, answers in waiting.items():
                answers.put(Answer(request_id=request_id, problem="offline"))
            if self._clock.monotonic_s() - began_at_s > _GOOD_RUN_S:
                self._backoff.reset()
            expected = self._stop.is_set()
            self._report(WorkerEnded(exit_code=exit_code, expected=expected, last_words=last_words))
            if not expected:
                self._home.withdraw_keys(self._settings.camera_id)
                self._aftercare.due()
                self._stop.wait(self._backoff.next_s())

    def _tidy(self) -> None:
        self._home.tidy(self._settings.camera_id)

    def _redacted(self, words: str) -> str:
        source = self._settings.source
        secrets = (source.username, source.password) if isinstance(source, AddressSource) else ()
        return without_credentials(words, secrets)

    def _run_worker(self, ended: SimpleQueue[int | None]) -> Worker:
        self._epoch = self._home.next_epoch(self._settings.camera_id)
        self._heard_at_s = self._clock.monotonic_s()
        folder = self._home.storage_folder
        first = Watch(
            settings=self._settings,
            epoch=self._epoch,
            storage_folder=folder,
            may_record=bool(folder) and self._home.may_record,
            keys=self._issued(0),
            address_rules=self._home.address_rules,
        )
        worker = self._executor.start(first, on_reported=self._hear, on_end=ended.put)
        with self._lock:
            self._worker = worker
        if self._stop.is_set():  # stopped while it started: whoever stops it may not have seen it
            worker.stop(_STOP_S)
        # What changed while it started could not be told.
        if self._settings != first.settings:
            self.tell(ChangeSettings(settings=self._settings))
        if self._home.may_record is not first.may_record:
            self.allow_recording(self._home.may_record)
        return worker

    def _await_end(self, ended: SimpleQueue[int | None]) -> int | None:
        silent, killed_at_s = False, inf
        while True:
            try:
                return ended.get(timeout=_WATCH_S)
            except Empty:
                now_s = self._clock.monotonic_s()
                # A process that waits for a share that hangs may not even die before that answers.
                if now_s - killed_at_s > _DIES_WITHIN_S or self._given_up.is_set():
                    return None
                was_silent, silent = silent, now_s - self._heard_at_s > _HEARTBEAT_S
                with self._lock:
                    worker = self._worker
                # Twice: where everything stood still, what the worker says now is not read yet.
                if silent and was_silent and worker is not None and not self._stop.is_set():
                    worker.kill()
                    killed_at_s = min(killed_at_s, now_s)

    def _hear(self, reported: Reported) -> None:
        """On the worker's own thread: keep what must be kept, then pass it on."""
        if reported.epoch != self._epoch:
            return  # of one that was given up; what it left is finished, as after a crash
        # A disk that is slow to keep a clip must not be mistaken for a worker that is silent.
        self._heard_at_s = inf
        try:
            self._take_in(reported)
        finally:
            self._heard_at_s = self._clock.monotonic_s()

    def _take_in(self, reported: Reported) -> None:
        report = reported.report
        match report:
            case ClipClosed(request_id=request_id):
                if not self._home.keep(reported, report):
                    if request_id is not None:
                        self._answer(request_id, Answer(request_id=request_id, problem="disk_error"))
                    return
                self._answer(request_id, report)
            case KeysLow(left=left):
                if keys := self._issued(left):
                    self.tell(NewKeys(keys=keys))
                return
            case Answer(request_id=request_id) | Picture(request_id=request_id):
                self._answer(request_id, report)
                return
            case SourceBack():
                self._aftercare.go()
            case _:
                pass
        self._on_report(reported)

    def _issued(self, left: int) -> tuple[ClipKey, ...]:
        """For the worker; none where none can be kept now: it asks again when it needs one."""
        try:
            return self._home.issue_keys(self._settings.camera_id, left)
        except EngineError as err:
            self._report(RecordingFailed(fault=RecordingFault.DISK_ERROR, detail=str(err)))
            return ()

    def _answer(self, request_id: int | None, report: Report) -> None:
        with self._lock:
            waiting = self._waiting.get(request_id) if request_id is not None else None
        if waiting is not None:
            waiting.put(report)

    def _report(self, report: Report) -> None:
        self._on_report(Reported(camera_id=self._settings.camera_id, epoch=self._epoch, sequence=0, report=report))


def _next_of(answers: SimpleQueue[Report], timeout_s: float) -> Report:
    try:
        return answers.get(timeout=timeout_s)
    except Empty:
        raise WorkerError("offline") from None


def _raise_problem(report: Report) -> None:
    if isinstance(report, Answer) and report.problem:
        raise WorkerError(report.problem)
