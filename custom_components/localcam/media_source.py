"""Clips in the media browser: cameras, their days, the clips of a day."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
import re
from typing import TYPE_CHECKING, Final, Self, override

from homeassistant.components.media_player import BrowseError, MediaClass, MediaType
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .access import CLIP_ID_PATTERN, async_authorize, authorize
from .authority import Action, Decision
from .bridge import HOUSE
from .const import DOMAIN
from .engine.audited import Deed
from .engine.catalogued import CatalogueEntry, ClipQuery
from .engine.clip import Clip
from .engine.errors import EngineError
from .removed_cameras import async_names_of_removed
from .views import VIDEO_TYPE, async_signed_video_path, thumbnail_path
from .who import Who

if TYPE_CHECKING:
    from .engine.station import Station

SIGNED_FOR_LONGER: Final = timedelta(minutes=10)
"""Than the clip lasts: for pausing, and for a player that takes its time. Home Assistant would sign for a day."""

_CAMERA_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")


async def async_get_media_source(hass: HomeAssistant) -> MediaSource:
    """Home Assistant keeps it for good; so it knows no camera, and looks them up when asked."""
    return LocalCamMediaSource(hass)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A place in the tree; as text `camera`, `camera/day` or `camera/day/clip`, empty for the root."""

    camera_id: str | None = None
    day: date | None = None
    clip_id: str | None = None

    @override
    def __str__(self) -> str:
        parts = (self.camera_id, self.day.isoformat() if self.day else None, self.clip_id)
        return "/".join(part for part in parts if part)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Anyone may send any text; raises ValueError for all that `str` does not make."""
        camera_id, day, clip_id = (*(part or None for part in text.split("/", 3)), None, None)[:3]
        identifier = cls(camera_id=camera_id, day=date.fromisoformat(day) if day else None, clip_id=clip_id)
        valid = (camera_id is None or _CAMERA_ID.fullmatch(camera_id)) and (
            clip_id is None or CLIP_ID_PATTERN.fullmatch(clip_id)
        )
        if not valid or str(identifier) != text:
            raise ValueError(f"no place in LocalCam: {text[:100]!r}")
        return identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """What is shown as a camera."""

    camera_id: str
    title: str


class LocalCamMediaSource(MediaSource):
    """A small function per level of the tree."""

    name: str = "LocalCam"

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(DOMAIN)
        self.hass = hass

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        place = _parsed(item, BrowseError)
        if place.camera_id is None:
            shelves = [*self._cameras(), *await self._async_removed()]
            cameras = [_directory(Identifier(camera_id=shelf.camera_id), shelf.title) for shelf in shelves]
            return _directory(place, self.name, cameras)
        camera = next((shelf for shelf in self._cameras() if shelf.camera_id == place.camera_id), None)
        if camera is None:
            camera = next((shelf for shelf in await self._async_removed() if shelf.camera_id == place.camera_id), None)
        if camera is None or place.clip_id is not None:
            raise _error(BrowseError, "unknown_place")
        if place.day is None:
            return await self._async_camera(camera)
        return await self._async_day(camera, place.day)

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        place = _parsed(item, Unresolvable)
        if place.clip_id is None:
            raise _error(Unresolvable, "unknown_clip")
        entry: CatalogueEntry | None = None
        with suppress(EngineError):
            entry = await self.hass.async_add_executor_job(self.hass.data[HOUSE].station.clip, place.clip_id)
        if entry is not None and entry.clip.camera_id != place.camera_id:
            entry = None
        decision = await async_authorize(
            self.hass,
            Who.acting(self.hass),
            Action.VIEW,
            Deed.VIEW,
            entry.clip.camera_id if entry else None,
            place.clip_id,
        )
        if decision is Decision.MEDIA_PLAYERS_OFF and entry is not None and Who.acting(self.hass).user is None:
            raise _error(Unresolvable, "media_players_off")  # an automation's maker is an administrator: say why
        if decision is Decision.REMOTE:
            raise _error(Unresolvable, "remote_refused")
        if entry is None or not decision.allowed:
            raise _error(Unresolvable, "unknown_clip")
        if self.hass.data[HOUSE].keys.is_locked:
            raise _error(Unresolvable, "clips_locked")
        valid_for = timedelta(seconds=entry.clip.duration_s) + SIGNED_FOR_LONGER
        return PlayMedia(async_signed_video_path(self.hass, place.clip_id, valid_for), VIDEO_TYPE)

    def _cameras(self) -> list[_Shelf]:
        who = Who.acting(self.hass)
        entries = [
            entry
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            if authorize(self.hass, who, Action.LIST, entry.entry_id).allowed
        ]
        shelves = (_Shelf(camera_id=entry.entry_id, title=entry.title) for entry in entries)
        return sorted(shelves, key=lambda shelf: shelf.title.casefold())

    async def _async_removed(self) -> list[_Shelf]:
        """Cameras that were removed and left clips: for administrators, as their rights go."""
        who = Who.acting(self.hass)
        if not self.hass.data[HOUSE].is_running or not authorize(self.hass, who, Action.ADMINISTER).allowed:
            return []
        there = {entry.entry_id for entry in self.hass.config_entries.async_entries(DOMAIN)}
        removed = await self._async_ask(self._station.camera_ids) - there
        names = await async_names_of_removed(self.hass)
        called = Counter(names.get(each) for each in removed)
        shelves = [await self._async_removed_shelf(each, names.get(each), called) for each in removed]
        return sorted(shelves, key=lambda shelf: (shelf.title.casefold(), shelf.camera_id))

    async def _async_removed_shelf(self, camera_id: str, name: str | None, called: Counter[str | None]) -> _Shelf:
        """By the name that it had; where that is not known, or two had it, by the time of its clips too."""
        texts = await async_get_translations(self.hass, self.hass.config.language, "selector", {DOMAIN})
        parts = [name, texts[f"component.{DOMAIN}.selector.keys.options.removed_title"]]
        if name is None or called[name] > 1:
            days = await self._async_ask(self._station.clip_days, camera_id, dt_util.get_default_time_zone())
            parts += dict.fromkeys(each.day.isoformat() for each in (*days[-1:], *days[:1]))
        return _Shelf(camera_id=camera_id, title=" · ".join(part for part in parts if part))

    async def _async_camera(self, camera: _Shelf) -> BrowseMediaSource:
        days = await self._async_ask(self._station.clip_days, camera.camera_id, dt_util.get_default_time_zone())
        folders = [
            _directory(Identifier(camera_id=camera.camera_id, day=each.day), f"{each.day.isoformat()} ({each.clips})")
            for each in days
        ]
        title = await self._async_titled(camera.title)
        return _directory(Identifier(camera_id=camera.camera_id), title, folders)

    async def _async_day(self, camera: _Shelf, day: date) -> BrowseMediaSource:
        midnight = dt_util.start_of_local_day(day)
        next_midnight = dt_util.start_of_local_day(day + timedelta(days=1))  # not 24 h later when clocks change
        query = ClipQuery(
            camera_ids=frozenset({camera.camera_id}),
            since_utc_s=midnight.timestamp(),
            until_utc_s=next_midnight.timestamp(),
        )
        kinds = await async_get_translations(self.hass, self.hass.config.language, "entity", {DOMAIN})
        entries = await self._async_ask(self._station.clips, query)
        shown = not self.hass.data[HOUSE].keys.is_locked
        clips = [_listed(entry.clip, day, kinds, shown=shown) for entry in entries]
        title = await self._async_titled(f"{camera.title} · {day.isoformat()}")
        here = _directory(Identifier(camera_id=camera.camera_id, day=day), title, clips)
        here.children_media_class = MediaClass.VIDEO
        return here

    async def _async_titled(self, title: str) -> str:
        """In a locked house, clips are listed and not shown, and the title says so."""
        if not self.hass.data[HOUSE].keys.is_locked:
            return title
        texts = await async_get_translations(self.hass, self.hass.config.language, "selector", {DOMAIN})
        return f"{title} · {texts[f'component.{DOMAIN}.selector.keys.options.locked_title']}"

    @property
    def _station(self) -> Station:
        house = self.hass.data[HOUSE]
        if not house.is_running:
            raise _error(BrowseError, "not_running")
        return house.station

    async def _async_ask[*Ts, T](self, question: Callable[[*Ts], T], *args: *Ts) -> T:
        try:
            return await self.hass.async_add_executor_job(question, *args)
        except EngineError as err:
            raise _error(BrowseError, "catalogue_failed", reason=str(err)) from err


def _parsed[E: (BrowseError, Unresolvable)](item: MediaSourceItem, error: type[E]) -> Identifier:
    try:
        return Identifier.parse(item.identifier or "")  # at the root it is None, whatever its annotation says
    except ValueError as err:
        raise _error(error, "unknown_place") from err


def _error[E: (BrowseError, Unresolvable)](error: type[E], key: str, **placeholders: str) -> E:
    return error(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def _local_start(clip: Clip) -> datetime:
    return dt_util.as_local(dt_util.utc_from_timestamp(clip.started_utc_s))


def _directory(place: Identifier, title: str, children: list[BrowseMediaSource] | None = None) -> BrowseMediaSource:
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=str(place),
        media_class=MediaClass.DIRECTORY,
        media_content_type=MediaType.VIDEO,
        title=title,
        can_play=False,
        can_expand=True,
        children=children,
        children_media_class=MediaClass.DIRECTORY,
    )


def _listed(clip: Clip, day: date, translations: dict[str, str], *, shown: bool) -> BrowseMediaSource:
    kind = translations.get(
        f"component.{DOMAIN}.entity.event.clip.state_attributes.kind.state.{clip.kind.value}", clip.kind.value
    )
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=str(Identifier(camera_id=clip.camera_id, day=day, clip_id=clip.clip_id)),
        media_class=MediaClass.VIDEO,
        media_content_type=VIDEO_TYPE,
        title=f"{_local_start(clip):%H:%M:%S} · {kind} · {round(clip.duration_s)} s",
        can_play=shown,
        can_expand=False,
        thumbnail=thumbnail_path(clip.clip_id) if shown and clip.thumbnail else None,
    )
