"""Who asks for something, and from where."""

from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

from aiohttp import web
from homeassistant.components import websocket_api
from homeassistant.components.http import KEY_HASS_REFRESH_TOKEN_ID, KEY_HASS_USER, current_request
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import is_cloud_connection
from homeassistant.util.network import is_local

if TYPE_CHECKING:
    from homeassistant.auth.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody who asks."""

    user: User | None
    """None for Home Assistant itself: an automation, or a media player that it serves."""
    token_id: str | None = None
    """Of the log-in."""
    is_remote: bool = False

    @property
    def user_id(self) -> str | None:
        """As it is logged."""
        return self.user.id if self.user else None

    @classmethod
    def of_request(cls, hass: HomeAssistant, request: web.Request) -> Self:
        """Whoever sent an HTTP request that is authenticated."""
        return cls(
            user=request.get(KEY_HASS_USER),
            token_id=request.get(KEY_HASS_REFRESH_TOKEN_ID),
            is_remote=_is_remote(hass, request.remote),
        )

    @classmethod
    def acting(cls, hass: HomeAssistant) -> Self:
        """Whoever is behind what happens now, over whichever connection; Home Assistant itself where nobody is."""
        if (connection := websocket_api.current_connection.get()) is not None:
            return cls(
                user=connection.user,
                token_id=connection.refresh_token_id,
                is_remote=_is_remote(hass, connection.remote),
            )
        if (request := current_request.get()) is not None:
            return cls.of_request(hass, request)
        return cls(user=None)


def _is_remote(hass: HomeAssistant, peer: str | None) -> bool:
    """Whether the peer is outside the house; one of which nothing is known counts as such.

    Home Assistant puts the address that a trusted proxy names in the proxy's place.
    """
    if is_cloud_connection(hass):
        return True
    with suppress(ValueError):
        return not is_local(ip_address((peer or "").partition("%")[0]))
    return True
