"""The bytes of clips and their pictures over HTTP, for whoever may see the camera."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final, Protocol, override

from aiohttp import hdrs, web
from homeassistant.components.http import KEY_AUTHENTICATED, KEY_HASS_USER, HomeAssistantView
from homeassistant.components.http.auth import SIGN_QUERY_PARAM, async_sign_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .access import CLIP_ID_PATTERN, async_authorize, note
from .authority import Action
from .bridge import HOUSE, House
from .byte_range import ByteRange, UnsatisfiableRangeError, parse_range
from .const import DOMAIN
from .engine.audited import AuditNote, Deed, DeedOutcome
from .engine.clip import Clip
from .engine.errors import AuditError, EngineError, LockedError
from .stream_places import TooManyStreamsError
from .who import Who

CHUNK_BYTES: Final = 1 << 18
VIDEO_TYPE: Final = "video/mp4"
PICTURE_TYPE: Final = "image/jpeg"

DOWNLOAD: Final = "download"
"""A query that asks for a file to keep: logged as what it is."""

_NOT_LOGGED: Final = "The audit log cannot be written, so nothing is shown. See Home Assistant's repairs."
_VIDEO_URL: Final = "/api/localcam/clips/{clip_id}/video"
_THUMBNAIL_URL: Final = "/api/localcam/clips/{clip_id}/thumbnail"
_EXPLANATION_URL: Final = "/api/localcam/clips/{clip_id}/explanation"


class Reader(Protocol):
    """What is needed of an opened file of a clip; its methods block."""

    @property
    def size_bytes(self) -> int:
        """Of the whole file."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Raises StorageError."""

    def close(self) -> None:
        """The last call."""


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Register all; once, before the first camera."""
    hass.http.register_view(ClipVideoView(hass))
    hass.http.register_view(ClipThumbnailView(hass))
    hass.http.register_view(ClipExplanationView(hass))


@callback
def async_signed_video_path(hass: HomeAssistant, clip_id: str, valid_for: timedelta) -> str:
    """Where whoever holds it may play the clip, with the rights of the user who asks now.

    For that long, where it begins within a minute.
    """
    return async_sign_path(hass, _VIDEO_URL.format(clip_id=clip_id), valid_for)


def thumbnail_path(clip_id: str) -> str:
    """Where a logged-in user finds the clip's picture."""
    return _THUMBNAIL_URL.format(clip_id=clip_id)


def explanation_path(clip_id: str) -> str:
    """Where a logged-in user finds the picture of what moved in the clip."""
    return _EXPLANATION_URL.format(clip_id=clip_id)


class ClipsLockedError(web.HTTPClientError):
    """423, which aiohttp has no class for."""

    status_code = HTTPStatus.LOCKED


class _ClipView(HomeAssistantView):
    # The base class answers 401 to an expired signature, which Home Assistant counts as a failed log-in and may answer
    # with a ban; so each request is authenticated in `_async_find`, before anything else is looked at.
    requires_auth = False

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass

    async def _async_find(self, request: web.Request, clip_id: str, deed: Deed) -> tuple[House, Clip]:
        """The clip, if the caller may see it; an unknown and a hidden one look the same. Every refusal is logged."""
        house = self.hass.data[HOUSE]
        known_id = _known_id(clip_id)
        if not request.get(KEY_AUTHENTICATED):
            nobody = AuditNote(deed=deed, outcome=DeedOutcome.REFUSED, clip_id=known_id, reason="not logged in")
            await house.ledger.async_refused(nobody)
            if hdrs.AUTHORIZATION in request.headers:
                raise web.HTTPUnauthorized
            raise web.HTTPForbidden
        if known_id is None or not house.is_running:
            raise web.HTTPNotFound
        clip: Clip | None = None
        with suppress(EngineError):
            clip = (await self.hass.async_add_executor_job(house.station.clip, clip_id)).clip
        decision = await async_authorize(
            self.hass, Who.of_request(self.hass, request), Action.VIEW, deed, clip.camera_id if clip else None, clip_id
        )
        if clip is None or decision.hides:
            raise web.HTTPNotFound
        if not decision.allowed:
            raise web.HTTPForbidden
        return house, clip

    async def _async_log(self, request: web.Request, house: House, clip: Clip, deed: Deed) -> None:
        """Before the first byte is sent."""
        try:
            await house.ledger.async_look(note(Who.of_request(self.hass, request), deed, clip.camera_id, clip.clip_id))
        except AuditError:
            raise web.HTTPServiceUnavailable(text=_NOT_LOGGED) from None

    async def _async_open(self, open_file: Callable[[str], Reader], clip_id: str) -> Reader:
        try:
            return await self.hass.async_add_executor_job(open_file, clip_id)
        except LockedError:
            raise await self._async_locked() from None
        except EngineError:
            raise web.HTTPNotFound from None

    async def _async_locked(self) -> web.HTTPException:
        """The clip is there, and no attempt of anybody's: who may see it is told why he does not."""
        texts = await async_get_translations(self.hass, self.hass.config.language, "exceptions", {DOMAIN})
        return ClipsLockedError(text=texts[f"component.{DOMAIN}.exceptions.clips_locked.message"])


class ClipVideoView(_ClipView):
    """A clip's MP4, whole or in parts."""

    url = _VIDEO_URL
    name = "api:localcam:clip:video"

    async def get(self, request: web.Request, clip_id: str) -> web.StreamResponse:
        """Send the part that is asked for."""
        deed = _deed(request)
        await self._async_check_link(request, clip_id, deed)
        house, clip = await self._async_find(request, clip_id, deed)
        try:
            with house.streams.one(request[KEY_HASS_USER].id):
                return await self._async_play(request, house, clip, deed)
        except TooManyStreamsError:
            raise web.HTTPTooManyRequests(headers={hdrs.RETRY_AFTER: "5"}) from None

    async def _async_play(self, request: web.Request, house: House, clip: Clip, deed: Deed) -> web.StreamResponse:
        reader = await self._async_open(house.station.open_video, clip.clip_id)
        try:
            response, part = _prepared(request, clip, reader.size_bytes)
            if part is None:
                return response
            await self._async_log(request, house, clip, deed)
            await response.prepare(request)
            await self._async_send(response, reader, part)
        finally:
            await self.hass.async_add_executor_job(reader.close)
        return response

    async def head(self, request: web.Request, clip_id: str) -> web.StreamResponse:
        """The same without the bytes; some media players ask first."""
        await self._async_check_link(request, clip_id, _deed(request))
        house, clip = await self._async_find(request, clip_id, _deed(request))
        reader = await self._async_open(house.station.open_video, clip_id)
        try:
            response, _ = _prepared(request, clip, reader.size_bytes)
        finally:
            await self.hass.async_add_executor_job(reader.close)
        return web.Response(status=response.status, headers=response.headers)

    async def _async_check_link(self, request: web.Request, clip_id: str, deed: Deed) -> None:
        """Refuse who comes too late by a link; whoever is logged in needs none, and who is nobody is refused anyway."""
        signature = request.query.get(SIGN_QUERY_PARAM)
        if signature is None or not request.get(KEY_AUTHENTICATED):
            return
        house = self.hass.data[HOUSE]
        if not house.links.admits(signature, request.remote or "", begins=request.method == hdrs.METH_GET):
            late = note(Who.of_request(self.hass, request), deed, clip_id=_known_id(clip_id), reason="link too old")
            await house.ledger.async_refused(replace(late, outcome=DeedOutcome.REFUSED))
            # Not 401, which Home Assistant counts as a failed log-in: a media player that is slow is no intruder.
            raise web.HTTPForbidden

    async def _async_send(self, response: web.StreamResponse, reader: Reader, part: ByteRange) -> None:
        offset = part.first
        while offset <= part.last:
            length = min(CHUNK_BYTES, part.last + 1 - offset)
            try:
                chunk = await self.hass.async_add_executor_job(reader.read_at, offset, length)
            except EngineError:
                chunk = b""
            if not chunk:
                # The length is promised already: breaking off tells the reader that something is missing.
                raise ConnectionResetError("the clip's file cannot be read to its end")
            await response.write(chunk)
            offset += len(chunk)
        await response.write_eof()


class _PictureView(_ClipView):
    """A picture of a clip; one that the clip has not is not found."""

    async def get(self, request: web.Request, clip_id: str) -> web.Response:
        """Send it."""
        house, clip = await self._async_find(request, clip_id, Deed.THUMBNAIL)
        reader = await self._async_open(self._opener(house), clip_id)
        try:
            if request.method != hdrs.METH_HEAD:
                await self._async_log(request, house, clip, Deed.THUMBNAIL)
            jpeg = await self.hass.async_add_executor_job(reader.read_at, 0, reader.size_bytes)
        except EngineError:
            raise web.HTTPNotFound from None
        finally:
            await self.hass.async_add_executor_job(reader.close)
        headers = {**_private(), hdrs.CONTENT_DISPOSITION: f'inline; filename="{clip.clip_id}.jpg"'}
        return web.Response(body=jpeg, content_type=PICTURE_TYPE, headers=headers)

    async def head(self, request: web.Request, clip_id: str) -> web.Response:
        """The same without the bytes."""
        return await self.get(request, clip_id)

    def _opener(self, house: House) -> Callable[[str], Reader]:
        raise NotImplementedError


class ClipThumbnailView(_PictureView):
    """A clip's picture of its strongest moment."""

    url = _THUMBNAIL_URL
    name = "api:localcam:clip:thumbnail"

    @override
    def _opener(self, house: House) -> Callable[[str], Reader]:
        return house.station.open_thumbnail


class ClipExplanationView(_PictureView):
    """The same moment, small, with what moved in it: why the clip was recorded."""

    url = _EXPLANATION_URL
    name = "api:localcam:clip:explanation"

    @override
    def _opener(self, house: House) -> Callable[[str], Reader]:
        return house.station.open_explanation


def _known_id(clip_id: str) -> str | None:
    """None for what is no clip's id: that is not written anywhere."""
    return clip_id if CLIP_ID_PATTERN.fullmatch(clip_id) else None


def _deed(request: web.Request) -> Deed:
    return Deed.DOWNLOAD if DOWNLOAD in request.query else Deed.VIEW


def _private() -> dict[str, str]:
    return {hdrs.CACHE_CONTROL: "private, no-store", hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff"}


def _prepared(request: web.Request, clip: Clip, size_bytes: int) -> tuple[web.StreamResponse, ByteRange | None]:
    """The response with its headers, and the part of the file that follows; None for none."""
    etag = f'"{clip.video.sha256}"'
    started = dt_util.as_local(dt_util.utc_from_timestamp(clip.started_utc_s))
    kind = "attachment" if _deed(request) is Deed.DOWNLOAD else "inline"
    headers = {
        **_private(),
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CONTENT_TYPE: VIDEO_TYPE,
        hdrs.CONTENT_DISPOSITION: f'{kind}; filename="{started:%Y-%m-%d_%H-%M-%S}.mp4"',
        hdrs.ETAG: etag,
    }
    wanted = request.headers.get(hdrs.RANGE)
    if request.headers.get(hdrs.IF_RANGE, etag) != etag:
        wanted = None  # a part of what the caller has seen before is not a part of this
    try:
        part = parse_range(wanted, size_bytes)
    except UnsatisfiableRangeError:
        headers[hdrs.CONTENT_RANGE] = f"bytes */{size_bytes}"
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers), None
    if part is None:
        headers[hdrs.CONTENT_LENGTH] = str(size_bytes)
        return web.StreamResponse(headers=headers), ByteRange(0, size_bytes - 1)
    headers[hdrs.CONTENT_RANGE] = f"bytes {part.first}-{part.last}/{size_bytes}"
    headers[hdrs.CONTENT_LENGTH] = str(part.length)
    return web.StreamResponse(status=HTTPStatus.PARTIAL_CONTENT, headers=headers), part
