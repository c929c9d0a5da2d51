"""What is asked about each kind of camera, and what a config entry keeps of the answers."""

from collections.abc import Mapping
import re
from typing import Any, Final

from homeassistant.const import CONF_DEVICE, CONF_ENTITY_ID, CONF_NAME, CONF_PASSWORD, CONF_URL, CONF_USERNAME, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .const import CONF_DETECT_URL, CONF_RTSP_TRANSPORT, CONF_SEED, CONF_SOURCE, DOMAIN
from .engine.errors import SourceFault
from .engine.settings import RtspTransport, SourceKind
from .pasted_credentials import Address, take_apart
from .usb_devices import DEV, stable_name, video_devices

type Answers = dict[str, Any]

LONGEST_NAME: Final = 100
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that end a line, or turn the direction in which what follows is read (UAX #9), so that a name could pretend."""

_NAME: Final = {vol.Required(CONF_NAME): TextSelector()}
CREDENTIALS: Final = {
    vol.Optional(CONF_USERNAME): TextSelector(TextSelectorConfig(autocomplete="off")),
    vol.Optional(CONF_PASSWORD): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="new-password")
    ),
}
_ADDRESS: Final = {
    vol.Required(CONF_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
    **CREDENTIALS,
    vol.Optional(CONF_DETECT_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
    vol.Required(CONF_RTSP_TRANSPORT, default=RtspTransport.TCP.value): SelectSelector(
        SelectSelectorConfig(
            options=[transport.value for transport in RtspTransport],
            translation_key=CONF_RTSP_TRANSPORT,
            mode=SelectSelectorMode.DROPDOWN,
        )
    ),
}


class AnswerError(Exception):
    """An answer that cannot be used."""

    def __init__(self, field: str, key: str) -> None:
        super().__init__(f"{field}: {key}")
        self.field = field
        self.key = key
        """Of the message in the translations."""


async def async_form(hass: HomeAssistant, kind: SourceKind) -> vol.Schema:
    """What is asked about a camera of this kind."""
    match kind:
        case SourceKind.ADDRESS:
            return vol.Schema({**_NAME, **_ADDRESS})
        case SourceKind.ENTITY:
            cameras = EntitySelectorConfig(domain=Platform.CAMERA.value, exclude_entities=_own_cameras(hass))
            return vol.Schema({**_NAME, vol.Required(CONF_ENTITY_ID): EntitySelector(cameras)})
        case SourceKind.USB:
            devices = await hass.async_add_executor_job(video_devices)
            choice = SelectSelectorConfig(options=devices, custom_value=True, mode=SelectSelectorMode.DROPDOWN)
            return vol.Schema({**_NAME, vol.Required(CONF_DEVICE): SelectSelector(choice)})
        case SourceKind.DEMO:
            return vol.Schema(_NAME)


@callback
def _own_cameras(hass: HomeAssistant) -> list[str]:
    """LocalCam's own camera entities: one that watched itself would see nothing new."""
    return [
        entity.entity_id
        for entity in er.async_get(hass).entities.values()
        if entity.platform == DOMAIN and entity.domain == Platform.CAMERA
    ]


def without_credentials(answers: Answers) -> Answers:
    """The answers with credentials that were pasted in an address moved to their fields; raises AnswerError.

    A field that was filled in wins over what the address says.
    """
    moved = dict(answers)
    for key in (CONF_URL, CONF_DETECT_URL):
        if not answers.get(key):
            continue
        try:
            address: Address = take_apart(answers[key])
        except ValueError as err:
            raise AnswerError(key, SourceFault.INVALID_ADDRESS) from err
        moved[key] = address.url
        if address.username and not moved.get(CONF_USERNAME):
            moved[CONF_USERNAME] = address.username
            moved[CONF_PASSWORD] = moved.get(CONF_PASSWORD) or address.password
    return moved


async def async_entry_data(hass: HomeAssistant, kind: SourceKind, answers: Answers) -> dict[str, Any]:
    """What the config entry keeps, by the keys of `engine.settings.parse_camera`; raises AnswerError."""
    data: dict[str, Any] = {CONF_SOURCE: kind.value, CONF_NAME: _name(answers[CONF_NAME])}
    match kind:
        case SourceKind.ADDRESS:
            if not answers[CONF_URL]:
                raise AnswerError(CONF_URL, SourceFault.INVALID_ADDRESS)
            data[CONF_URL] = answers[CONF_URL]
            for key in (CONF_USERNAME, CONF_PASSWORD, CONF_DETECT_URL):
                data[key] = answers.get(key, "")
            data[CONF_RTSP_TRANSPORT] = answers[CONF_RTSP_TRANSPORT]
        case SourceKind.ENTITY:
            data[CONF_ENTITY_ID] = answers[CONF_ENTITY_ID]
        case SourceKind.USB:
            data[CONF_DEVICE] = await hass.async_add_executor_job(stable_name, answers[CONF_DEVICE].strip())
            if not data[CONF_DEVICE].startswith(f"{DEV}/"):
                raise AnswerError(CONF_DEVICE, SourceFault.DEVICE_GONE)
        case SourceKind.DEMO:
            data[CONF_SEED] = answers.get(CONF_SEED) or _free_seed(hass)
    return data


def _name(typed: str) -> str:
    """As it may stand in titles, notices and logs; raises AnswerError."""
    name = typed.strip()
    if not any(sign.isprintable() and not sign.isspace() for sign in name):
        raise AnswerError(CONF_NAME, "name_missing")
    if len(name) > LONGEST_NAME or _UNSEEN.search(name):
        raise AnswerError(CONF_NAME, "name_invalid")
    return name


@callback
def _free_seed(hass: HomeAssistant) -> int:
    """So that a second demo camera shows another room."""
    taken = {entry.data.get(CONF_SEED) for entry in hass.config_entries.async_entries(DOMAIN)}
    return next(seed for seed in range(1, len(taken) + 2) if seed not in taken)


def same_source(data: Mapping[str, Any]) -> dict[str, Any]:
    """Which part of an entry's data no other entry may have."""
    return {key: data[key] for key in (CONF_SOURCE, CONF_URL, CONF_ENTITY_ID, CONF_DEVICE, CONF_SEED) if key in data}
