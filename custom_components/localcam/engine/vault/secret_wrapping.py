"""The house's private key under a passphrase or a recovery code: AES-256-GCM under Argon2id (RFC 9106).

64 MiB, three passes, one lane: RFC 9106's second recommendation but for its lanes, which would ask for threads; about
0.2 s here, 1 s on a small computer, and each guess costs a thief the same.
"""

from dataclasses import dataclass
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ..errors import SecretError, SecretFault

_SALT_BYTES = 16
_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What Argon2id is asked to spend; kept beside what it made, so that later ones may cost more."""

    memory_kib: int = 64 << 10
    passes: int = 3
    lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A private key that a secret opens."""

    salt: bytes
    cost: Cost
    sealed: bytes
    """Nonce (12), ciphertext, tag (16)."""


def wrap(private_key: bytes, secret: bytes, purpose: bytes, cost: Cost) -> WrappedKey:
    """Seal a key under a secret; `purpose` says which key under which kind of secret, and is bound to it."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_stretched(secret, salt, cost)).encrypt(nonce, private_key, purpose)
    return WrappedKey(salt=salt, cost=cost, sealed=nonce + sealed)


def unwrap(wrapped: WrappedKey, secret: bytes, purpose: bytes) -> bytes:
    """The inverse; raises SecretError (WRONG)."""
    cipher = AESGCM(_stretched(secret, wrapped.salt, wrapped.cost))
    try:
        return cipher.decrypt(wrapped.sealed[:_NONCE_BYTES], wrapped.sealed[_NONCE_BYTES:], purpose)
    except InvalidTag:
        raise SecretError(SecretFault.WRONG) from None


def _stretched(secret: bytes, salt: bytes, cost: Cost) -> bytes:
    return Argon2id(
        salt=salt, length=_KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    ).derive(secret)
