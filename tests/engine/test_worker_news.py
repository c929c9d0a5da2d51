"""What changes is told in the moment it does, and once."""

from dataclasses import dataclass, field

import pytest

from custom_components.localcam.engine.commands import Calibrate
from custom_components.localcam.engine.motion import Calibration, CameraProblem, Kind
from custom_components.localcam.engine.reports import Answer, Calibrated, ProblemChanged, Report, ZonesMoving
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.worker_news import News
from custom_components.localcam.engine.worker_sight import Look
from custom_components.localcam.engine.zone_settings import Zone

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
ZONES = tuple(Zone(zone_id=each, name=each, polygon=CORNERS) for each in ("door", "window"))


@dataclass
class FakeSight:
    """What a test says is seen."""

    in_motion: bool = False
    problem: CameraProblem | None = None
    zones_moving: frozenset[str] = frozenset()
    picture: object = object()
    outcome: Calibration | None = None

    def take_calibration(self) -> Calibration | None:
        outcome, self.outcome = self.outcome, None
        return outcome


@dataclass
class World:
    """The news of one camera whose zones are quiet after 3 s."""

    sight: FakeSight = field(default_factory=FakeSight)
    told: list[Report] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = DetectSettings(zones=ZONES, quiet_s=3)
        self.news = News(settings, self, self.sight)  # type: ignore[arg-type]

    def report(self, report: Report) -> None:
        self.told.append(report)

    def look(self, at_s: float, *moving: str, in_motion: bool = True) -> list[Report]:
        self.sight.zones_moving, self.sight.in_motion = frozenset(moving), in_motion
        look = Look(
            at_s=at_s,
            decoded_at_s=at_s,
            transitions=(),
            moving=bool(moving),
            goes_on=bool(moving),
            score=0,
            kind=Kind.OTHER,
        )
        self.news.looked(look)
        return self.new()

    def tell(self, at_s: float) -> list[Report]:
        self.news.tell(at_s)
        return self.new()

    def new(self) -> list[Report]:
        told, self.told[:] = list(self.told), []
        return told


@pytest.fixture
def world() -> World:
    return World()


def test_a_zone_is_in_motion_until_its_own_quiet_time_has_passed(world: World) -> None:
    assert world.look(1, "door") == [ZonesMoving(zone_ids=("door",))]
    assert world.look(2, "door") == []
    assert world.look(3, "window") == [ZonesMoving(zone_ids=("door", "window"))]
    assert world.tell(4.9) == []
    assert world.tell(5) == [ZonesMoving(zone_ids=("window",))]
    assert world.tell(6) == [ZonesMoving(zone_ids=())]


def test_no_zone_is_in_motion_when_the_camera_is_not(world: World) -> None:
    world.look(1, "door")
    assert world.look(2, in_motion=False) == [ZonesMoving(zone_ids=())]
    assert world.look(2.1, in_motion=True) == []


def test_a_zone_that_was_removed_is_told_of_no_more(world: World) -> None:
    world.look(1, "door", "window")
    world.news.change(DetectSettings(zones=ZONES[:1], quiet_s=3))
    assert world.look(1.2, "door", "window") == [ZonesMoving(zone_ids=("door",))]


def test_a_problem_is_told_when_it_begins_when_it_is_another_and_when_it_ends(world: World) -> None:
    for problem in (CameraProblem.DARK, CameraProblem.COVERED, None):
        world.sight.problem = problem
        assert world.tell(1) == [ProblemChanged(problem=problem)]
        assert world.tell(2) == []


def test_what_came_of_calibrating_is_told_once(world: World) -> None:
    world.sight.outcome = done = Calibration(fault=None, noise_floor=b"1")
    assert world.tell(1) == [Calibrated(calibration=done)]
    assert world.tell(1) == []


@pytest.mark.parametrize(
    ("sight", "online", "problem"),
    [
        (FakeSight(), True, ""),
        (FakeSight(), False, "offline"),
        (FakeSight(picture=None), True, "offline"),
        (FakeSight(problem=CameraProblem.COVERED), True, "sees_nothing"),
        (FakeSight(in_motion=True), True, "something_moves"),
    ],
)
def test_calibrating_needs_an_empty_room_in_sight(sight: FakeSight, online: bool, problem: str) -> None:
    world = World(sight)
    assert world.news.answer(Calibrate(request_id=9, seconds=20), online=online) is (problem == "")
    assert world.new() == [Answer(request_id=9, problem=problem)]
