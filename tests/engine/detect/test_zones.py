"""Zones say where motion counts, and which of them it is in."""

import numpy as np
import pytest

from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.detect.zones import ZoneMap, cells_of
from custom_components.localcam.engine.ingest.demo_script import Act
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame
from custom_components.localcam.engine.zone_settings import Zone

from .rooms import act, room

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def moved_in(*zones: Zone) -> list[tuple[float, frozenset[str]]]:
    """When anything counted while somebody walks from left to right from 3 s to 10 s, and in which zones."""
    watched = room(act(Act.PERSON, 3, 10, depth=2))
    watcher = MotionWatcher(DetectSettings(zones=zones), None, lambda: "event")
    seen = []
    for index in range(110):
        watcher.look(Frame(luma=watched.picture(index / 10)[0], captured_at_s=index / 10))
        if watcher.moving:
            seen.append((index / 10, watcher.zones_moving))
    return seen


def test_a_cell_belongs_to_the_polygon_that_holds_its_middle() -> None:
    cells = cells_of(LEFT, (90, 160))
    assert cells[:, :80].all()
    assert not cells[:, 80:].any()
    triangle = cells_of(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)), (100, 100))
    assert triangle.sum() == pytest.approx(5000, rel=0.02)


def test_somebody_walks_from_one_zone_into_the_other() -> None:
    seen = moved_in(
        Zone(zone_id="door", name="Door", polygon=LEFT), Zone(zone_id="window", name="Window", polygon=RIGHT)
    )
    first = [names for at_s, names in seen if 4 <= at_s < 5]
    last = [names for at_s, names in seen if 8.5 <= at_s < 9.5]
    assert set(first) == {frozenset({"door"})}
    assert frozenset({"window"}) in last
    assert frozenset({"door"}) not in last


def test_outside_the_zones_nothing_counts() -> None:
    seen = moved_in(Zone(zone_id="window", name="Window", polygon=RIGHT))
    assert seen
    assert min(at_s for at_s, _ in seen) > 5


def test_a_mask_hides_what_moves_in_it() -> None:
    everywhere = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert moved_in(Zone(zone_id="all", name="All", polygon=everywhere, include=False)) == []


def test_a_more_sensitive_zone_asks_for_less() -> None:
    weight = ZoneMap((Zone(zone_id="door", name="Door", polygon=LEFT, sensitivity=8),), 5, (90, 160)).weight
    assert (weight[:, :80] > 1).all()
    assert (weight[:, 80:] == 0).all()
    assert np.array_equal(ZoneMap((), 5, (9, 16)).weight, np.ones((9, 16), np.float32))
