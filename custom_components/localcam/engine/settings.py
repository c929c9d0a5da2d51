"""Mappings -> frozen settings, validated once, at the edge; everything behind it trusts the types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .errors import SettingsError
from .zone_settings import Zone, parse_zones

GIB = 1 << 30
KEYS_FOLDER = "keys"
"""Of LocalCam's own folder in the configuration; never in one tree with the clips."""
NOISE_FLOOR_ROWS, NOISE_FLOOR_COLUMNS = 24, 40
"""In how many places of the picture calibrating keeps what it learned."""
NOISE_FLOOR_BYTES = 2 * NOISE_FLOOR_ROWS * NOISE_FLOOR_COLUMNS
"""A byte of each place for brightness, then one for texture."""


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


class Economising(StrEnum):
    """What is decoded of a camera while its room is quiet."""

    AUTO = "auto"
    """Economy where there is no smaller stream and keyframes come at least every 2 s; else fast."""
    FAST = "fast"
    """Everything: motion is noticed soonest."""
    ECONOMY = "economy"
    """Keyframes alone, until something is suspected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectSettings:
    """What counts as motion."""

    sensitivity: int = 5
    """1 (least) to 10."""
    quiet_s: float = 10.0
    """Without motion, before the motion sensor clears."""
    zones: tuple[Zone, ...] = ()
    """Where one includes, nothing outside those that do counts."""
    noise_floor: bytes = field(default=b"", repr=False)
    """What calibrating found the empty room to vary by, as `detect/noise_floor.py` writes it; empty for nothing."""
    economy: Economising = Economising.AUTO
    cpu_budget_share: float = 0.5
    """Of one core: beyond it less is looked at; recording goes on whatever it costs."""


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
class AddressRules:
    """What of the rules on cameras' addresses only this house knows; `ingest/address.py` has the others."""

    own_port: int = 0
    """Of Home Assistant's own web server: no camera on any address of this machine. 0 for none."""
    public_host: str = ""
    """The one host of the internet that the owner allowed; empty for none."""


NO_MORE_RULES = AddressRules()
"""Where there is neither a web server nor an allowed host."""


class Spooling(StrEnum):
    """Whether clips are recorded to a local disk first, and moved to the storage folder when they are finished."""

    AUTOMATIC = "automatic"
    """Where the storage folder lies on the network."""
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSettings:
    """What all cameras share."""

    storage_folder: str
    """Where clips are kept."""
    spooling: Spooling = Spooling.AUTOMATIC
    """What the owner chose; what comes of it here is `spool_folder`."""
    spool_folder: str = ""
    """Where clips are recorded first, on a local disk; empty where that is the storage folder itself."""
    older_folders: tuple[str, ...] = ()
    """Where clips lay before the owner chose another folder: they stay there until they are deleted."""
    quota_bytes: int = 20 * GIB
    free_floor_share: float = 0.10
    """Of the disk; recording keeps at least this free,"""
    free_floor_bytes: int = 2 * GIB
    """and at least this many bytes."""
    public_host: str = ""
    """See `AddressRules`."""

    @property
    def recording_folder(self) -> str:
        """Where clips are recorded."""
        return self.spool_folder or self.storage_folder

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
    "cpu_budget_percent": (3, 100),
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


def noise_floor_text(noise_floor: bytes) -> str:
    """As options keep it: a few hundred characters."""
    import binascii  # not by a worker, which reads this file, too
    import zlib

    return binascii.b2a_base64(zlib.compress(noise_floor, 9), newline=False).decode() if noise_floor else ""


def _economising(given: object) -> Economising:
    try:
        return Economising(str(given))
    except ValueError as err:
        raise SettingsError(str(err)) from None


def _spooling(given: object) -> Spooling:
    try:
        return Spooling(str(given))
    except ValueError as err:
        raise SettingsError(str(err)) from None


def _noise_floor(options: Mapping[str, Any]) -> bytes:
    import binascii
    import zlib

    if not (text := _text(options, "noise_floor", "")):
        return b""
    try:
        packed = binascii.a2b_base64(text, strict_mode=True)
        found = zlib.decompressobj().decompress(packed, NOISE_FLOOR_BYTES + 1)
    except ValueError, zlib.error:
        raise SettingsError("noise_floor is damaged: calibrate again") from None
    if len(found) != NOISE_FLOOR_BYTES:
        raise SettingsError("noise_floor is of another size: calibrate again")
    return found


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
            noise_floor=_noise_floor(options),
            economy=_economising(options.get("economy", Economising.AUTO)),
            cpu_budget_share=_number(options, "cpu_budget_percent", 50) / 100,
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
        public_host=_text(options, "public_host", "").strip(),
        spooling=_spooling(options.get("spooling", Spooling.AUTOMATIC)),
    )
