"""The tree is that of RFC 6962, whatever way it was grown."""

from hashlib import sha256

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.audit.leaf import leaf_hash
from custom_components.localcam.engine.audit.merkle import Frontier


def mth(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, word by word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


@given(st.integers(0, 300), st.lists(st.integers(1, 200), max_size=5))
def test_it_is_the_tree_of_the_definition(size: int, pieces: list[int]) -> None:
    leaves = [str(number).encode() for number in range(size)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    one_by_one, in_pieces = Frontier(), Frontier()
    for hashed in hashes:
        one_by_one.add(hashed)
    for piece in pieces:
        in_pieces.extend(hashes[in_pieces.size : in_pieces.size + piece])
    in_pieces = Frontier.from_bytes(in_pieces.size, in_pieces.to_bytes())
    in_pieces.extend(hashes[in_pieces.size :])
    assert one_by_one.size == in_pieces.size == size
    assert one_by_one.root() == in_pieces.root() == mth(leaves)


def test_the_known_roots() -> None:
    """Of the test data that certificate-transparency implementations share."""
    leaves = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
    leaves.append(bytes(range(0x60, 0x70)))
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf_hash(leaf))
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_what_was_kept_wrongly_is_refused() -> None:
    for size, kept in ((3, b"x" * 32), (1, b"x" * 31), (0, b"x" * 32)):
        with pytest.raises(ValueError, match=r"hashes|subtrees"):
            Frontier.from_bytes(size, kept)
