"""Shows the picture that a flow has just taken: kept in memory for minutes, served to whoever holds its signed path.

The flow registers the view itself, because nothing of ours is set up before the first config entry.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
import secrets
from typing import Final

from aiohttp import web
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

KEPT_FOR: Final = timedelta(minutes=10)
SIGNED_FOR: Final = timedelta(days=1)
"""Far longer than the picture lives: an expired signature counts as a failed log-in, a missing picture does not."""

_PICTURES: HassKey[ProbePictures] = HassKey(f"{DOMAIN}_probe_pictures")


class ProbePictures:
    """The pictures of the flows that are open now."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._jpegs: dict[str, bytes] = {}
        self._expiries: dict[str, CALLBACK_TYPE] = {}

    @callback
    def async_keep(self, jpeg: bytes) -> str:
        """Keep a picture until it is dropped or too old; returns its id, which nobody can guess."""
        picture_id = secrets.token_urlsafe(24)

        @callback
        def expire(_: datetime) -> None:
            self.async_drop(picture_id)

        self._jpegs[picture_id] = jpeg
        self._expiries[picture_id] = async_call_later(
            self._hass, KEPT_FOR, HassJob(expire, "drop a camera's trial picture", cancel_on_shutdown=True)
        )
        return picture_id

    @callback
    def async_drop(self, picture_id: str) -> None:
        """Forget a picture; one that is gone already is fine."""
        if self._jpegs.pop(picture_id, None) is not None:
            self._expiries.pop(picture_id)()

    def get(self, picture_id: str) -> bytes | None:
        """The picture, None where there is none (any more)."""
        return self._jpegs.get(picture_id)


class ProbePictureView(HomeAssistantView):
    """Serves a trial picture."""

    url = f"/api/{DOMAIN}/probe/{{picture_id}}"
    name = f"api:{DOMAIN}:probe"

    def __init__(self, pictures: ProbePictures) -> None:
        self._pictures = pictures

    async def get(self, request: web.Request, picture_id: str) -> web.Response:
        """Answer with the JPEG, or with 404."""
        if (jpeg := self._pictures.get(picture_id)) is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(body=jpeg, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


@callback
def async_probe_pictures(hass: HomeAssistant) -> ProbePictures:
    """The one holder of trial pictures, with its view registered."""
    if (pictures := hass.data.get(_PICTURES)) is None:
        pictures = hass.data[_PICTURES] = ProbePictures(hass)
        hass.http.register_view(ProbePictureView(pictures))
    return pictures


@callback
def async_signed_path(hass: HomeAssistant, picture_id: str) -> str:
    """The picture's path, signed for whoever makes the current request."""
    return async_sign_path(hass, ProbePictureView.url.format(picture_id=picture_id), SIGNED_FOR)
