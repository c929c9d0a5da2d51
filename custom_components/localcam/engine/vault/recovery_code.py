"""The recovery code: 128 random bits as seven groups of four signs, the last two of which tell slips of the pen.

The signs are Crockford's base 32 (no I, L, O, U), which is read back with small letters, and with O and I for 0 and 1.
"""

import os
import re

from ..digests import sha256
from ..errors import SecretError, SecretFault

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)} | {"O": 0, "I": 1, "L": 1}
_CODE_BYTES = 16
_CHECK_BITS = 10
_GROUP = 4
_LENGTH = 28
"""128 bits in 26 signs, and 2 of checking."""


def new_recovery_code() -> str:
    """To be shown once, and written down by the owner."""
    return write_code(os.urandom(_CODE_BYTES))


def write_code(code: bytes) -> str:
    """16 bytes as people write them."""
    number = int.from_bytes(code) << _CHECK_BITS | _check(code)
    signs = "".join(_SIGNS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(signs[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def read_code(written: str) -> bytes:
    """The inverse, whatever the case, with or without its lines and spaces; raises SecretError (MISTYPED)."""
    signs = re.sub(r"[\s-]", "", written.upper())
    if len(signs) != _LENGTH or not _VALUES.keys() >= set(signs):
        raise SecretError(SecretFault.MISTYPED)
    number = 0
    for sign in signs:
        number = number << 5 | _VALUES[sign]
    if number >> 8 * _CODE_BYTES + _CHECK_BITS:
        raise SecretError(SecretFault.MISTYPED)
    code = (number >> _CHECK_BITS).to_bytes(_CODE_BYTES)
    if _check(code) != number & (1 << _CHECK_BITS) - 1:
        raise SecretError(SecretFault.MISTYPED)
    return code


def looks_like_code(written: str) -> bool:
    """Whether this is a recovery code, of whatever house, rather than a passphrase."""
    try:
        read_code(written)
    except SecretError:
        return False
    return True


def _check(code: bytes) -> int:
    digest = bytes.fromhex(sha256(b"localcam/v1/recovery-code\0" + code).hexdigest())
    return int.from_bytes(digest[:2]) >> 16 - _CHECK_BITS
