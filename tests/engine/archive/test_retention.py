"""Quota and floor hold as far as they can, the oldest clips go first, and recording does not flap."""

from dataclasses import replace

from hypothesis import given, strategies as st

from custom_components.localcam.engine.archive.retention import Candidate, RetentionPlan, floor_bytes, plan
from custom_components.localcam.engine.safekeeping import StorageState
from custom_components.localcam.engine.settings import GIB, HouseSettings

MIB = 1 << 20


def candidates(*sizes: int) -> list[Candidate]:
    return [Candidate(clip_id=f"clip {number}", size_bytes=size) for number, size in enumerate(sizes)]


def state(**changes: object) -> StorageState:
    roomy = StorageState(used_bytes=1000, free_bytes=5000, quota_bytes=2000, floor_bytes=500, clips=10, may_record=True)
    return replace(roomy, **changes)  # type: ignore[arg-type]


def test_within_the_bounds_nothing_goes_and_no_clip_is_looked_at() -> None:
    source = iter(candidates(100, 100))
    assert plan(source, state()) == RetentionPlan(may_record=True)
    assert next(source).clip_id == "clip 0"


def test_over_the_quota_the_oldest_go_until_it_holds() -> None:
    todo = plan(candidates(100, 300, 100, 100), state(used_bytes=2350))
    assert todo == RetentionPlan(over_quota=("clip 0", "clip 1"), may_record=True)


def test_below_the_floor_the_oldest_go_until_it_holds() -> None:
    todo = plan(candidates(100, 300, 100), state(free_bytes=450))
    assert todo == RetentionPlan(below_floor=("clip 0",), may_record=True)


def test_what_goes_for_the_quota_helps_the_floor() -> None:
    todo = plan(candidates(100, 100, 100, 100), state(used_bytes=2150, free_bytes=250))
    assert todo == RetentionPlan(over_quota=("clip 0", "clip 1"), below_floor=("clip 2",), may_record=True)


def test_no_more_is_read_than_goes() -> None:
    source = iter(candidates(*[100] * 50))
    plan(source, state(used_bytes=2150))
    assert next(source).clip_id == "clip 2"


def test_where_flagged_clips_alone_exceed_the_quota_all_others_go_and_recording_pauses() -> None:
    todo = plan(candidates(100, 100), state(used_bytes=5000))
    assert todo == RetentionPlan(over_quota=("clip 0", "clip 1"), may_record=False)


def test_where_no_deletion_would_reach_the_floor_nothing_goes_in_vain_and_recording_pauses() -> None:
    # Somebody else filled the disk, or a share reports no free space: the owner's clips would go for nothing.
    source = iter(candidates(100, 100))
    assert plan(source, state(used_bytes=900, free_bytes=0, floor_bytes=1000)) == RetentionPlan(may_record=False)
    # Their sum tells it already: a hundred thousand clips are not read each minute.
    assert next(source).clip_id == "clip 0"
    assert plan(candidates(100, 100), state(free_bytes=0, floor_bytes=500)) == RetentionPlan(may_record=False)


def test_recording_resumes_only_with_room_to_spare() -> None:
    paused = state(may_record=False, quota_bytes=100_000, floor_bytes=1000)
    assert not plan([], replace(paused, used_bytes=99_001)).may_record
    assert plan([], replace(paused, used_bytes=99_000)).may_record
    assert not plan([], replace(paused, free_bytes=1099)).may_record
    assert plan([], replace(paused, free_bytes=1100)).may_record


def test_what_may_go_while_recording_pauses_goes_until_it_can_resume() -> None:
    paused = state(may_record=False, quota_bytes=100_000, used_bytes=99_500)
    assert plan(candidates(400, 400), paused) == RetentionPlan(over_quota=("clip 0", "clip 1"), may_record=True)


def test_the_floor_is_the_larger_wish_and_never_nearly_nothing() -> None:
    house = HouseSettings(storage_folder="/media/localcam")
    assert floor_bytes(house, 100 * GIB) == 10 * GIB
    assert floor_bytes(house, 5 * GIB) == 2 * GIB
    none = replace(house, free_floor_share=0.0, free_floor_bytes=0)
    assert floor_bytes(none, 100 * GIB) == 64 * MIB
    assert floor_bytes(none, 100 * MIB) == 10 * MIB


SIZES = st.lists(st.integers(1, 400), max_size=12)
STATES = st.builds(
    StorageState,
    used_bytes=st.integers(0, 4000),
    free_bytes=st.integers(0, 3000),
    quota_bytes=st.integers(1, 3000),
    floor_bytes=st.integers(0, 2000),
    clips=st.just(12),
    may_record=st.booleans(),
)


@given(SIZES, STATES)
def test_recording_goes_on_only_within_the_bounds_and_no_clip_goes_that_need_not(
    sizes: list[int], now: StorageState
) -> None:
    # The flagged clips make up the rest.
    now = replace(now, used_bytes=now.used_bytes + sum(sizes))
    todo = plan(candidates(*sizes), now)
    gone = [*todo.over_quota, *todo.below_floor]
    assert gone == [f"clip {number}" for number in range(len(gone))]
    freed = sum(sizes[: len(gone)])
    used, free = now.used_bytes - freed, now.free_bytes + freed
    if todo.may_record:
        assert used <= now.quota_bytes
        assert free >= now.floor_bytes
    if gone and now.may_record:
        newest = sizes[len(gone) - 1]
        assert used + newest > now.quota_bytes or free - newest < now.floor_bytes
    if todo.below_floor:
        assert free >= now.floor_bytes
    # Carried out, the plan is done: the next one asks for nothing more.
    after = replace(now, used_bytes=used, free_bytes=free, may_record=todo.may_record)
    again = plan(candidates(*sizes)[len(gone) :], after)
    if todo.may_record:
        assert again == RetentionPlan(may_record=True)


@given(SIZES, STATES)
def test_a_pause_lasts_while_nothing_changes(sizes: list[int], now: StorageState) -> None:
    now = replace(now, used_bytes=now.used_bytes + sum(sizes), may_record=True)
    first = plan(candidates(*sizes), now)
    if first.may_record:
        return
    gone = len(first.over_quota)
    freed = sum(sizes[:gone])
    paused = replace(now, used_bytes=now.used_bytes - freed, free_bytes=now.free_bytes + freed, may_record=False)
    second = plan(candidates(*sizes)[gone:], paused)
    assert not second.may_record
    assert second.below_floor == ()
