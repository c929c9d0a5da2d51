"""Scores become events by the table, and the table keeps its rules whatever is seen."""

from collections.abc import Sequence
import itertools

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.detect.event_machine import (
    TABLE,
    Action,
    Ended,
    EventMachine,
    Grew,
    Named,
    Observation,
    Signal,
    Started,
    State,
    Transition,
)
from custom_components.localcam.engine.motion import Features, Kind

QUIET_S = 10.0
NOTHING = Features(version=1, values={})


def machine(quiet_s: float = QUIET_S) -> EventMachine:
    return EventMachine(quiet_s, (f"event {number}" for number in itertools.count(1)).__next__)


def seen(
    at_s: float,
    *,
    moving: bool = False,
    suspected: bool = False,
    light: bool = False,
    lesser: bool = False,
    names: bool = False,
    score: float = 0.5,
) -> Observation:
    return Observation(
        at_s=at_s,
        moving=moving,
        light_changes=light,
        suspected=suspected,
        score=score,
        kind=Kind.LIGHT if light or (lesser and not moving) else Kind.OTHER,
        features=NOTHING,
        lesser=lesser,
        names=names,
    )


def test_an_event_that_turns_out_to_be_bound_to_its_place_is_named_and_somebody_who_comes_names_it_back() -> None:
    watched = machine()
    watched.step(seen(1, moving=True, score=0.9))
    assert watched.step(seen(5, lesser=True)) == ()
    named = watched.step(seen(5.2, lesser=True, names=True))
    assert named == (Named(event_id="event 1", since_s=1, kind=Kind.LIGHT),)
    assert watched.step(seen(5.4, lesser=True, names=True)) == ()
    assert watched.step(seen(6, moving=True, score=0.6)) == (Named(event_id="event 1", since_s=1, kind=Kind.OTHER),)
    watched.step(seen(7, lesser=True, names=True))
    (ended,) = watched.tick(16)
    assert isinstance(ended, Ended)
    assert (ended.event.kind, ended.event.last_motion_at_s, ended.event.peak_score) == (Kind.LIGHT, 6, 0.9)


def test_an_event_lasts_from_the_first_motion_until_the_quiet_time_has_passed() -> None:
    watched = machine()
    assert watched.step(seen(0)) == ()
    (started,) = watched.step(seen(1, moving=True, score=0.6))
    assert started == Started(event_id="event 1", at_s=1, score=0.6, kind=Kind.OTHER)
    assert watched.step(seen(2, moving=True, score=0.6)) == ()
    assert watched.step(seen(11.9)) == ()
    (ended,) = watched.step(seen(12))
    assert isinstance(ended, Ended)
    assert (ended.event.event_id, ended.event.started_at_s, ended.event.last_motion_at_s) == ("event 1", 1, 2)


def test_the_strongest_moment_is_kept() -> None:
    watched = machine()
    watched.step(seen(1, moving=True, score=0.6))
    (grew,) = watched.step(seen(2, moving=True, score=0.9))
    assert grew == Grew(event_id="event 1", at_s=2, score=0.9, kind=Kind.OTHER)
    watched.step(seen(3, moving=True, score=0.7))
    (ended,) = watched.flush()
    assert isinstance(ended, Ended)
    assert (ended.event.peak_score, ended.event.peak_at_s, ended.event.last_motion_at_s) == (0.9, 2, 3)


def test_time_alone_ends_an_event_when_no_frames_come() -> None:
    watched = machine()
    watched.step(seen(1, moving=True))
    assert watched.tick(10.9) == ()
    assert len(watched.tick(11)) == 1
    assert watched.tick(50) == ()


def test_motion_after_a_long_gap_is_another_event() -> None:
    watched = machine()
    watched.step(seen(1, moving=True))
    ended, started = watched.step(seen(60, moving=True))
    assert isinstance(ended, Ended)
    assert isinstance(started, Started)
    assert (ended.event.event_id, started.event_id) == ("event 1", "event 2")


def test_a_change_of_light_is_an_event_that_does_not_alert_and_keeps_a_real_one_going() -> None:
    watched = machine()
    (started,) = watched.step(seen(1, moving=True, light=True))
    assert isinstance(started, Started)
    assert not started.kind.alerts
    (ended,) = watched.step(seen(12))
    assert isinstance(ended, Ended)
    watched.step(seen(13, moving=True))
    watched.step(seen(20, moving=True, light=True))
    assert watched.step(seen(26)) == ()


def test_motion_takes_the_place_of_a_lesser_event() -> None:
    watched = machine()
    (light,) = watched.step(seen(1, lesser=True))
    assert isinstance(light, Started)
    ended, started = watched.step(seen(2, moving=True))
    assert isinstance(ended, Ended)
    assert isinstance(started, Started)
    assert ended.event.event_id == light.event_id
    assert started.kind.alerts


def test_what_is_lesser_does_not_keep_a_real_event_going() -> None:
    watched = machine()
    watched.step(seen(1, moving=True))
    assert watched.step(seen(6, lesser=True)) == ()
    (ended, started) = watched.step(seen(11, lesser=True))
    assert isinstance(ended, Ended)
    assert isinstance(started, Started)
    assert not started.kind.alerts


def test_a_lost_camera_ends_the_open_event_only() -> None:
    watched = machine()
    assert watched.flush() == ()
    watched.step(seen(1, suspected=True))
    assert watched.flush() == ()
    watched.step(seen(2, moving=True))
    assert len(watched.flush()) == 1
    assert watched.flush() == ()


@pytest.mark.parametrize(("state", "signal"), itertools.product(State, Signal))
def test_the_table_knows_every_case_and_opens_and_closes_where_it_says(state: State, signal: Signal) -> None:
    after, action = TABLE[state, signal]
    ranks = {State.QUIET: 0, State.SUSPECTED: 0, State.DEMOTED: 1, State.MOVING: 2, State.FADING: 2}
    before, then = ranks[state], ranks[after]
    expected = {(0, 1): Action.START, (0, 2): Action.START, (1, 0): Action.END, (2, 0): Action.END}.get((before, then))
    if before == 1 and then == 2:
        expected = Action.REPLACE
    assert (before, then) != (2, 1)
    assert action is expected or (expected is None and action in {Action.NOTHING, Action.GROW, Action.NAME})


def run(observations: Sequence[Observation], quiet_s: float) -> list[tuple[float, Transition]]:
    watched = machine(quiet_s)
    told = [(seen.at_s, transition) for seen in observations for transition in watched.step(seen)]
    end_s = observations[-1].at_s if observations else 0.0
    return told + [(end_s, transition) for transition in watched.flush()]


observation = st.tuples(st.floats(0, 30), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.floats(0, 1))


@given(st.lists(observation, max_size=60), st.floats(1, 20))
def test_laws(steps: list[tuple[float, bool, bool, bool, bool, float]], quiet_s: float) -> None:
    """Never two events open; each started one ends once; never before its quiet time; peaks are peaks."""
    at_s = 0.0
    observations = []
    for gap_s, moving, suspected, light, lesser, score in steps:
        at_s += gap_s
        observations.append(seen(at_s, moving=moving, suspected=suspected, light=light, lesser=lesser, score=score))
    open_id: str | None = None
    peak = 0.0
    for told_at_s, transition in run(observations, quiet_s):
        match transition:
            case Started():
                assert open_id is None
                open_id, peak = transition.event_id, transition.score
            case Grew():
                assert transition.event_id == open_id
                assert transition.score > peak
                peak = transition.score
            case Ended():
                assert transition.event.event_id == open_id
                assert transition.event.peak_score == peak
                motions = [
                    seen.at_s for seen in observations if (seen.moving or seen.lesser) and seen.at_s <= told_at_s
                ]
                assert transition.event.last_motion_at_s in motions
                flushed = told_at_s == at_s
                replaced = not transition.event.kind.alerts
                assert flushed or replaced or told_at_s - transition.event.last_motion_at_s >= quiet_s
                open_id = None
            case Named():
                assert transition.event_id == open_id
    assert open_id is None
