"""Hostile cameras get nowhere, and the good ones beside them do not notice (short form of `scripts/fault hostile`)."""

import pytest

from .as_program import outcome_of


@pytest.mark.timeout(180)
def test_hostile_cameras_get_nowhere() -> None:
    outcome = outcome_of("hostile")

    assert outcome["violated"] == []
    assert outcome["tried"]["addresses"] >= 300
    assert outcome["tried"]["leads_elsewhere"] >= 100
    assert all(count > 0 for count in outcome["tried"].values())


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_nor_do_they_with_a_million_packets() -> None:
    assert outcome_of("hostile", long=True)["violated"] == []
