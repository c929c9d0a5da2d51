"""What changes pictures without anybody moving is no motion, and hides nobody."""

import pytest

from benchmarks import nuisances
from benchmarks.nuisances import Luma, Nuisance
from custom_components.localcam.engine.ingest.demo_script import Act

from .rooms import act, motion, room, starts

NUISANCES = {
    "lamp on the right": nuisances.lamp(0.85, 0.3, 0.3, 0.8, ((4, 8),)),
    "small bright lamp": nuisances.lamp(0.1, 0.5, 0.15, 1.6, ((4, 8),)),
    "banding at 50 Hz": nuisances.banding(50.2, 2, 0.14),
    "banding at 60 Hz": nuisances.banding(59.9, 3, 0.1),
    "flicker": nuisances.flicker(1.3, 0.12),
    "snow": nuisances.snow(9, 0.25),
    "cloud": nuisances.cloud(0.45, 6),
    "patch of sun": nuisances.sun_patch(0.006, 0.7, 0.2),
    "infra-red": nuisances.infrared(5),
    "fan": nuisances.fan(0.7, 0.3, 0.08, 1.3),
    "plant in a draught": nuisances.plant((0.75, 0.55), 0.3, 3, 0.7, 0.012, (4.2, 2)),
    "lamp that begins to swing": nuisances.hanging_lamp(0.6, 0.35, 0.08, 0.02, (4.2, 2)),
}


@pytest.mark.parametrize("nuisance", NUISANCES.values(), ids=NUISANCES)
def test_a_nuisance_alone_is_no_motion(nuisance: Nuisance) -> None:
    watched = room(seed=4)
    assert starts(lambda at_s: nuisance(watched.picture(at_s)[0], at_s), 11) == []


@pytest.mark.parametrize("nuisance", NUISANCES.values(), ids=NUISANCES)
def test_a_nuisance_hides_nobody(nuisance: Nuisance) -> None:
    watched = room(act(Act.PERSON, 6, 12, depth=2), seed=4)
    found = starts(lambda at_s: nuisance(watched.picture(at_s)[0], at_s), 9)
    assert found
    assert 6 <= found[0] < 8


def test_a_lamp_that_goes_off_brings_nobody_back_who_has_just_left() -> None:
    watched = room(act(Act.PERSON, 7.5, 11.5, leftwards=True, depth=2))
    lamp = nuisances.lamp(0.97, 0.58, 0.4, 1.5, ((5.75, 12.75),))
    moved = motion(lambda at_s: lamp(watched.picture(at_s)[0], at_s), 14)
    assert moved
    assert max(moved) < 12


def test_faint_bands_nearly_everywhere_are_light() -> None:
    watched = room(seed=4)
    flickering_lamp = nuisances.banding(49.9935, 3.73, 0.16)

    def picture(at_s: float) -> Luma:
        luma = watched.picture(at_s)[0]
        return flickering_lamp(luma, at_s) if at_s >= 5 else luma

    assert starts(picture, 9) == []
