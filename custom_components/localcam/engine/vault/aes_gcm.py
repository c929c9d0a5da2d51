"""AES-256-GCM, loaded when the first file is sealed or opened: it takes 2 MB, which a resting worker need not have.

Straight from the library's compiled part where it is found there: its public module loads a dozen ciphers beside it.
"""

from typing import Final

from cryptography.exceptions import InvalidTag

try:
    from cryptography.hazmat.bindings._rust import openssl

    AESGCM: Final = openssl.aead.AESGCM
except ImportError, AttributeError:  # another version of the library, that keeps it elsewhere
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["AESGCM", "InvalidTag"]
