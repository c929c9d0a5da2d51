"""Challenges are answered with the best that both sides know; tests of HTTP cameras check the answers."""

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.ingest.authorization import Authorizer

BASIC = 'Basic realm="cam"'
MD5 = 'Digest realm="cam", nonce="abc", qop="auth"'
SHA256 = 'Digest realm="cam", nonce="abc", qop="auth", algorithm=SHA-256'


def answer(*challenges: str) -> str:
    authorizer = Authorizer("owner", "secret")
    assert authorizer.learn(challenges)
    return authorizer.headers("GET", "/x")["Authorization"]


@pytest.mark.parametrize("challenges", [(BASIC, MD5, SHA256), (SHA256, MD5, BASIC), (f"{BASIC}, {MD5}, {SHA256}",)])
def test_the_strongest_way_is_chosen_however_they_are_listed(challenges: tuple[str, ...]) -> None:
    assert "algorithm=SHA-256" in answer(*challenges)


def test_md5_is_meant_where_no_algorithm_is_named() -> None:
    # md5sum's figure for the old form, without qop, of RFC 2069.
    assert 'response="810570092b1e42e0ead2ce82de40db89"' in answer('Digest realm="cam", nonce="abc"')


def test_an_unknown_algorithm_leaves_what_is_left() -> None:
    assert answer('Digest realm="cam", nonce="a", algorithm=SHA-512-256', BASIC) == "Basic b3duZXI6c2VjcmV0"


def test_the_password_itself_is_in_no_digest() -> None:
    assert "secret" not in answer(MD5)


def test_each_use_is_counted() -> None:
    authorizer = Authorizer("owner", "secret")
    authorizer.learn([MD5])
    assert [authorizer.headers("GET", "/")["Authorization"].count(f"nc=0000000{n}") for n in (1, 2, 3)] == [1, 1, 1]


def test_nothing_is_sent_unasked_or_without_a_name() -> None:
    assert Authorizer("owner", "secret").headers("GET", "/") == {}
    nameless = Authorizer("", "")
    assert not nameless.learn([BASIC])
    assert nameless.headers("GET", "/") == {}


@given(st.lists(st.text(max_size=200), max_size=4))
def test_no_challenge_breaks_it(challenges: list[str]) -> None:
    authorizer = Authorizer("owner", "secret")
    authorizer.learn(challenges)
    authorizer.headers("GET", "/")
