"""A catalogue that is gone or damaged: it says so, and a new one is built from the clips, which describe themselves."""

from dataclasses import replace
from pathlib import Path
import random

import pytest

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.catalogued import ClipQuery, ClipVerdict, Verdict
from custom_components.localcam.engine.clip import Clip
from custom_components.localcam.engine.clip_keeper import CATALOGUE_NAME, ClipKeeper
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import ArchiveError
from custom_components.localcam.engine.reports import ClipClosed, Reported
from tests.engine.packets import Camera, film
from tests.faults.house_life import CAMERA_ID, HouseLife, Place, _growing_name_of
from tests.faults.inline_executor import InlineExecutor
from tests.faults.journal import Line
from tests.faults.running_station import house_at

PAGE_BYTES = 4096


class Unheard:
    """Nobody listens to what the house says of its doings."""

    def say(self, line: Line) -> None:
        """See `Journal.say`."""


def house_of(folder: Path, clips: int) -> tuple[Place, list[Clip]]:
    """One that recorded so many clips and was stopped; every tenth is flagged."""
    place = Place(storage=folder / "clips", catalogue=folder / "catalogue")
    life = HouseLife(place, film(Camera(frames_per_s=10, keyframe_interval_s=1.0), 3), SystemClock(), 1)
    life.open()
    for number in range(clips):
        clip = life._one_clip(Unheard())
        closed = ClipClosed(clip=clip, part_name=_growing_name_of(clip))
        assert life.keeper.keep(Reported(camera_id=CAMERA_ID, epoch=1, sequence=number + 1, report=closed), closed)
        if number % 10 == 0:
            said = ClipVerdict(
                clip_id=clip.clip_id, verdict=Verdict.REAL, kind=None, note="", user_id=None, given_utc_s=1.0
            )
            life.keeper.archive.flag(said)
    kept = [entry.clip for entry in life.keeper.archive.clips(ClipQuery(limit=1000))]
    life.close()
    return place, kept


def forget_catalogue(place: Place) -> None:
    """As its error text tells the owner to."""
    for path in place.catalogue.glob(f"{CATALOGUE_NAME}*"):
        path.rename(path.with_name(f"moved-away-{path.name}"))


def reopened(place: Place) -> ClipKeeper:
    keeper = ClipKeeper(place.catalogue, SystemClock(), InlineExecutor())
    keeper.open(house_at(place.storage))
    return keeper


def what_files_say(clip: Clip) -> Clip:
    """A clip without what only its row knew."""
    return replace(clip, events=())


def test_of_a_hundred_clips_each_is_back_and_only_verdicts_and_events_are_lost(tmp_path: Path) -> None:
    place, kept = house_of(tmp_path, 100)
    forget_catalogue(place)

    keeper = reopened(place)
    entries = keeper.archive.clips(ClipQuery(limit=1000))
    assert len(kept) == 100
    by_id = {entry.clip.clip_id: entry.clip for entry in entries}
    assert {key: what_files_say(clip) for key, clip in by_id.items()} == {
        clip.clip_id: what_files_say(clip) for clip in kept
    }
    assert not any(entry.verdict for entry in entries)
    assert keeper.check(Depth.DIGEST) == []
    keeper.close()


def test_a_catalogue_with_overwritten_pages_is_refused_or_whole_and_can_be_built_anew(tmp_path: Path) -> None:
    place, kept = house_of(tmp_path, 12)
    catalogue = place.catalogue / CATALOGUE_NAME
    good = catalogue.read_bytes()
    noise = random.Random(1)
    refused = 0
    for page in range(len(good) // PAGE_BYTES):
        start = page * PAGE_BYTES
        catalogue.write_bytes(good[:start] + noise.randbytes(PAGE_BYTES) + good[start + PAGE_BYTES :])
        keeper = ClipKeeper(place.catalogue, SystemClock(), InlineExecutor())
        try:
            keeper.open(house_at(place.storage))
        except ArchiveError:
            refused += 1
        else:
            assert {entry.clip.clip_id for entry in keeper.archive.clips(ClipQuery())} == {
                clip.clip_id for clip in kept
            }
            keeper.close()
    assert refused > len(good) // PAGE_BYTES / 2

    forget_catalogue(place)
    keeper = reopened(place)
    assert len(keeper.archive.clips(ClipQuery())) == len(kept)
    keeper.close()


@pytest.mark.parametrize("left", [100, 5000])
def test_a_catalogue_that_was_cut_short_is_refused(tmp_path: Path, left: int) -> None:
    place, _ = house_of(tmp_path, 2)
    catalogue = place.catalogue / CATALOGUE_NAME
    catalogue.write_bytes(catalogue.read_bytes()[:left])
    with pytest.raises(ArchiveError):
        reopened(place)


def test_one_of_which_nothing_is_left_is_built_anew(tmp_path: Path) -> None:
    place, kept = house_of(tmp_path, 2)
    (place.catalogue / CATALOGUE_NAME).write_bytes(b"")
    keeper = reopened(place)
    assert len(keeper.archive.clips(ClipQuery())) == len(kept)
    keeper.close()
