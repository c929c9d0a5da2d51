"""What a gate hands over where somebody takes the place of its player."""

from dataclasses import dataclass
import socket

from .relayed_exchange import RelayedExchange


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Handed:
    """A camera's connection, and all that the camera has said there."""

    camera: socket.socket
    exchange: RelayedExchange
    url: str
    """The camera's, as the player knows it."""
    heard: bytes
