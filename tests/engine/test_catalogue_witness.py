"""A catalogue that is put back to an older state is found out, and what was deleted since stays deleted (T22)."""

from collections.abc import Iterator
from pathlib import Path
import shutil
from typing import override

import pytest

from custom_components.localcam.engine.audited import AuditNote, AuditQuery, Deed, DeedOutcome
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.errors import UnknownClipError
from custom_components.localcam.engine.station import Station
from tests.engine.keys import cheap_keyring
from tests.engine.test_sealed_house import CAMERA, Home
from tests.engine.workers import FakeClock

pytestmark = pytest.mark.timeout(60)


class House(Home):
    """The same with a station, which has an audit log."""

    station: Station

    @override
    def _opened(self) -> ClipKeeper:
        self.station = Station(
            catalogue_folder=self.config,
            clock=FakeClock(),
            on_report=lambda _: None,
            executor=self.executor,
            keyring=cheap_keyring(self.keys_folder),
        )
        self.station.start(self.house)
        return self.station._keeper

    @override
    def restart(self) -> None:
        self.stop()
        self.keeper = self._opened()

    def stop(self) -> None:
        self.station.stop()

    def owner_deletes(self, clip_id: str) -> None:
        """As the action does, which logs it first."""
        self.log_deletion(clip_id, "owner")
        self.station.delete([clip_id])

    def log_deletion(self, clip_id: str, why: str) -> None:
        self.station.audit.record([AuditNote(deed=Deed.DELETE, camera_id=CAMERA, clip_id=clip_id, reason=why)])

    def copied(self, name: str) -> Path:
        """A copy of everything, made while nothing runs."""
        self.stop()
        copy = self.folder / name
        shutil.copytree(self.config, copy / "config")
        shutil.copytree(self.clips_folder, copy / "clips")
        self.restart()
        return copy

    def put_back(self, copy: Path, *, files: bool = False) -> None:
        """The catalogue alone, and perhaps the clips' files."""
        self.stop()
        shutil.copy(copy / "config" / "catalogue.db", self.config / "catalogue.db")
        if files:
            shutil.copytree(copy / "clips", self.clips_folder, dirs_exist_ok=True)
        self.restart()

    def said(self) -> list[str]:
        """What the log says of catalogues that were found in the place of this one."""
        entries = self.station.audit.entries(AuditQuery(deed=Deed.CATALOGUE))
        return [each.note.reason for each in entries if each.note.outcome is DeedOutcome.FAILED]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.stop()


def test_a_house_that_is_stopped_killed_and_started_is_not_suspected(house: House) -> None:
    for _ in range(3):
        house.owner_deletes(house.record().clip_id)
        house.record()
        house.restart()
        house.record()
        house.keeper.close()  # killed: the log is told nothing
        house.restart()
    assert house.station.deleted_again is None
    assert house.said() == []
    assert house.station.audit.verify().holds


def test_deleted_clips_do_not_come_back_with_an_older_catalogue_and_copies_of_their_files(house: House) -> None:
    kept, deleted = house.record(), house.record()
    copy = house.copied("before")
    house.owner_deletes(deleted.clip_id)
    later = house.record()

    house.put_back(copy, files=True)

    assert house.station.deleted_again == 1
    assert house.ids() == {kept.clip_id, later.clip_id}
    assert house.headers() & {kept.clip_id, deleted.clip_id, later.clip_id} == {kept.clip_id, later.clip_id}
    assert not list(house.clips_folder.rglob(f"{deleted.clip_id}*"))
    with pytest.raises(UnknownClipError):
        house.station.open_video(deleted.clip_id)
    (said,) = house.said()
    assert said.endswith("; deleted again 1")
    house.restart()
    assert house.station.deleted_again is None, "it is told once"


def test_a_catalogue_that_was_begun_anew_is_told_and_brings_nothing_back(house: House) -> None:
    kept, deleted = house.record(), house.record()
    copy = house.copied("before")
    house.owner_deletes(deleted.clip_id)
    house.stop()
    for path in house.config.glob("catalogue.db*"):
        path.unlink()
    shutil.copytree(copy / "clips", house.clips_folder, dirs_exist_ok=True)
    shutil.copytree(copy / "config" / "keys" / "clips", house.keys_folder / "clips", dirs_exist_ok=True)

    house.restart()

    assert house.station.deleted_again == 1
    assert house.ids() == {kept.clip_id}


def test_an_older_catalogue_that_was_gone_on_with_elsewhere_is_found_out_by_what_it_does_not_know(house: House) -> None:
    house.record()
    copy = house.copied("before")
    house.record()
    house.stop()
    elsewhere = House(house.folder / "elsewhere")
    elsewhere.stop()
    shutil.rmtree(elsewhere.folder)
    shutil.copytree(copy / "config", elsewhere.config)
    shutil.copytree(copy / "clips", elsewhere.clips_folder)
    elsewhere.restart()
    for _ in range(3):
        elsewhere.record()
    advanced = elsewhere.copied("advanced")
    elsewhere.stop()

    house.put_back(advanced)

    assert house.station.deleted_again == 0
    assert len(house.said()) == 1


def test_a_clip_that_was_not_deleted_in_the_end_is_not_deleted_again(house: House) -> None:
    flagged = house.record()
    copy = house.copied("before")
    # Flagged in the moment between the entry and the deletion.
    house.log_deletion(flagged.clip_id, "quota")
    house.record()
    house.put_back(copy)
    assert len(house.said()) == 1
    assert flagged.clip_id in house.ids()


def test_a_backup_that_is_restored_as_a_whole_is_not_suspected(house: House) -> None:
    clip = house.record()
    copy = house.copied("backup")
    house.owner_deletes(clip.clip_id)
    house.stop()
    shutil.rmtree(house.config)
    shutil.copytree(copy / "config", house.config)
    house.restart()
    assert house.station.deleted_again is None
    assert house.said() == []


def test_what_is_copied_while_it_runs_agrees_although_the_log_is_copied_later(house: House) -> None:
    clip = house.record()
    house.station.begin_copying()
    copy = house.folder / "running"
    shutil.copytree(house.config, copy)
    house.owner_deletes(clip.clip_id)
    shutil.copy(house.config / "audit.db", copy / "audit.db")
    shutil.copy(house.config / "audit.db-wal", copy / "audit.db-wal")
    house.station.end_copying()
    house.stop()
    shutil.rmtree(house.config)
    shutil.copytree(copy, house.config)
    house.restart()
    assert house.said() == []
