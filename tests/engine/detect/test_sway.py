"""What hangs or stands and begins to sway does so faintly, in its whole height, and turns back: somebody does not."""

import pytest

from custom_components.localcam.engine.detect.place import Place
from custom_components.localcam.engine.detect.sway import COMES_IN_S, HIGH, LONGEST_S, REACH, TURNS_S, Sway

CURTAIN = Place(4, 11, 4 + HIGH - 1, 13)
LOOK_S = 0.1


def stirred(place: Place = CURTAIN, *, comes_in: bool = False) -> Sway:
    """Something that stirred faintly there at 0 s."""
    sway = Sway()
    sway.stirs(place, 0.0, comes_in=comes_in)
    return sway


def test_what_first_stirs_faintly_in_its_whole_height_may_sway() -> None:
    assert stirred().may_be(CURTAIN, LOOK_S, comes_in=False, begins=True)


def test_what_shows_at_once_does_not() -> None:
    sway = Sway()
    assert not sway.may_be(CURTAIN, 0.0, comes_in=False, begins=True)
    sway.stirs(CURTAIN, LOOK_S, comes_in=False)
    assert not sway.may_be(CURTAIN, 2 * LOOK_S, comes_in=False, begins=True)


def test_what_stirs_in_a_few_rows_is_somebody_small() -> None:
    pet = CURTAIN._replace(bottom=CURTAIN.bottom - 1)
    assert not stirred(pet).may_be(pet, LOOK_S, comes_in=False, begins=True)


@pytest.mark.parametrize("side", ["top", "left", "bottom", "right"])
def test_who_gets_beyond_its_reach_does_not_sway(side: str) -> None:
    way = REACH if side in {"bottom", "right"} else -REACH
    within = CURTAIN._replace(**{side: getattr(CURTAIN, side) + way})
    beyond = within._replace(**{side: getattr(within, side) + way // REACH})
    assert stirred().may_be(within, LOOK_S, comes_in=False, begins=True)
    sway = stirred()
    assert not sway.may_be(beyond, LOOK_S, comes_in=False, begins=True)
    assert not sway.may_be(CURTAIN, 2 * LOOK_S, comes_in=False, begins=True)


def test_its_place_is_as_large_as_what_stirred_in_it_and_began_nothing() -> None:
    sway = stirred()
    lower = CURTAIN._replace(bottom=CURTAIN.bottom + REACH)
    sway.stirs(lower, LOOK_S, comes_in=False)
    assert sway.may_be(lower._replace(bottom=lower.bottom + REACH), 2 * LOOK_S, comes_in=False, begins=False)
    lowest = lower._replace(bottom=lower.bottom + 2 * REACH)
    assert sway.may_be(lowest, 3 * LOOK_S, comes_in=False, begins=True)


def test_who_came_in_over_the_pictures_edge_a_moment_ago_does_not_sway() -> None:
    assert not stirred(comes_in=True).may_be(CURTAIN, LOOK_S, comes_in=False, begins=True)
    assert not stirred().may_be(CURTAIN, LOOK_S, comes_in=True, begins=True)
    sway = stirred(comes_in=True)
    sway.stirs(CURTAIN, COMES_IN_S, comes_in=False)
    assert sway.may_be(CURTAIN, COMES_IN_S + LOOK_S, comes_in=False, begins=True)


def test_who_goes_on_in_every_picture_is_told_half_a_second_later() -> None:
    sway = stirred()
    times_s = [LOOK_S * look for look in range(1, 10)]
    told = [at_s for at_s in times_s if not sway.may_be(CURTAIN, at_s, comes_in=False, begins=True)]
    assert told[0] == pytest.approx(LOOK_S + TURNS_S)


@pytest.mark.parametrize("faintly", [True, False])
def test_what_turns_back_is_not(faintly: bool) -> None:
    sway = stirred()
    for look in range(1, round(LONGEST_S / LOOK_S)):
        at_s = LOOK_S * look
        if look % 4:
            assert sway.may_be(CURTAIN, at_s, comes_in=False, begins=True)
        elif faintly:
            sway.stirs(CURTAIN, at_s, comes_in=False)
        else:
            assert sway.may_be(CURTAIN, at_s, comes_in=False, begins=False)


def test_who_still_goes_on_now_and_then_is_told_in_the_end() -> None:
    sway = stirred()
    assert sway.may_be(CURTAIN, LOOK_S, comes_in=False, begins=True)
    sway.stirs(CURTAIN, 2 * LOOK_S, comes_in=False)
    assert sway.may_be(CURTAIN, LONGEST_S, comes_in=False, begins=True)
    sway.stirs(CURTAIN, LONGEST_S + LOOK_S / 2, comes_in=False)
    assert not sway.may_be(CURTAIN, LONGEST_S + LOOK_S, comes_in=False, begins=True)


def test_what_is_known_to_get_somewhere_never_sways_again() -> None:
    sway = stirred()
    sway.goes_on()
    sway.stirs(CURTAIN, LOOK_S, comes_in=False)
    assert not sway.may_be(CURTAIN, 2 * LOOK_S, comes_in=False, begins=True)
