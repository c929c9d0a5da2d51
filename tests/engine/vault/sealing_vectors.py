"""Test vectors of sealed files, in `sealing_vectors.json`: `python -m tests.engine.vault.sealing_vectors` makes it.

The plain bytes of a vector are 0, 1, ... 250, 0, 1, ... Short files are given whole, longer ones by their digest.
"""

from dataclasses import asdict, dataclass
import hashlib
import json
from pathlib import Path

if __name__ == "__main__":
    import conftest  # noqa: F401 - makes the engine importable without Home Assistant

from custom_components.localcam.engine.vault.chunked_encryption import CHUNK_BYTES, HEAD_BYTES, SALT_BYTES, ChunkCipher
from custom_components.localcam.engine.vault.names import context_of

FILE = Path(__file__).with_name("sealing_vectors.json")
_WHOLE_BYTES = 256
_CLIP = "0123456789abcdef/2026-11-23/01KB8ZXV6P4T9R3M5N7Q2W1E0Y"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One sealed file; bytes are hexadecimal."""

    text: str
    name: str
    key: str
    salt: str
    plain_bytes: int
    context: str
    head: str
    """Salt and commitment."""
    sealed_bytes: int
    sealed_sha256: str
    sealed: str | None
    """The whole file, where it is short."""


def plain_of(size: int) -> bytes:
    """The plain bytes of a vector of this size."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def sealed_by(vector: Vector) -> bytes:
    """The file that a vector describes, made chunk by chunk."""
    salt = bytes.fromhex(vector.salt)
    cipher = ChunkCipher(bytes.fromhex(vector.key), salt, context_of(vector.name))
    plain = plain_of(vector.plain_bytes)
    chunks = [
        cipher.seal(at // CHUNK_BYTES, plain[at : at + CHUNK_BYTES]) for at in range(0, len(plain) + 1, CHUNK_BYTES)
    ]
    return salt + cipher.commitment + b"".join(chunks)


def _made(text: str, number: int, suffix: str, size: int) -> Vector:
    bare = Vector(
        text=text,
        name=_CLIP + suffix,
        key=hashlib.sha256(b"key %d" % number).hexdigest(),
        salt=hashlib.sha256(b"salt %d" % number).hexdigest()[: 2 * SALT_BYTES],
        plain_bytes=size,
        context="",
        head="",
        sealed_bytes=0,
        sealed_sha256="",
        sealed=None,
    )
    sealed = sealed_by(bare)
    return Vector(
        **asdict(bare)
        | {
            "context": context_of(bare.name).hex(),
            "head": sealed[:HEAD_BYTES].hex(),
            "sealed_bytes": len(sealed),
            "sealed_sha256": hashlib.sha256(sealed).hexdigest(),
            "sealed": sealed.hex() if size <= _WHOLE_BYTES else None,
        }
    )


def make() -> list[Vector]:
    """All of them, anew."""
    return [
        _made("nothing", 0, ".lcv", 0),
        _made("one byte", 1, ".lcv", 1),
        _made("a short thumbnail", 2, ".lct", 200),
        _made("one byte less than a chunk", 3, ".lcv", CHUNK_BYTES - 1),
        _made("a whole chunk, and the empty end", 4, ".lcv", CHUNK_BYTES),
        _made("one byte more than a chunk", 5, ".lcv", CHUNK_BYTES + 1),
        _made("a growing file that was ended", 6, ".lcv.grow.part", 2 * CHUNK_BYTES),
        _made("a part is sealed as what it becomes", 7, ".lcv.part", 40),
        _made("many chunks", 8, ".lcv", 300_000),
    ]


def _read() -> list[Vector]:
    return [Vector(**each) for each in json.loads(FILE.read_text())] if FILE.exists() else []


VECTORS = _read()

if __name__ == "__main__":
    FILE.write_text(json.dumps([asdict(vector) for vector in make()], indent=1) + "\n")
