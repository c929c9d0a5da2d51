"""A camera's password is nowhere but in its config entry (short form of `scripts/fault canary`)."""

import pytest

from .as_program import outcome_of

pytestmark = [pytest.mark.process, pytest.mark.rtsp]


@pytest.mark.timeout(180)
def test_the_password_is_nowhere() -> None:
    outcome = outcome_of("canary")

    assert outcome["violated"] == []
    assert all(count > 0 for count in outcome["tried"].values())


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_nor_is_it_after_ten_lives() -> None:
    assert outcome_of("canary", long=True)["violated"] == []
