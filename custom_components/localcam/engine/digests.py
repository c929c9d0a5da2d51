"""MD5, SHA-256 and HMAC-SHA-512 without OpenSSL, whose tables would cost each worker 0.7 MB.

Python's own implementations, which the standard library's `random` takes for the same reason; `hashlib` where a build
of Python has left them out.
"""

from typing import Any, Protocol

try:
    from _hmac import compute_sha512 as _hmac_sha512
    from _md5 import md5 as _md5
    from _sha2 import sha256 as _sha256
except ImportError:
    from hashlib import md5 as _md5, sha256 as _sha256
    from hmac import digest as _keyed_digest

    def _hmac_sha512(key: bytes, message: bytes) -> bytes:
        return _keyed_digest(key, message, "sha512")


class Digest(Protocol):
    """What is digested so far."""

    def update(self, data: Any, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """Of all of them, hexadecimal."""


def sha256(data: bytes = b"") -> Digest:
    """A new digest that has taken `data`."""
    digest: Digest = _sha256(data)
    return digest


def md5(data: bytes = b"") -> Digest:
    """The same, for Digest authorization alone, which on many cameras knows nothing better (RFC 7616)."""
    digest: Digest = _md5(data, usedforsecurity=False)
    return digest


def hmac_sha512(key: bytes, message: bytes) -> bytes:
    """The 64 bytes that only who has the key can make of a message (RFC 2104)."""
    made: bytes = _hmac_sha512(key, message)
    return made
