"""C2SP chunked-encryption v1 with AES-256-GCM and SHA-512: 16 KiB chunks, key commitment, random access.

Source: https://c2sp.org/chunked-encryption. A message is salt (24) · commitment (32) · chunks of 16 384 bytes, each
with its tag (16). Its last chunk is shorter, maybe empty: that marks the end. Plaintext byte i is in chunk i // 16 384;
sealed chunk k begins at byte 56 + 16 400 k.
"""

from ..digests import hmac_sha512
from ..errors import TamperedError

KEY_BYTES = 32
SALT_BYTES = 24
_COMMITMENT_BYTES = 32
HEAD_BYTES = SALT_BYTES + _COMMITMENT_BYTES
CHUNK_BYTES = 16_384
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
_NONCE_BYTES = 12
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


class ChunkCipher:
    """Seals or opens the chunks of one message. A salt is never used again with the same key and context."""

    def __init__(self, key: bytes, salt: bytes, context: bytes) -> None:
        from .aes_gcm import AESGCM

        derived = hkdf_expand_sha512(key, _LABEL + salt + context, KEY_BYTES + _NONCE_BYTES + _COMMITMENT_BYTES)
        self._aead = AESGCM(derived[:KEY_BYTES])
        self._base_nonce = int.from_bytes(derived[KEY_BYTES : KEY_BYTES + _NONCE_BYTES])
        self.commitment = derived[KEY_BYTES + _NONCE_BYTES :]
        """To this key, salt and context; stands in the message after the salt."""

    def seal(self, number: int, plain: bytes | bytearray | memoryview) -> bytes:
        """The sealed chunk of that number; each number is sealed once."""
        return self._aead.encrypt(self._nonce(number), plain, None)

    def open(self, number: int, sealed: bytes | memoryview) -> bytes:
        """The inverse; raises TamperedError."""
        from .aes_gcm import InvalidTag

        try:
            return self._aead.decrypt(self._nonce(number), sealed, None)
        except InvalidTag:
            raise TamperedError("the clip's file is not as it was written") from None

    def _nonce(self, number: int) -> bytes:
        return (self._base_nonce ^ number).to_bytes(_NONCE_BYTES)


def hkdf_expand_sha512(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF's second half (RFC 5869, 2.3), of a key that is uniformly random already."""
    made, block = b"", b""
    for number in range(1, -(-length // 64) + 1):
        block = hmac_sha512(key, block + info + bytes([number]))
        made += block
    return made[:length]


def plain_size(sealed_bytes: int) -> int:
    """Of a whole message of this size; raises TamperedError where no whole message has it."""
    chunks, last_bytes = divmod(sealed_bytes - HEAD_BYTES, SEALED_CHUNK_BYTES)
    if sealed_bytes < HEAD_BYTES or last_bytes < TAG_BYTES:
        raise TamperedError("the clip's file was cut")
    return chunks * CHUNK_BYTES + last_bytes - TAG_BYTES
