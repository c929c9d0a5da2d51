"""Everything that can go wrong in the engine, as one small tree.

    EngineError
    ├── SettingsError           a mapping that is not a valid setting
    ├── SourceError             a camera that does not give pictures; `fault` says why
    ├── WireError               bytes between station and worker that are no message
    ├── WorkerError             a worker that does not run or does not answer
    ├── StorageError            the storage folder does not take or give bytes
    │   ├── StorageFullError
    │   └── FolderInUseError    another Home Assistant records there
    ├── ClipFormatError         packets that no clip can be made of, or a clip that cannot be read
    └── ArchiveError            the catalogue cannot be used
        └── UnknownClipError

Foreign errors are translated where they enter. No text here or below ever holds a password: what libav and sockets
say of an address is left out where it enters (`ingest/faults.py`).
"""

from enum import StrEnum


class EngineError(Exception):
    """Base of all errors that the engine raises on purpose."""


class SettingsError(EngineError):
    """A mapping that is not a valid setting; the text names the field."""


class SourceFault(StrEnum):
    """Why a camera gives no pictures; each has its own message in the translations, under this key."""

    UNREACHABLE = "unreachable"
    """The name does not resolve, or no answer from the host."""
    REFUSED = "connection_refused"
    UNAUTHORIZED = "invalid_auth"
    NOT_FOUND = "path_not_found"
    NOT_VIDEO = "not_video"
    NO_PICTURE = "no_picture"
    """Connected, but no picture in time."""
    UNSUPPORTED_CODEC = "unsupported_codec"
    PUBLIC_ADDRESS = "public_address"
    INVALID_ADDRESS = "invalid_address"
    DEVICE_BUSY = "device_busy"
    DEVICE_GONE = "device_gone"
    NO_IMAGE = "entity_without_image"
    """A camera entity that has neither a stream nor still pictures."""
    LOST = "lost"
    """Was there, and stopped sending."""


class SourceError(EngineError):
    """A camera that does not give pictures."""

    def __init__(self, fault: SourceFault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault
        self.detail = detail
        """For the log; free of credentials."""


class WireError(EngineError):
    """Bytes between station and worker that are no message."""


class WorkerError(EngineError):
    """A worker that does not run or does not answer."""


class StorageError(EngineError):
    """The storage folder does not take or give bytes."""


class StorageFullError(StorageError):
    """No space left."""


class FolderInUseError(StorageError):
    """Another Home Assistant records into the storage folder."""


class ClipFormatError(EngineError):
    """Packets that no clip can be made of, or a clip file that cannot be read."""


class ArchiveError(EngineError):
    """The catalogue cannot be used."""


class UnknownClipError(ArchiveError):
    """No such clip."""
