"""What a clip holds: pre-roll, post-roll, merged events, seamless parts; and what becomes of it in trouble."""

from itertools import pairwise

from hypothesis import given, settings as hypothesis_settings, strategies as st
import pytest

from custom_components.localcam.engine.clip import ClipEnd, ClipReason
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.engine.reports import Answer, RecordingFault
from custom_components.localcam.engine.settings import RecordSettings
from custom_components.localcam.engine.values import Medium
from tests.engine.record.recorder_world import ARRIVAL_S, LARGER, VIDEO, WALL_S, House


def test_a_short_motion_becomes_a_clip_with_pre_roll_and_post_roll() -> None:
    house = House()
    house.run(0, 20.5)
    house.move(20.4, 0.4)
    house.run(20.5, 21.5, lambda at_s: house.still_moves(at_s, 0.9 if at_s == 21.0 else 0.3, Kind.PET))
    house.run(21.5, 40)
    (clip,) = house.clips
    # The keyframe at or before 5 s before the motion; the last packet before 8 s after it.
    assert house.span_of(clip) == (15.0, 29.3)
    assert house.disk.files[clip.name].end_dts_s == pytest.approx(29.4)
    assert clip.name == "camera-1/2027-01-15/CLIP0.lcv.grow.part"
    assert clip.identity.started_utc_s == WALL_S + 15
    assert clip.identity.motion_offset_s == pytest.approx(5.4)
    assert clip.identity.reason is ClipReason.MOTION
    assert clip.outcome.end is ClipEnd.COMPLETE
    assert (clip.outcome.kind, clip.outcome.score) == (Kind.PET, 0.9)
    assert clip.strongest_at_s == ARRIVAL_S + 21.0
    assert clip.started_at_s == ARRIVAL_S + 15
    assert house.recorder.clip_id_of("EVENT1") == "CLIP0"
    assert house.disk.files[clip.name].is_closed


def test_events_closer_than_the_post_roll_are_one_clip() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)
    house.run(10, 13)
    first = house.calm(10)
    house.run(13, 17)
    house.move(17)
    house.run(17, 20)
    second = house.calm(17)
    house.run(20, 40)
    (clip,) = house.clips
    assert house.span_of(clip) == (4.0, pytest.approx(24.85, abs=0.06))
    assert clip.events == (first, second)
    assert house.recorder.clip_id_of("EVENT2") == "CLIP0"


def test_events_further_apart_are_two_clips_each_with_its_pre_roll() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)
    house.run(10, 20)
    house.move(20)
    house.run(20, 40)
    first, second = house.clips
    assert house.span_of(first) == (4.0, 17.8)
    assert house.span_of(second) == (14.0, 27.8)
    assert second.identity.continues_clip_id is None


def test_a_long_motion_becomes_clips_that_join_at_keyframes() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)
    house.run(10, 140, house.still_moves)
    house.run(140, 160)
    spans = [house.span_of(clip) for clip in house.clips]
    assert spans == [(4.0, 63.9), (64.0, 123.9), (124.0, 147.8)]
    assert [clip.outcome.end for clip in house.clips] == [ClipEnd.LONGEST, ClipEnd.LONGEST, ClipEnd.COMPLETE]
    assert [clip.identity.continues_clip_id for clip in house.clips] == [None, "CLIP0", "CLIP1"]
    assert [clip.identity.motion_offset_s for clip in house.clips] == [pytest.approx(5.9), 0.0, 0.0]
    assert house.recorder.clip_id_of("EVENT1") == "CLIP0"


def test_keyframes_ten_seconds_apart() -> None:
    house = House()
    house.keyframe_interval_s = 10.0
    house.run(0, 14)
    house.move(14)
    house.run(14, 100, house.still_moves)
    house.run(100, 120)
    spans = [house.span_of(clip) for clip in house.clips]
    assert spans == [(0.0, 59.9), (60.0, 107.8)]


@hypothesis_settings(deadline=None, max_examples=50)
@given(
    keyframe_interval_s=st.sampled_from([0.5, 1.0, 2.0, 4.0, 10.0]),
    frames_per_s=st.sampled_from([2, 5]),
    pre_roll_s=st.sampled_from([0.0, 5.0, 8.0]),
    post_roll_s=st.sampled_from([1.0, 8.0]),
    longest_s=st.sampled_from([10.0, 30.0, 60.0]),
    moving=st.lists(st.tuples(st.floats(0, 90), st.floats(0, 40)), min_size=1, max_size=3),
)
def test_the_seams_hold_for_any_camera_and_any_motion(
    keyframe_interval_s: float,
    frames_per_s: int,
    pre_roll_s: float,
    post_roll_s: float,
    longest_s: float,
    moving: list[tuple[float, float]],
) -> None:
    house = House(
        RecordSettings(pre_roll_s=pre_roll_s, post_roll_s=post_roll_s, longest_clip_s=longest_s), keep_s=pre_roll_s + 2
    )
    house.keyframe_interval_s, house.frames_per_s = keyframe_interval_s, frames_per_s
    motions: list[float] = []

    def look(at_s: float) -> None:
        if any(start <= at_s <= start + length for start, length in moving):
            (house.still_moves if motions else house.move)(at_s)
            motions.append(at_s)

    house.run(0, 140, look)
    house.tell(house.recorder.stop())
    contents = [house.packets_of(clip) for clip in house.clips]
    for clip, packets in zip(house.clips, contents, strict=True):
        # Each clip is one stretch of what was sent, without a gap, from a keyframe on.
        start = house.sent.index(packets[0])
        assert packets == house.sent[start : start + len(packets)]
        assert packets[0].is_keyframe
        assert packets[-1].dts_s - packets[0].dts_s < longest_s + keyframe_interval_s
        if clip.outcome.end is ClipEnd.COMPLETE:
            last_motion_s = max(at_s for at_s in motions if at_s <= packets[-1].dts_s)
            end_dts_s = house.disk.files[clip.name].end_dts_s
            assert end_dts_s is not None
            assert end_dts_s - last_motion_s > post_roll_s - 1e-6
    # A continuation begins with the very next packet.
    for (before, after), clip in zip(pairwise(contents), house.clips[1:], strict=True):
        if clip.identity.continues_clip_id is not None:
            assert house.sent.index(after[0]) == house.sent.index(before[-1]) + 1
    recorded = {id(packet) for packets in contents for packet in packets}
    for at_s in motions:
        around = [p for p in house.sent if at_s - pre_roll_s <= p.dts_s < at_s + post_roll_s]
        assert all(id(packet) in recorded for packet in around)


def test_no_keyframe_for_a_minute_too_long_ends_the_clip_and_waits_for_one() -> None:
    house = House()
    house.keyframe_interval_s = 1000.0
    house.run(0, 10)
    house.move(10)
    house.run(10, 150, house.still_moves)
    (clip,) = house.clips
    assert clip.outcome.end is ClipEnd.LONGEST
    assert house.span_of(clip) == (0.0, 119.9)
    house.send(150_000, key=True)
    house.send(150_100, key=False)
    house.tell(house.recorder.stop())
    assert house.span_of(house.clips[1]) == (150.0, 150.1)
    assert house.clips[1].identity.continues_clip_id == "CLIP0"


def test_motion_before_the_first_keyframe_is_recorded_from_that_keyframe_on() -> None:
    house = House()
    house.send(100, key=False)
    house.move(0.1)
    house.send(200, key=False)
    house.run(1.0, 20)
    (clip,) = house.clips
    assert house.span_of(clip)[0] == 1.0


def test_the_last_motion_before_the_camera_dies_is_kept() -> None:
    house = House()
    house.run(0, 10)
    house.move(9.9)
    house.tell(house.recorder.source_lost())
    (clip,) = house.clips
    assert house.span_of(clip) == (4.0, 9.9)
    assert clip.outcome.end is ClipEnd.SOURCE_LOST
    house.run(50, 70)
    assert len(house.clips) == 1


def test_another_format_splits_the_clip_and_what_is_wanted_goes_on_by_the_new_clock() -> None:
    house = House()
    house.run(0, 10)
    house.move(9.9)
    house.run(10, 12)
    house.tell(house.recorder.format_changed((LARGER,)))
    house.run(500.5, 520)
    before, after = house.clips
    assert before.outcome.end is ClipEnd.FORMAT_CHANGED
    assert house.span_of(before) == (4.0, 11.9)
    # 6 s were left to record, counted from the first packet on; the clip begins at the first keyframe.
    assert house.span_of(after) == (501.0, 506.4)
    assert after.identity.continues_clip_id == before.identity.clip_id
    assert [house.disk.files[clip.name].formats for clip in (before, after)] == [(VIDEO,), (LARGER,)]


def test_motion_that_waits_for_room_outlives_a_change_of_format() -> None:
    house = House()
    house.tell(house.recorder.allow(False))
    house.run(5_000, 5_010)
    house.move(5_009.9)
    house.tell(house.recorder.format_changed((LARGER,)))
    house.tell(house.recorder.allow(True))
    house.run(20, 40)
    (clip,) = house.clips
    assert house.span_of(clip) == (20.0, pytest.approx(27.9, abs=0.11))
    assert clip.identity.motion_offset_s == 0.0


def test_the_same_format_again_changes_nothing() -> None:
    house = House()
    house.run(0, 10)
    house.move(9.9)
    house.tell(house.recorder.format_changed((VIDEO,)))
    house.run(10, 20)
    assert len(house.clips) == 1


def test_stopping_closes_the_clip() -> None:
    house = House()
    house.run(0, 10)
    house.move(9.9)
    house.run(10, 11)
    house.tell(house.recorder.stop())
    assert [clip.outcome.end for clip in house.clips] == [ClipEnd.STOPPED]


def test_recording_on_request_takes_the_pre_roll_along() -> None:
    house = House()
    house.run(0, 10)
    house.tell(house.recorder.record_now(7, 20.0, ARRIVAL_S + 10))
    house.run(10, 40)
    assert house.answers == [Answer(request_id=7)]
    (clip,) = house.clips
    assert house.span_of(clip) == (4.0, 29.8)
    assert clip.identity.reason is ClipReason.REQUESTED
    assert (clip.request_id, clip.strongest_at_s, clip.outcome.score) == (7, None, 0.0)


def test_a_request_during_motion_makes_the_open_clip_last() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)
    house.run(10, 12)
    house.tell(house.recorder.record_now(7, 30.0, ARRIVAL_S + 12))
    house.run(12, 60)
    (clip,) = house.clips
    assert house.span_of(clip) == (4.0, 41.8)
    assert (clip.identity.reason, clip.request_id) == (ClipReason.MOTION, 7)


def test_the_last_seconds_are_kept_also_while_a_clip_is_open() -> None:
    house = House(keep_s=10)
    house.run(0, 20)
    house.move(20)
    house.run(20, 22)
    house.tell(house.recorder.keep_last(3, 8.0))
    house.run(22, 40)
    missed, moved = house.clips
    assert house.span_of(missed) == (13.0, 21.9)
    assert (missed.identity.reason, missed.request_id) == (ClipReason.MISSED, 3)
    assert missed.outcome.end is ClipEnd.COMPLETE
    assert house.span_of(moved) == (14.0, 27.8)
    assert house.answers == [Answer(request_id=3)]


def test_nothing_is_kept_of_a_camera_that_sent_nothing() -> None:
    house = House()
    house.tell(house.recorder.keep_last(3, 8.0))
    assert house.answers == [Answer(request_id=3, problem="nothing_kept")]


def test_a_full_disk_ends_the_clip_and_recording_resumes_within_the_same_event() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)
    house.run(10, 15, house.still_moves)
    house.disk.is_full = True
    house.run(15, 26, house.still_moves)
    house.disk.is_full = False
    house.run(26, 40, house.still_moves)
    house.run(40, 60)
    cut, resumed = house.clips
    assert cut.outcome.end is ClipEnd.STORAGE_FULL
    assert house.span_of(cut) == (4.0, 14.9)
    assert resumed.outcome.end is ClipEnd.COMPLETE
    # Tried at 25 s in vain, and again 10 s later.
    assert house.span_of(resumed) == (35.0, 47.8)
    assert [each.fault for each in house.failures] == [RecordingFault.DISK_FULL] * 2
    assert house.recorder.clip_id_of("EVENT1") == cut.identity.clip_id


def test_a_broken_disk_leaves_no_file_without_content() -> None:
    house = House()
    house.run(0, 10)
    house.disk.is_broken = True
    house.move(10)
    assert house.disk.files == {}
    assert [each.fault for each in house.failures] == [RecordingFault.DISK_ERROR]
    house.run(10, 40)
    assert house.clips == []


def test_a_disk_that_fills_up_at_the_very_end_of_a_clip() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)
    house.run(10, 17.9)
    house.disk.is_full = True
    house.tell(house.recorder.stop())
    assert [clip.outcome.end for clip in house.clips] == [ClipEnd.STORAGE_FULL]


def test_keeping_the_last_seconds_on_a_full_disk_is_refused_without_a_trace() -> None:
    house = House()
    house.run(0, 10)
    house.disk.is_full = True
    house.tell(house.recorder.keep_last(3, 5.0))
    assert house.answers == [Answer(request_id=3, problem="storage_full")]
    assert [each.fault for each in house.failures] == [RecordingFault.DISK_FULL]
    house.tell(house.recorder.record_now(4, 5.0, ARRIVAL_S + 10))
    assert house.answers[-1] == Answer(request_id=4, problem="storage_full")
    assert house.disk.files == {}


def test_without_room_nothing_is_recorded_until_there_is() -> None:
    house = House()
    house.tell(house.recorder.allow(False))
    house.run(0, 10)
    house.move(10)
    house.tell(house.recorder.record_now(1, 5.0, ARRIVAL_S + 10))
    house.tell(house.recorder.keep_last(2, 5.0))
    assert [answer.problem for answer in house.answers] == ["storage_full"] * 2
    assert [each.fault for each in house.failures] == [RecordingFault.NOT_ALLOWED]
    house.run(10, 13)
    house.tell(house.recorder.allow(True))
    house.run(13, 30)
    (clip,) = house.clips
    assert house.span_of(clip) == (4.0, 17.8)


def test_room_that_runs_out_closes_the_clip_and_the_event_goes_on_when_there_is_room() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)
    house.run(10, 15, house.still_moves)
    house.tell(house.recorder.allow(False))
    house.run(15, 20, house.still_moves)
    house.tell(house.recorder.allow(True))
    house.run(20, 40)
    assert [clip.outcome.end for clip in house.clips] == [ClipEnd.STORAGE_FULL, ClipEnd.COMPLETE]
    assert house.span_of(house.clips[1]) == (20.0, 27.8)


def test_a_motion_that_ended_without_room_leaves_nothing_behind() -> None:
    house = House()
    house.tell(house.recorder.allow(False))
    house.run(0, 10)
    house.move(10)
    house.run(10, 30)
    house.tell(house.recorder.allow(True))
    house.run(30, 40)
    assert house.clips == []
    house.move(40)
    house.run(40, 60)
    (clip,) = house.clips
    assert clip.identity.motion_offset_s == pytest.approx(5.9)


def test_sound_goes_into_the_clip_that_is_open_when_it_arrives() -> None:
    house = House(RecordSettings(longest_clip_s=10))
    house.run(0, 10)
    house.move(10)

    def speak(at_s: float) -> None:
        house.still_moves(at_s)
        house.send(round(at_s * 1000) - 20, key=True, medium=Medium.AUDIO)

    house.run(10, 40, speak)
    house.tell(house.recorder.stop())
    contents = [packet for clip in house.clips for packet in house.packets_of(clip)]
    start = house.sent.index(contents[0])
    assert contents == house.sent[start:]
    assert len(house.clips) == 4


def test_new_settings_apply_from_the_next_decision_on() -> None:
    house = House()
    house.run(0, 10)
    house.recorder.change(RecordSettings(pre_roll_s=2, post_roll_s=3))
    house.move(9.9)
    house.run(10, 30)
    assert house.span_of(house.clips[0]) == (7.0, 12.8)


def test_a_clip_that_ends_before_its_event_does_says_what_it_saw_of_it() -> None:
    """By default the quiet time is longer than the post-roll: there would hardly ever be an event in a clip."""
    house = House()
    house.run(0, 10)
    house.move(10)
    house.event = house.event_until(11)
    house.run(10, 30)
    (clip,) = house.clips
    assert clip.events == (house.event,)


def test_an_event_longer_than_a_clip_is_in_each_as_it_was_then() -> None:
    house = House()
    house.run(0, 10)
    house.move(10)

    def go_on(at_s: float) -> None:
        house.still_moves(at_s)
        house.event = house.event_until(at_s)

    house.run(10, 80, go_on)
    house.run(80, 100)
    first, second = house.clips
    assert [event.last_motion_at_s - ARRIVAL_S for event in first.events] == [pytest.approx(63.9)]
    assert [event.last_motion_at_s - ARRIVAL_S for event in second.events] == [pytest.approx(79.9)]


def test_an_event_that_was_over_before_a_clip_began_is_not_in_it() -> None:
    house = House(RecordSettings(pre_roll_s=0))
    house.run(0, 10)
    house.move(10)
    house.run(10, 25)
    house.tell(house.recorder.record_now(7, 10, ARRIVAL_S + 25))
    house.run(25, 26)
    house.calm(10)
    house.run(26, 40)
    assert [len(clip.events) for clip in house.clips] == [0, 0]


def test_somebody_is_stronger_than_any_light() -> None:
    house = House()
    house.run(0, 10)
    house.move(10, 0.6, Kind.OTHER)
    house.run(10, 12)
    house.move(12, 1.0, Kind.LIGHT)
    assert house.recorder.strongest_at_s == ARRIVAL_S + 10
    house.run(12, 40)
    (clip,) = house.clips
    assert (clip.outcome.kind, clip.outcome.score, clip.strongest_at_s) == (Kind.OTHER, 0.6, ARRIVAL_S + 10)


def test_what_does_not_alert_is_recorded_for_as_long_as_it_goes_on() -> None:
    house = House()
    house.run(0, 10)
    house.move(10, 0.9, Kind.LIGHT)
    house.run(10, 35, house.still_flickers)
    house.run(35, 60)
    (clip,) = house.clips
    # The post-roll counts from its end, not from its start.
    assert house.span_of(clip) == (4.0, pytest.approx(42.8, abs=0.06))
    assert clip.outcome.end is ClipEnd.COMPLETE


def test_what_does_not_alert_fills_one_clip_and_no_more() -> None:
    house = House(RecordSettings(longest_clip_s=30))
    house.run(0, 10)
    house.move(10, 0.9, Kind.SCREEN)
    house.run(10, 300, house.still_flickers)
    (clip,) = house.clips
    assert house.span_of(clip) == (4.0, pytest.approx(33.9, abs=0.06))
    # Whoever comes while it plays is recorded all the same.
    house.move(300)
    house.run(300, 320, house.still_flickers)
    house.run(320, 340)
    assert len(house.clips) == 2
    assert house.span_of(house.clips[1])[0] == 294.0


def test_a_demoted_event_whose_clip_failed_is_recorded_once_the_disk_takes_it() -> None:
    house = House()
    house.run(0, 10)
    house.disk.is_full = True
    house.move(10, 0.9, Kind.LIGHT)
    house.run(10, 15, house.still_flickers)
    house.disk.is_full = False
    house.run(15, 30, house.still_flickers)
    house.run(30, 50)
    assert [failure.fault for failure in house.failures] == [RecordingFault.DISK_FULL]
    assert len(house.clips) == 1


def test_a_clip_is_of_the_kind_that_its_event_turned_out_to_be_and_an_earlier_events_kind_stays() -> None:
    kinds = []
    for since_s in (20.0, 24.0):
        world = House()
        world.run(0, 20)
        world.move(20.0, score=0.6, kind=Kind.OTHER)
        world.recorder.motion_named(ARRIVAL_S + since_s, Kind.CURTAIN)
        world.run(20, 60)
        (clip,) = world.clips
        kinds.append(clip.outcome.kind)
    assert kinds == [Kind.CURTAIN, Kind.OTHER]
