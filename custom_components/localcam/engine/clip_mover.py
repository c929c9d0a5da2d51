"""Moves finished clips from the spool to the share, on a thread of its own: nobody else waits for the share.

What touches a clip's bytes there is a worker's process, which may hang as long as the share does.
"""

from collections.abc import Callable
import logging
from queue import Empty, SimpleQueue
import random
from threading import Event, Lock, Thread

from .backoff import Backoff
from .clip import StoredFile
from .clock import Clock
from .commands import Move
from .errors import EngineError, StorageError, StorageFullError, WorkerError
from .executor import CameraExecutor, Worker
from .folder_binding import Bound
from .reports import Copied, CopyFault, NotCopied, Report, Reported
from .safekeeping import SpoolState
from .spool import Spool
from .vault.names import clip_of

_LOGGER = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
RETRY_STEPS_S = (0.5, 1.0, 2.0, 4.0)
"""While the share is out: it is used again within seconds."""
WORK_STEPS_S = (*RETRY_STEPS_S, 8.0, 15.0)
"""After a worker that came to nothing: starting one costs a tenth of a second of a processor; and a share that is full
in a way that its free space does not show, by a limit on one user, has a whole clip written each time."""
_LEAST_S = 30.0
"""For a worker to start, and for a share that wakes up; then it is taken for one that hangs."""
_SLOWEST_BYTES_PER_S = 1 << 18
"""A file is written and read back: a share on a weak network does more than this."""
_STOPPED_S = 1.0


class ClipMover:
    """One per house."""

    def __init__(
        self, spool: Spool, executor: CameraExecutor, clock: Clock, on_saved: Callable[[list[Reported]], None]
    ) -> None:
        """`on_saved`: told which clips were finished that an earlier life had left in the share."""
        self._spool = spool
        self._executor = executor
        self._clock = clock
        self._on_saved = on_saved
        self._life: MovingLife | None = None
        self._lock = Lock()

    def follow(self) -> None:
        """The house runs, with these settings: move, where there is a spool; returns at once."""
        with self._lock:
            if self._life is None and self._spool.is_used:
                self._life = MovingLife(self._spool, self._executor, self._clock, self._on_saved)
                self._life.start()
        self.wake()

    def wake(self) -> None:
        """Something may be there to be moved, or to be cleared away."""
        if (life := self._life) is not None:
            life.wake()

    def stop(self) -> None:
        """Leave what is under way as it is: it is gone on with at the next start. Does not wait for the share."""
        with self._lock:
            life, self._life = self._life, None
        if life is not None:
            life.stop()

    def state(self) -> SpoolState | None:
        """What waits; None without a spool. Raises ArchiveError."""
        life = self._life
        return None if life is None or not self._spool.is_used else self._spool.state(life.stalled_s)


class MovingLife:
    """From one start to the next stop."""

    def __init__(
        self, spool: Spool, executor: CameraExecutor, clock: Clock, on_saved: Callable[[list[Reported]], None]
    ) -> None:
        self._spool = spool
        self._executor = executor
        self._clock = clock
        self._on_saved = on_saved
        self._looking, self._working = Backoff(random.random, RETRY_STEPS_S), Backoff(random.random, WORK_STEPS_S)
        self._backoff = self._looking
        """Of what was tried last."""
        self._woken, self._stopping = Event(), Event()
        self._thread = Thread(target=self._run, name="localcam_mover", daemon=True)
        self._worker: Worker | None = None
        self._inbox: SimpleQueue[Reported | None] = SimpleQueue()
        """What the worker says, then None; also None where nobody listens any more."""
        self._stalled_since_s: float | None = None

    @property
    def stalled_s(self) -> float:
        """For how long the share has been out, or has taken nothing."""
        since_s = self._stalled_since_s
        return 0.0 if since_s is None else self._clock.monotonic_s() - since_s

    def start(self) -> None:
        """Begin at once."""
        self._thread.start()

    def wake(self) -> None:
        """Look now, unless the share is out."""
        self._woken.set()

    def stop(self) -> None:
        """A worker that hangs dies when the share answers."""
        self._stopping.set()
        self._woken.set()
        if (worker := self._worker) is not None:
            worker.kill()
        self._inbox.put(None)
        self._thread.join(_STOPPED_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if self.moves_all():
                self._woken.wait(LOOK_EVERY_S)
            else:
                self._stopping.wait(self.rest_s())

    def rest_s(self) -> float:
        """How long to wait after a failure; once for each."""
        return self._backoff.next_s()

    def moves_all(self) -> bool:
        """Move what waits, and clear away what was deleted; whether nothing was in the way. For one thread."""
        self._backoff = self._looking
        try:
            bound, folder_uuid = self._spool.look()
            self._tidy(bound)
            while not self._stopping.is_set() and (move := self._spool.next_move(bound, folder_uuid)) is not None:
                self._backoff = self._working
                self._carry_out(bound, move)
                self._tidy(bound)
        except (StorageError, WorkerError) as err:
            self._stall(str(err))
            return False
        except EngineError as err:
            _LOGGER.debug("Clips are not moved: %s", err)  # the catalogue or the audit log, of which others tell
            return False
        self._go_on()
        return True

    def _tidy(self, bound: Bound) -> None:
        """Before each order: what was deleted during the last one goes, and there is room for the next."""
        if saved := self._spool.tidy(bound):
            self._on_saved(saved)

    def _go_on(self) -> None:
        """A clip is safe in the share, or none waits: nothing is in the way any more."""
        if self._stalled_since_s is not None:
            _LOGGER.info("Clips are moved to the storage folder again")
        self._stalled_since_s = None
        self._looking.reset()
        self._working.reset()

    def _stall(self, why: str) -> None:
        if self._stalled_since_s is None and not self._stopping.is_set():
            _LOGGER.warning("Clips wait for the storage folder: %s", why)
            self._stalled_since_s = self._clock.monotonic_s()

    def _carry_out(self, bound: Bound, move: Move) -> None:
        """Raises StorageError where the share did not take all, and WorkerError where the worker did not say so."""
        order = _Order(move)
        inbox: SimpleQueue[Reported | None] = SimpleQueue()
        self._inbox = inbox
        self._worker = worker = self._executor.start(move, inbox.put, lambda _: inbox.put(None))
        if self._stopping.is_set():
            worker.kill()
        try:
            while (reported := self._next(inbox, worker, order)) is not None:
                self._take(reported.report, order, bound)
        except BaseException as err:
            worker.kill()
            while inbox.get() is not None:
                pass  # until it has ended, it may write
            if isinstance(err, StorageFullError) and order.has_moved:
                return  # those that were moved took the room, as on each share that is kept at its floor
            raise
        finally:
            self._worker = None
        if order.left and not self._stopping.is_set():
            last_words = worker.last_words.rpartition("\n")[2]
            raise WorkerError(f"the worker that moves clips ended before it was through: {last_words or 'in silence'}")

    def _take(self, report: Report, order: _Order, bound: Bound) -> None:
        match report:
            case Copied(file=file) if order.takes(file):
                if names := order.completed_by(file):
                    self._spool.let_go(bound, order.source, names)
                    order.has_moved = True
                    self._go_on()
            case Copied(file=file) if order.gave_up(file.name):
                pass
            case NotCopied(name=name, fault=CopyFault.SOURCE, detail=detail):
                if not order.gave_up(name) and self._spool.refuse(name):
                    _LOGGER.warning("A clip stays in the spool, %s: %s", name, detail)
                order.give_up(name)
            case NotCopied(fault=CopyFault.FULL, detail=detail):
                raise StorageFullError(detail)
            case NotCopied(detail=detail):
                raise StorageError(detail)
            case _:
                raise WorkerError("the worker that moves clips speaks of something else")

    def _next(self, inbox: SimpleQueue[Reported | None], worker: Worker, order: _Order) -> Reported | None:
        """Its next report, None at its end: also of one that hangs, which nobody follows before it has let go."""
        try:
            return inbox.get(timeout=_LEAST_S + order.largest_bytes / _SLOWEST_BYTES_PER_S)
        except Empty:
            self._stall("it does not answer")
            worker.kill()
            return inbox.get()


class _Order:
    """How far a worker has come with its files."""

    def __init__(self, move: Move) -> None:
        self.source = move.spool_folder
        self._files = {file.name: file for file in move.files}
        self.left = list(self._files)
        self.largest_bytes = max(file.size_bytes for file in move.files)
        self.has_moved = False
        """A whole clip."""

    def takes(self, file: StoredFile) -> bool:
        """Whether this is one of them, with the bytes that the catalogue knows."""
        if self._files.get(file.name) != file or file.name not in self.left:
            return False
        self.left.remove(file.name)
        return True

    def give_up(self, name: str) -> None:
        """It stays, and so does all that belongs to its clip."""
        clip = clip_of(name)
        self.left = [each for each in self.left if clip_of(each) != clip]
        self._files = {each: file for each, file in self._files.items() if clip_of(each) != clip}

    def gave_up(self, name: str) -> bool:
        """Whether its clip stays."""
        return not any(clip_of(each) == clip_of(name) for each in self._files)

    def completed_by(self, file: StoredFile) -> list[str]:
        """All files of the clip, once none of them is left; else nothing."""
        clip = clip_of(file.name)
        if any(clip_of(name) == clip for name in self.left):
            return []
        return [name for name in self._files if clip_of(name) == clip]
