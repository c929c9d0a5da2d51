"""Saving, deleting and recovering, cut at any step and any number of times: I1 and I2 hold afterwards.

Nothing that was announced is lost, nothing that was deleted comes back, and nothing that was safely begun is lost.
A power cut also loses any choice of the changes that the folder had not synced.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
import tempfile

from hypothesis import given, settings, strategies as st

from custom_components.localcam.engine.archive import recovery
from custom_components.localcam.engine.archive.check import Depth, check
from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.deletion import DeletedBecause, names_of
from custom_components.localcam.engine.archive.file_names import Stage, understand
from custom_components.localcam.engine.catalogued import ClipQuery
from tests.engine.archive.sample_clips import MORNING_UTC_S, clip, stem, ulid
from tests.engine.archive.simulated_folder import SimulatedFolder


@dataclass(kw_only=True)
class House:
    """What a station and its workers do, step by step; each `yield` is a moment in which the power may fail."""

    database: Database
    folder: SimulatedFolder = field(default_factory=SimulatedFolder)
    begun: set[int] = field(default_factory=set)
    """Clips whose growing file is safe."""
    announced: set[int] = field(default_factory=set)

    @property
    def archive(self) -> Archive:
        return Archive(self.database)

    def save(self, number: int) -> Iterator[None]:
        self.folder.write(stem(number) + Stage.GROWING.value, b"growing %d" % number)
        yield
        self.folder.sync()
        self.begun.add(number)
        yield
        yield from self.finish(number)
        self.announced.add(number)

    def finish(self, number: int) -> Iterator[None]:
        grown = self.folder.content(stem(number) + Stage.GROWING.value)
        self.folder.write(stem(number) + Stage.THUMBNAIL_PART.value, b"picture of " + grown)
        yield
        self.folder.write(stem(number) + Stage.EXPLANATION_PART.value, b"what moved in " + grown)
        yield
        self.folder.write(stem(number) + Stage.VIDEO_PART.value, b"finished " + grown)
        yield
        self.folder.sync()
        yield
        self.folder.rename(stem(number) + Stage.THUMBNAIL_PART.value, stem(number) + Stage.THUMBNAIL.value)
        yield
        self.folder.rename(stem(number) + Stage.EXPLANATION_PART.value, stem(number) + Stage.EXPLANATION.value)
        yield
        self.folder.rename(stem(number) + Stage.VIDEO_PART.value, stem(number) + Stage.VIDEO.value)
        yield
        self.folder.sync()
        yield
        yield from self.enter(number)

    def enter(self, number: int) -> Iterator[None]:
        thumbnail, explanation = (stem(number) + stage.value for stage in (Stage.THUMBNAIL, Stage.EXPLANATION))
        entered = clip(
            number,
            video=self.folder.describe(stem(number) + Stage.VIDEO.value),
            thumbnail=self.folder.describe(thumbnail) if self.folder.exists(thumbnail) else None,
            explanation=self.folder.describe(explanation) if self.folder.exists(explanation) else None,
        )
        self.archive.add_clip(entered, epoch=1, sequence=number)
        yield
        self.folder.unlink(stem(number) + Stage.GROWING.value)
        yield
        self.folder.sync()

    def delete(self, number: int) -> Iterator[None]:
        yield
        names = names_of(self.archive.begin_delete([ulid(number)], DeletedBecause.OWNER, MORNING_UTC_S))
        yield
        yield from self.sweep(names)

    def sweep(self, names: tuple[str, ...]) -> Iterator[None]:
        for name in names:
            self.folder.unlink(name)
            yield
        self.folder.sync()
        yield
        self.archive.drop_garbage(names)

    def recover(self) -> Iterator[None]:
        plan = recovery.plan(
            listed=self.archive.file_names(),
            garbage=set(self.archive.garbage()),
            found=self.folder.names(),
            is_deleted=self.archive.is_deleted,
        )
        yield
        yield from self.sweep(plan.unlink)
        for name in plan.adopt_unlisted:
            yield from self.enter(number_of(name))
        for name in plan.salvage_growing:
            yield from self.finish(number_of(name))

    def steps(self, action: str, number: int) -> Iterator[None]:
        match action:
            case "save":
                return self.save(number)
            case "delete":
                return self.delete(number)
            case _:
                return self.recover()


def number_of(name: str) -> int:
    file = understand(name)
    assert file is not None
    return next(number for number in range(10) if ulid(number) == file.clip_id)


def run(steps: Iterator[None], count: int | None) -> bool:
    """Take so many steps, all for None; whether the end was reached."""
    for _ in steps:
        if count is not None:
            if count == 0:
                return False
            count -= 1
    return True


@st.composite
def days(draw: st.DrawFn) -> list[tuple[str, int, int | None]]:
    """What is done, to which clip, and after how many steps the power fails, if it does."""
    action = st.tuples(
        st.sampled_from(["save", "save", "delete", "recover"]), st.integers(0, 3), st.none() | st.integers(0, 17)
    )
    return draw(st.lists(action, min_size=1, max_size=8))


def possible(house: House, action: str, number: int) -> bool:
    there = {entry.clip.clip_id for entry in house.archive.clips(ClipQuery())}
    match action:
        case "save":
            return number not in house.begun and not house.folder.exists(stem(number) + Stage.GROWING.value)
        case "delete":
            return ulid(number) in there
        case _:
            return True


def live(house: House, day: list[tuple[str, int, int | None]], survives: Callable[[], bool]) -> None:
    """Do all that, recovering after each cut before anything else, as a start does."""
    for action, number, cut in day:
        if not possible(house, action, number):
            continue
        if not run(house.steps(action, number), cut):
            house.folder.cut_power(survives)
            # The first attempt to recover is cut as well.
            if not run(house.recover(), cut):
                house.folder.cut_power(survives)
            run(house.recover(), None)


def verify(house: House) -> None:
    assert check(house.database, house.folder, Depth.DIGEST) == []
    there = {entry.clip.clip_id for entry in house.archive.clips(ClipQuery())}
    for number in house.begun | house.announced:
        if house.archive.is_deleted(ulid(number)):
            assert ulid(number) not in there
            assert not [name for name in house.folder.names() if ulid(number) in name]
        else:
            assert ulid(number) in there
    assert not [name for name in house.folder.names() if name.endswith(".part")]
    assert house.archive.garbage() == ()
    assert set(house.folder.names()) == house.archive.file_names()


@settings(max_examples=150, deadline=None)
@given(days(), st.randoms(use_true_random=False))
def test_i1_i2_hold_after_any_cuts(day: list[tuple[str, int, int | None]], random: Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "catalogue.db")
        database.open()
        house = House(database=database)
        live(house, day, lambda: random.random() < 0.5)
        run(house.recover(), None)
        verify(house)
        database.close()


def test_i1_i2_hold_after_a_cut_between_any_two_steps() -> None:
    """Each step of saving and of deleting, with all and with none of the unsynced changes surviving."""
    for action in ("save", "delete"):
        for survives in (True, False):
            for cut in range(18):
                with tempfile.TemporaryDirectory() as folder:
                    database = Database(Path(folder) / "catalogue.db")
                    database.open()
                    house = House(database=database)
                    run(house.save(0), None)
                    if action == "delete":
                        run(house.save(1), None)
                    live(house, [(action, 1, cut)], lambda survives=survives: survives)  # type: ignore[misc]
                    verify(house)
                    assert ulid(0) in {entry.clip.clip_id for entry in house.archive.clips(ClipQuery())}
                    database.close()


def test_a_recording_left_behind_by_a_failed_unlink_does_not_bring_a_deleted_clip_back(
    database: Database,
) -> None:
    house = House(database=database)
    run(house.save(0), None)
    growing = stem(0) + Stage.GROWING.value
    house.folder.write(growing, b"growing 0")
    house.folder.sync()
    run(house.delete(0), None)
    assert house.folder.exists(growing)
    run(house.recover(), None)
    verify(house)


def test_a_new_catalogue_is_built_from_the_files(database: Database, tmp_path: Path) -> None:
    house = House(database=database)
    for number in range(3):
        run(house.save(number), None)
    before = house.archive.clips(ClipQuery())
    rebuilt = Database(tmp_path / "new.db")
    rebuilt.open()
    again = House(database=rebuilt, folder=house.folder, begun=house.begun, announced=house.announced)
    run(again.recover(), None)
    verify(again)
    assert again.archive.clips(ClipQuery()) == before
    rebuilt.close()
