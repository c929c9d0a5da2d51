"""Has workers finish what a crash left: what was written from a camera's bytes is not read in this process."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
import logging
from queue import Empty, SimpleQueue

from .commands import Salvage
from .executor import CameraExecutor
from .reports import ClipClosed, Report, Reported, Salvaged

_LOGGER = logging.getLogger(__name__)

_END_S = 5.0
_LEAST_S = 60.0
"""To start a worker, and for a disk that wakes up."""
_SLOWEST_BYTES_PER_S = 1 << 20
"""A clip is read thrice and written once: a share on a weak network does more than this."""


def salvage(
    order: Salvage, executor: CameraExecutor, sizes_bytes: Mapping[str, int], *, least_s: float = _LEAST_S
) -> Iterator[Reported]:
    """What workers say of the files; raises WorkerError where none can run.

    A file at which the worker dies, or hangs for longer than `least_s` and the files' sizes explain, costs no other
    file: those that are left get a worker each. One that ends that one, too, stays as it is for the next start.
    """
    left = {*order.growing_names, *order.unlisted_names}
    for reported in _reports(order, executor, _limit_s(left, sizes_bytes, least_s)):
        left -= left if isinstance(reported.report, Salvaged) else _names(reported.report)
        yield reported
    if len(order.growing_names) + len(order.unlisted_names) == 1:
        return
    for name in sorted(left):
        alone = replace(
            order,
            growing_names=(name,) if name in order.growing_names else (),
            unlisted_names=(name,) if name in order.unlisted_names else (),
        )
        yield from _reports(alone, executor, _limit_s({name}, sizes_bytes, least_s))


def _reports(order: Salvage, executor: CameraExecutor, limit_s: float) -> Iterator[Reported]:
    """Until the worker ends, or says nothing for `limit_s`."""
    inbox: SimpleQueue[Reported | None] = SimpleQueue()
    worker = executor.start(order, on_reported=inbox.put, on_end=lambda _: inbox.put(None))
    try:
        while (reported := inbox.get(timeout=limit_s)) is not None:
            report = reported.report
            # The worker belongs to no camera; its clips do.
            yield replace(reported, camera_id=report.clip.camera_id) if isinstance(report, ClipClosed) else reported
    except Empty:
        worker.kill()
        files = len(order.growing_names) + len(order.unlisted_names)
        _LOGGER.warning("Finishing what was left of %d clips hung for %.0f s and was ended", files, limit_s)
    finally:
        worker.stop(_END_S)


def _limit_s(names: set[str], sizes_bytes: Mapping[str, int], least_s: float) -> float:
    return least_s + sum(sizes_bytes.get(name, 0) for name in names) / _SLOWEST_BYTES_PER_S


def _names(report: Report) -> set[str]:
    return {report.clip.video.name, report.part_name} if isinstance(report, ClipClosed) else set()
