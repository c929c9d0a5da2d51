"""A house whose clips are sealed: keys come before clips, a locked house goes on recording, and deleted is deleted."""

from collections.abc import Callable, Iterator
from dataclasses import replace
import json
from pathlib import Path
import shutil
import sqlite3
from typing import Any, override

import pytest

from custom_components.localcam.engine import clip_recovery
from custom_components.localcam.engine.archive.recovery import RecoveryPlan, plan
from custom_components.localcam.engine.catalogued import ClipQuery
from custom_components.localcam.engine.clip import Clip
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.commands import ClipKey, Command, Salvage
from custom_components.localcam.engine.errors import (
    KeyringError,
    LockedError,
    StorageError,
    TamperedError,
    UnknownClipError,
)
from custom_components.localcam.engine.record.clip_finish import finish
from custom_components.localcam.engine.reports import ClipClosed, Report, Reported
from custom_components.localcam.engine.safekeeping import SealedKey
from custom_components.localcam.engine.settings import HouseSettings
from custom_components.localcam.engine.vault.key_headers import KeyHeaders
from custom_components.localcam.engine.vault.keyring import Keyring
from custom_components.localcam.engine.vault.vault import Vault
from custom_components.localcam.engine.worker_keys import WorkerKeys
from custom_components.localcam.engine.worker_outbox import Outbox
from custom_components.localcam.engine.worker_salvage import salvage_clips
from tests.engine.keys import NoKeys, cheap_keyring
from tests.engine.packets import Camera, film
from tests.engine.record.growing import JPEG, grow
from tests.engine.test_clip_keeper import SalvagingExecutor, _reported
from tests.engine.workers import FakeClock

CAMERA = "camera-1"
PASSPHRASE = "correct horse battery"
FOOTAGE = film(Camera(width_px=64, height_px=48), 2)
FOOTAGE_S = 2.0


class RealSalvage(SalvagingExecutor):
    """What a worker would do, in this process."""

    @override
    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> RealSalvage:
        assert isinstance(first, Salvage)
        self.orders.append(first)
        salvage_clips(first, _Said(on_reported))
        on_end(0)
        return self


class _Said(Outbox):
    def __init__(self, on_reported: Callable[[Reported], None]) -> None:
        self._on_reported = on_reported

    @override
    def report(self, report: Report) -> None:
        self._on_reported(_reported(report))


class Home:
    """A keeper on real files, and the worker of one camera as far as it seals."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clips_folder = folder / "media" / "localcam"
        self.config = folder / "config" / "localcam"
        self.keys_folder = self.config / "keys"
        self.house = HouseSettings(storage_folder=str(self.clips_folder), free_floor_share=0, free_floor_bytes=0)
        self.executor = RealSalvage()
        self.keeper = self._opened()

    def restart(self) -> None:
        """As after Home Assistant's start."""
        self.keeper.close()
        self.keeper = self._opened()

    def _opened(self) -> ClipKeeper:
        keeper = ClipKeeper(self.config, FakeClock(), self.executor, cheap_keyring(self.keys_folder))
        keeper.open(self.house)
        return keeper

    @property
    def keyring(self) -> Keyring:
        return self.keeper.keyring

    def worker(self) -> tuple[WorkerKeys, Vault]:
        keys = WorkerKeys(self.keeper.issue_keys(CAMERA, 0), lambda _: None)
        return keys, Vault(self.clips_folder, keys)

    def record(self) -> Clip:
        """A clip, recorded, finished and entered."""
        keys, vault = self.worker()
        growing = grow(vault, FOOTAGE, keys.next_clip_id())
        clip = finish(vault, growing, JPEG)
        closed = ClipClosed(clip=clip, part_name=growing.name)
        assert self.keeper.keep(_reported(closed, CAMERA), closed)
        return clip

    def grown(self) -> str:
        """The id of a clip whose worker was killed while it grew."""
        keys, vault = self.worker()
        clip_id = keys.next_clip_id()
        grow(vault, FOOTAGE, clip_id)
        return clip_id

    def recover(self) -> list[Reported]:
        self.keeper.withdraw_keys(CAMERA)
        return self.keeper.recover(CAMERA)

    def ids(self) -> set[str]:
        return {entry.clip.clip_id for entry in self.keeper.archive.clips(ClipQuery())}

    def headers(self) -> set[str]:
        return set(KeyHeaders(self.keys_folder).clip_ids(CAMERA))

    def read(self, clip: Clip) -> bytes:
        reader = self.keeper.open_video(clip.clip_id)
        data = reader.read_at(0, reader.size_bytes)
        reader.close()
        return data


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.keeper.close()


# Keys before clips


def test_a_clips_key_is_kept_before_its_worker_has_it_and_goes_into_the_catalogue_with_it(home: Home) -> None:
    keys = home.keeper.issue_keys(CAMERA, 0)
    assert home.headers() == {key.clip_id for key in keys}
    assert len(home.headers()) == 4
    assert len(home.keeper.issue_keys(CAMERA, 3)) == 1

    clip = home.record()
    sealed = home.keeper.archive.sealed_key(clip.clip_id)
    assert sealed == KeyHeaders(home.keys_folder).read(CAMERA, clip.clip_id)
    assert home.read(clip)[4:8] == b"ftyp"
    for path in home.folder.rglob("*"):
        assert path.is_dir() or (b"ftyp" not in path.read_bytes() and JPEG not in path.read_bytes())


def test_keys_that_no_clip_came_of_are_destroyed_and_no_other(home: Home) -> None:
    clip = home.record()
    growing = home.grown()
    for _ in range(3):
        home.keeper.issue_keys(CAMERA, 0)
    assert len(home.headers()) >= 12
    assert {clip.clip_id, growing} <= home.headers()
    home.recover()
    assert home.headers() == {clip.clip_id, growing} == home.ids()


def test_of_what_a_worker_may_still_use_nothing_is_destroyed(home: Home) -> None:
    handed = [key.clip_id for _ in range(6) for key in home.keeper.issue_keys(CAMERA, 2)]
    assert set(handed[-8:]) <= home.headers()
    assert not set(handed[:1]) & home.headers()


def test_what_a_dead_worker_left_is_finished_while_its_successor_records(home: Home) -> None:
    left = home.grown()
    home.keeper.withdraw_keys(CAMERA)
    issued = home.keeper.issue_keys(CAMERA, 0)
    keys = WorkerKeys(issued, lambda _: None)
    vault = Vault(home.clips_folder, keys)
    growing = grow(vault, FOOTAGE, keys.next_clip_id())

    saved = home.keeper.recover(CAMERA)

    assert [each.report.clip.clip_id for each in saved if isinstance(each.report, ClipClosed)] == [left]
    assert vault.exists(growing.name)
    clip = finish(vault, growing, JPEG)
    closed = ClipClosed(clip=clip, part_name=growing.name)
    assert home.keeper.keep(_reported(closed, CAMERA), closed)
    # Nor are the keys destroyed that it has not used yet.
    assert home.headers() == {left, *(key.clip_id for key in issued)}
    assert home.read(clip)


def test_a_worker_that_dies_while_its_predecessor_is_tidied_up_after_loses_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.grown()
    home.keeper.withdraw_keys(CAMERA)
    keys, vault = home.worker()
    second = keys.next_clip_id()

    def grow_and_die(**found: Any) -> RecoveryPlan:
        # After the folder was listed, and before it is decided which keys nobody will use.
        grow(vault, FOOTAGE, second)
        home.keeper.withdraw_keys(CAMERA)
        return plan(**found)

    monkeypatch.setattr(clip_recovery, "plan", grow_and_die)
    home.keeper.recover(CAMERA)
    monkeypatch.undo()

    assert second in home.headers()
    home.recover()
    assert second in home.ids()


def test_without_the_folder_of_a_growing_clip_its_key_is_kept(home: Home) -> None:
    growing = home.grown()
    elsewhere = home.folder / "media" / "elsewhere"
    home.house = replace(home.house, storage_folder=str(elsewhere), older_folders=(str(home.clips_folder),))
    home.clips_folder.rename(home.folder / "away")
    home.keeper.change(home.house)
    home.recover()
    assert growing in home.headers()
    (home.folder / "away").rename(home.clips_folder)
    home.recover()
    assert home.ids() == {growing}


def test_clips_and_keys_never_lie_in_one_tree(home: Home) -> None:
    (home.folder / "link").symlink_to(home.config)
    for folder in (home.config, home.keys_folder, home.keys_folder / "clips", home.folder, home.folder / "link"):
        house = replace(home.house, storage_folder=str(folder))
        with pytest.raises(StorageError, match="keys"):
            home.keeper.change(house)
    assert home.keeper.storage_folder == home.house.storage_folder


# A locked house


def test_a_locked_house_records_shows_nothing_and_finishes_what_a_crash_left_when_it_is_unlocked(home: Home) -> None:
    before = home.record()
    home.keyring.keep_locked(PASSPHRASE)
    growing = home.grown()
    home.restart()

    clip = home.record()
    assert home.ids() == {before.clip_id, clip.clip_id}
    for shown in (before, clip):
        with pytest.raises(LockedError):
            home.keeper.open_video(shown.clip_id)
        with pytest.raises(LockedError):
            home.keeper.open_thumbnail(shown.clip_id)
    assert home.keeper.waiting == 1
    crashed = home.grown()
    home.recover()
    assert home.keeper.waiting == 2

    home.keyring.unlock(PASSPHRASE)
    saved = home.keeper.recover_locked()
    assert len(saved) == 2
    assert home.keeper.waiting == 0
    assert home.ids() == {before.clip_id, clip.clip_id, growing, crashed}
    assert home.read(clip)[4:8] == b"ftyp"


def test_a_clip_can_be_deleted_while_the_house_is_locked(home: Home) -> None:
    clip = home.record()
    home.keyring.keep_locked(PASSPHRASE)
    home.restart()
    home.keeper.delete([clip.clip_id])
    assert home.headers() & {clip.clip_id} == set()


# Deleting


def test_the_receipt_says_what_was_destroyed(home: Home) -> None:
    clip, other = home.record(), home.record()
    receipt = home.keeper.delete([clip.clip_id])
    (destroyed,) = receipt.clips
    assert (destroyed.clip_id, destroyed.camera_id) == (clip.clip_id, CAMERA)
    assert destroyed.files == (clip.video, clip.thumbnail)
    assert destroyed.key_digest is not None
    assert (receipt.why, receipt.journal_emptied) == ("owner", True)
    assert receipt.deleted_utc_s == FakeClock().utc_s()
    assert home.headers() & {clip.clip_id, other.clip_id} == {other.clip_id}
    with pytest.raises(UnknownClipError):
        home.keeper.delete([clip.clip_id])


def test_a_deleted_clip_cannot_be_opened_from_a_copy_of_before_with_all_that_is_left(home: Home) -> None:
    clips = [home.record() for _ in range(3)]
    sealed = [home.keeper.archive.sealed_key(clip.clip_id) for clip in clips]
    copy = home.folder / "copy"
    shutil.copytree(home.clips_folder, copy)

    home.keeper.delete([clip.clip_id for clip in clips[:2]])

    left = b"".join(path.read_bytes() for path in home.folder.rglob("*") if path.is_file())
    for key in sealed[:2]:
        assert key is not None
        assert key.sealed not in left
        assert key.sealed.hex().encode() not in left
    # The control: of the clip that stays, both are there, and open it.
    kept = sealed[2]
    assert isinstance(kept, SealedKey)
    assert kept.sealed in left
    assert kept.sealed.hex().encode() in left
    opened = home.keyring.unseal(kept, clips[2].clip_id, CAMERA)
    keys = WorkerKeys((ClipKey(clip_id=clips[2].clip_id, key=opened),), lambda _: None)
    keys.next_clip_id()
    Vault(copy, keys).open(clips[2].video.name).close()


def test_a_catalogue_that_is_read_by_another_program_loses_the_key_as_soon_as_it_can(home: Home) -> None:
    clip = home.record()
    sealed = home.keeper.archive.sealed_key(clip.clip_id)
    assert sealed is not None
    journal = home.config / "catalogue.db-wal"
    reader = sqlite3.connect(home.config / "catalogue.db", autocommit=True)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM clips").fetchall()

    receipt = home.keeper.delete([clip.clip_id])

    assert not receipt.journal_emptied
    reader.execute("COMMIT")
    reader.close()
    home.keeper.enforce_bounds()
    assert journal.read_bytes() == b""
    assert sealed.sealed not in (home.config / "catalogue.db").read_bytes()


def test_a_deletion_that_was_cut_before_its_keys_went_is_completed_at_the_next_start(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = home.record()
    monkeypatch.setattr(KeyHeaders, "erase", _cut)
    with pytest.raises(StorageError):
        home.keeper.delete([clip.clip_id])
    monkeypatch.undo()
    assert clip.clip_id in home.headers()
    assert (home.clips_folder / clip.video.name).exists()

    home.restart()

    assert home.headers() == home.ids() == set()
    assert not (home.clips_folder / clip.video.name).exists()


def test_nothing_brings_a_deleted_clip_back(home: Home) -> None:
    clip = home.record()
    copy = home.folder / "copy"
    shutil.copytree(home.clips_folder, copy)
    home.keeper.delete([clip.clip_id])
    shutil.copytree(copy, home.clips_folder, dirs_exist_ok=True)
    # With its catalogue, it is known to be deleted; without one, there is no key to it.
    home.restart()
    assert home.ids() == set()
    shutil.copytree(copy, home.clips_folder, dirs_exist_ok=True)
    home.keeper.close()
    for path in home.config.glob("catalogue.db*"):
        path.unlink()
    home.restart()
    assert home.ids() == set()


# What was lost


def test_a_catalogue_that_is_lost_is_built_anew_from_clips_and_headers(home: Home) -> None:
    clips = [home.record() for _ in range(2)]
    home.keeper.close()
    for path in home.config.glob("catalogue.db*"):
        path.unlink()
    home.restart()
    assert home.ids() == {clip.clip_id for clip in clips}
    assert home.read(clips[0])[4:8] == b"ftyp"
    assert home.keeper.archive.sealed_key(clips[0].clip_id) is not None


def test_a_lost_header_costs_nothing_while_the_catalogue_is_there_and_the_other_way_round(home: Home) -> None:
    clip = home.record()
    shutil.rmtree(home.keys_folder / "clips")
    home.restart()
    assert home.read(clip)[4:8] == b"ftyp"


def test_without_the_houses_key_nothing_starts_and_nothing_is_made_anew(home: Home) -> None:
    home.record()
    home.keeper.close()
    kept = (home.keys_folder / "house.json").read_bytes()
    (home.keys_folder / "house.json").unlink()
    with pytest.raises(KeyringError, match="gone"):
        home.restart()
    assert not (home.keys_folder / "house.json").exists()
    (home.keys_folder / "house.json").write_bytes(kept)
    home.restart()
    assert len(home.ids()) == 1


def test_a_copy_before_an_upgrade_holds_no_keys(home: Home) -> None:
    home.record()
    home.keeper.close()
    catalogue = home.config / "catalogue.db"
    with sqlite3.connect(catalogue) as old:
        version = old.execute("PRAGMA user_version").fetchone()[0]
        (key,) = old.execute("SELECT sealed_key FROM clip_keys").fetchone()
    old.close()
    from custom_components.localcam.engine.archive.database import Database
    from custom_components.localcam.engine.archive.migrations import STEPS

    later = Database(catalogue, steps=(*STEPS, lambda connection: None))
    later.open()
    later.close()
    copy = home.config / "catalogue.db.before-upgrade"
    assert key not in copy.read_bytes()
    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT count(*) FROM clips").fetchone() == (1,)
    kept.close()
    with sqlite3.connect(catalogue) as back:
        back.execute(f"PRAGMA user_version = {version}")
    back.close()


# Clips of before


def test_clips_of_before_are_shown_as_they_are_until_they_are_deleted(home: Home) -> None:
    clip = home.record()
    plain = home.read(clip)
    (home.clips_folder / clip.video.name).write_bytes(plain)
    with sqlite3.connect(home.config / "catalogue.db") as catalogue:
        catalogue.execute("DELETE FROM clip_keys")
    catalogue.close()
    shutil.rmtree(home.keys_folder / "clips")
    assert home.read(clip) == plain
    receipt = home.keeper.delete([clip.clip_id])
    assert receipt.clips[0].key_digest is None


def test_what_an_earlier_version_left_unfinished_becomes_a_sealed_clip_and_what_it_finished_stays(home: Home) -> None:
    done, unfinished = home.record(), home.grown()
    plain_clip = home.read(done)
    name = done.video.name.replace(done.clip_id, unfinished) + ".grow.part"
    keys = home.keeper._desk
    with Vault(home.clips_folder, keys).open(name) as source:
        plain_growing = source.read_at(0, source.size_bytes)
    home.keeper.close()
    for path in home.config.rglob("*"):
        if path.is_file() and path.name != "house.json":
            path.unlink()
    (home.clips_folder / done.video.name).write_bytes(plain_clip)
    (home.clips_folder / name).write_bytes(plain_growing)

    home.restart()

    assert home.ids() == {done.clip_id, unfinished}
    assert home.headers() == {unfinished}
    assert home.read(done) == plain_clip
    salvaged = home.keeper.archive.clip(unfinished).clip
    assert salvaged.duration_s == pytest.approx(FOOTAGE_S, abs=0.2)
    assert home.read(salvaged)[4:8] == b"ftyp"
    with pytest.raises(TamperedError):
        Vault(home.clips_folder, NoKeys()).open(salvaged.video.name)
    assert not (home.clips_folder / name).exists()


def _cut(*_: object) -> None:
    raise StorageError("the power failed")


def test_the_file_of_the_house_key_says_what_it_is(home: Home) -> None:
    written = json.loads((home.keys_folder / "house.json").read_text())
    assert written.keys() == {"localcam", "public", "private", "by_passphrase", "by_code"}
