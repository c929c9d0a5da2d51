"""Kills recorders: a house's writer, catalogue and recovery by the thousand, then workers of a running station."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import random
import tempfile

from custom_components.localcam.engine.clock import SystemClock
from tests.engine.packets import Camera, Footage, film
from tests.faults.forked import lines_of
from tests.faults.house_life import HouseLife, Place
from tests.faults.journal import Journal, Line
from tests.faults.ledger import Ledger
from tests.faults.looked_at import look_at
from tests.faults.outcome import Outcome
from tests.faults.whole_house import kill as kill_house
from tests.faults.worker_kills import kill_workers

_WRITER_KILLS = (500, 10_000)
_WORKER_KILLS = (20, 500)
_LONGEST_LIFE_S = 0.12
"""About two clips: kills fall on every step of saving and of recovery."""


def run(long: bool) -> Outcome:
    """Short: 500 writers and 20 workers; long: 10,000 and 500. Then the house itself, while it records."""
    with tempfile.TemporaryDirectory() as folder:
        violated, ledger = kill_writers(Path(folder), _WRITER_KILLS[long], seed=1)
    # Only now, and not beside what forks: threads and forks do not go together.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as beside:
        house = beside.submit(kill_house, Path(folder))
        workers = kill_workers(_WORKER_KILLS[long])
        lost, figures = house.result()
    return Outcome(
        tried={"writer_kills": _WRITER_KILLS[long], **{f"writer_{key}": n for key, n in ledger.counts.items()}}
        | workers.tried
        | {"house_kills": 1},
        violated=(*violated, *workers.violated, *lost),
        figures=workers.figures | figures,
    )


def kill_writers(folder: Path, kills: int, seed: int) -> tuple[list[str], Ledger]:
    """Kill, recover and look at everything, so many times; returns what was violated."""
    footage = film(Camera(frames_per_s=10, keyframe_interval_s=1.0), 6)
    place = Place(storage=folder / "clips", catalogue=folder / "catalogue")
    ledger = Ledger()
    violated: list[str] = []
    moments = random.Random(seed)
    for number in range(kills):
        for line in lines_of(_record(place, footage, number), kill_after_s=moments.uniform(0, _LONGEST_LIFE_S)):
            ledger.note(line)
            if line.doing == "failed":
                violated.append(f"life {number}: {line.text}")
        found = look_at(place, footage)
        violated += [f"life {number}: {text}" for text in ledger.settle(found)]
    return violated, ledger


def _record(place: Place, footage: Footage, number: int) -> Callable[[Journal], None]:
    def live(journal: Journal) -> None:
        life = HouseLife(place, footage, SystemClock(), seed=number)
        life.open()
        journal.say(Line(doing="opened"))
        life.record(journal)

    return live
