"""Finishing what a crash left ends, whatever the files do to the workers that read them."""

from collections.abc import Callable
import logging

import pytest

from custom_components.localcam.engine.commands import Command, Salvage
from custom_components.localcam.engine.reports import ClipClosed, Reported, Salvaged
from custom_components.localcam.engine.salvaging import salvage
from tests.engine.test_wire import CLIP

ORDER = Salvage(storage_folder="/clips", growing_names=("a.part", "hangs.part", "b.part"), unlisted_names=())


class Worker:
    """Finishes the files in turn, and hangs at one of them."""

    def __init__(self, order: Salvage, on_reported: Callable[[Reported], None], on_end: Callable[[int], None]) -> None:
        self.names = order.growing_names
        self.killed = self.stopped = False
        for number, name in enumerate(self.names, start=1):
            if name.startswith("hangs"):
                return
            closed = ClipClosed(clip=CLIP, part_name=name)
            on_reported(Reported(camera_id="", epoch=0, sequence=number, report=closed))
        done = Salvaged(unusable_names=())
        on_reported(Reported(camera_id="", epoch=0, sequence=9, report=done))
        on_end(0)

    def kill(self) -> None:
        self.killed = True

    def stop(self, timeout_s: float) -> None:
        self.stopped = True


class Executor:
    def __init__(self) -> None:
        self.workers: list[Worker] = []

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> Worker:
        assert isinstance(first, Salvage)
        self.workers.append(Worker(first, on_reported, on_end))
        return self.workers[-1]


def finished(executor: Executor, sizes_bytes: dict[str, int]) -> list[str]:
    reports = [each.report for each in salvage(ORDER, executor, sizes_bytes, least_s=0.05)]  # type: ignore[arg-type]
    return [report.part_name for report in reports if isinstance(report, ClipClosed)]


def test_a_file_at_which_a_worker_hangs_costs_no_other_and_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    executor = Executor()
    with caplog.at_level(logging.WARNING):
        assert finished(executor, {}) == ["a.part", "b.part"]
    assert [worker.names for worker in executor.workers] == [ORDER.growing_names, ("b.part",), ("hangs.part",)]
    assert [worker.killed for worker in executor.workers] == [True, False, True]
    assert all(worker.stopped for worker in executor.workers)
    assert [record.message.partition(" hung")[0] for record in caplog.records] == [
        "Finishing what was left of 3 clips",
        "Finishing what was left of 1 clips",
    ]


def test_large_files_may_take_longer() -> None:
    """Half a megabyte more is half a second more; nobody is kept waiting for long here."""
    executor = Executor()
    finished(executor, {"hangs.part": 1 << 19})
    # It is waited for twice: once among the others, once alone.
    assert [worker.killed for worker in executor.workers] == [True, False, True]
