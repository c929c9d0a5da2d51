"""The form in which clips lie on disk: as C2SP specifies it, checked against vectors that a browser checks, too."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.digests import hmac_sha512
from custom_components.localcam.engine.errors import TamperedError
from custom_components.localcam.engine.vault.chunked_encryption import (
    CHUNK_BYTES,
    HEAD_BYTES,
    SALT_BYTES,
    SEALED_CHUNK_BYTES,
    ChunkCipher,
    hkdf_expand_sha512,
    plain_size,
)
from tests.engine.vault.sealing_vectors import VECTORS, Vector, make, plain_of, sealed_by


@given(key=st.binary(min_size=32, max_size=32), info=st.binary(max_size=80), length=st.integers(1, 200))
def test_keys_are_derived_as_by_the_library_that_the_worker_does_not_load(key: bytes, info: bytes, length: int) -> None:
    assert hkdf_expand_sha512(key, info, length) == HKDFExpand(SHA512(), length, info).derive(key)
    assert hmac_sha512(key, info) == hmac.digest(key, info, "sha512")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.text)
def test_the_vectors_are_sealed_as_they_were_when_they_were_made(vector: Vector) -> None:
    sealed = sealed_by(vector)

    assert sealed[:HEAD_BYTES].hex() == vector.head
    assert len(sealed) == vector.sealed_bytes
    assert hashlib.sha256(sealed).hexdigest() == vector.sealed_sha256


def test_the_vectors_in_the_repository_are_those_that_their_generator_makes() -> None:
    assert make() == VECTORS != []


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_size_on_disk_says_the_plain_size_and_no_boundary_of_chunks_is_an_end(size: int) -> None:
    chunks = size // CHUNK_BYTES
    on_disk = HEAD_BYTES + size + 16 * (chunks + 1)
    assert plain_size(on_disk) == size
    for cut in (HEAD_BYTES - 1, HEAD_BYTES, *(HEAD_BYTES + k * SEALED_CHUNK_BYTES for k in range(chunks + 1))):
        with pytest.raises(TamperedError):
            plain_size(cut)
        with pytest.raises(TamperedError):
            plain_size(cut + 15 if cut >= HEAD_BYTES else 0)


def test_a_chunk_opens_under_its_own_number_key_salt_and_context_only() -> None:
    key, salt = bytes(32), bytes(SALT_BYTES)
    sealed = ChunkCipher(key, salt, b"a").seal(7, b"plain")

    assert ChunkCipher(key, salt, b"a").open(7, sealed) == b"plain"
    others = [
        (ChunkCipher(key, salt, b"a"), 8),
        (ChunkCipher(key, salt, b"b"), 7),
        (ChunkCipher(key, b"\1" * SALT_BYTES, b"a"), 7),
        (ChunkCipher(b"\1" * 32, salt, b"a"), 7),
    ]
    for cipher, number in others:
        with pytest.raises(TamperedError):
            cipher.open(number, sealed)


def test_the_plain_bytes_of_a_vector_are_told_by_their_number_alone() -> None:
    assert plain_of(3) == bytes([0, 1, 2])
    assert plain_of(300)[251:254] == bytes([0, 1, 2])
