"""The laws of repaired timestamps, whatever a camera sends."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.ingest.timestamps import LONGEST_STEP_S, WRAP_TICKS, TimestampRepair

CLOCK = Fraction(1, 90_000)
FRAME = 6_000
HEAD_START = 90_000

ticks = st.none() | st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-100_000, 3_000_000)
packets = st.lists(st.tuples(ticks, ticks, st.integers(-5, 1 << 40), st.floats(0, 30)), max_size=40)


def repaired(
    stamps: Sequence[tuple[int | None, int | None]], duration: int = FRAME, time_base: Fraction = CLOCK
) -> list[tuple[int, int]]:
    repair = TimestampRepair(time_base)
    return [repair.repair(pts, dts, duration, 100 + n / 15) for n, (pts, dts) in enumerate(stamps)]


@given(packets, st.sampled_from([CLOCK, Fraction(1, 8_000), Fraction(1, 1_000_000), Fraction(1, 1_000)]))
def test_decoding_times_grow_and_no_picture_is_shown_before_it_is_decoded(
    sent: list[tuple[int | None, int | None, int, float]], time_base: Fraction
) -> None:
    repair = TimestampRepair(time_base)
    now_s, out = 0.0, []
    for pts, dts, duration, waited_s in sent:
        now_s += waited_s
        out.append(repair.repair(pts, dts, duration, now_s))
    assert all(pts >= dts for pts, dts in out)
    assert all(later > earlier for (_, earlier), (_, later) in pairwise(out))
    assert all((pts - dts) * time_base <= LONGEST_STEP_S for pts, dts in out)


@given(st.integers(0, 1 << 32), st.lists(st.integers(1, 9 * 90_000), max_size=30), st.integers(0, 90_000))
def test_good_timestamps_are_only_shifted(first: int, steps: list[int], reordered: int) -> None:
    dts = [first]
    for step in steps:
        dts.append(dts[-1] + step)
    out = repaired([(each + reordered, each) for each in dts])
    assert out == [(each + reordered + HEAD_START, each + HEAD_START) for each in dts]


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_wrap_at_33_bits_is_not_seen(before: int, after: int) -> None:
    true = [WRAP_TICKS + n * FRAME for n in range(-before, after)]
    out = repaired([(each % WRAP_TICKS, each % WRAP_TICKS) for each in true])
    assert [later - earlier for (_, earlier), (_, later) in pairwise(out)] == [FRAME] * (len(true) - 1)


def test_pictures_shown_across_a_wrap_keep_their_distance() -> None:
    true = [WRAP_TICKS + n * FRAME for n in range(-3, 3)]
    out = repaired([((each + 2 * FRAME) % WRAP_TICKS, each % WRAP_TICKS) for each in true])
    assert {pts - dts for pts, dts in out} == {2 * FRAME}


@pytest.mark.parametrize("jump_s", [-86_400, -30, -2, 11, 3_600])
def test_after_a_jump_the_timeline_goes_on_where_it_was(jump_s: int) -> None:
    steady = [n * FRAME for n in range(5)]
    jumped = [dts + jump_s * 90_000 for dts in range(5 * FRAME, 10 * FRAME, FRAME)]
    out = repaired([(dts, dts) for dts in steady + jumped])
    assert [dts - HEAD_START for _, dts in out] == [n * FRAME for n in range(10)]


def test_a_camera_that_repeats_its_timestamps_is_timed_by_its_durations() -> None:
    out = repaired([(0, 0)] * 5)
    assert [dts for _, dts in out] == [HEAD_START + n * FRAME for n in range(5)]


def test_a_camera_without_any_times_is_timed_by_arrival() -> None:
    out = repaired([(None, None)] * 30, duration=0)
    assert out[-1][1] - out[1][1] == pytest.approx(28 / 15 * 90_000, abs=90)


def test_jitter_is_smoothed_and_does_not_accumulate() -> None:
    out = repaired([(dts, dts) for dts in (0, 6_000, 5_990, 12_000, 18_000)])
    assert out[-1] == (18_000 + HEAD_START, 18_000 + HEAD_START)


def test_the_first_pictures_of_a_stream_with_b_frames_find_room() -> None:
    """As RTSP gives them: presentation times alone first, both times once reordering was understood."""
    out = repaired([(None, None), (36_000, None), (9_000, 9_000), (18_000, 18_000), (27_000, 27_000)], 9_000)
    shown = [pts for pts, _ in out]
    assert shown == [HEAD_START + each for each in (0, 36_000, 9_000, 18_000, 27_000)]


def test_a_camera_that_names_its_timeline_late_is_followed_there() -> None:
    """Otherwise sound, which named it at once, would be an hour away from the pictures."""
    out = repaired([(None, None), (324_000_000, 324_000_000)])
    assert out[1] == (324_000_000 + HEAD_START, 324_000_000 + HEAD_START)


def test_presentation_times_alone_are_enough_and_their_jumps_are_seen() -> None:
    out = repaired([(n * FRAME, None) for n in range(5)] + [(10**9 + n * FRAME, None) for n in range(5)])
    assert out[-1][1] - out[0][1] == 9 * FRAME
