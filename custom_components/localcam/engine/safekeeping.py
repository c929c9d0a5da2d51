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
class SpoolState:
    """How it stands with moving clips from the spool to the storage folder."""

    waiting_clips: int
    """Finished, announced, and still in the spool."""
    waiting_bytes: int
    share_free_bytes: int | None
    """In the storage folder; None while it is out."""
    stalled_s: float
    """For how long the storage folder has been out, or has taken nothing although something waits; 0 for not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageState:
    """What is stored and may be."""

    used_bytes: int
    """By the sizes in the catalogue."""
    free_bytes: int
    """On the disk to which clips are recorded: with a spool, that one's."""
    quota_bytes: int
    floor_bytes: int
    """Recording keeps this much of the disk free."""
    clips: int
    may_record: bool
    trouble: StorageTrouble | None = None
    spool: SpoolState | None = None
    """None where clips are recorded into the storage folder itself."""


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
