"""Every state that a crash leaves has a name in docs/storage.md, and recovery knows what to do about it."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
import re

import pytest

from custom_components.localcam.engine.archive.file_names import Stage, understand
from custom_components.localcam.engine.archive.recovery import RecoveryPlan, plan
from tests.engine.archive.sample_clips import stem, ulid

CLIP = stem(1)
GROWING, VIDEO_PART, THUMBNAIL_PART, EXPLANATION_PART, VIDEO, THUMBNAIL, EXPLANATION = (
    CLIP + stage.value for stage in Stage
)
WHOLE = (VIDEO, THUMBNAIL, EXPLANATION)
NOTHING = RecoveryPlan(unlink=(), adopt_unlisted=(), salvage_growing=(), missing=(), foreign=())
STORAGE_DOC = Path(__file__).parents[3] / "docs" / "storage.md"


@dataclass(frozen=True, kw_only=True)
class State:
    """What lies on disk and in the catalogue, and what is to be done."""

    found: tuple[str, ...]
    listed: tuple[str, ...] = ()
    garbage: tuple[str, ...] = ()
    deleted: bool = False
    unlink: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    salvage: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


STATES = {
    "S1": State(found=(GROWING,), salvage=(GROWING,)),
    "S2": State(
        found=(GROWING, VIDEO_PART, THUMBNAIL_PART, EXPLANATION_PART),
        unlink=(THUMBNAIL_PART, EXPLANATION_PART, VIDEO_PART),
        salvage=(GROWING,),
    ),
    "S3": State(
        found=(GROWING, VIDEO_PART, THUMBNAIL, EXPLANATION_PART),
        unlink=(THUMBNAIL, EXPLANATION_PART, VIDEO_PART),
        salvage=(GROWING,),
    ),
    "S4": State(found=(GROWING, *WHOLE), adopt=(VIDEO,)),
    "S5": State(
        found=(GROWING, VIDEO, THUMBNAIL_PART, EXPLANATION_PART),
        unlink=(THUMBNAIL_PART, EXPLANATION_PART),
        adopt=(VIDEO,),
    ),
    "S6": State(found=(GROWING, *WHOLE), listed=WHOLE, unlink=(GROWING,)),
    "S7": State(found=WHOLE, listed=WHOLE),
    "S8": State(found=WHOLE, adopt=(VIDEO,)),
    "S9": State(found=(THUMBNAIL,), garbage=WHOLE, deleted=True, unlink=WHOLE),
    "S10": State(found=(GROWING, *WHOLE), deleted=True, unlink=(*WHOLE, GROWING)),
    "S11": State(found=WHOLE, listed=(VIDEO,), unlink=(THUMBNAIL, EXPLANATION)),
    "S12": State(found=(THUMBNAIL,), listed=WHOLE, missing=(EXPLANATION, VIDEO)),
    "S13": State(found=("notes.txt", f"{CLIP}.mp4"), foreign=("notes.txt", f"{CLIP}.mp4")),
}


def planned(state: State) -> RecoveryPlan:
    return plan(
        listed=set(state.listed),
        garbage=set(state.garbage),
        found=state.found,
        is_deleted=lambda clip_id: state.deleted and clip_id == ulid(1),
    )


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
def test_each_state_is_recovered_as_the_document_says(state: State) -> None:
    assert planned(state) == RecoveryPlan(
        unlink=tuple(sorted(state.unlink)),
        adopt_unlisted=state.adopt,
        salvage_growing=state.salvage,
        missing=state.missing,
        foreign=tuple(sorted(state.foreign)),
    )


def test_the_document_names_the_same_states() -> None:
    rows = re.findall(r"^\| (S\d+) \|", STORAGE_DOC.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == list(STATES)


FILES = tuple(CLIP + stage.value for stage in Stage)
BOOKS = (
    {"listed": (), "garbage": (), "deleted": False},
    {"listed": WHOLE, "garbage": (), "deleted": False},
    {"listed": (VIDEO, THUMBNAIL), "garbage": (), "deleted": False},
    {"listed": (VIDEO,), "garbage": (), "deleted": False},
    {"listed": (), "garbage": WHOLE, "deleted": True},
    {"listed": (), "garbage": (), "deleted": True},
)


@pytest.mark.parametrize("books", BOOKS, ids=["no row", "row", "unexplained row", "bare row", "garbage", "deleted"])
def test_i2_no_mixture_of_files_is_left_undecided(books: dict[str, tuple[str, ...]]) -> None:
    """All 2^7 sets of files: after the plan is carried out, what remains has a row, or nothing does."""
    for chosen in product((False, True), repeat=len(FILES)):
        found = {name for name, there in zip(FILES, chosen, strict=True) if there}
        state = State(found=tuple(found), **books)  # type: ignore[arg-type]
        todo = planned(state)
        left = found - set(todo.unlink)
        listed = set(state.listed)
        if todo.adopt_unlisted:
            assert todo.adopt_unlisted == (VIDEO,)
            # The worker enters the clip with whatever pictures it has; then the growing file goes.
            listed = left & set(WHOLE)
            left.discard(GROWING)
        elif todo.salvage_growing:
            assert todo.salvage_growing == (GROWING,)
            assert VIDEO not in found | listed
            left.discard(GROWING)
        assert left <= listed, found
        # A recording is never thrown away unless its clip is safe or was deleted.
        if GROWING in found and not state.deleted:
            assert todo.salvage_growing or VIDEO in listed
        assert set(todo.missing) == set(state.listed) - found


def test_a_row_s_files_are_never_unlinked_even_if_they_are_garbage_by_mistake() -> None:
    mixed = State(found=(VIDEO,), listed=(VIDEO,), garbage=(VIDEO,))
    assert planned(mixed) == NOTHING


def test_the_dead_are_asked_for_only_about_files_without_a_row() -> None:
    asked: list[str] = []

    def is_deleted(clip_id: str) -> bool:
        asked.append(clip_id)
        return False

    other = stem(2)
    plan(listed={VIDEO}, garbage=set(), found=[VIDEO, f"{other}.lcv"], is_deleted=is_deleted)
    assert asked == [ulid(2)]


@pytest.mark.parametrize("stage", Stage)
def test_names_are_understood_and_made(stage: Stage) -> None:
    name = understand(CLIP + stage.value)
    assert name is not None
    assert (name.stem, name.clip_id, name.stage) == (CLIP, ulid(1), stage)
    assert name.sibling(Stage.VIDEO) == VIDEO


@pytest.mark.parametrize(
    "name",
    [
        "",
        CLIP,
        f"{CLIP}.lcv.grow",
        f"{CLIP}.lcv.part.part",
        f"{CLIP}.lcv\n",
        f"{stem(31).replace('Z', 'z')}.lcv",
        f"../{CLIP}.lcv",
        f"/{CLIP}.lcv",
        f"hall/../{CLIP}.lcv",
        f"hall/2027-01-15/{ulid(1)[:-1]}.lcv",
        f"hall/٢٠٢٧-01-15/{ulid(1)}.lcv",
    ],
)
def test_other_names_are_none_of_ours(name: str) -> None:
    assert understand(name) is None
