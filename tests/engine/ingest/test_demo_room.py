"""The simulated room is believable, repeatable, and its truth is what its pictures show."""

import numpy as np
import pytest

from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_script import CYCLE_S, Act, DemoAct, DemoScript, standard_cycle
from custom_components.localcam.engine.motion import Kind


def act(what: Act, from_s: float, until_s: float, *, depth: int = 1) -> DemoAct:
    return DemoAct(act=what, from_s=from_s, until_s=until_s, depth=depth)


def blurred(luma: np.ndarray) -> np.ndarray:
    """Without the sensor's noise: means of 8x8 pixels."""
    return luma.astype(np.float32).reshape(45, 8, 80, 8).mean(axis=(1, 3))


def test_a_picture_is_planar_yuv420_of_the_size_asked_for_in_limited_range() -> None:
    luma, cb, cr = DemoRoom(1, 320, 180).picture(12.0)
    assert (luma.shape, cb.shape, cr.shape) == ((180, 320), (90, 160), (90, 160))
    assert {plane.dtype for plane in (luma, cb, cr)} == {np.dtype(np.uint8)}
    assert DemoRoom(1).picture(3.0)[0].std() > 30  # something to see


@pytest.mark.parametrize("at_s", [2.0, 12.0, 34.0, 60.0, 70.0, 83.0, 108.0])
def test_the_same_seed_and_instant_give_the_same_picture(at_s: float) -> None:
    one, other = DemoRoom(5), DemoRoom(5)
    other.picture(at_s - 1)
    for first, second in zip(one.picture(at_s), other.picture(at_s), strict=True):
        assert (first == second).all()


def test_another_seed_is_another_room() -> None:
    assert (DemoRoom(1).picture(2.0)[0] != DemoRoom(2).picture(2.0)[0]).mean() > 0.5
    assert standard_cycle(1, 0) != standard_cycle(2, 0)


def test_nothing_but_noise_moves_in_an_empty_room() -> None:
    room = DemoRoom(1, script=DemoScript(()))
    first = room.picture(1.0)[0].copy()
    second = room.picture(9.0)[0]
    assert (first != second).mean() > 0.3
    assert np.abs(blurred(first) - blurred(second)).max() < 2


def test_a_person_is_where_the_walk_says_and_casts_no_trace_afterwards() -> None:
    room = DemoRoom(1, script=DemoScript((act(Act.PERSON, 2, 9, depth=2),)))
    empty = blurred(room.picture(1.0)[0])
    middle = np.abs(blurred(room.picture(5.5)[0]) - empty) > 6
    rows, columns = np.nonzero(middle)
    assert 35 < columns.mean() < 45
    assert rows.max() - rows.min() > 22  # about half the picture's height
    assert np.abs(blurred(room.picture(9.5)[0]) - empty).max() < 2


def test_the_coffee_table_hides_the_feet_of_whoever_walks_behind_it() -> None:
    def changed(depth: int) -> int:
        room = DemoRoom(1, script=DemoScript((act(Act.PERSON, 2, 9, depth=depth),)))
        empty = room.picture(1.0)[0][266:290, 240:360].astype(int)
        return int((np.abs(room.picture(5.5)[0][266:290, 240:360] - empty) > 12).sum())

    assert changed(0) < 40 < changed(2)


def test_night_is_grey_and_noisy() -> None:
    room = DemoRoom(1, script=DemoScript((act(Act.NIGHT, 5, 50),)))
    day_noise = np.diff(np.stack([room.picture(at_s)[0] for at_s in (2.0,)]).astype(int)[0, 20:30, 450:560]).std()
    _, cb, cr = room.picture(20.0)
    assert (cb == 128).all()
    assert (cr == 128).all()
    assert np.diff(room.picture(20.0)[0][20:30, 450:560].astype(int)).std() > 1.5 * day_noise


def test_a_lamp_brightens_the_room_and_the_exposure_settles() -> None:
    room = DemoRoom(1, script=DemoScript((act(Act.LAMP, 5, 50),)))
    before, at_once, later = (float(room.picture(at_s)[0].mean()) for at_s in (4.0, 5.05, 12.0))
    assert before < later < at_once


@pytest.mark.parametrize(("what", "box"), [(Act.TV, (118, 190, 382, 508)), (Act.CURTAIN, (26, 212, 182, 222))])
def test_television_and_curtain_move_in_their_own_place(what: Act, box: tuple[int, int, int, int]) -> None:
    room = DemoRoom(1, script=DemoScript((act(what, 2, 40),)))
    one, other = (room.picture(at_s)[0].astype(int) for at_s in (10.0, 10.8))
    top, bottom, left, right = box
    moved = np.abs(one - other) > 12
    assert moved[top:bottom, left:right].sum() > 200
    inside = moved[top:bottom, left:right].sum()
    assert inside > 0.9 * moved.sum()


def test_somebody_walks_through_soon_after_the_start_and_then_it_is_quiet() -> None:
    for seed in range(1, 30):
        room = DemoRoom(seed, 64, 36)
        moving = [room.truth(at_s).moving for at_s in range(30)]
        assert not any(moving[:8])
        assert all(moving[11:14])
        assert not any(moving[18:])


def test_the_programme_repeats_with_variations() -> None:
    script = DemoScript(seed=3)
    first, second = script.acts(1.0), script.acts(CYCLE_S + 1.0)
    assert [one.act for one in first] == [one.act for one in second]
    assert all(abs(two.from_s - one.from_s - CYCLE_S) <= 2 for one, two in zip(first, second, strict=True))
    assert first != second
    assert all(one.from_s >= 0 and one.until_s <= CYCLE_S for one in first)


def test_truth_names_what_changes() -> None:
    script = DemoScript((act(Act.LAMP, 5, 50), act(Act.TV, 20, 30), act(Act.PERSON, 25, 28), act(Act.NIGHT, 60, 70)))
    assert script.truth(1).kind is None
    assert (script.truth(5.5).kind, script.truth(5.5).moving, script.truth(5.5).lamp) == (Kind.LIGHT, False, True)
    assert (script.truth(22).kind, script.truth(22).tv) == (Kind.SCREEN, True)
    assert (script.truth(26).kind, script.truth(26).moving) == (Kind.PERSON, True)
    assert (script.truth(51).kind, script.truth(51).lamp) == (Kind.LIGHT, False)
    assert (script.truth(66).kind, script.truth(66).night) == (None, True)
