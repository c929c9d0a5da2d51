"""Everything that can go wrong in the engine, as one small tree.

    EngineError
    ├── SettingsError           a mapping that is not a valid setting
    ├── SourceError             a camera that does not give pictures; `fault` says why
    │   └── DetectStreamError   its second stream does not
    ├── WireError               bytes between station and worker that are no message
    ├── WorkerError             a worker that does not run or does not answer
    ├── StorageError            the storage folder does not take or give bytes
    │   ├── StorageFullError
    │   ├── NoAnswerError       its disk or share hangs
    │   ├── FolderInUseError    another Home Assistant records there
    │   ├── SpooledFileError    a file of the spool that is gone, or cannot be read as it was written
    │   └── TamperedError       bytes that are not those that were sealed
    ├── KeyringError            the house's keys cannot be used
    │   ├── LockedError         ... until an administrator unlocks the house
    │   └── SecretError         a passphrase or recovery code that does not do; `fault` says why
    ├── ClipFormatError         packets that no clip can be made of, or a clip that cannot be read
    ├── ArchiveError            the catalogue cannot be used
    │   └── UnknownClipError
    └── AuditError              the audit log cannot be used; what must be logged first is then not done
        └── WitnessError        what was given as a witness of it is none

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
    FORBIDDEN_ADDRESS = "forbidden_address"
    """Home Assistant itself, its Supervisor, or a cloud's metadata service."""
    DEVICE_BUSY = "device_busy"
    DEVICE_GONE = "device_gone"
    NO_IMAGE = "entity_without_image"
    """A camera entity that has neither a stream nor still pictures."""
    NO_KEYFRAME = "no_keyframe"
    """Sends, but for 20 s nothing that a picture or a clip could begin with."""
    LOST = "lost"
    """Was there, and stopped sending."""


class SourceError(EngineError):
    """A camera that does not give pictures."""

    def __init__(self, fault: SourceFault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault
        self.detail = detail
        """For the log; free of credentials."""


class DetectStreamError(SourceError):
    """A camera whose second stream, in which motion is to be looked for, does not give pictures."""


class WireError(EngineError):
    """Bytes between station and worker that are no message."""


class WorkerError(EngineError):
    """A worker that does not run or does not answer."""


class StorageError(EngineError):
    """The storage folder does not take or give bytes."""


class StorageFullError(StorageError):
    """No space left."""


class NoAnswerError(StorageError):
    """The disk hangs: it neither does what it was asked, nor fails."""


class FolderInUseError(StorageError):
    """Another Home Assistant records into the storage folder."""


class SpooledFileError(StorageError):
    """A file of the spool that is gone, or cannot be read as it was written; the storage folder is not to blame."""


class TamperedError(StorageError):
    """Bytes that are not those that were sealed: changed, cut, or another clip's."""


class KeyringError(EngineError):
    """The house's keys cannot be used; the text says what to do."""


class LockedError(KeyringError):
    """The house is locked: recording goes on, and an administrator must unlock it to see anything."""


class SecretFault(StrEnum):
    """Why a passphrase or recovery code does not do; each has its own message in the translations, under this key."""

    WRONG = "wrong_secret"
    MISTYPED = "mistyped_code"
    """The recovery code's check signs do not fit: it was never one of ours."""
    TOO_SHORT = "passphrase_too_short"
    NOT_SET = "secret_not_set"
    """The house has no passphrase, or no recovery code."""


class SecretError(KeyringError):
    """A passphrase or recovery code that does not do; the text never holds it."""

    def __init__(self, fault: SecretFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class ClipFormatError(EngineError):
    """Packets that no clip can be made of, or a clip file that cannot be read."""


class ArchiveError(EngineError):
    """The catalogue cannot be used."""


class UnknownClipError(ArchiveError):
    """No such clip."""


class AuditError(EngineError):
    """The audit log cannot be used; what must be logged before it is done must then not be done."""


class WitnessError(AuditError):
    """What was given as a witness of the audit log is none: it was mistyped or cut, and says nothing of the log."""
