"""Which report tells of an onset, and how late."""

import pytest

from benchmarks.latency import COMING_S, PATIENCE_S, delay_s


def test_the_first_report_after_an_onset_tells_of_it() -> None:
    assert delay_s([3.0, 10.25, 11.0], 10.0) == 0.25


def test_somebody_told_of_while_they_come_in_is_told_of_without_delay() -> None:
    assert delay_s([10.0 - COMING_S / 2], 10.0) == 0


@pytest.mark.parametrize("at_s", [10.0 - 2 * COMING_S, 10.0 + PATIENCE_S])
def test_what_was_told_long_before_or_after_is_something_else(at_s: float) -> None:
    assert delay_s([at_s], 10.0) is None
