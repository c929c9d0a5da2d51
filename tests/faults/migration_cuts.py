"""Cuts the power while a new LocalCam upgrades a catalogue, at each sync in turn: it is the old one or the new one."""

from collections.abc import Callable
from pathlib import Path
import sqlite3

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.migrations import latest_version, migrate
from custom_components.localcam.engine.catalogued import Verdict
from custom_components.localcam.engine.durable_folders import make_folders, sync_folder
from custom_components.localcam.engine.errors import EngineError
from tests.engine.archive.sample_clips import ulid
from tests.engine.archive.test_migrations import OLDEST, write_as_version_1
from tests.faults.faulty_disk import FaultyDisk
from tests.faults.forked import lines_of
from tests.faults.journal import Journal, Line

_BY_CHANCE = 0.5


def cut_migrations(disk: FaultyDisk) -> tuple[int, list[str]]:
    """How many cuts, and what they broke: every sync, once with all and once with half of the unsynced lost."""
    path = _old_catalogue(disk.folder / "upgrade-uncut")
    disk.counts()
    violated = [line.text for line in lines_of(_upgrade(path)) if line.doing != "opened"]
    syncs = disk.counts()["fsync"]
    for survives in (0.0, _BY_CHANCE):
        for number in range(1, syncs + 1):
            path = _old_catalogue(disk.folder / f"upgrade-{survives}-{number}")
            disk.fail_from("fsync", number)
            said = [line.doing for line in lines_of(_upgrade(path))]
            disk.cut_power(survives=survives, seed=number)
            found = [line.text for line in lines_of(_look_at(path)) if line.text]
            if said == ["opened"]:
                found.append("the power was cut after the upgrade only")
            violated += [f"upgrade cut at sync {number}, {survives:g} survive: {text}" for text in found]
    return 2 * syncs, violated


def _old_catalogue(folder: Path) -> Path:
    """As the first released LocalCam left it, safe on the disk."""
    make_folders(folder)
    path = folder / "catalogue.db"
    connection = sqlite3.connect(path, autocommit=True)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    migrate(connection, steps=(), schema=OLDEST)
    write_as_version_1(connection)
    connection.close()
    sync_folder(folder)
    return path


def _upgrade(path: Path) -> Callable[[Journal], None]:
    def live(journal: Journal) -> None:
        try:
            Database(path).open()
        except EngineError as err:
            journal.say(Line(doing="refused", text=str(err)))
        else:
            journal.say(Line(doing="opened"))

    return live


def _look_at(path: Path) -> Callable[[Journal], None]:
    """Say what is wrong with it after the cut, before and after the upgrade that the next start completes."""

    def live(journal: Journal) -> None:
        connection = sqlite3.connect(path, autocommit=True)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in {1, latest_version()}:
            journal.say(Line(doing="found", text=f"it has version {version}"))
        connection.close()
        database = Database(path)
        database.open()
        archive = Archive(database)
        said = [verdict.verdict for verdict in archive.verdicts(ulid(1))]
        if archive.clip(ulid(1)).clip.clip_id != ulid(1) or said != [Verdict.REAL] or not archive.is_deleted(ulid(3)):
            journal.say(Line(doing="found", text="not all rows are there"))
        database.close()

    return live
