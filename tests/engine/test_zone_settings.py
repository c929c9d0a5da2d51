"""Zones are what an owner meant, or are refused with the one thing that is wrong."""

from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.localcam.engine.errors import SettingsError
from custom_components.localcam.engine.settings import (
    NOISE_FLOOR_BYTES,
    DetectSettings,
    noise_floor_text,
    parse_camera,
)
from custom_components.localcam.engine.zone_settings import (
    MOST_CORNERS,
    Zone,
    ZoneError,
    ZoneFault,
    as_mapping,
    parse_zones,
)

TRIANGLE = [[0, 0], [1, 0], [1, 1]]
DOOR = {"id": "01A", "name": "Door", "polygon": TRIANGLE}
DEMO = {"source": "demo", "name": "Hall"}


def fault_of(given: Any) -> ZoneFault:
    with pytest.raises(ZoneError) as raised:
        parse_zones(given)
    return raised.value.fault


def test_zones_are_parsed_and_written_as_they_are_read() -> None:
    (zone,) = parse_zones([{**DOOR, "name": " Door ", "sensitivity": 7}])
    assert zone == Zone(zone_id="01A", name="Door", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), sensitivity=7)
    assert parse_zones([as_mapping(zone)]) == (zone,)
    assert parse_camera("hall", DEMO, {"zones": [as_mapping(zone)]}).detect == DetectSettings(zones=(zone,))


@pytest.mark.parametrize(
    ("polygon", "fault"),
    [
        ([[0, 0], [1, 1], [1, 0], [0, 1]], ZoneFault.CROSSES),  # a bow tie
        ([[0, 0], [0.5, 0], [1, 0]], ZoneFault.TOO_SMALL),  # a line
        ([[0, 0], [0, 0], [1, 0], [1, 1]], ZoneFault.CROSSES),  # a corner twice
        ([[0, 0], [1, 0], [1, 1], [0.5, 0]], ZoneFault.CROSSES),  # a corner on another side
        ([[0, 0], [0.09, 0], [0.09, 0.1]], ZoneFault.TOO_SMALL),
        ([[0, 0], [1, 0]], ZoneFault.CORNERS),
        (TRIANGLE * MOST_CORNERS, ZoneFault.CORNERS),
        ([[0, 0], [1, 0], [1, True]], ZoneFault.CORNERS),
        ([[0, 0], [1, 0], [1, 1, 1]], ZoneFault.CORNERS),
        ([[0, 0], [1, 0], [1, -0.01]], ZoneFault.OUTSIDE),
        ([[0, 0], [1, 0], [1, float("nan")]], ZoneFault.OUTSIDE),
        (None, ZoneFault.CORNERS),
    ],
)
def test_what_is_no_polygon_is_refused(polygon: Any, fault: ZoneFault) -> None:
    assert fault_of([{**DOOR, "polygon": polygon}]) is fault


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"name": ""}, ZoneFault.NAME),
        ({"name": "x" * 51}, ZoneFault.NAME),
        ({"name": "a\nb"}, ZoneFault.NAME),
        ({"id": ""}, ZoneFault.ID),
        ({"include": "yes"}, ZoneFault.NO_ZONE),
        ({"sensitivity": 0}, ZoneFault.SENSITIVITY),
        ({"sensitivity": 5.5}, ZoneFault.SENSITIVITY),
        ({"sensitivity": True}, ZoneFault.SENSITIVITY),
        ({"points": []}, ZoneFault.NO_ZONE),
    ],
)
def test_what_is_no_zone_is_refused(wrong: dict[str, Any], fault: ZoneFault) -> None:
    assert fault_of([{**DOOR, **wrong}]) is fault


def test_a_mask_may_be_smaller_and_two_zones_share_neither_name_nor_id() -> None:
    small = [[0, 0], [0.05, 0], [0.05, 0.05]]
    assert parse_zones([{**DOOR, "polygon": small, "include": False}])
    assert fault_of([DOOR, {**DOOR, "id": "01B", "name": "DOOR"}]) is ZoneFault.NAME_USED
    assert fault_of([DOOR, {**DOOR, "name": "Window"}]) is ZoneFault.ID


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["id", "name", "polygon", "include", "sensitivity"]), inner)
        ),
    )
)
def test_whatever_is_given_is_zones_or_an_error_of_ours(anything: Any) -> None:
    try:
        zones = parse_zones(anything)
    except ZoneError:
        return
    assert all(len(zone.polygon) >= 3 for zone in zones)


@settings(max_examples=20)
@given(st.binary(min_size=NOISE_FLOOR_BYTES, max_size=NOISE_FLOOR_BYTES))
def test_a_noise_floor_is_read_as_it_was_written(noise_floor: bytes) -> None:
    parsed = parse_camera("hall", DEMO, {"noise_floor": noise_floor_text(noise_floor)})
    assert parsed.detect.noise_floor == noise_floor
    assert "noise_floor" not in repr(parsed)


@pytest.mark.parametrize("damaged", ["x", "ä", "AAAA", noise_floor_text(bytes(7)), noise_floor_text(bytes(1 << 20)), 7])
def test_a_damaged_noise_floor_is_an_error(damaged: Any) -> None:
    with pytest.raises(SettingsError):
        parse_camera("hall", DEMO, {"noise_floor": damaged})
