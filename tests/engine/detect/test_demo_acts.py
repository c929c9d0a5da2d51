"""Whoever tries LocalCam in the demo room sees every kind of motion and every problem of a camera, from its own act."""

import itertools

import pytest

from custom_components.localcam.engine.detect.event_machine import Ended
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_script import CYCLE_S, Act, standard_cycle
from custom_components.localcam.engine.motion import CameraProblem, Kind, MotionEvent
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

from .rooms import FRAMES_PER_S, act, room

BEGINS_S = 8.0
EVENT_OF = {
    Act.PERSON: (7.0, Kind.OTHER),
    Act.PET: (5.0, Kind.OTHER),
    Act.LAMP: (8.0, Kind.LIGHT),
    Act.CLOUD: (6.0, Kind.LIGHT),
    Act.FLICKER: (6.0, Kind.LIGHT),
    Act.NIGHT: (8.0, Kind.LIGHT),
    Act.SHADOW: (3.5, Kind.SHADOW),
    Act.TV: (12.0, Kind.SCREEN),
    Act.CURTAIN: (12.0, Kind.CURTAIN),
    Act.FAN: (12.0, Kind.NOISE),
    Act.KNOCKED: (16.0, Kind.CAMERA_MOVED),
}
"""How long it goes on, and of which kind its event is."""


def watch(watched: DemoRoom, until_s: float) -> tuple[list[MotionEvent], dict[CameraProblem, float]]:
    """The events, and which problems were told when, of pictures at 15 per second and default settings."""
    watcher = MotionWatcher(DetectSettings(), None, (f"event {number}" for number in itertools.count()).__next__)
    events: list[MotionEvent] = []
    problems: dict[CameraProblem, float] = {}
    for index in range(round(until_s * FRAMES_PER_S)):
        at_s = index / FRAMES_PER_S
        if not watcher.wants(at_s):
            continue
        told = watcher.look(Frame(luma=watched.picture(at_s)[0], captured_at_s=at_s))
        events += [each.event for each in told if isinstance(each, Ended)]
        if watcher.problem is not None:
            problems.setdefault(watcher.problem, at_s)
    events += [each.event for each in watcher.reset() if isinstance(each, Ended)]
    return events, problems


@pytest.mark.parametrize("what", EVENT_OF)
def test_an_act_is_an_event_of_its_kind(what: Act) -> None:
    lasting_s, kind = EVENT_OF[what]
    events, _ = watch(room(act(what, BEGINS_S, BEGINS_S + lasting_s)), BEGINS_S + lasting_s)
    assert any(event.kind is kind and event.started_at_s >= BEGINS_S for event in events), events


@pytest.mark.parametrize("what", [Act.SUN, Act.SNOW])
def test_a_creeping_patch_of_sun_and_a_weak_sensors_snow_are_no_motion(what: Act) -> None:
    events, _ = watch(room(act(what, BEGINS_S, BEGINS_S + 10)), BEGINS_S + 12)
    assert events == []


@pytest.mark.parametrize(
    ("what", "problem", "lasting_s"),
    [
        (Act.KNOCKED, CameraProblem.MOVED, 8.0),
        (Act.COVERED, CameraProblem.COVERED, 5.0),
        (Act.DARK, CameraProblem.DARK, 5.0),
        (Act.FROZEN, CameraProblem.FROZEN, 24.0),
    ],
)
def test_what_is_wrong_with_the_camera_is_told_while_it_is(what: Act, problem: CameraProblem, lasting_s: float) -> None:
    _, problems = watch(room(act(what, BEGINS_S, BEGINS_S + lasting_s)), BEGINS_S + lasting_s)
    assert set(problems) == {problem}
    assert problems[problem] > BEGINS_S


def test_one_loop_of_the_programme_shows_every_kind_and_every_problem() -> None:
    watched = DemoRoom(1)
    events, problems = watch(watched, CYCLE_S)
    assert {event.kind for event in events} == set(Kind) - {Kind.PERSON, Kind.PET}
    assert set(problems) == set(CameraProblem)
    for problem, at_s in problems.items():
        assert watched.truth(at_s).problem is problem
    for kind in {Kind.SHADOW, Kind.SCREEN, Kind.CURTAIN, Kind.NOISE, Kind.CAMERA_MOVED}:
        event = next(event for event in events if event.kind is kind)
        what = next(act for act in standard_cycle(1, 0) if EVENT_OF.get(act.act, (0, None))[1] is kind)
        assert what.from_s <= event.started_at_s < what.until_s, kind
