"""How long a lost camera is left alone."""

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.backoff import CRASH_STEPS_S, Backoff


def test_waits_grow_to_a_quarter_of_a_minute_and_start_over_after_a_good_run() -> None:
    backoff = Backoff(random=lambda: 0.5)

    assert [backoff.next_s() for _ in range(7)] == [1, 2, 4, 8, 15, 15, 15]
    backoff.reset()
    assert backoff.next_s() == 1


def test_a_worker_that_died_is_missed_at_once_and_one_that_keeps_dying_is_left_alone_for_up_to_five_minutes() -> None:
    backoff = Backoff(lambda: 0.5, CRASH_STEPS_S)

    assert [backoff.next_s() for _ in range(12)] == [0, 0.25, 2, 4, 8, 15, 30, 60, 120, 300, 300, 300]


@given(st.floats(0, 1))
def test_jitter_stays_within_a_fifth(luck: float) -> None:
    backoff = Backoff(random=lambda: luck)

    for step_s in (1, 2, 4, 8, 15, 15):
        assert backoff.next_s() == pytest.approx(step_s, rel=0.2 + 1e-9)
