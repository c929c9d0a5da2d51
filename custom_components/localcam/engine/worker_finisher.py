"""The worker's thread that turns growing files into finished clips, so that slow disks do not stop the camera."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread

from .errors import ClipFormatError, StorageError
from .record.clip_finish import finish
from .record.clip_store import ClipStore
from .record.growing_clip import GrowingClip
from .record.writing import failure
from .reports import RecordingFailed, RecordingFault
from .worker_inbox import ClipFinished, Inbox

_RETRY_S = 10.0
"""Before what the disk refused is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOrder:
    """A growing file that has all its packets."""

    growing: GrowingClip
    draw_thumbnail: Callable[[], bytes] = bytes
    """The JPEG of the strongest moment, drawn on the finisher's thread; empty where no picture was kept."""
    draw_explanation: Callable[[], bytes] = bytes
    """The same with what moved in it; empty where nothing did, or it is not known any more."""


class Finisher:
    """Takes orders in turn; what came of each goes into the inbox.

    What the disk refused is tried again until it is there: it takes room that no bound counts.
    """

    def __init__(self, store: ClipStore, inbox: Inbox, *, retry_s: float = _RETRY_S) -> None:
        self._store = store
        self._inbox = inbox
        self._retry_s = retry_s
        self._refused: list[FinishOrder] = []
        """By the disk; known to the finisher's thread only."""
        self._orders: SimpleQueue[FinishOrder | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="finisher", daemon=True)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def order(self, order: FinishOrder) -> None:
        """Have a clip finished."""
        self._orders.put(order)

    def close(self, timeout_s: float) -> None:
        """Wait until all orders are done; what takes longer is salvaged at the next start."""
        self._orders.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=self._retry_s if self._refused else None)
            except Empty:
                self._try_refused()
                continue
            if order is None:
                return
            finished = self._finished(order)
            self._inbox.put(finished)
            if finished.clip is not None:
                self._try_refused()
            elif _may_pass(finished):
                self._refused.append(_without_picture(order))

    def _try_refused(self) -> None:
        """Each once, until the disk is found full; a refusal was told the first time."""
        for order in self._refused.copy():
            finished = self._finished(order)
            if finished.failure is None:
                self._inbox.put(finished)
            elif finished.failure.fault is RecordingFault.DISK_FULL:
                return
            elif _may_pass(finished):
                continue
            self._refused.remove(order)

    def _finished(self, order: FinishOrder) -> ClipFinished:
        growing = order.growing
        clip, failed = None, None
        try:
            clip = finish(self._store, growing, order.draw_thumbnail(), order.draw_explanation())
        except (StorageError, ClipFormatError) as err:
            # The growing file stays: there is nothing else of this clip.
            failed = failure(err)
        except Exception as err:  # noqa: BLE001 - what nobody foresaw must not cost the clips after this one
            failed = RecordingFailed(fault=RecordingFault.UNRECORDABLE, detail=type(err).__name__)
        return ClipFinished(clip=clip, part_name=growing.name, request_id=growing.request_id, failure=failed)


def _without_picture(order: FinishOrder) -> FinishOrder:
    """The decoded picture is not held for so long: of it, only what cannot be had from the file later is drawn."""
    explanation_jpeg = order.draw_explanation()
    return replace(order, draw_thumbnail=bytes, draw_explanation=lambda: explanation_jpeg)


def _may_pass(finished: ClipFinished) -> bool:
    """Whether it was the disk that refused; what is wrong with the file itself is so for good."""
    return finished.failure is not None and finished.failure.fault is not RecordingFault.UNRECORDABLE
