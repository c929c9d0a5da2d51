"""What begins an event comes from somewhere or goes somewhere; what fills its place at a stroke does neither."""

import pytest

from custom_components.localcam.engine.detect.features import FEATURES_VERSION
from custom_components.localcam.engine.detect.onset import BOUND_S, GREW_S, Course, begins
from custom_components.localcam.engine.detect.place import Place
from custom_components.localcam.engine.motion import Features

SMALLEST = 0.001
STROLLS = {
    "area": 0.01,
    "advancing": 0.002,
    "entering": 0.0,
    "cluster": 0.002,
    "contrast": 2.0,
    "brightened": 0.02,
    "lighting": 0.0,
}


def features(**changed: float) -> Features:
    return Features(version=FEATURES_VERSION, values={**STROLLS, **changed})


def test_what_moves_mostly_where_it_moved_before_does_not_begin() -> None:
    assert begins(features(), SMALLEST, stays=False)
    assert not begins(features(area=0.05), SMALLEST, stays=False)


def test_what_stays_in_its_box_must_move_much_more_in_new_places() -> None:
    assert not begins(features(), SMALLEST, stays=True)
    assert begins(features(advancing=0.004), SMALLEST, stays=True)


def test_a_box_that_was_full_from_the_first_picture_on_is_stayed_in() -> None:
    course = Course()
    for at_s in (0.0, 0.1, 0.2):
        course.see(Place(5, 5, 9, 9), at_s)
        assert not course.moves(features(), SMALLEST, at_s, going_on=False)


def test_who_leaves_the_box_moves_until_a_moment_later() -> None:
    course = Course()
    course.see(Place(5, 5, 9, 6), 0.0)
    course.see(Place(5, 5, 9, 7), 0.1)
    assert course.moves(features(), SMALLEST, 0.1, going_on=False)
    course.see(Place(5, 5, 9, 7), 0.2 + GREW_S)
    assert not course.moves(features(), SMALLEST, 0.2 + GREW_S, going_on=False)


def test_after_a_pause_the_box_is_forgotten() -> None:
    course = Course()
    course.see(Place(0, 0, 22, 39), 0.0)
    course.see(Place(5, 5, 9, 6), 5.0)
    course.see(Place(5, 5, 9, 7), 5.1)
    assert course.moves(features(), SMALLEST, 5.1, going_on=False)


def test_what_got_nowhere_before_a_pause_is_expected_in_the_same_place_after_it() -> None:
    course = Course()
    course.see(Place(5, 5, 9, 9), 0.0)
    course.see(Place(5, 5, 9, 9), BOUND_S + 1)
    later_s = BOUND_S + 9
    course.see(Place(5, 5, 9, 6), later_s)
    course.see(Place(5, 5, 9, 7), later_s + 0.1)
    assert not course.moves(features(), SMALLEST, later_s + 0.1, going_on=False)
    course.see(Place(5, 5, 9, 14), later_s + 0.2)
    assert course.moves(features(), SMALLEST, later_s + 0.2, going_on=False)


def stirred(**faint: float) -> Course:
    """After a picture at 0 s that shows too little of something high."""
    course = Course()
    course.see(Place(4, 11, 11, 13), 0.0)
    course.rest(features(**faint), SMALLEST, 0.0)
    return course


def test_what_stirred_in_its_whole_height_must_move_much_more_in_new_places() -> None:
    course = stirred()
    course.see(Place(5, 11, 13, 13), 0.1)
    assert not course.moves(features(), SMALLEST, 0.1, going_on=False)
    course.see(Place(5, 11, 14, 13), 0.2)
    assert course.moves(features(advancing=0.004), SMALLEST, 0.2, going_on=False)


def test_who_gets_away_from_where_they_stirred_begins() -> None:
    course = stirred()
    course.see(Place(5, 13, 13, 17), 0.1)
    assert course.moves(features(), SMALLEST, 0.1, going_on=False)


def test_who_is_followed_through_several_pictures_does_not_sway() -> None:
    course = stirred()
    course.see(Place(5, 11, 13, 13), 0.1)
    assert course.moves(features(), SMALLEST, 0.1, going_on=True)


@pytest.mark.parametrize("faint", [{"entering": 0.001}, {"lighting": 1.0}])
def test_nothing_is_known_to_hang_where_somebody_came_in_or_the_light_changed(faint: dict[str, float]) -> None:
    course = stirred(**faint)
    course.see(Place(5, 11, 13, 13), 0.1)
    assert course.moves(features(), SMALLEST, 0.1, going_on=False)


def test_after_a_pause_what_stirred_is_forgotten() -> None:
    course = stirred()
    course.see(Place(5, 11, 12, 13), 5.0)
    assert not course.moves(features(area=0.05), SMALLEST, 5.0, going_on=False)
    course.see(Place(5, 11, 13, 13), 5.1)
    assert course.moves(features(), SMALLEST, 5.1, going_on=False)


def test_somebody_is_sure_when_two_pictures_in_a_row_stand_out() -> None:
    course = Course()
    strong = features(advancing=0.01, cluster=0.003, contrast=6.0)
    course.moves(strong, SMALLEST, 0.0, going_on=False)
    assert not course.sure
    course.moves(strong, SMALLEST, 0.1, going_on=False)
    assert course.sure
    course.moves(features(), SMALLEST, 0.2, going_on=False)
    assert not course.sure
