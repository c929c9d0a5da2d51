"""The file in which the house's key pair lies, `house.json` in the folder of keys: its form, and how it is kept.

Beside the folder lies a copy for the day on which that is lost: without the private key in the clear, so that it opens
nothing but for whoever has the passphrase or the recovery code.
"""

from dataclasses import dataclass, replace
import json
from pathlib import Path
from typing import Any

from ..digests import sha256
from ..errors import KeyringError
from . import private_files
from .secret_wrapping import Cost, WrappedKey
from .storage_faults import storage_faults

_NAME = "house.json"
_COPY_NAME = "house-key-copy.json"
_BEFORE = ".before"
_VERSION = 1
_KEY_BYTES = 32
_DAMAGED = "The house's key cannot be read: restore the folder `keys` of LocalCam from a backup of Home Assistant."


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseKey:
    """The house's key pair as it is kept."""

    public: bytes
    """X25519, 32 bytes."""
    private: bytes | None
    """In the clear, where the house is unlocked by itself; else None."""
    by_passphrase: WrappedKey | None
    by_code: WrappedKey | None

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits that name the pair."""
        return sha256(self.public).hexdigest()[:16]


class HouseKeyFile:
    """In the folder of keys. All methods raise StorageError."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._copy = folder.parent / _COPY_NAME

    def read(self) -> HouseKey | None:
        """None where there is none; raises KeyringError where it is damaged."""
        return _read(self._path)

    def read_copy(self) -> HouseKey | None:
        """The same of the copy, which never has the private key in the clear."""
        return _read(self._copy)

    def write(self, key: HouseKey) -> None:
        """Put it in the place of what was there, which is overwritten; then the copy."""
        private_files.make_folder(self._path.parent)
        private_files.replace(self._path, _written(key))
        self.mend_copy(key)

    def mend_copy(self, key: HouseKey) -> None:
        """Make the copy what it should be, whatever a cut or an older LocalCam left."""
        copied = replace(key, private=None)
        if key.by_passphrase is None and key.by_code is None:
            private_files.erase([self._copy])  # nobody could open it
        elif self._copied() != copied:
            private_files.replace(self._copy, _written(copied))

    def set_aside(self) -> None:
        """Make room for another key pair; of the one of before, what is left stays beside it."""
        with storage_faults("setting the house's key aside"):
            for path in (self._path, self._copy):
                if path.exists():
                    path.replace(path.with_name(path.name + _BEFORE))

    def _copied(self) -> HouseKey | None:
        try:
            return self.read_copy()
        except KeyringError:
            return None


def _read(path: Path) -> HouseKey | None:
    with storage_faults("reading the house's key"):
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        return _understood(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise KeyringError(_DAMAGED) from err


def _written(key: HouseKey) -> bytes:
    written = {
        "localcam": _VERSION,
        "public": key.public.hex(),
        "private": key.private and key.private.hex(),
        "by_passphrase": _plain(key.by_passphrase),
        "by_code": _plain(key.by_code),
    }
    return json.dumps(written, indent=1).encode()


def _plain(wrapped: WrappedKey | None) -> dict[str, Any] | None:
    if wrapped is None:
        return None
    return {
        "kdf": "argon2id",
        "memory_kib": wrapped.cost.memory_kib,
        "passes": wrapped.cost.passes,
        "lanes": wrapped.cost.lanes,
        "salt": wrapped.salt.hex(),
        "sealed": wrapped.sealed.hex(),
    }


def _understood(found: dict[str, Any]) -> HouseKey:
    if found["localcam"] != _VERSION:
        raise KeyringError("The house's key was written by a newer LocalCam. Update LocalCam.")
    private = found["private"]
    key = HouseKey(
        public=bytes.fromhex(found["public"]),
        private=None if private is None else bytes.fromhex(private),
        by_passphrase=_wrapped(found["by_passphrase"]),
        by_code=_wrapped(found["by_code"]),
    )
    if {len(key.public), len(key.private or key.public)} != {_KEY_BYTES} or not (
        key.private or key.by_passphrase or key.by_code
    ):
        raise ValueError("not a key pair")
    return key


def _wrapped(found: dict[str, Any] | None) -> WrappedKey | None:
    if found is None:
        return None
    return WrappedKey(
        salt=bytes.fromhex(found["salt"]),
        cost=Cost(memory_kib=int(found["memory_kib"]), passes=int(found["passes"]), lanes=int(found["lanes"])),
        sealed=bytes.fromhex(found["sealed"]),
    )
