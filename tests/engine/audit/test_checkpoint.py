"""Checkpoints are what C2SP says, and nobody else's are taken."""

from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
import pytest

from custom_components.localcam.engine.audit.checkpoint import Signer, Verifier, read_witness

ORIGIN = "localcam/0123456789abcdef0123456789abcdef"
ROOT = sha256(b"root").digest()


@pytest.fixture
def signer() -> Signer:
    return Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def test_its_text_is_a_signed_note_that_others_can_verify(signer: Signer) -> None:
    """Read here by the specification alone: no code of ours but the one that is tested."""
    head = signer.sign(12345, ROOT)
    text, _, signature_line = head.checkpoint.partition("\n\n")
    assert text.split("\n") == [ORIGIN, "12345", b64encode(ROOT).decode()]
    dash, name, blob = signature_line.rstrip("\n").split(" ")
    assert (dash, name) == ("—", ORIGIN)
    key_name, key_id, encoded_key = head.verifier_key.split("+", 2)
    key = b64decode(encoded_key)
    assert key_name == ORIGIN
    assert key[0] == 1
    assert key_id == sha256(ORIGIN.encode() + b"\n" + key).digest()[:4].hex()
    signature = b64decode(blob)
    assert signature[:4].hex() == key_id
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], (text + "\n").encode())


def test_it_is_read_again(signer: Signer) -> None:
    stated = signer.verifier.read(signer.sign(7, ROOT).checkpoint)
    assert (stated.size, stated.root) == (7, ROOT)
    for told in (signer.sign(7, ROOT).checkpoint, f" 7 {b64encode(ROOT).decode()}\n"):
        assert read_witness(told, signer.verifier) == stated


def test_every_change_of_a_byte_is_refused(signer: Signer) -> None:
    note = signer.sign(12, ROOT).checkpoint
    for at in range(len(note)):
        changed = note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]
        with pytest.raises(ValueError, match=r"."):
            signer.verifier.read(changed)


def test_another_log_s_and_another_key_s_are_refused(signer: Signer) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    other_key = Verifier(ORIGIN, Ed25519PrivateKey.generate().public_key())
    other_log = Verifier(ORIGIN + "0", private.public_key())
    for verifier in (other_key, other_log):
        with pytest.raises(ValueError, match="another"):
            verifier.read(signer.sign(12, ROOT).checkpoint)
