"""Cuts the power of a simulated disk under a house that records, and proves itself on three houses built wrongly."""

from collections.abc import Callable
import os
from pathlib import Path
import random
import stat
import tempfile

from custom_components.localcam.engine.clock import SystemClock
from tests.engine.packets import Camera, Footage, film
from tests.faults.faulty_disk import FaultyDisk, faulty_disk
from tests.faults.forked import lines_of
from tests.faults.house_life import HouseLife, Place
from tests.faults.journal import Journal, Line
from tests.faults.ledger import Ledger
from tests.faults.looked_at import look_at
from tests.faults.migration_cuts import cut_migrations
from tests.faults.outcome import Outcome

_CUTS = (60, 1_000)
_BY_CHANCE = 0.5
"""How likely an unsynced page or name survives, where not all are lost."""
_LONGEST_LIFE_S = 0.5
_CUTS_TO_CATCH = 40
"""A house built wrongly must have been caught by then."""


def _no_file_sync(_: HouseLife) -> None:
    """Clips are renamed before their bytes are on the disk."""
    _sync_only(stat.S_ISDIR)


def _no_folder_sync(_: HouseLife) -> None:
    """Clips are announced before their names are on the disk."""
    _sync_only(stat.S_ISREG)


def _sync_only(kind: Callable[[int], bool]) -> None:
    real = os.fsync

    def fsync(fd: int) -> None:
        if kind(os.fstat(fd).st_mode):
            real(fd)

    os.fsync = fsync  # type: ignore[assignment]  # the house passes numbers


def _catalogue_not_synced(life: HouseLife) -> None:
    """Clips are announced before their rows are on the disk."""
    with life.database.reading() as connection:
        # Not NORMAL: deleting empties the journal, and with that NORMAL would have the catalogue synced now and then.
        connection.execute("PRAGMA synchronous = OFF")


WRONG: dict[str, Callable[[HouseLife], None]] = {
    "without syncing files": _no_file_sync,
    "without syncing folders": _no_folder_sync,
    "with a catalogue that is not synced": _catalogue_not_synced,
}


def run(long: bool) -> Outcome:
    """Short: 60 cuts, half of them strict; long: 1,000. And each sync of an upgrade of the catalogue, strict and not.

    And three houses built wrongly, each until it is caught.
    """
    with tempfile.TemporaryDirectory() as folder, faulty_disk(Path(folder)) as disk:
        violated: list[str] = []
        tried: dict[str, int] = {}
        for name, survives in (("strict", 0.0), ("by_chance", _BY_CHANCE)):
            house = House(disk, name)
            violated += [text for number in range(_CUTS[long] // 2) for text in house.cut(number, survives)]
            tried |= {f"{name}_cuts": _CUTS[long] // 2} | {f"{name}_{what}": n for what, n in house.counts.items()}
        cuts, broken = cut_migrations(disk)
        violated += broken
        tried["cuts while upgrading the catalogue"] = cuts
        caught = {name: caught_after(disk, name) for name in WRONG}
    violated += [f"a house built {name} was not caught" for name, cuts in caught.items() if cuts is None]
    tried |= {f"cuts {name}": cuts or _CUTS_TO_CATCH for name, cuts in caught.items()}
    return Outcome(tried=tried, violated=tuple(violated))


def caught_after(disk: FaultyDisk, wrong: str) -> int | None:
    """After how many strict cuts a house built wrongly broke a promise; None for not at all."""
    house = House(disk, wrong.replace(" ", "_"), WRONG[wrong])
    for number in range(_CUTS_TO_CATCH):
        if house.cut(number, 0.0):
            return number + 1
    return None


class House:
    """One on the simulated disk, life after life."""

    def __init__(
        self, disk: FaultyDisk, name: str, build_wrongly: Callable[[HouseLife], None] = lambda _: None
    ) -> None:
        self._disk = disk
        self._place = Place(storage=disk.folder / name / "clips", catalogue=disk.folder / name / "catalogue")
        self._build_wrongly = build_wrongly
        self._footage = film(Camera(frames_per_s=10, keyframe_interval_s=1.0), 6)
        self._ledger = Ledger()

    @property
    def counts(self) -> dict[str, int]:
        """Of each doing of the house so far."""
        return self._ledger.counts

    def cut(self, number: int, survives: float) -> list[str]:
        """Let it live for a moment, cut the power, and say which promises it broke."""
        violated = []
        lifetime_s = random.Random(number).uniform(0.05, _LONGEST_LIFE_S)
        for line in lines_of(_record(self._place, self._footage, number, self._build_wrongly), kill_after_s=lifetime_s):
            self._ledger.note(line)
            if line.doing == "failed":
                violated.append(f"cut {number}: {line.text}")
        self._disk.cut_power(survives=survives, seed=number)
        found = look_at(self._place, self._footage)
        return [*violated, *(f"cut {number}: {text}" for text in self._ledger.settle(found, lost_at_most_s=None))]


def _record(
    place: Place, footage: Footage, seed: int, build_wrongly: Callable[[HouseLife], None]
) -> Callable[[Journal], None]:
    def live(journal: Journal) -> None:
        life = HouseLife(place, footage, SystemClock(), seed)
        life.open()
        build_wrongly(life)
        journal.say(Line(doing="opened"))
        life.record(journal)

    return live
