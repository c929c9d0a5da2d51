"""The catalogue's file: safe when it says so, one writer at a time, and an error that says what to do."""

from pathlib import Path
import signal
import sqlite3
import subprocess
import sys
from threading import Thread

import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.migrations import latest_version
from custom_components.localcam.engine.errors import ArchiveError, UnknownClipError
from tests.engine.archive.sample_clips import clip, ulid


def pragma(database: Database, name: str) -> object:
    with database.reading() as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_it_is_opened_for_safety(database: Database) -> None:
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "secure_delete") == 1
    assert pragma(database, "busy_timeout") == 5000
    assert pragma(database, "user_version") == latest_version()


def test_only_its_owner_may_read_it(database: Database) -> None:
    Archive(database).next_epoch("hall")
    modes = {path.name: path.stat().st_mode & 0o777 for path in database.path.parent.iterdir()}
    assert modes == {"catalogue.db": 0o600, "catalogue.db-wal": 0o600, "catalogue.db-shm": 0o600}


def test_closing_leaves_one_file_and_may_be_repeated(database: Database) -> None:
    Archive(database).add_clip(clip(1), epoch=1, sequence=1)
    database.close()
    database.close()
    assert [path.name for path in database.path.parent.iterdir()] == ["catalogue.db"]
    with pytest.raises(ArchiveError, match="closed"):
        Archive(database).count()
    database.open()
    assert Archive(database).clip(ulid(1)).clip == clip(1)


def test_opening_twice_is_refused(database: Database) -> None:
    with pytest.raises(ArchiveError, match="open already"):
        database.open()
    assert Archive(database).count() == 0


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    def fails() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO reports VALUES ('hall', 1, 1)")
            raise UnknownClipError("stop")

    with pytest.raises(UnknownClipError):
        fails()
    assert Archive(database).last_report("hall") is None
    with database.transaction() as connection:
        connection.execute("INSERT INTO reports VALUES ('hall', 1, 1)")
    assert Archive(database).last_report("hall") == (1, 1)


def test_what_was_deleted_is_overwritten_in_the_file(database: Database) -> None:
    secret = "a-name-that-stands-nowhere-else"
    with database.transaction() as connection:
        connection.execute("INSERT INTO garbage VALUES (?, 1.0)", (secret,))
    Archive(database).drop_garbage([secret])
    database.close()
    assert secret.encode() not in database.path.read_bytes()


def enter_until_full(archive: Archive) -> int:
    for number in range(1000):
        try:
            archive.add_clip(clip(number), epoch=1, sequence=number)
        except ArchiveError:
            return number
    raise AssertionError("it was never full")


def test_a_full_disk_is_told_and_passes(database: Database) -> None:
    archive = Archive(database)
    with database.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    entered = enter_until_full(archive)
    with pytest.raises(ArchiveError, match=r"its disk is full\. Free some space there\."):
        archive.add_clip(clip(entered), epoch=1, sequence=entered)
    # What was entered is readable, and recording goes on once there is room.
    assert archive.count() == entered
    with database.reading() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
    assert archive.add_clip(clip(entered), epoch=1, sequence=entered)


@pytest.mark.parametrize("offset", [0, 4096 * 3 + 8])
def test_a_damaged_file_is_told_with_what_to_do_and_left_as_it_is(database: Database, offset: int) -> None:
    for number in range(50):
        Archive(database).add_clip(clip(number), epoch=1, sequence=number)
    database.close()
    with database.path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xaa" * 4096 * 4)
    damaged = database.path.read_bytes()
    with pytest.raises(ArchiveError, match=r"damaged.*Restore it from a backup"):
        database.open()
    assert database.path.read_bytes() == damaged


def test_damage_that_only_a_check_can_see_is_told(database: Database) -> None:
    database.close()
    with sqlite3.connect(database.path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("INSERT INTO reports VALUES ('hall', -5, 0)")
    connection.close()
    with pytest.raises(ArchiveError, match=r"damaged.*CHECK constraint failed in reports"):
        database.open()


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("not a folder")
    with pytest.raises(ArchiveError, match="occupied"):
        Database(tmp_path / "occupied" / "catalogue.db").open()
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(ArchiveError, match=r"folder\.db"):
        Database(tmp_path / "folder.db").open()


def test_a_newer_catalogue_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE clips (clip_id)")
        connection.execute("PRAGMA user_version = 12")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="newer LocalCam"):
        Database(path).open()
    assert path.read_bytes() == before


def test_many_threads_write_one_after_the_other(database: Database) -> None:
    archive = Archive(database)

    def enter(worker: int) -> None:
        for number in range(20):
            archive.add_clip(clip(worker * 100 + number), epoch=1, sequence=number)
            archive.used_bytes()

    threads = [Thread(target=enter, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert archive.count() == 80


KILLED = """
import sys, types
root = sys.argv[1]
for name in ("custom_components", "custom_components.localcam"):
    module = types.ModuleType(name)
    module.__path__ = [f"{root}/{name.replace('.', '/')}"]
    sys.modules[name] = module
sys.path.insert(0, root)
from pathlib import Path
from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from tests.engine.archive.sample_clips import clip
database = Database(Path(sys.argv[2]))
database.open()
archive = Archive(database)
for number in range(100000):
    archive.add_clip(clip(number), epoch=1, sequence=number)
    print(number, flush=True)
"""


def test_what_was_entered_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(root), str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        acknowledged = [int(next(process.stdout)) for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    database = Database(path)
    database.open()
    archive = Archive(database)
    for number in acknowledged:
        assert archive.clip(ulid(number)).clip == clip(number)
    assert archive.count() in {len(acknowledged), len(acknowledged) + 1}
    database.close()
