"""How clips are kept: the state of the storage folder and of the house's keys. No worker loads this."""

from dataclasses import dataclass, field
from enum import StrEnum


class StorageTrouble(StrEnum):
    """Why clips are not safe although there may be room; each is a repair issue of this name."""

    UNAVAILABLE = "storage_unavailable"
    """The storage folder is gone, is another one, or refuses to read or write."""
    IN_USE = "storage_in_use"
    """Another Home Assistant records into the storage folder."""
    CATALOGUE = "catalogue_unavailable"
    """Finished clips wait for the catalogue to take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageState:
    """What the storage folder holds and may hold."""

    used_bytes: int
    """By the sizes in the catalogue."""
    free_bytes: int
    quota_bytes: int
    floor_bytes: int
    """Recording keeps this much of the disk free."""
    clips: int
    may_record: bool
    trouble: StorageTrouble | None = None


class KeyProfile(StrEnum):
    """How the house's private key is kept."""

    UNLOCKED = "unlocked_by_itself"
    """In a file: protects copies, a NAS, a card, and makes deleting final; not against who has the whole machine."""
    LOCKED = "locked_by_passphrase"
    """Under a passphrase: after each start, an administrator unlocks; recording goes on meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringState:
    """How the house's keys are kept, and whether they can be used now."""

    profile: KeyProfile
    is_locked: bool
    has_recovery_code: bool
    key_id: str
    """Names the house's key pair: 16 hexadecimal digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A clip's key, sealed to the house: only the house's private key opens it."""

    sealed: bytes = field(repr=False)
    """80 bytes."""
    sealed_to: str
    """The id of the house's key, 16 hexadecimal digits."""
