"""The key that signs checkpoints: a file that only its owner may read, made once."""

from contextlib import suppress
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ..errors import AuditError

KEY_NAME = "audit.key"


def load_or_make(folder: Path) -> tuple[Ed25519PrivateKey, bool]:
    """The key, and whether it was made just now; raises AuditError."""
    path = folder / KEY_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            return _parsed(path.read_bytes(), path), False
        return _make(path), True
    except OSError as err:
        raise AuditError(f"the audit log's key {path} cannot be used: {err.strerror}") from err


def _parsed(pem: bytes, path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as err:
        raise AuditError(f"the audit log's key {path} is damaged. Restore it from a backup.") from err
    if not isinstance(key, Ed25519PrivateKey):
        raise AuditError(f"the audit log's key {path} is of another kind. Restore it from a backup.")
    return key


def _make(path: Path) -> Ed25519PrivateKey:
    """A new one: whole or not there at all, whenever the power fails."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, pem)
        os.fsync(handle)
    finally:
        os.close(handle)
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return key
