"""Refuses the nth call of a house to its disk, for every n: nothing earlier may be lost, nothing falsely announced."""

from collections.abc import Callable
import errno
from pathlib import Path
import tempfile

from custom_components.localcam.engine.clock import SystemClock
from tests.engine.packets import Camera, Footage, film
from tests.faults.faulty_disk import FaultyDisk, faulty_disk
from tests.faults.forked import lines_of
from tests.faults.house_life import HouseLife, Place
from tests.faults.journal import Journal
from tests.faults.ledger import Ledger
from tests.faults.looked_at import look_at
from tests.faults.outcome import Outcome

CALLS = ("write", "fsync", "rename", "create")
ERRORS = (errno.EIO, errno.ENOSPC)
_HIGHEST = 200
_TRIED = (16, _HIGHEST)
"""At most so many of each kind, evenly spread; each n is another place in the code."""
_CLIPS = 3


def run(long: bool) -> Outcome:
    """Short: sixteen of the first 200 calls of each kind; long: all of them. SQLite's calls are among them."""
    tried: dict[str, int] = {}
    violated: list[str] = []
    refused = 0
    with tempfile.TemporaryDirectory() as folder, faulty_disk(Path(folder)) as disk:
        for call in CALLS:
            for error in ERRORS:
                house = RefusedHouse(disk, call, error)
                calls = min(house.calls_of_a_life(), _HIGHEST)
                numbers = range(1, calls + 1, -(-calls // _TRIED[long]))
                violated += [text for number in numbers for text in house.refuse(number)]
                tried[f"{call}_{errno.errorcode[error]}"] = len(numbers)
                refused += house.ledger.counts.get("refused", 0)
    if not refused:
        violated.append("no call was refused: nothing was tried")
    return Outcome(tried=tried, violated=tuple(violated), figures={"told_to_the_owner": refused})


class RefusedHouse:
    """One whose disk refuses calls of one kind with one error."""

    def __init__(self, disk: FaultyDisk, call: str, error: int) -> None:
        self._disk, self._call, self._error = disk, call, error
        home = disk.folder / f"{call}_{error}"
        self._place = Place(storage=home / "clips", catalogue=home / "catalogue")
        self._footage: Footage = film(Camera(frames_per_s=10, keyframe_interval_s=1.0), 3)
        self.ledger = Ledger()

    def calls_of_a_life(self) -> int:
        """How often the call is made while nothing is refused."""
        self._disk.counts()
        self._live(0)
        return self._disk.counts()[self._call]

    def refuse(self, number: int) -> list[str]:
        """Live with this call refused, once, then see what is left when the disk is well again."""
        self._disk.refuse(self._call, number, self._error)
        violated = self._live(number)
        self._disk.counts()
        where = f"{self._call} {number} {errno.errorcode[self._error]}"
        found = look_at(self._place, self._footage)
        return [f"{where}: {text}" for text in (*violated, *self.ledger.settle(found, lost_at_most_s=None))]

    def _live(self, seed: int) -> list[str]:
        unforeseen = []
        for line in lines_of(_live_with_refusals(self._place, self._footage, seed)):
            self.ledger.note(line)
            if line.doing == "failed":
                unforeseen.append(line.text)
        return unforeseen


def _live_with_refusals(place: Place, footage: Footage, seed: int) -> Callable[[Journal], None]:
    def live(journal: Journal) -> None:
        HouseLife(place, footage, SystemClock(), seed).live_with_refusals(journal, _CLIPS)

    return live
