"""Mappings -> frozen settings, validated once, at the edge; everything behind it trusts the types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .errors import SettingsError

GIB = 1 << 30
KEYS_FOLDER = "keys"
"""Of LocalCam's own folder in the configuration; never in one tree with the clips."""
MOST_ZONES = 16
MOST_CORNERS = 64


class SourceKind(StrEnum):
    """How a camera is reached."""

    ADDRESS = "address"
    ENTITY = "entity"
    USB = "usb"
    DEMO = "demo"


class RtspTransport(StrEnum):
    """How RTSP carries the media."""

    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSource:
    """A camera on the network: rtsp, rtsps, http or https."""

    url: str
    """Without credentials."""
    username: str = ""
    password: str = field(default="", repr=False)
    detect_url: str = ""
    """A second, smaller stream in which motion is looked for; empty for none."""
    rtsp_transport: RtspTransport = RtspTransport.TCP


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySource:
    """An existing camera entity; whoever hosts the station supplies its address or its pictures."""

    entity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbSource:
    """A video device of this machine."""

    device: str
    """`/dev/v4l/by-id/...` where there is one, so that it survives being plugged in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSource:
    """The simulated room."""

    seed: int = 1


type Source = AddressSource | EntitySource | UsbSource | DemoSource


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSettings:
    """What a clip holds."""

    pre_roll_s: float = 5.0
    post_roll_s: float = 8.0
    longest_clip_s: float = 60.0
    sound: bool = False


type Point = tuple[float, float]
"""x and y, 0 to 1, from the picture's upper left corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A part of the picture in which motion is looked for, or is not."""

    name: str
    polygon: tuple[Point, ...]
    """At least three corners; its first and last are joined."""
    include: bool = True
    """False for a mask: what moves there is ignored, whatever other zones say."""
    sensitivity: int | None = None
    """1 to 10, of an include zone; None for the camera's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectSettings:
    """What counts as motion."""

    sensitivity: int = 5
    """1 (least) to 10."""
    quiet_s: float = 10.0
    """Without motion, before the motion sensor clears."""
    zones: tuple[Zone, ...] = ()
    """Where one includes, nothing outside those that do counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """One camera, as the owner configured it."""

    camera_id: str
    """The config entry's id: stays when name or address change."""
    name: str
    source: Source
    record: RecordSettings = RecordSettings()
    detect: DetectSettings = DetectSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSettings:
    """What all cameras share."""

    storage_folder: str
    older_folders: tuple[str, ...] = ()
    """Where clips lay before the owner chose another folder: they stay there until they are deleted."""
    quota_bytes: int = 20 * GIB
    free_floor_share: float = 0.10
    """Of the disk; recording keeps at least this free,"""
    free_floor_bytes: int = 2 * GIB
    """and at least this many bytes."""

    def older_folders_after(self, folder: str) -> tuple[str, ...]:
        """Where clips lie besides `folder`, once that is the storage folder."""
        known = dict.fromkeys((*self.older_folders, self.storage_folder))
        return tuple(each for each in known if each != folder)


LIMITS: Mapping[str, tuple[float, float]] = {
    "sensitivity": (1, 10),
    "pre_roll_s": (0, 30),
    "post_roll_s": (1, 60),
    "longest_clip_s": (10, 600),
    "quiet_s": (1, 300),
    "quota_gb": (0.1, 100_000),
    "free_floor_percent": (0, 90),
    "free_floor_gb": (0, 10_000),
}
"""Smallest and largest value of each number an owner may set, by its key in the options."""


def _number(options: Mapping[str, Any], key: str, default: float) -> float:
    value = options.get(key, default)
    low, high = LIMITS[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise SettingsError(f"{key} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def _text(data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise SettingsError(f"{key} must be a text")
    return value


def _source(data: Mapping[str, Any]) -> Source:
    try:
        kind = SourceKind(data.get("source", ""))
        transport = RtspTransport(data.get("rtsp_transport", RtspTransport.TCP))
    except ValueError as err:
        raise SettingsError(str(err)) from None
    match kind:
        case SourceKind.ADDRESS:
            return AddressSource(
                url=_text(data, "url"),
                username=_text(data, "username", ""),
                password=_text(data, "password", ""),
                detect_url=_text(data, "detect_url", ""),
                rtsp_transport=transport,
            )
        case SourceKind.ENTITY:
            return EntitySource(entity_id=_text(data, "entity_id"))
        case SourceKind.USB:
            return UsbSource(device=_text(data, "device"))
        case SourceKind.DEMO:
            return DemoSource(seed=int(data.get("seed", 1)))


def _point(given: object) -> Point:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
        raise SettingsError("a zone's corner must be a pair of numbers")
    x, y = given
    for value in (x, y):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise SettingsError(f"a zone's corner must lie from 0 to 1, not at {value!r}")
    return float(x), float(y)


def _zone(given: object) -> Zone:
    if not isinstance(given, Mapping):
        raise SettingsError("a zone must be a mapping")
    polygon, include, sensitivity = given.get("polygon"), given.get("include", True), given.get("sensitivity")
    if not isinstance(polygon, Sequence) or isinstance(polygon, str) or not 3 <= len(polygon) <= MOST_CORNERS:
        raise SettingsError(f"a zone must have 3 to {MOST_CORNERS} corners")
    if not isinstance(include, bool):
        raise SettingsError("include must be true or false")
    return Zone(
        name=_text(given, "name"),
        polygon=tuple(_point(corner) for corner in polygon),
        include=include,
        sensitivity=None if sensitivity is None else int(_number(given, "sensitivity", 5)),
    )


def parse_zones(given: object) -> tuple[Zone, ...]:
    """A list of mappings with `name`, `polygon`, and maybe `include` and `sensitivity`; raises SettingsError."""
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MOST_ZONES:
        raise SettingsError(f"zones must be a list of at most {MOST_ZONES}")
    zones = tuple(_zone(each) for each in given)
    if len({zone.name for zone in zones}) < len(zones):
        raise SettingsError("two zones have the same name")
    return zones


def parse_camera(camera_id: str, data: Mapping[str, Any], options: Mapping[str, Any]) -> CameraSettings:
    """A config entry's `data` and `options` as settings; raises SettingsError."""
    return CameraSettings(
        camera_id=camera_id,
        name=_text(data, "name"),
        source=_source(data),
        record=RecordSettings(
            pre_roll_s=_number(options, "pre_roll_s", 5),
            post_roll_s=_number(options, "post_roll_s", 8),
            longest_clip_s=_number(options, "longest_clip_s", 60),
            sound=bool(options.get("sound", False)),
        ),
        detect=DetectSettings(
            sensitivity=int(_number(options, "sensitivity", 5)),
            quiet_s=_number(options, "quiet_s", 10),
            zones=parse_zones(options.get("zones", ())),
        ),
    )


def parse_house(options: Mapping[str, Any], default_folder: str) -> HouseSettings:
    """The house's shared options as settings; raises SettingsError."""
    return HouseSettings(
        storage_folder=_text(options, "storage_folder", default_folder) or default_folder,
        older_folders=tuple(map(str, options.get("older_folders", ()))),
        quota_bytes=int(_number(options, "quota_gb", 20) * GIB),
        free_floor_share=_number(options, "free_floor_percent", 10) / 100,
        free_floor_bytes=int(_number(options, "free_floor_gb", 2) * GIB),
    )
