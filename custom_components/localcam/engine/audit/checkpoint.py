"""Signed statements of a log's size and root, in the text form of C2SP tlog-checkpoint.

A note of C2SP signed-note, signed with Ed25519. Its text is three lines:

    localcam/<uuid of the log>
    <number of entries, decimal>
    <RFC 6962 Merkle root over them, base64>

then an empty line, then `— <origin> <base64(key id, 4 bytes || signature, 64 bytes)>`, where the key id is the first 4
bytes of SHA-256(origin || 0x0A || 0x01 || public key). (https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note)
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..audited import AuditHead
from ..errors import WitnessError
from .merkle import HASH_BYTES

_ED25519 = b"\x01"
_ID_BYTES, _SIGNATURE_BYTES = 4, 64
_NOTE = re.compile(r"((\S+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n)\n— (\S+) ([A-Za-z0-9+/]{91}=)\n")
_WITNESS = re.compile(r"(0|[1-9][0-9]{0,18}) ([A-Za-z0-9+/]{43}=)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a checkpoint, or somebody's copy of its figures, says."""

    size: int
    root: bytes


class MistypedError(ValueError):
    """No log and no key ever made this text."""


class Verifier:
    """Tells this log's checkpoints from others."""

    def __init__(self, origin: str, public_key: Ed25519PublicKey) -> None:
        self.origin = origin
        self._key = public_key
        raw = public_key.public_bytes_raw()
        self._id = sha256(origin.encode() + b"\n" + _ED25519 + raw).digest()[:_ID_BYTES]
        self.key_text = f"{origin}+{self._id.hex()}+{b64encode(_ED25519 + raw).decode()}"
        """The verifier key, as other tools for C2SP notes take it."""

    @property
    def key_id(self) -> bytes:
        """Which key made a signature."""
        return self._id

    def read(self, note: str) -> Statement:
        """What the checkpoint states; raises ValueError unless it is one of this log, signed by its key.

        MistypedError where it is none of any log's, or is under this key's name and was not signed by it.
        """
        found = _NOTE.fullmatch(note)
        if found is None:
            raise MistypedError("not a checkpoint")
        text, origin, size, root, signer, signed = found.groups()
        if origin != self.origin or signer != self.origin:
            raise ValueError("the checkpoint of another log")
        blob = b64decode(signed)
        assert len(blob) == _ID_BYTES + _SIGNATURE_BYTES
        if blob[:_ID_BYTES] != self._id:
            raise ValueError("signed by another key")
        try:
            self._key.verify(blob[_ID_BYTES:], text.encode())
        except InvalidSignature:
            raise MistypedError("the signature is not of this text") from None
        return Statement(size=int(size), root=b64decode(root))


class Signer:
    """Makes this log's checkpoints."""

    def __init__(self, origin: str, private_key: Ed25519PrivateKey) -> None:
        self._key = private_key
        self.verifier = Verifier(origin, private_key.public_key())

    def sign(self, size: int, root: bytes) -> AuditHead:
        """State that the log's first `size` entries have this root."""
        origin, encoded_root = self.verifier.origin, b64encode(root).decode()
        text = f"{origin}\n{size}\n{encoded_root}\n"
        signature = b64encode(self.verifier.key_id + self._key.sign(text.encode())).decode()
        return AuditHead(
            size=size,
            root=encoded_root,
            checkpoint=f"{text}\n— {origin} {signature}\n",
            verifier_key=self.verifier.key_text,
        )


def read_witness(told: str, verifier: Verifier) -> Statement:
    """What somebody outside kept: a whole checkpoint, or `<size> <root>` as the sensor shows it.

    Blanks and ends of lines are taken as people's machines make them. Raises ValueError, as `Verifier.read` does.
    """
    if (short := _WITNESS.fullmatch(" ".join(told.split()))) is not None:
        root = b64decode(short[2])
        assert len(root) == HASH_BYTES
        if b64encode(root).decode() != short[2]:
            raise MistypedError("not the base64 of a root")
        return Statement(size=int(short[1]), root=root)
    return verifier.read("\n".join(told.strip().splitlines()) + "\n")


def require_witness(told: str, verifier: Verifier) -> None:
    """Raises WitnessError for a text that no log ever gave out; that of another log or key is for the check to tell."""
    try:
        read_witness(told, verifier)
    except MistypedError as err:
        raise WitnessError(f"not a witness: {err}") from err
    except ValueError:
        return
