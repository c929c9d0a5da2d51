"""What is entered comes back as it was, listings show what was asked for, and a clip that went stays gone."""

from dataclasses import replace
import math

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.deletion import DeletedBecause
from custom_components.localcam.engine.archive.retention import Candidate
from custom_components.localcam.engine.catalogued import CatalogueEntry, ClipQuery, Verdict
from custom_components.localcam.engine.clip import ClipEnd, ClipReason
from custom_components.localcam.engine.errors import ArchiveError, UnknownClipError
from custom_components.localcam.engine.motion import Features, Kind
from tests.engine.archive.sample_clips import MORNING_UTC_S, clip, event, ulid, verdict

NOON_UTC_S = MORNING_UTC_S + 4 * 3600


def listed(archive: Archive, **asked: object) -> list[str]:
    return [entry.clip.clip_id for entry in archive.clips(ClipQuery(**asked))]  # type: ignore[arg-type]


def test_a_clip_comes_back_as_it_was_entered(archive: Archive) -> None:
    saved = clip(1, events=(event(1), event(2)), continues_clip_id=ulid(9), has_audio=True)
    assert archive.add_clip(saved, epoch=1, sequence=1)
    assert archive.clip(saved.clip_id) == CatalogueEntry(clip=saved, verdict=None)
    assert not archive.clip(saved.clip_id).kept


def test_a_clip_may_lack_thumbnail_events_and_known_size(archive: Archive) -> None:
    bare = clip(1, thumbnail=None, explanation=None, events=(), width_px=0, height_px=0, score=0.0, motion_offset_s=0.0)
    archive.add_clip(bare, epoch=1, sequence=1)
    assert archive.clip(bare.clip_id).clip == bare


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_can_be_kept(archive: Archive, kind: Kind) -> None:
    saved = clip(1, kind=kind, events=(replace(event(1), kind=kind),))
    archive.add_clip(saved, epoch=1, sequence=1)
    said = verdict(1, kind=kind)
    assert archive.flag(said) == CatalogueEntry(clip=saved, verdict=said)


@pytest.mark.parametrize("said", Verdict)
def test_every_verdict_can_be_kept(archive: Archive, said: Verdict) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    assert archive.flag(verdict(1, said)).verdict == verdict(1, said)


@pytest.mark.parametrize("reason", ClipReason)
@pytest.mark.parametrize("end", ClipEnd)
def test_every_reason_and_end_can_be_kept(archive: Archive, reason: ClipReason, end: ClipEnd) -> None:
    saved = clip(1, reason=reason, end=end)
    archive.add_clip(saved, epoch=1, sequence=1)
    assert archive.clip(saved.clip_id).clip == saved


def test_a_feature_that_is_no_number_does_not_cost_the_clip(archive: Archive) -> None:
    odd = replace(event(1), features=Features(version=1, values={"area": math.nan, "speed": math.inf, "fill": 0.5}))
    archive.add_clip(clip(1, events=(odd,)), epoch=1, sequence=1)
    values = archive.clip(ulid(1)).clip.events[0].features.values
    assert math.isnan(values["area"])
    assert math.isnan(values["speed"])
    assert values["fill"] == 0.5


def test_a_clip_that_breaks_the_rules_of_the_schema_is_refused_whole(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="CHECK"):
        archive.add_clip(clip(1, events=(event(1), replace(event(2), peak_score=2.0))), epoch=1, sequence=1)
    assert archive.count() == 0
    assert archive.last_report("hall") is None


def test_an_event_longer_than_a_clip_stands_in_both(archive: Archive) -> None:
    archive.add_clip(clip(1, events=(event(7),)), epoch=1, sequence=1)
    archive.add_clip(clip(2, events=(event(7),), continues_clip_id=ulid(1)), epoch=1, sequence=2)
    assert archive.clip(ulid(1)).clip.events == archive.clip(ulid(2)).clip.events


def test_a_repeated_report_changes_nothing(archive: Archive) -> None:
    assert archive.add_clip(clip(1), epoch=1, sequence=5)
    assert not archive.add_clip(clip(1), epoch=1, sequence=5)
    assert not archive.add_clip(clip(1, score=0.1), epoch=2, sequence=1)
    assert archive.count() == 1
    assert archive.clip(ulid(1)).clip == clip(1)


def test_a_late_report_of_another_clip_is_entered_all_the_same(archive: Archive) -> None:
    archive.add_clip(clip(2), epoch=2, sequence=9)
    assert archive.add_clip(clip(1), epoch=1, sequence=4)
    assert archive.last_report("hall") == (2, 9)


def test_epochs_grow_for_ever_and_per_camera(archive: Archive) -> None:
    assert [archive.next_epoch("hall"), archive.next_epoch("hall"), archive.next_epoch("attic")] == [1, 2, 1]
    archive.add_clip(clip(1), epoch=7, sequence=3)
    assert archive.last_report("hall") == (7, 3)
    assert archive.next_epoch("hall") == 8
    assert archive.last_report("hall") == (8, 0)


def test_unknown_clips_are_said_to_be_unknown(archive: Archive) -> None:
    with pytest.raises(UnknownClipError):
        archive.clip(ulid(1))
    with pytest.raises(UnknownClipError):
        archive.flag(verdict(1))
    with pytest.raises(UnknownClipError):
        archive.clip("' OR 1=1 --")


def test_listing_is_newest_first_and_limited(archive: Archive) -> None:
    for number in (2, 3, 1):
        archive.add_clip(clip(number), epoch=1, sequence=number)
    assert listed(archive) == [ulid(3), ulid(2), ulid(1)]
    assert listed(archive, limit=2) == [ulid(3), ulid(2)]
    assert listed(archive, limit=0) == []


def test_listing_asks_for_cameras_times_kinds_and_verdicts(archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    archive.add_clip(clip(2, camera_id="attic", kind=Kind.PET), epoch=1, sequence=1)
    archive.add_clip(clip(3), epoch=1, sequence=2)
    archive.flag(verdict(3, Verdict.FALSE_ALARM))
    assert listed(archive, camera_ids=frozenset({"attic"})) == [ulid(2)]
    assert listed(archive, camera_ids=frozenset({"attic", "hall", "cellar"})) == [ulid(3), ulid(2), ulid(1)]
    assert listed(archive, camera_ids=frozenset()) == []
    assert listed(archive, kind=Kind.PET) == [ulid(2)]
    assert listed(archive, verdict=Verdict.FALSE_ALARM) == [ulid(3)]
    assert listed(archive, verdict=Verdict.REAL) == []
    begins = MORNING_UTC_S + 120
    assert listed(archive, since_utc_s=begins) == [ulid(3), ulid(2)]
    assert listed(archive, until_utc_s=begins) == [ulid(1)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    since=st.none() | st.integers(0, 8),
    until=st.none() | st.integers(0, 8),
    camera=st.none() | st.sampled_from(["hall", "attic"]),
    limit=st.none() | st.integers(0, 9),
)
def test_a_listing_is_what_filtering_all_would_give(
    archive: Archive, since: int | None, until: int | None, camera: str | None, limit: int | None
) -> None:
    for number in range(8):
        archive.add_clip(clip(number, camera_id="hall" if number % 3 else "attic"), epoch=1, sequence=number)
    since_utc_s = None if since is None else MORNING_UTC_S + 60 * since
    until_utc_s = None if until is None else MORNING_UTC_S + 60 * until
    expected = [
        entry
        for entry in archive.clips(ClipQuery())
        if (since_utc_s is None or entry.clip.started_utc_s >= since_utc_s)
        and (until_utc_s is None or entry.clip.started_utc_s < until_utc_s)
        and (camera is None or entry.clip.camera_id == camera)
    ]
    query = ClipQuery(
        camera_ids=None if camera is None else frozenset({camera}),
        since_utc_s=since_utc_s,
        until_utc_s=until_utc_s,
        limit=limit,
    )
    assert archive.clips(query) == expected[:limit]


def test_the_latest_verdict_counts_and_the_history_is_kept(archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    first = verdict(1, Verdict.REAL, note="it was me", user_id=None)
    # The clock was set back between the two.
    second = verdict(1, Verdict.FALSE_ALARM, kind=Kind.CURTAIN, given_utc_s=MORNING_UTC_S)
    assert archive.flag(first).verdict == first
    entry = archive.flag(second)
    assert entry.verdict == second
    assert entry.kept
    assert archive.verdicts(ulid(1)) == [first, second]
    assert listed(archive, verdict=Verdict.REAL) == []


def test_used_bytes_and_counts_follow_the_rows(archive: Archive) -> None:
    assert (archive.used_bytes(), archive.count()) == (0, 0)
    archive.add_clip(clip(1), epoch=1, sequence=1)
    archive.add_clip(clip(2, thumbnail=None, explanation=None), epoch=1, sequence=2)
    archive.add_clip(clip(3, camera_id="attic"), epoch=1, sequence=1)
    assert archive.used_bytes() == 3 * 1000 + 2 * 7 + 2 * 10
    assert archive.count() == 3
    assert archive.clips_since("hall", MORNING_UTC_S + 120) == 1
    assert archive.clips_since("attic", MORNING_UTC_S) == 1
    archive.begin_delete([ulid(1)], DeletedBecause.OWNER, NOON_UTC_S)
    assert archive.used_bytes() == 2 * 1000 + 7 + 10


def test_all_files_are_named(archive: Archive) -> None:
    archive.add_clip(clip(1), epoch=1, sequence=1)
    archive.add_clip(clip(2, thumbnail=None, explanation=None), epoch=1, sequence=2)
    first, second = clip(1), clip(2)
    assert first.thumbnail is not None
    assert first.explanation is not None
    assert archive.file_names() == {*(file.name for file in first.files), second.video.name}
    assert set(archive.files()) == {
        (ulid(1), first.video),
        (ulid(1), first.thumbnail),
        (ulid(1), first.explanation),
        (ulid(2), second.video),
    }


def test_deletable_clips_are_the_unflagged_ones_oldest_first_over_many_pages(archive: Archive) -> None:
    # Three clips begin in the same instant at the edge of a page.
    for number in range(1203):
        same_instant = MORNING_UTC_S + 60 * (500 if 499 <= number <= 501 else number)
        archive.add_clip(clip(number, started_utc_s=same_instant), epoch=1, sequence=number)
    archive.flag(verdict(0))
    archive.flag(verdict(700))
    expected = [number for number in range(1203) if number not in {0, 700}]
    assert list(archive.deletable()) == [Candidate(clip_id=ulid(number), size_bytes=1017) for number in expected]


def test_the_cameras_that_have_clips_are_known_those_that_were_removed_too(archive: Archive) -> None:
    assert archive.camera_ids() == set()
    for number, camera_id in enumerate(("hall", "attic", "hall", "zoo"), start=1):
        archive.add_clip(replace(clip(number), camera_id=camera_id), epoch=1, sequence=number)
    assert archive.camera_ids() == {"attic", "hall", "zoo"}
