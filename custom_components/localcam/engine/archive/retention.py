"""Which clips go so that the bounds hold, and whether there is room to record. Pure: the caller deletes.

Two bounds: the clips take at most the quota, and the disk keeps the floor free. Oldest clips go first, flagged ones
never. Where nothing that may be deleted suffices, recording pauses; it resumes only with some room to spare, so that
it does not flap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..safekeeping import StorageState
from ..settings import HouseSettings

LEAST_FREE_BYTES = 64 << 20
"""Kept free even where the owner wants no floor: with less, no clip could be finished."""

LARGEST_MARGIN_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A clip that nobody flagged."""

    clip_id: str
    size_bytes: int
    """What deleting it frees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPlan:
    """What to do about the bounds."""

    over_quota: tuple[str, ...] = ()
    """Clips to delete because of the quota."""
    below_floor: tuple[str, ...] = ()
    """Clips to delete, after those, because of the floor."""
    may_record: bool
    """Whether there is room once they are deleted."""


@dataclass(slots=True)
class _Progress:
    """What the folder will hold if the clips chosen so far go."""

    used_bytes: int
    free_bytes: int
    chosen: list[str] = field(default_factory=list)

    def choose(self, candidate: Candidate) -> None:
        self.chosen.append(candidate.clip_id)
        self.used_bytes -= candidate.size_bytes
        self.free_bytes += candidate.size_bytes


def floor_bytes(house: HouseSettings, disk_bytes: int) -> int:
    """How much of a disk of this size stays free: the larger of the owner's two wishes, and never nearly nothing."""
    least = min(LEAST_FREE_BYTES, disk_bytes // 10)
    return max(int(disk_bytes * house.free_floor_share), house.free_floor_bytes, least)


def plan(candidates: Iterable[Candidate], state: StorageState) -> RetentionPlan:
    """What to delete now; `candidates` come oldest first.

    Reads no more candidates than it needs. For the quota everything goes that may go. For the floor nothing goes in
    vain: where even all candidates together would not free enough, somebody else has filled the disk (or a share
    reports no free space at all), and deleting the owner's clips would not let recording go on.
    """
    target_used, target_free = _targets(state)
    if state.used_bytes <= target_used and state.free_bytes >= target_free:
        return RetentionPlan(may_record=True)
    progress = _Progress(state.used_bytes, state.free_bytes)
    remaining = iter(candidates)
    _free_until_quota(progress, remaining, target_used)
    over_quota = tuple(progress.chosen)
    below_floor = _free_until_floor(progress, remaining, target_free)
    return RetentionPlan(
        over_quota=over_quota,
        below_floor=below_floor,
        may_record=progress.used_bytes <= target_used and progress.free_bytes >= target_free,
    )


def plan_spooled(candidates: Iterable[Candidate], state: StorageState) -> RetentionPlan:
    """The same where clips are recorded into a spool: `state` has the free space and the floor of the spool's disk.

    Nearly all clips lie elsewhere, and deleting them would free nothing there: its floor only pauses recording.
    """
    _, target_free = _targets(state)
    by_quota = plan(candidates, replace(state, floor_bytes=0))
    return replace(by_quota, may_record=by_quota.may_record and state.free_bytes >= target_free)


def _targets(state: StorageState) -> tuple[int, int]:
    """At most so much used, at least so much free: the bounds themselves, or, while recording pauses, some more."""
    if state.may_record:
        return state.quota_bytes, state.floor_bytes
    return (
        state.quota_bytes - min(state.quota_bytes // 100, LARGEST_MARGIN_BYTES),
        state.floor_bytes + min(state.floor_bytes // 10, LARGEST_MARGIN_BYTES),
    )


def _free_until_quota(progress: _Progress, candidates: Iterator[Candidate], target_used: int) -> None:
    while progress.used_bytes > target_used:
        candidate = next(candidates, None)
        if candidate is None:
            return
        progress.choose(candidate)


def _free_until_floor(progress: _Progress, candidates: Iterator[Candidate], target_free: int) -> tuple[str, ...]:
    if progress.free_bytes + progress.used_bytes < target_free:
        # Not even all clips together would do: spares reading them.
        return ()
    attempt = _Progress(progress.used_bytes, progress.free_bytes)
    while attempt.free_bytes < target_free:
        candidate = next(candidates, None)
        if candidate is None:
            return ()
        attempt.choose(candidate)
    progress.used_bytes, progress.free_bytes = attempt.used_bytes, attempt.free_bytes
    return tuple(attempt.chosen)
