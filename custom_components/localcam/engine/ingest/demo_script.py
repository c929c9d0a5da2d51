"""What happens in the simulated room and when: timed acts, the standard programme, and the truth about each moment.

The standard programme repeats every two minutes, each time a little differently: somebody walks through soon after
the start, then the room is quiet, then a pet, a lamp, the television, the curtain and a night in infra-red light
follow. A test gives acts of its own instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ..values import Kind


class Act(StrEnum):
    """What can happen in the room."""

    PERSON = "person"
    PET = "pet"
    LAMP = "lamp"
    TV = "tv"
    CURTAIN = "curtain"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAct:
    """One thing that goes on from one instant to another."""

    act: Act
    from_s: float
    until_s: float
    leftwards: bool = False
    """Of a person or a pet: the way they go."""
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
    lamp: bool
    tv: bool
    curtain: bool
    night: bool


CYCLE_S = 120.0
LIGHT_SETTLES_S = 2.0
"""After a lamp was switched or night began: how long the camera's exposure is still moving."""

_KINDS: Mapping[Act, Kind] = {
    Act.PERSON: Kind.PERSON,
    Act.PET: Kind.PET,
    Act.CURTAIN: Kind.CURTAIN,
    Act.TV: Kind.SCREEN,
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
        act(Act.LAMP, 46.0, 28.0),
        act(Act.PERSON, 56.0, 8.0),
        act(Act.CURTAIN, 80.0, 6.0),
        act(Act.TV, 64.0, 26.0),
        act(Act.NIGHT, 98.0, 20.0),
        act(Act.PERSON, 106.0, 7.0),
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

    def truth(self, at_s: float) -> DemoTruth:
        """What is true at that instant."""
        on = {act.act for act in self.going_on(at_s)}
        kind = next((kind for act, kind in _KINDS.items() if act in on), None)
        if kind not in {Kind.PERSON, Kind.PET} and self._light_settles(at_s):
            kind = Kind.LIGHT
        return DemoTruth(
            moving=bool(on & {Act.PERSON, Act.PET}),
            kind=kind,
            lamp=Act.LAMP in on,
            tv=Act.TV in on,
            curtain=Act.CURTAIN in on,
            night=Act.NIGHT in on,
        )

    def _light_settles(self, at_s: float) -> bool:
        lights = (act for act in self.acts(at_s) if act.act in {Act.LAMP, Act.NIGHT})
        return any(0 <= at_s - edge_s < LIGHT_SETTLES_S for act in lights for edge_s in (act.from_s, act.until_s))
