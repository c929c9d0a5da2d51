"""The worker's thread that turns growing files into finished clips, so that slow disks do not stop the camera."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread

from .errors import ClipFormatError, StorageError
from .record.clip_finish import finish
from .record.clip_store import ClipStore
from .record.growing_clip import GrowingClip
from .worker_inbox import ClipFinished, Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOrder:
    """A growing file that has all its packets."""

    growing: GrowingClip
    draw_thumbnail: Callable[[], bytes]
    """The JPEG of the strongest moment, drawn on the finisher's thread; empty where no picture was kept."""


class Finisher:
    """Takes orders in turn; what came of each goes into the inbox."""

    def __init__(self, store: ClipStore, inbox: Inbox) -> None:
        self._store = store
        self._inbox = inbox
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
        while (order := self._orders.get()) is not None:
            self._inbox.put(self._finished(order))

    def _finished(self, order: FinishOrder) -> ClipFinished:
        growing = order.growing
        try:
            clip = finish(self._store, growing, order.draw_thumbnail())
        except (StorageError, ClipFormatError) as err:
            problem = str(err)
        except Exception as err:  # noqa: BLE001 - what nobody foresaw must not cost the clips after this one
            problem = type(err).__name__
        else:
            return ClipFinished(clip=clip, part_name=growing.name, request_id=growing.request_id)
        # The growing file stays: there is nothing else of this clip.
        return ClipFinished(clip=None, part_name=growing.name, request_id=growing.request_id, problem=problem)
