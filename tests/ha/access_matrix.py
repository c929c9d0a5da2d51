"""Who gets what of whose: the cells of the access matrix, and the endpoints that stand in it.

A new endpoint needs its row in ROWS: what it is called, what it lets somebody do, and how it is asked. The test
that uses this fails while one that Home Assistant knows is not here, or one that is here is not known any more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.auth.models import User
from homeassistant.components.http.auth import STORAGE_KEY
from homeassistant.components.media_source import URI_SCHEME
from homeassistant.components.websocket_api import DOMAIN as WEBSOCKET
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.localcam.authority import Action
from custom_components.localcam.const import DOMAIN

from .fake_station import World, a_clip
from .household import ALL, READ, someone_who_may
from .living_camera import LivingCamera

NOON = 1_790_000_000.0
HALL_CLIP = "01K7ZV3J8QW9E4R5T6Y7V80001"
ATTIC_CLIP = "01K7ZV3J8QW9E4R5T6Y7V80002"
NO_CLIP = "01K7ZV3J8QW9E4R5T6Y7V89999"


class Role(StrEnum):
    """Somebody who asks."""

    ANONYMOUS = "anonymous"
    REVOKED = "revoked"
    """Could do everything with the hall, until the log-in was ended."""
    GUEST = "guest"
    """May log in, and nothing else."""
    OTHER = "other"
    """May do everything with the attic, nothing with the hall."""
    VIEWER = "viewer"
    """May look at the hall."""
    KEEPER = "keeper"
    """May look at the hall and control it."""
    CONTENT = "content"
    """The user whom all media players share."""
    ADMIN = "admin"


class Got(StrEnum):
    """What came of it."""

    DONE = "done"
    HIDDEN = "hidden"
    """As if there was no such camera or clip."""
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"


class Thing(StrEnum):
    """What was asked for."""

    HALL = "hall"
    ATTIC = "attic"
    MISSING = "missing"


LOOKS = {Action.VIEW, Action.LIST}
LOGGED_OUT = {Role.ANONYMOUS, Role.REVOKED}


def expected(action: Action, role: Role, thing: Thing) -> Got:
    """The matrix, as docs/privacy.md promises it; written here without the code that is tested."""
    if role in LOGGED_OUT:
        return Got.UNAUTHENTICATED
    if action in (Action.AUDIT, Action.ADMINISTER):
        return Got.DONE if role is Role.ADMIN else Got.FORBIDDEN
    if thing is Thing.MISSING:
        return Got.HIDDEN
    may_see = {Thing.HALL: {Role.VIEWER, Role.KEEPER, Role.ADMIN}, Thing.ATTIC: {Role.OTHER, Role.ADMIN}}[thing]
    may_do = may_see - {Role.VIEWER}
    if role not in may_see:
        return Got.HIDDEN
    return Got.DONE if action in LOOKS or role in may_do else Got.FORBIDDEN


@dataclass(frozen=True, kw_only=True)
class House:
    """Two cameras, a clip of each, and people."""

    hass: HomeAssistant
    world: World
    cameras: Mapping[Thing, LivingCamera]
    people: Mapping[Role, User]
    tokens: Mapping[Role, str]
    client: TestClient[Any, Any]
    open_socket: Callable[[str], Awaitable[Any]]

    def lay_out(self) -> None:
        """The clips, whatever the last one who asked did to them."""
        station = self.world.station
        station.save(a_clip(self.cameras[Thing.HALL].id, 1, NOON))
        station.save(a_clip(self.cameras[Thing.ATTIC].id, 2, NOON))

    def clip_id(self, thing: Thing) -> str:
        return {Thing.HALL: HALL_CLIP, Thing.ATTIC: ATTIC_CLIP, Thing.MISSING: NO_CLIP}[thing]

    def camera_id(self, thing: Thing) -> str:
        return "nobody" if thing is Thing.MISSING else self.cameras[thing].id

    def headers(self, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}


async def people_of(hass: HomeAssistant, admin: User) -> tuple[dict[Role, User], dict[Role, str]]:
    """One of each role, with a token; that of the revoked one is worth nothing any more."""
    everything = {"camera.hall": ALL}
    people = {
        Role.REVOKED: someone_who_may(hass, everything),
        Role.GUEST: someone_who_may(hass, {}),
        Role.OTHER: someone_who_may(hass, {"camera.attic": ALL}),
        Role.VIEWER: someone_who_may(hass, {"camera.hall": READ}),
        Role.KEEPER: someone_who_may(hass, everything),
        Role.ADMIN: admin,
    }
    tokens: dict[Role, str] = {}
    for role, user in people.items():
        refresh_token = await hass.auth.async_create_refresh_token(user, "https://example.com")
        tokens[role] = hass.auth.async_create_access_token(refresh_token)
        if role is Role.REVOKED:
            hass.auth.async_remove_refresh_token(refresh_token)
    content_token = hass.auth.async_get_refresh_token(hass.data[STORAGE_KEY])
    assert content_token is not None
    people[Role.CONTENT] = content_token.user
    tokens[Role.CONTENT] = hass.auth.async_create_access_token(content_token)
    return people, tokens


# How things are asked for


type Ask = Callable[[House, Role, Thing], Awaitable[Got]]


def _view(part: str, method: str) -> Ask:
    async def ask(house: House, role: Role, thing: Thing) -> Got:
        url = f"/api/localcam/clips/{house.clip_id(thing)}/{part}"
        response = await house.client.request(method, url, headers=house.headers(role))
        await response.read()
        return {
            200: Got.DONE,
            401: Got.UNAUTHENTICATED,
            403: Got.UNAUTHENTICATED if role in LOGGED_OUT else Got.FORBIDDEN,
            404: Got.HIDDEN,
        }[response.status]

    return ask


def _action(name: str, data: Callable[[House, Thing], dict[str, Any]], *, responds: bool = False) -> Ask:
    async def ask(house: House, role: Role, thing: Thing) -> Got:
        if role in LOGGED_OUT:
            url = f"/api/services/{DOMAIN}/{name}{'?return_response' if responds else ''}"
            response = await house.client.post(url, json=data(house, thing), headers=house.headers(role))
            return {401: Got.UNAUTHENTICATED}[response.status]
        try:
            await house.hass.services.async_call(
                DOMAIN,
                name,
                data(house, thing),
                blocking=True,
                context=Context(user_id=house.people[role].id),
                return_response=responds,
            )
        except ServiceValidationError as refused:
            return {
                "unknown_clip": Got.HIDDEN,
                "unknown_camera": Got.HIDDEN,
                "not_permitted": Got.FORBIDDEN,
                "not_permitted_house": Got.FORBIDDEN,
                "administrators_only": Got.FORBIDDEN,
            }[str(refused.translation_key)]
        return Got.DONE

    return ask


def _socket(message: Callable[[House, Thing], dict[str, Any]], hidden: str) -> Ask:
    async def ask(house: House, role: Role, thing: Thing) -> Got:
        if role in LOGGED_OUT:
            socket = await house.client.ws_connect("/api/websocket")
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": house.tokens.get(role, "")})
            answer = await socket.receive_json()
            await socket.receive()  # the server's farewell, which ends its heartbeat
            await socket.close()
            return {"auth_invalid": Got.UNAUTHENTICATED}[answer["type"]]
        socket = await house.open_socket(house.tokens[role])
        await socket.send_json_auto_id(message(house, thing))
        answer = await socket.receive_json()
        if answer["success"]:
            return Got.DONE
        error = answer["error"]
        return Got.HIDDEN if hidden in (error["code"], error.get("translation_key")) else Got.FORBIDDEN

    return ask


def _of_clip(house: House, thing: Thing) -> dict[str, Any]:
    return {"clip_id": house.clip_id(thing)}


def _of_camera(house: House, thing: Thing) -> dict[str, Any]:
    return {"entity_id": "camera.nowhere" if thing is Thing.MISSING else f"camera.{thing}"}


def _media(house: House, thing: Thing, *place: str) -> dict[str, Any]:
    return {"media_content_id": f"{URI_SCHEME}{DOMAIN}/{'/'.join((house.camera_id(thing), *place))}"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """An endpoint: what it lets somebody do, and how it is asked."""

    action: Action
    ask: Ask


ROWS: Mapping[str, Row] = {
    "GET /api/localcam/clips/{clip_id}/video": Row(action=Action.VIEW, ask=_view("video", "GET")),
    "HEAD /api/localcam/clips/{clip_id}/video": Row(action=Action.VIEW, ask=_view("video", "HEAD")),
    "GET /api/localcam/clips/{clip_id}/thumbnail": Row(action=Action.VIEW, ask=_view("thumbnail", "GET")),
    "HEAD /api/localcam/clips/{clip_id}/thumbnail": Row(action=Action.VIEW, ask=_view("thumbnail", "HEAD")),
    "GET /api/localcam/clips/{clip_id}/explanation": Row(action=Action.VIEW, ask=_view("explanation", "GET")),
    "HEAD /api/localcam/clips/{clip_id}/explanation": Row(action=Action.VIEW, ask=_view("explanation", "HEAD")),
    "action explain_clip": Row(action=Action.LIST, ask=_action("explain_clip", _of_clip, responds=True)),
    "action list_clips": Row(action=Action.LIST, ask=_action("list_clips", _of_camera, responds=True)),
    "action flag_clip": Row(
        action=Action.LABEL,
        ask=_action("flag_clip", lambda house, thing: {**_of_clip(house, thing), "verdict": "real"}),
    ),
    "action delete_clips": Row(
        action=Action.DELETE, ask=_action("delete_clips", lambda house, thing: {"clip_ids": [house.clip_id(thing)]})
    ),
    "action record": Row(
        action=Action.CONTROL, ask=_action("record", lambda house, thing: {**_of_camera(house, thing), "duration_s": 5})
    ),
    "action report_missed": Row(action=Action.LABEL, ask=_action("report_missed", _of_camera)),
    "action verify_audit_log": Row(
        action=Action.ADMINISTER, ask=_action("verify_audit_log", lambda house, thing: {}, responds=True)
    ),
    "action check_storage": Row(
        action=Action.ADMINISTER, ask=_action("check_storage", lambda house, thing: {}, responds=True)
    ),
    "action list_audit": Row(action=Action.AUDIT, ask=_action("list_audit", _of_clip, responds=True)),
    "action set_zones": Row(
        action=Action.CONTROL, ask=_action("set_zones", lambda house, thing: {**_of_camera(house, thing), "zones": []})
    ),
    "action list_zones": Row(action=Action.LIST, ask=_action("list_zones", _of_camera, responds=True)),
    "command localcam/zones/get": Row(
        action=Action.LIST,
        ask=_socket(lambda house, thing: {"type": "localcam/zones/get", **_of_camera(house, thing)}, "unknown_camera"),
    ),
    "command localcam/zones/set": Row(
        action=Action.CONTROL,
        ask=_socket(
            lambda house, thing: {"type": "localcam/zones/set", **_of_camera(house, thing), "zones": []},
            "unknown_camera",
        ),
    ),
    "media source, browsed": Row(
        action=Action.LIST,
        ask=_socket(
            lambda house, thing: {"type": "media_source/browse_media", **_media(house, thing)}, "browse_media_failed"
        ),
    ),
    "media source, resolved": Row(
        action=Action.VIEW,
        ask=_socket(
            lambda house, thing: {
                "type": "media_source/resolve_media",
                **_media(house, thing, "2026-09-21", house.clip_id(thing)),
            },
            "resolve_media_failed",
        ),
    ),
}
"""The two of the media source stand for what Home Assistant's own commands do with it."""


def registered(hass: HomeAssistant) -> set[str]:
    """Every endpoint of ours that Home Assistant knows, by the names of ROWS."""
    views = {
        f"{route.method} {route.resource.canonical}"
        for route in hass.http.app.router.routes()
        if route.resource is not None and f"/{DOMAIN}" in route.resource.canonical and route.method != "OPTIONS"
    }
    commands = {f"command {name}" for name in hass.data[WEBSOCKET] if name.startswith(f"{DOMAIN}/")}
    actions = {f"action {name}" for name in hass.services.async_services_for_domain(DOMAIN)}
    return views | commands | actions | {"media source, browsed", "media source, resolved"}


async def judged(house: House, name: str, row: Row) -> tuple[int, list[str]]:
    """How many cells of an endpoint's row were tried, and which of them are wrong."""
    wrong: list[str] = []
    tried = 0
    for role in Role:
        for thing in Thing:
            house.lay_out()
            before = dict(house.world.catalogue)
            try:
                got: Got | str = await row.ask(house, role, thing)
            except (HomeAssistantError, KeyError) as err:
                got = f"{type(err).__name__} {err}"
            wanted = expected(row.action, role, thing)
            tried += 1
            if got != wanted:
                wrong.append(f"{name}: {role} got {thing} {got} instead of {wanted}")
            if got != Got.DONE and dict(house.world.catalogue) != before:
                wrong.append(f"{name}: {role} changed {thing} all the same")
    return tried, wrong
