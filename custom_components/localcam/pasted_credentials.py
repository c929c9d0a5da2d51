"""Moves the credentials that somebody pasted inside a camera's address to fields of their own."""

from typing import NamedTuple

from yarl import URL


class Address(NamedTuple):
    """A camera's address, taken apart."""

    url: str
    """Without credentials."""
    username: str
    password: str


def take_apart(typed: str) -> Address:
    """The address without credentials, and these; raises ValueError for what is no address of a host."""
    # Encoded: what the camera's maker wrote behind the host is kept to the letter.
    url = URL(typed.strip(), encoded=True)
    if not url.scheme or not url.host:
        raise ValueError("an address needs a scheme and a host")
    _ = url.port  # raises for what is no number of a port
    return Address(str(url.with_user(None)), url.user or "", url.password or "")
