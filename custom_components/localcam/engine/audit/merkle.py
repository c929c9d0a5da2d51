"""The Merkle tree of RFC 6962 (2.1), grown leaf by leaf: only the roots of its complete subtrees are kept."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Self

_NODE_PREFIX = b"\x01"
HASH_BYTES = 32
_BLOCK_LEVEL = 6
_BLOCK = 1 << _BLOCK_LEVEL


class Frontier:
    """The complete subtrees of a tree of `size` leaves, largest first: one for each bit of `size`."""

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        self._roots = list(roots)
        if len(self._roots) != size.bit_count():
            raise ValueError("these are not the subtrees of a tree of this size")

    def copy(self) -> Self:
        """Another one of the same leaves."""
        return type(self)(self.size, self._roots)

    def add(self, leaf_hash: bytes) -> None:
        """Append a leaf."""
        self._join(leaf_hash, 0)

    def extend(self, leaf_hashes: Sequence[bytes]) -> None:
        """Append leaves: the same as adding each, in half the time where there are many."""
        at = 0
        while at < len(leaf_hashes):
            if self.size % _BLOCK == 0 and len(leaf_hashes) - at >= _BLOCK:
                self._join(_complete(leaf_hashes[at : at + _BLOCK]), _BLOCK_LEVEL)
                at += _BLOCK
            else:
                self._join(leaf_hashes[at], 0)
                at += 1

    def _join(self, node: bytes, level: int) -> None:
        """Append a complete subtree of 2**level leaves; there is none smaller than it."""
        # Each trailing one of the size is a subtree as large as the one that has just become complete.
        carry = self.size >> level
        while carry & 1:
            node = sha256(_NODE_PREFIX + self._roots.pop() + node).digest()
            carry >>= 1
        self._roots.append(node)
        self.size += 1 << level

    def root(self) -> bytes:
        """MTH of all leaves."""
        if not self._roots:
            return sha256(b"").digest()
        root = self._roots[-1]
        for larger in reversed(self._roots[:-1]):
            root = sha256(_NODE_PREFIX + larger + root).digest()
        return root

    def to_bytes(self) -> bytes:
        """To be kept; `from_bytes` reads it."""
        return b"".join(self._roots)

    @classmethod
    def from_bytes(cls, size: int, kept: bytes) -> Self:
        """Raises ValueError for what cannot be a tree of this size."""
        if len(kept) % HASH_BYTES:
            raise ValueError("not whole hashes")
        return cls(size, (kept[at : at + HASH_BYTES] for at in range(0, len(kept), HASH_BYTES)))


def _complete(leaf_hashes: Sequence[bytes]) -> bytes:
    """MTH of as many leaves as a power of two."""
    level, digest = leaf_hashes, sha256
    while len(level) > 1:
        level = [digest(_NODE_PREFIX + one + two).digest() for one, two in zip(level[::2], level[1::2], strict=True)]
    return level[0]
