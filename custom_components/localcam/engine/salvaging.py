"""Has workers finish what a crash left: what was written from a camera's bytes is not read in this process."""

from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue

from .executor import CameraExecutor
from .messages import ClipClosed, Report, Reported, Salvage, Salvaged

_END_S = 5.0


def salvage(order: Salvage, executor: CameraExecutor) -> Iterator[Reported]:
    """What workers say of the files; raises WorkerError where none can run.

    A file at which the worker dies costs no other file: those that are left get a worker each.
    """
    left = {*order.growing_names, *order.unlisted_names}
    for reported in _reports(order, executor):
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
        yield from _reports(alone, executor)


def _reports(order: Salvage, executor: CameraExecutor) -> Iterator[Reported]:
    inbox: SimpleQueue[Reported | None] = SimpleQueue()
    worker = executor.start(order, on_reported=inbox.put, on_end=lambda _: inbox.put(None))
    try:
        while (reported := inbox.get()) is not None:
            report = reported.report
            # The worker belongs to no camera; its clips do.
            yield replace(reported, camera_id=report.clip.camera_id) if isinstance(report, ClipClosed) else reported
    finally:
        worker.stop(_END_S)


def _names(report: Report) -> set[str]:
    return {report.clip.video.name, report.part_name} if isinstance(report, ClipClosed) else set()
