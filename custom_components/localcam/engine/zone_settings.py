"""Lists of mappings -> zones of the picture, validated once; what is wrong is named by a key that can be translated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .errors import SettingsError

MOST_ZONES = 16
FEWEST_CORNERS = 3
MOST_CORNERS = 32
LONGEST_NAME = 50
LEAST_ZONE_SHARE = 0.005
"""Of the picture, of an include zone: in a smaller one the smallest thing that counts would hardly find room."""
LEAST_MASK_SHARE = 0.0002
"""The same of a mask: a few cells of the detector."""
SENSITIVITIES = (1, 10)
FIELDS = frozenset({"id", "name", "polygon", "include", "sensitivity"})

type Point = tuple[float, float]
"""x and y, 0 to 1, from the picture's upper left corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A part of the picture in which motion is looked for, or is not."""

    zone_id: str
    """Stays when the name changes."""
    name: str
    polygon: tuple[Point, ...]
    """At least three corners; its first and last are joined. Its sides do not cross."""
    include: bool = True
    """False for a mask: what moves there is ignored, whatever other zones say."""
    sensitivity: int | None = None
    """1 to 10, of an include zone; None for the camera's."""


class ZoneFault(StrEnum):
    """What is wrong with zones; each has its own message in the translations, under this key."""

    NO_LIST = "zones_no_list"
    TOO_MANY = "zones_too_many"
    NO_ZONE = "zone_not_understood"
    NAME = "zone_name_invalid"
    NAME_USED = "zone_name_used"
    ID = "zone_id_invalid"
    CORNERS = "zone_corners"
    OUTSIDE = "zone_outside"
    TOO_SMALL = "zone_too_small"
    CROSSES = "zone_crosses"
    SENSITIVITY = "zone_sensitivity"


class ZoneError(SettingsError):
    """Zones that cannot be used."""

    def __init__(self, fault: ZoneFault, zone: str = "") -> None:
        super().__init__(f"zones: {fault.value} {zone}".rstrip())
        self.fault = fault
        self.zone = zone
        """Its name, or its place in the list where it has none."""


def parse_zones(given: object) -> tuple[Zone, ...]:
    """A list of mappings with `id`, `name`, `polygon`, and maybe `include` and `sensitivity`; raises ZoneError."""
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise ZoneError(ZoneFault.NO_LIST)
    if len(given) > MOST_ZONES:
        raise ZoneError(ZoneFault.TOO_MANY)
    zones = tuple(_zone(each, f"{number}") for number, each in enumerate(given, start=1))
    for fault, keys in (
        (ZoneFault.NAME_USED, [zone.name.casefold() for zone in zones]),
        (ZoneFault.ID, [zone.zone_id for zone in zones]),
    ):
        for zone, key in zip(zones, keys, strict=True):
            if keys.count(key) > 1:
                raise ZoneError(fault, zone.name)
    return zones


def as_mapping(zone: Zone) -> dict[str, Any]:
    """A zone as `parse_zones` reads it."""
    return {
        "id": zone.zone_id,
        "name": zone.name,
        "polygon": [list(corner) for corner in zone.polygon],
        "include": zone.include,
        "sensitivity": zone.sensitivity,
    }


def _zone(given: object, number: str) -> Zone:
    if not isinstance(given, Mapping):
        raise ZoneError(ZoneFault.NO_ZONE, number)
    zone_id, name = given.get("id"), given.get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise ZoneError(ZoneFault.NAME, number)
    name = name.strip()
    if not isinstance(zone_id, str) or not zone_id:
        raise ZoneError(ZoneFault.ID, name)
    include, sensitivity = given.get("include", True), given.get("sensitivity")
    if not isinstance(include, bool) or not given.keys() <= FIELDS:
        raise ZoneError(ZoneFault.NO_ZONE, name)
    if sensitivity is not None and not _is_sensitivity(sensitivity):
        raise ZoneError(ZoneFault.SENSITIVITY, name)
    polygon = _polygon(given.get("polygon"), name)
    if _area(polygon) < (LEAST_ZONE_SHARE if include else LEAST_MASK_SHARE):
        raise ZoneError(ZoneFault.TOO_SMALL, name)
    return Zone(zone_id=zone_id, name=name, polygon=polygon, include=include, sensitivity=sensitivity)


def _is_sensitivity(given: object) -> bool:
    low, high = SENSITIVITIES
    return isinstance(given, int) and not isinstance(given, bool) and low <= given <= high


def _polygon(given: object, name: str) -> tuple[Point, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise ZoneError(ZoneFault.CORNERS, name)
    if not FEWEST_CORNERS <= len(given) <= MOST_CORNERS:
        raise ZoneError(ZoneFault.CORNERS, name)
    polygon = tuple(_point(corner, name) for corner in given)
    sides = list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))
    if any(first == last for first, last in sides) or any(_cross(*pair) for pair in _apart(sides)):
        raise ZoneError(ZoneFault.CROSSES, name)
    return polygon


def _point(given: object, name: str) -> Point:
    if not isinstance(given, Sequence) or isinstance(given, str | bytes) or len(given) != 2:
        raise ZoneError(ZoneFault.CORNERS, name)
    for value in given:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ZoneError(ZoneFault.CORNERS, name)
        if not 0 <= value <= 1:  # also for NaN
            raise ZoneError(ZoneFault.OUTSIDE, name)
    x, y = given
    return float(x), float(y)


def _area(polygon: Sequence[Point]) -> float:
    """Share of the picture, 0 to 1, of a polygon whose sides do not cross: the shoelace formula."""
    pairs = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


type _Side = tuple[Point, Point]


def _apart(sides: Sequence[_Side]) -> Iterator[tuple[_Side, _Side]]:
    """Pairs of sides that do not share a corner."""
    last = len(sides) - 1
    for index, side in enumerate(sides):
        for other in range(index + 2, last + 1):
            if (index, other) != (0, last):
                yield side, sides[other]


def _cross(first: _Side, second: _Side) -> bool:
    """Whether two sides touch: the ends of each lie on both sides of, or on, the other's line."""
    (a, b), (c, d) = first, second
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
