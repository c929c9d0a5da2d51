"""What happens in the simulated room and when: timed acts, the standard programme, and the truth about each moment.

The standard programme repeats every five minutes, each time a little differently: somebody walks through soon after
the start, then everything that the detector tells apart happens with enough quiet between for an event of its own, and
then everything that can be wrong with a camera. A test gives acts of its own instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ..motion import CameraProblem, Kind


class Act(StrEnum):
    """What can happen in the room."""

    PERSON = "person"
    PET = "pet"
    LAMP = "lamp"
    CLOUD = "cloud"
    SUN = "sun"
    FLICKER = "flicker"
    NIGHT = "night"
    SHADOW = "shadow"
    TV = "tv"
    CURTAIN = "curtain"
    FAN = "fan"
    SNOW = "snow"
    KNOCKED = "knocked"
    COVERED = "covered"
    DARK = "dark"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAct:
    """One thing that goes on from one instant to another."""

    act: Act
    from_s: float
    until_s: float
    leftwards: bool = False
    """Of a person, a pet or a shadow: the way they go."""
    depth: int = 1
    """Of a person or a pet: 0 at the far wall, 2 close to the camera."""

    def goes_on(self, at_s: float) -> bool:
        """Whether it goes on at that instant."""
        return self.from_s <= at_s < self.until_s


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTruth:
    """What is true of the room at one instant."""

    moving: bool
    """A person or a pet moves."""
    kind: Kind | None
    """Of what changes in the picture; None where nothing does."""
    problem: CameraProblem | None
    """Of the camera."""
    lamp: bool
    tv: bool
    curtain: bool
    night: bool


CYCLE_S = 300.0
LIGHT_SETTLES_S = 2.0
"""After a lamp was switched or night began: how long the camera's exposure is still moving."""
TURNS_S = 2.0
"""After a camera was knocked or put right again: how long it takes to be sure that it looks elsewhere."""

KINDS: Mapping[Act, Kind] = {
    Act.PERSON: Kind.PERSON,
    Act.PET: Kind.PET,
    Act.CLOUD: Kind.LIGHT,
    Act.SUN: Kind.LIGHT,
    Act.FLICKER: Kind.LIGHT,
    Act.SHADOW: Kind.SHADOW,
    Act.TV: Kind.SCREEN,
    Act.CURTAIN: Kind.CURTAIN,
    Act.FAN: Kind.NOISE,
    Act.SNOW: Kind.NOISE,
}
"""Of what goes on as long as the act; the first of several counts."""
EDGES: Mapping[Act, tuple[Kind, float]] = {
    Act.LAMP: (Kind.LIGHT, LIGHT_SETTLES_S),
    Act.NIGHT: (Kind.LIGHT, LIGHT_SETTLES_S),
    Act.KNOCKED: (Kind.CAMERA_MOVED, TURNS_S),
}
"""Of what happens at an act's beginning and end alone, and for how long."""
PROBLEMS: Mapping[Act, CameraProblem] = {
    Act.KNOCKED: CameraProblem.MOVED,
    Act.COVERED: CameraProblem.COVERED,
    Act.DARK: CameraProblem.DARK,
    Act.FROZEN: CameraProblem.FROZEN,
}


def standard_cycle(seed: int, cycle: int) -> tuple[DemoAct, ...]:
    """The acts of the standard programme's `cycle`, 0 being the first, in seconds since the room's start."""
    rng = np.random.default_rng((seed, cycle))
    start_s = cycle * CYCLE_S

    def act(what: Act, from_s: float, lasting_s: float, spread_s: float = 1.0) -> DemoAct:
        begin_s = start_s + from_s + float(rng.uniform(-spread_s, spread_s))
        return DemoAct(
            act=what,
            from_s=begin_s,
            until_s=begin_s + lasting_s,
            leftwards=bool(rng.integers(2)),
            depth=int(rng.integers(3)),
        )

    return (
        act(Act.PERSON, 9.0, 7.0),
        act(Act.PET, 32.0, 5.0),
        act(Act.LAMP, 52.0, 24.0),
        act(Act.PERSON, 60.0, 8.0),
        act(Act.TV, 92.0, 16.0),
        act(Act.SUN, 112.0, 8.0),
        act(Act.CURTAIN, 124.0, 12.0),
        act(Act.FAN, 148.0, 12.0),
        act(Act.SHADOW, 172.0, 3.5),
        act(Act.CLOUD, 186.0, 6.0),
        act(Act.NIGHT, 196.0, 23.0),
        act(Act.PERSON, 202.0, 7.0),
        act(Act.SNOW, 211.0, 5.0),
        act(Act.KNOCKED, 228.0, 20.0),
        act(Act.COVERED, 257.0, 5.0),
        act(Act.FROZEN, 265.0, 24.0),
        act(Act.DARK, 292.0, 5.0),
    )


class DemoScript:
    """The acts of a room: those given, or the standard programme of a seed."""

    def __init__(self, acts: tuple[DemoAct, ...] | None = None, *, seed: int = 1) -> None:
        self._given = acts
        self._seed = seed
        self._cycle = -1
        self._acts: tuple[DemoAct, ...] = acts or ()

    def acts(self, at_s: float) -> tuple[DemoAct, ...]:
        """The acts that go on or settle around that instant, others possibly among them."""
        if self._given is None and (cycle := int(at_s // CYCLE_S)) != self._cycle:
            self._cycle = cycle
            self._acts = standard_cycle(self._seed, cycle)
        return self._acts

    def going_on(self, at_s: float) -> tuple[DemoAct, ...]:
        """The acts that go on at that instant."""
        return tuple(act for act in self.acts(at_s) if act.goes_on(at_s))

    def shown_at_s(self, at_s: float) -> float:
        """The instant that a camera shows then: a frozen one the act's first."""
        return min((act.from_s for act in self.going_on(at_s) if act.act is Act.FROZEN), default=at_s)

    def truth(self, at_s: float) -> DemoTruth:
        """What is true at that instant."""
        on = {act.act for act in self.going_on(at_s)}
        kind = next((kind for act, kind in KINDS.items() if act in on), None)
        if kind not in {Kind.PERSON, Kind.PET}:
            kind = self._turning(at_s) or kind
        return DemoTruth(
            moving=bool(on & {Act.PERSON, Act.PET}),
            kind=kind,
            problem=next((problem for act, problem in PROBLEMS.items() if act in on), None),
            lamp=Act.LAMP in on,
            tv=Act.TV in on,
            curtain=Act.CURTAIN in on,
            night=Act.NIGHT in on,
        )

    def _turning(self, at_s: float) -> Kind | None:
        """Of what changes at an act's beginning or end, if that was just now."""
        for act in self.acts(at_s):
            if act.act in EDGES:
                kind, lasting_s = EDGES[act.act]
                if any(0 <= at_s - edge_s < lasting_s for edge_s in (act.from_s, act.until_s)):
                    return kind
        return None
