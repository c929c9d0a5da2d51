"""Catalogue and folders as one: what is entered is there, what is deleted is gone, and the bounds hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
import os
from pathlib import Path

import pytest

from custom_components.localcam.engine.catalogued import ClipQuery, ClipVerdict, Verdict
from custom_components.localcam.engine.clip import Clip, StoredFile
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.commands import ClipKey, Command, Salvage
from custom_components.localcam.engine.errors import AuditError, StorageError, UnknownClipError
from custom_components.localcam.engine.reports import ClipClosed, Report, Reported, Salvaged
from custom_components.localcam.engine.settings import HouseSettings
from tests.engine.keys import cheap_keyring, keep_key, key_of_clip, vault_in
from tests.engine.test_wire import CLIP
from tests.engine.workers import FakeClock

IDS = [f"01J{'0' * 21}{number:02}" for number in range(30)]
CLIP_BYTES = 1000


class SalvagingExecutor:
    """A worker that makes a clip of each file it is given, as the test says."""

    def __init__(self) -> None:
        self.orders: list[Salvage] = []
        self.clip_of: Callable[[str], Clip | None] = lambda _: None
        self.dies_at = "no file"

    def start(
        self, first: Command, on_reported: Callable[[Reported], None], on_end: Callable[[int | None], None]
    ) -> SalvagingExecutor:
        assert isinstance(first, Salvage)
        self.orders.append(first)
        unusable = []
        for name in first.unlisted_names + first.growing_names:
            if self.dies_at in name:
                on_end(-11)
                return self
            clip = self.clip_of(name)
            if clip is None:
                unusable.append(name)
            else:
                on_reported(_reported(ClipClosed(clip=clip, part_name=name if name.endswith(".part") else "")))
        on_reported(_reported(Salvaged(unusable_names=tuple(unusable))))
        on_end(0)
        return self

    def send(self, command: Command) -> None:
        raise AssertionError("a salvaging worker is told nothing")

    def stop(self, timeout_s: float) -> None:
        pass

    def kill(self) -> None:
        pass

    @property
    def last_words(self) -> str:
        return ""


def _reported(report: Report, camera_id: str = "") -> Reported:
    return Reported(camera_id=camera_id, epoch=1, sequence=1, report=report)


class World:
    """A keeper on real files."""

    def __init__(self, folder: Path, clock: FakeClock | None = None) -> None:
        self.folder = folder
        self.clips_folder = folder / "clips"
        self.executor = SalvagingExecutor()
        self.clock = clock or FakeClock()
        self.deletions: list[tuple[str, str, str]] = []
        """Clip, camera and reason, as the audit log was told."""
        self.log_fails = False
        self.keys_folder = folder / "catalogue" / "keys"
        self.keeper = self.new_keeper()
        # No floor: how full the disk under the tests is, is none of their concern.
        self.house = HouseSettings(
            storage_folder=str(self.clips_folder), quota_bytes=10_000, free_floor_share=0, free_floor_bytes=0
        )

    def log_deletions(self, clips: Sequence[tuple[str, str, str]], why: str) -> None:
        if self.log_fails:
            raise AuditError("disk full")
        listed = self.ids()
        for clip_id, camera_id, key_digest in clips:
            assert len(key_digest) == 64
            assert clip_id in listed, "it must be logged before it is done"
            self.deletions.append((clip_id, camera_id, why))

    def new_keeper(self) -> ClipKeeper:
        keyring = cheap_keyring(self.keys_folder)
        return ClipKeeper(self.folder / "catalogue", self.clock, self.executor, keyring, self.log_deletions)

    def record(self, number: int) -> Clip:
        """A finished clip as a worker leaves it, its growing file included."""
        name = f"hall/2026-11-23/{IDS[number]}.lcv"
        self.write(f"{name}.grow.part", 10)
        self.write(name, CLIP_BYTES)
        return replace(
            CLIP,
            clip_id=IDS[number],
            started_utc_s=1e9 + number,
            events=(),
            video=StoredFile(name=name, size_bytes=CLIP_BYTES, sha256="0" * 64),
        )

    def keep(self, number: int) -> Clip:
        clip = self.record(number)
        closed = ClipClosed(clip=clip, part_name=f"{clip.video.name}.grow.part")
        assert self.keeper.keep(replace(_reported(closed), sequence=number + 2), closed)
        return clip

    def write(self, name: str, size_bytes: int) -> None:
        keep_key(self.keys_folder, self.keeper.keyring, name)
        with vault_in(self.clips_folder).create(name) as file:
            file.write(bytes(size_bytes))

    def files(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.clips_folder)) for path in self.clips_folder.rglob("*.*") if path.is_file()
        )

    def ids(self) -> list[str]:
        return [entry.clip.clip_id for entry in self.keeper.archive.clips(ClipQuery())]

    def flag(self, number: int) -> None:
        self.keeper.archive.flag(
            ClipVerdict(clip_id=IDS[number], verdict=Verdict.REAL, kind=None, note="", user_id=None, given_utc_s=2e9)
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.keeper.open(world.house)
    yield world
    world.keeper.close()


def test_a_clip_that_is_kept_can_be_read_and_its_growing_file_is_gone(world: World) -> None:
    clip = world.keep(0)

    assert world.files() == [clip.video.name]
    reader = world.keeper.open_video(clip.clip_id)
    assert (reader.size_bytes, reader.read_at(990, 50)) == (CLIP_BYTES, bytes(10))
    reader.close()


def test_a_report_that_comes_twice_is_entered_once(world: World) -> None:
    clip = world.keep(0)
    closed = ClipClosed(clip=clip, part_name="")

    assert not world.keeper.keep(_reported(closed), closed)
    assert world.ids() == [clip.clip_id]


def test_a_clip_without_a_picture_has_none_to_open(world: World) -> None:
    clip = world.keep(0)

    with pytest.raises(UnknownClipError):
        world.keeper.open_thumbnail(clip.clip_id)


def test_deleting_leaves_no_row_and_no_file(world: World) -> None:
    clips = [world.keep(number) for number in range(3)]

    world.keeper.delete([clips[0].clip_id, clips[2].clip_id])

    assert world.ids() == [clips[1].clip_id]
    assert world.files() == [clips[1].video.name]
    assert world.keeper.archive.garbage() == ()


def test_deleting_an_unknown_clip_deletes_none(world: World) -> None:
    clip = world.keep(0)

    with pytest.raises(UnknownClipError):
        world.keeper.delete([clip.clip_id, IDS[29]])
    assert world.files() == [clip.video.name]


def test_the_quota_takes_the_oldest_that_nobody_flagged(world: World) -> None:
    for number in range(12):
        world.keep(number)
    world.flag(0)

    state = world.keeper.enforce_bounds()

    assert state.used_bytes == 10 * CLIP_BYTES <= state.quota_bytes
    assert state.may_record
    assert world.ids() == [IDS[number] for number in (11, 10, 9, 8, 7, 6, 5, 4, 3, 0)]
    assert len(world.files()) == 10


def test_where_only_flagged_clips_are_left_recording_pauses_and_nothing_is_deleted(world: World) -> None:
    for number in range(12):
        world.keep(number)
        world.flag(number)

    assert not world.keeper.enforce_bounds().may_record
    assert len(world.ids()) == 12

    world.keeper.delete(IDS[:4])
    assert world.keeper.enforce_bounds().may_record


@pytest.mark.parametrize("step_s", [400 * 86_400.0, -400 * 86_400.0, 90_000.0, -2e9])
def test_a_step_of_the_clock_deletes_nothing(tmp_path: Path, step_s: float) -> None:
    """Bounds are of bytes: there is no age at which a clip goes."""
    clock = FakeClock()
    world = World(tmp_path, clock)
    world.keeper.open(world.house)
    kept = [world.keep(number).clip_id for number in range(9)]
    clock.now_s += step_s

    world.keeper.enforce_bounds()
    assert sorted(world.ids()) == kept
    world.keeper.close()


def test_a_folder_that_is_gone_pauses_recording_until_it_is_back(world: World) -> None:
    world.keep(0)
    world.clips_folder.rename(world.folder / "away")
    assert not world.keeper.enforce_bounds().may_record

    (world.folder / "away").rename(world.clips_folder)
    assert world.keeper.enforce_bounds().may_record
    assert world.ids() == [IDS[0]]


def test_a_disk_that_is_not_mounted_at_the_start_is_not_taken_for_an_empty_one(world: World) -> None:
    world.keep(0)
    world.keeper.close()
    world.clips_folder.rename(world.folder / "away")
    world.clips_folder.mkdir()

    with pytest.raises(StorageError, match="mounted"):
        world.keeper.open(world.house)
    world.clips_folder.rmdir()
    (world.folder / "away").rename(world.clips_folder)
    world.keeper.open(world.house)
    assert world.ids() == [IDS[0]]


def test_what_could_not_be_unlinked_is_unlinked_when_the_bounds_are_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = world.keep(0)
    monkeypatch.setattr(os, "unlink", _refuse)
    with pytest.raises(StorageError):
        world.keeper.delete([clip.clip_id])
    monkeypatch.undo()

    world.keeper.enforce_bounds()

    assert world.files() == []


def test_another_folder_is_for_new_clips_and_the_old_ones_stay_reachable(world: World) -> None:
    old = world.keep(0)
    elsewhere = world.folder / "elsewhere"
    house = replace(
        world.house, storage_folder=str(elsewhere), older_folders=world.house.older_folders_after(str(elsewhere))
    )

    assert world.keeper.change(house)

    reader = world.keeper.open_video(old.clip_id)
    assert reader.size_bytes == CLIP_BYTES
    reader.close()
    world.keeper.delete([old.clip_id])
    assert world.files() == []


def test_a_folder_of_before_that_is_gone_keeps_nothing_else_from_starting(world: World) -> None:
    old = world.keep(0)
    elsewhere = world.folder / "elsewhere"
    house = replace(world.house, storage_folder=str(elsewhere), older_folders=(str(world.clips_folder),))
    world.keeper.change(house)
    world.keeper.close()
    world.clips_folder.rename(world.folder / "away")

    world.keeper.open(house)

    assert world.keeper.may_record
    assert world.ids() == [old.clip_id]
    (world.folder / "away").rename(world.clips_folder)
    world.keeper.open_video(old.clip_id).close()


def test_a_folder_that_is_chosen_because_the_other_is_gone_is_used_at_the_next_start(world: World) -> None:
    world.keep(0)
    world.keeper.close()
    world.clips_folder.rename(world.folder / "away")
    with pytest.raises(StorageError):
        world.keeper.open(world.house)
    house = replace(
        world.house, storage_folder=str(world.folder / "elsewhere"), older_folders=(str(world.clips_folder),)
    )

    world.keeper.choose(house)

    world.keeper.open(house)
    assert world.keeper.may_record


def test_a_clip_that_is_safe_is_announced_although_its_growing_file_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = world.record(0)
    closed = ClipClosed(clip=clip, part_name=f"{clip.video.name}.grow.part")
    monkeypatch.setattr(os, "unlink", _refuse)

    assert world.keeper.keep(_reported(closed), closed)
    monkeypatch.undo()
    world.keeper.recover()
    assert world.files() == [clip.video.name]


def test_a_folder_that_cannot_be_made_changes_nothing(world: World) -> None:
    old = world.keep(0)
    (world.folder / "file").touch()

    with pytest.raises(StorageError):
        world.keeper.change(replace(world.house, storage_folder=str(world.folder / "file" / "clips")))
    world.keeper.open_video(old.clip_id).close()


def test_what_a_crash_left_is_finished_by_a_worker_at_the_next_start(world: World) -> None:
    kept = world.keep(0)
    finished = world.record(1)  # renamed, but never entered
    world.write(f"hall/2026-11-23/{IDS[2]}.lcv.grow.part", 10)  # cut while it grew, nothing whole in it
    world.write(f"hall/2026-11-23/{IDS[3]}.lcv.part", 10)  # cut while it was finished
    world.keeper.close()
    world.executor.clip_of = lambda name: finished if IDS[1] in name else None

    world.keeper.open(world.house)

    assert sorted(world.ids()) == [kept.clip_id, finished.clip_id]
    assert world.executor.orders == [
        Salvage(
            storage_folder=str(world.clips_folder),
            growing_names=(f"hall/2026-11-23/{IDS[2]}.lcv.grow.part",),
            unlisted_names=(finished.video.name,),
            keys=tuple(ClipKey(clip_id=IDS[number], key=key_of_clip(IDS[number])) for number in (2, 1)),
        )
    ]
    # The growing file of the clip that was adopted goes at the next look: its worker said so by an empty part name.
    world.keeper.recover()
    assert world.files() == [kept.video.name, finished.video.name]


def test_a_clip_that_is_salvaged_is_told_as_its_cameras(world: World) -> None:
    finished = world.record(1)
    world.executor.clip_of = lambda _: finished

    (saved,) = world.keeper.recover("hall")

    assert saved.camera_id == finished.camera_id == "hall"


def test_a_file_at_which_the_worker_dies_costs_no_other_one(world: World) -> None:
    clips = [world.record(number) for number in range(4)]
    world.executor.dies_at = IDS[1]
    world.executor.clip_of = lambda name: next(clip for clip in clips if clip.clip_id in name)

    world.keeper.recover()

    assert sorted(world.ids()) == [IDS[0], IDS[2], IDS[3]]
    assert clips[1].video.name in world.files()


def test_a_camera_that_crashed_is_tidied_up_after_without_touching_the_others(world: World) -> None:
    world.write(f"hall/2026-11-23/{IDS[1]}.lcv.grow.part", 10)
    world.write(f"kitchen/2026-11-23/{IDS[2]}.lcv.grow.part", 10)

    world.keeper.recover("hall")

    assert world.files() == [f"kitchen/2026-11-23/{IDS[2]}.lcv.grow.part"]


def test_a_deletion_that_was_cut_short_is_completed_at_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = world.keep(0)
    monkeypatch.setattr(os, "unlink", _refuse)
    with pytest.raises(StorageError):
        world.keeper.delete([clip.clip_id])
    assert world.files() == [clip.video.name]
    world.keeper.close()
    monkeypatch.undo()

    world.keeper.open(world.house)

    assert world.files() == []
    assert world.ids() == []


def test_i3_no_clip_goes_for_its_room_before_that_is_logged(world: World) -> None:
    for number in range(12):
        world.keep(number)
    world.log_fails = True
    assert not world.keeper.enforce_bounds().may_record
    assert len(world.ids()) == 12
    world.log_fails = False
    world.keeper.enforce_bounds()
    gone = set(IDS[:12]) - set(world.ids())
    assert gone
    assert set(world.deletions) == {(clip_id, "hall", "quota") for clip_id in gone}
    # An owner's deletion was logged by whoever let him, in his name.
    world.keeper.delete([world.ids()[0]])
    assert len(world.deletions) == len(gone)


def _refuse(*_: object, **__: object) -> None:
    raise OSError(5, "Input/output error")


def test_a_clip_s_explanation_is_read_counted_and_deleted_with_it(world: World) -> None:
    plain = world.keep(1)
    with pytest.raises(UnknownClipError):
        world.keeper.open_explanation(plain.clip_id)
    name = f"hall/2026-11-23/{IDS[2]}.lce"
    world.write(name, 50)
    clip = replace(world.record(2), explanation=StoredFile(name=name, size_bytes=50, sha256="0" * 64))
    closed = ClipClosed(clip=clip, part_name=f"{clip.video.name}.grow.part")
    assert world.keeper.keep(replace(_reported(closed), sequence=9), closed)
    assert world.keeper.open_explanation(clip.clip_id).read_at(0, 100) == bytes(50)
    assert world.keeper.state().used_bytes == plain.size_bytes + CLIP_BYTES + 50
    # It belongs to a row: recovery leaves it alone.
    world.keeper.recover()
    assert name in world.files()
    world.keeper.delete([clip.clip_id])
    assert world.files() == [plain.video.name]
