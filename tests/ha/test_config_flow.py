"""Adding a camera: every kind, everything that can be wrong, and that nothing is saved before it was seen."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
import re
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.components.camera import Image
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.localcam import usb_devices
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.commands import StreamAddress
from custom_components.localcam.engine.errors import (
    DetectStreamError,
    EngineError,
    SourceError,
    SourceFault,
    WorkerError,
)
from custom_components.localcam.engine.settings import (
    AddressSource,
    DemoSource,
    EntitySource,
    RtspTransport,
    UsbSource,
)
from custom_components.localcam.probe_picture import KEPT_FOR

from .trying import JPEG, FakeProbe

pytestmark = pytest.mark.usefixtures("setup_entry")

ADDRESS = {
    "name": "Hall",
    "url": "rtsp://192.168.1.20:554/main",
    "username": "viewer",
    "password": "s3cret",
    "detect_url": "rtsp://192.168.1.20:554/sub",
    "rtsp_transport": "udp",
}
HALL = {"source": "address", **ADDRESS}

WHAT_CAN_FAIL = [(SourceError(fault, "detail"), fault.value) for fault in SourceFault] + [
    (WorkerError("no process can be started"), "cannot_start"),
    (EngineError("something else"), "cannot_start"),
]


def field_of(error: str) -> str:
    """Where it stands in the form of a camera on the network: what is wrong with the address itself, at the address."""
    return "url" if error.endswith("_address") else "base"


async def begin(hass: HomeAssistant, kind: str) -> ConfigFlowResult:
    """Choose a kind of camera from the menu."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    return await hass.config_entries.flow.async_configure(menu["flow_id"], {"next_step_id": kind})


async def answer(hass: HomeAssistant, flow: ConfigFlowResult, answers: dict[str, Any]) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(flow["flow_id"], answers)


def typed(form: ConfigFlowResult) -> dict[str, Any]:
    """What a form shows in its fields."""
    assert form["data_schema"] is not None
    return {
        str(key): key.description["suggested_value"]
        for key in form["data_schema"].schema
        if key.description and "suggested_value" in key.description
    }


# What is asked


async def test_user_chooses_what_kind_of_camera_it_is(hass: HomeAssistant) -> None:
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})

    assert menu["type"] is FlowResultType.MENU
    assert menu["step_id"] == "user"
    assert menu["menu_options"] == ["entity", "address", "usb", "demo"]


async def test_camera_on_the_network_is_tried_shown_and_saved(
    hass: HomeAssistant, probe: FakeProbe, setup_entry: AsyncMock
) -> None:
    form = await begin(hass, "address")
    assert form["step_id"] == "address"
    assert form["data_schema"] is not None
    assert list(form["data_schema"].schema) == ["name", "url", "username", "password", "detect_url", "rtsp_transport"]

    confirm = await answer(hass, form, ADDRESS)
    assert confirm["type"] is FlowResultType.FORM
    assert confirm["step_id"] == "confirm"
    assert not hass.config_entries.async_entries(DOMAIN)
    assert probe.tried[0].source == AddressSource(
        url="rtsp://192.168.1.20:554/main",
        username="viewer",
        password="s3cret",
        detect_url="rtsp://192.168.1.20:554/sub",
        rtsp_transport=RtspTransport.UDP,
    )

    added = await answer(hass, confirm, {})
    assert added["type"] is FlowResultType.CREATE_ENTRY
    assert added["title"] == "Hall"
    assert added["data"] == HALL
    assert added["options"] == {}
    setup_entry.assert_awaited_once()


async def test_only_name_and_address_are_needed(hass: HomeAssistant, probe: FakeProbe) -> None:
    confirm = await answer(
        hass, await begin(hass, "address"), {"name": " Hall ", "url": " http://cam.lan/mjpeg?x=%2F "}
    )
    added = await answer(hass, confirm, {})

    assert added["data"] == {
        "source": "address",
        "name": "Hall",
        "url": "http://cam.lan/mjpeg?x=%2F",
        "username": "",
        "password": "",
        "detect_url": "",
        "rtsp_transport": "tcp",
    }


async def test_confirm_shows_what_was_found_and_what_could_be_better(hass: HomeAssistant, probe: FakeProbe) -> None:
    confirm = await answer(hass, await begin(hass, "address"), {**ADDRESS, "detect_url": ""})

    shown = confirm["description_placeholders"]
    assert shown is not None
    assert shown["picture"].startswith("/api/localcam/probe/")
    assert {key: shown[key] for key in ("name", "codec", "width", "height", "frame_rate", "keyframes")} == {
        "name": "Hall",
        "codec": "H.264",
        "width": "1920",
        "height": "1080",
        "frame_rate": "15",
        "keyframes": "every 10 s",
    }
    assert shown["advice"].splitlines()[0] == (
        "- A keyframe comes every 10 s: clips may start up to 10 s early. Set 2 s in the camera."
    )
    assert "s3cret" not in str(shown)


async def test_entity_answers_the_trial_with_its_address_and_picture(hass: HomeAssistant, probe: FakeProbe) -> None:
    hass.states.async_set("camera.porch", "idle")
    with (
        patch(
            "custom_components.localcam.entity_source.async_get_stream_source",
            return_value="rtsp://192.168.1.9/porch",
        ),
        patch(
            "custom_components.localcam.entity_source.async_get_image",
            return_value=Image(content_type="image/jpeg", content=JPEG),
        ),
    ):
        confirm = await answer(hass, await begin(hass, "entity"), {"name": "Porch", "entity_id": "camera.porch"})
    added = await answer(hass, confirm, {})

    assert probe.answered == [(StreamAddress(url="rtsp://192.168.1.9/porch"), JPEG)]
    assert probe.tried[0].source == EntitySource(entity_id="camera.porch")
    assert added["data"] == {"source": "entity", "name": "Porch", "entity_id": "camera.porch"}


@pytest.mark.parametrize("state", ["idle", STATE_UNAVAILABLE])
async def test_entity_that_gives_nothing_is_refused_and_can_be_chosen_again(
    hass: HomeAssistant, probe: FakeProbe, state: str
) -> None:
    hass.states.async_set("camera.porch", state)
    probe.failures = [SourceError(SourceFault.NO_IMAGE)]
    with (
        patch(
            "custom_components.localcam.entity_source.async_get_stream_source", side_effect=ValueError("its own bug")
        ),
        patch("custom_components.localcam.entity_source.async_get_image", side_effect=HomeAssistantError),
    ):
        form = await answer(hass, await begin(hass, "entity"), {"name": "Porch", "entity_id": "camera.porch"})
    assert probe.answered == [(None, b"")]
    assert form["errors"] == {"base": "entity_without_image"}
    assert typed(form) == {"name": "Porch", "entity_id": "camera.porch"}

    with (
        patch("custom_components.localcam.entity_source.async_get_stream_source", return_value=None),
        patch(
            "custom_components.localcam.entity_source.async_get_image",
            return_value=Image(content_type="image/jpeg", content=JPEG),
        ),
    ):
        confirm = await answer(hass, form, {"name": "Porch", "entity_id": "camera.porch"})
    assert (await answer(hass, confirm, {}))["type"] is FlowResultType.CREATE_ENTRY


async def test_an_entity_that_does_not_exist_is_called_so(hass: HomeAssistant, probe: FakeProbe) -> None:
    form = await answer(hass, await begin(hass, "entity"), {"name": "Porch", "entity_id": "camera.porch"})
    assert form["errors"] == {"entity_id": "entity_missing"}
    assert not probe.tried


async def test_own_camera_entity_cannot_be_chosen(hass: HomeAssistant, probe: FakeProbe) -> None:
    own = er.async_get(hass).async_get_or_create("camera", DOMAIN, "hall", suggested_object_id="hall")
    form = await begin(hass, "entity")

    with pytest.raises(InvalidData):
        await answer(hass, form, {"name": "Mirror", "entity_id": own.entity_id})
    assert not probe.tried


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Path]:
    """A machine with two video devices, of which one has a name by id."""
    (tmp_path / "video0").touch()
    (tmp_path / "video2").touch()
    by_id = tmp_path / "v4l" / "by-id"
    by_id.mkdir(parents=True)
    (by_id / "usb-Webcam-video-index0").symlink_to("../../video0")
    forms = "custom_components.localcam.camera_forms"
    with (
        patch(f"{forms}.DEV", tmp_path),
        patch(f"{forms}.video_devices", partial(usb_devices.video_devices, tmp_path)),
        patch(f"{forms}.stable_name", partial(usb_devices.stable_name, dev=tmp_path)),
    ):
        yield tmp_path


async def test_usb_camera_is_kept_by_the_name_that_survives_replugging(
    hass: HomeAssistant, probe: FakeProbe, dev: Path
) -> None:
    form = await begin(hass, "usb")
    assert form["data_schema"] is not None
    stable = str(dev / "v4l/by-id/usb-Webcam-video-index0")
    assert form["data_schema"].schema["device"].config["options"] == [stable, str(dev / "video2")]

    confirm = await answer(hass, form, {"name": "Desk", "device": str(dev / "video0")})
    added = await answer(hass, confirm, {})
    assert probe.tried[0].source == UsbSource(device=stable)
    assert added["data"] == {"source": "usb", "name": "Desk", "device": stable}


async def test_path_that_is_no_device_is_refused_and_can_be_corrected(
    hass: HomeAssistant, probe: FakeProbe, dev: Path
) -> None:
    form = await answer(hass, await begin(hass, "usb"), {"name": "Desk", "device": "/etc/hostname"})
    assert form["errors"] == {"device": "device_gone"}
    assert not probe.tried

    confirm = await answer(hass, form, {"name": "Desk", "device": str(dev / "video2")})
    assert (await answer(hass, confirm, {}))["data"]["device"] == str(dev / "video2")


async def test_each_demo_camera_shows_a_room_of_its_own(hass: HomeAssistant, probe: FakeProbe) -> None:
    for name in ("Demo", "Second demo"):
        confirm = await answer(hass, await begin(hass, "demo"), {"name": name})
        assert (await answer(hass, confirm, {}))["type"] is FlowResultType.CREATE_ENTRY

    assert [settings.source for settings in probe.tried] == [DemoSource(seed=1), DemoSource(seed=2)]


# What can be wrong


@pytest.mark.parametrize(("failure", "error"), WHAT_CAN_FAIL, ids=[f"{e}-{type(f).__name__}" for f, e in WHAT_CAN_FAIL])
async def test_camera_that_does_not_work_is_not_saved_and_can_be_tried_again(
    hass: HomeAssistant, probe: FakeProbe, setup_entry: AsyncMock, failure: EngineError, error: str
) -> None:
    probe.failures = [failure]

    form = await answer(hass, await begin(hass, "address"), ADDRESS)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "address"
    assert form["errors"] == {field_of(error): error}
    assert typed(form) == ADDRESS
    setup_entry.assert_not_awaited()

    confirm = await answer(hass, form, ADDRESS)
    added = await answer(hass, confirm, {})
    assert added["type"] is FlowResultType.CREATE_ENTRY
    assert added["data"] == HALL


async def test_an_address_left_empty_is_refused_at_its_field(hass: HomeAssistant, probe: FakeProbe) -> None:
    form = await answer(hass, await begin(hass, "address"), {**ADDRESS, "url": ""})
    assert form["errors"] == {"url": "invalid_address"}
    assert not probe.tried


@pytest.mark.parametrize("field", ["url", "detect_url"])
@pytest.mark.parametrize("url", ["192.168.1.20", "rtsp://", "rtsp://cam:port/", "rtsp://u:p#q@cam/", "   "])
async def test_what_is_no_address_is_refused_at_its_field(
    hass: HomeAssistant, probe: FakeProbe, field: str, url: str
) -> None:
    form = await answer(hass, await begin(hass, "address"), {**ADDRESS, field: url})
    assert form["errors"] == {field: "invalid_address"}
    assert typed(form)[field] == url
    assert not probe.tried

    confirm = await answer(hass, form, ADDRESS)
    assert (await answer(hass, confirm, {}))["data"] == HALL


@pytest.mark.parametrize(
    ("url", "fields", "expected"),
    [
        ("rtsp://viewer:p%40ss@cam.lan/a", {}, ("rtsp://cam.lan/a", "viewer", "p@ss")),
        ("rtsp://viewer:p@ss@cam.lan/a", {}, ("rtsp://cam.lan/a", "viewer", "p@ss")),
        ("rtsp://viewer@cam.lan/a", {"password": "typed"}, ("rtsp://cam.lan/a", "viewer", "typed")),
        ("rtsp://old:old@cam.lan/a", {"username": "new", "password": "n"}, ("rtsp://cam.lan/a", "new", "n")),
    ],
)
async def test_credentials_pasted_in_the_address_move_to_their_fields(
    hass: HomeAssistant, probe: FakeProbe, url: str, fields: dict[str, str], expected: tuple[str, str, str]
) -> None:
    probe.failures = [SourceError(SourceFault.UNREACHABLE)]
    form = await answer(hass, await begin(hass, "address"), {"name": "Hall", "url": url, **fields})
    shown = typed(form)
    assert (shown["url"], shown["username"], shown["password"]) == expected

    confirm = await answer(hass, form, shown)
    data = (await answer(hass, confirm, {}))["data"]
    assert (data["url"], data["username"], data["password"]) == expected


async def test_credentials_of_the_low_resolution_address_are_taken_out_too(
    hass: HomeAssistant, probe: FakeProbe
) -> None:
    answers = {"name": "Hall", "url": "rtsp://u:main@cam.lan/a", "detect_url": "rtsp://u:sub@cam.lan/b"}
    confirm = await answer(hass, await begin(hass, "address"), answers)

    data = (await answer(hass, confirm, {}))["data"]
    assert (data["detect_url"], data["password"]) == ("rtsp://cam.lan/b", "main")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("hALL ", "name_used"),
        ("  ", "name_missing"),
        ("\u200b", "name_missing"),
        ("x" * 101, "name_invalid"),
        ("Stairs\nHall", "name_invalid"),
        ("Stairs\x1b[31m", "name_invalid"),
        ("Stairs\u2028Hall", "name_invalid"),
        ("Stairs \u202egnp.exe", "name_invalid"),
        ("\u2066Stairs", "name_invalid"),
    ],
)
async def test_name_must_be_there_and_free(hass: HomeAssistant, probe: FakeProbe, name: str, error: str) -> None:
    MockConfigEntry(domain=DOMAIN, title="Hall", data={**HALL, "url": "rtsp://10.0.0.1/"}).add_to_hass(hass)

    form = await answer(hass, await begin(hass, "address"), {**ADDRESS, "name": name})
    assert form["errors"] == {"name": error}
    assert typed(form) == {**ADDRESS, "name": name}
    assert not probe.tried

    confirm = await answer(hass, form, {**ADDRESS, "name": "Stairs"})
    assert (await answer(hass, confirm, {}))["title"] == "Stairs"


@pytest.mark.parametrize("name", ["x" * 100, "Büro & Küche", "خانه‌ی ما", "👩‍👧 Kids"])
async def test_a_name_may_be_of_any_language(hass: HomeAssistant, probe: FakeProbe, name: str) -> None:
    confirm = await answer(hass, await begin(hass, "address"), {**ADDRESS, "name": f" {name} "})
    assert (await answer(hass, confirm, {}))["title"] == name


@pytest.mark.parametrize(
    ("kind", "existing", "answers"),
    [
        ("address", HALL, {**ADDRESS, "name": "Other", "username": "somebody"}),
        ("entity", {"source": "entity", "name": "A", "entity_id": "camera.porch"}, {"entity_id": "camera.porch"}),
        ("usb", {"source": "usb", "name": "A", "device": "/dev/video7"}, {"device": "/dev/video7"}),
    ],
)
async def test_same_source_is_not_added_twice(
    hass: HomeAssistant, probe: FakeProbe, kind: str, existing: dict[str, Any], answers: dict[str, Any]
) -> None:
    MockConfigEntry(domain=DOMAIN, title="Hall", data=existing).add_to_hass(hass)

    result = await answer(hass, await begin(hass, kind), {"name": "Other", **answers})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert not probe.tried


async def test_two_flows_cannot_both_add_the_same_camera(hass: HomeAssistant, probe: FakeProbe) -> None:
    first = await answer(hass, await begin(hass, "address"), ADDRESS)
    second = await answer(hass, await begin(hass, "address"), {**ADDRESS, "name": "Other"})

    assert (await answer(hass, first, {}))["type"] is FlowResultType.CREATE_ENTRY
    late = await answer(hass, second, {})
    assert (late["type"], late["reason"]) == (FlowResultType.ABORT, "already_configured")


# The picture


async def test_picture_is_served_signed_only_and_only_while_the_flow_is_open(
    hass: HomeAssistant, probe: FakeProbe, hass_client_no_auth: ClientSessionGenerator
) -> None:
    confirm = await answer(hass, await begin(hass, "address"), ADDRESS)
    assert confirm["description_placeholders"] is not None
    picture = confirm["description_placeholders"]["picture"]
    client = await hass_client_no_auth()

    served = await client.get(picture)
    assert served.status == HTTPStatus.OK
    assert served.content_type == "image/jpeg"
    assert served.headers["Cache-Control"] == "private, no-store"
    assert await served.read() == JPEG
    assert (await client.get(picture.split("?")[0])).status == HTTPStatus.UNAUTHORIZED

    await answer(hass, confirm, {})
    assert (await client.get(picture)).status == HTTPStatus.NOT_FOUND


async def test_picture_of_an_abandoned_flow_goes(
    hass: HomeAssistant, probe: FakeProbe, hass_client_no_auth: ClientSessionGenerator
) -> None:
    closed = await answer(hass, await begin(hass, "address"), ADDRESS)
    left_open = await answer(hass, await begin(hass, "demo"), {"name": "Demo"})
    client = await hass_client_no_auth()
    assert closed["description_placeholders"] is not None
    assert left_open["description_placeholders"] is not None

    hass.config_entries.flow.async_abort(closed["flow_id"])
    assert (await client.get(closed["description_placeholders"]["picture"])).status == HTTPStatus.NOT_FOUND
    assert (await client.get(left_open["description_placeholders"]["picture"])).status == HTTPStatus.OK

    async_fire_time_changed(hass, dt_util.utcnow() + KEPT_FOR)
    await hass.async_block_till_done()
    assert (await client.get(left_open["description_placeholders"]["picture"])).status == HTTPStatus.NOT_FOUND

    # Its owner comes back, and adds the camera all the same.
    assert (await answer(hass, left_open, {}))["type"] is FlowResultType.CREATE_ENTRY


# An existing camera


@pytest.fixture
async def hall(hass: HomeAssistant) -> MockConfigEntry:
    """A camera that is set up and running, with options of its own."""
    entry = MockConfigEntry(domain=DOMAIN, title="Hall", data=HALL, options={"sensitivity": 7})
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def test_reconfigure_changes_how_the_camera_is_reached_and_keeps_the_rest(
    hass: HomeAssistant, probe: FakeProbe, setup_entry: AsyncMock, hall: MockConfigEntry
) -> None:
    form = await hall.start_reconfigure_flow(hass)
    assert form["step_id"] == "reconfigure"
    assert typed(form) == {key: value for key, value in ADDRESS.items() if key != "password"}

    done = await answer(hass, form, {**typed(form), "name": "Stairs", "url": "rtsp://192.168.1.21/", "detect_url": ""})
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert hall.title == "Stairs"
    assert hall.data == {**HALL, "name": "Stairs", "url": "rtsp://192.168.1.21/", "detect_url": ""}
    assert hall.options == {"sensitivity": 7}
    assert probe.tried[0].source == AddressSource(
        url="rtsp://192.168.1.21/", username="viewer", password="s3cret", rtsp_transport=RtspTransport.UDP
    )
    await hass.async_block_till_done()
    assert setup_entry.await_count == 2


@pytest.mark.parametrize(
    ("credentials", "password"),
    [
        ({"username": "viewer", "password": ""}, "s3cret"),
        ({"username": "viewer", "password": "new"}, "new"),
        ({"username": "other"}, ""),
        ({}, ""),
    ],
)
async def test_reconfigure_keeps_the_password_only_with_its_user_name(
    hass: HomeAssistant, probe: FakeProbe, hall: MockConfigEntry, credentials: dict[str, str], password: str
) -> None:
    form = await hall.start_reconfigure_flow(hass)
    await answer(hass, form, {"name": "Hall", "url": "rtsp://192.168.1.22/", "rtsp_transport": "tcp", **credentials})

    assert hall.data["password"] == password
    assert hall.data["username"] == credentials.get("username", "")


@pytest.mark.parametrize(("failure", "error"), WHAT_CAN_FAIL, ids=[f"{e}-{type(f).__name__}" for f, e in WHAT_CAN_FAIL])
async def test_reconfigure_to_what_does_not_work_changes_nothing(
    hass: HomeAssistant, probe: FakeProbe, hall: MockConfigEntry, failure: EngineError, error: str
) -> None:
    probe.failures = [failure]
    changed = {**ADDRESS, "url": "rtsp://192.168.1.23/"}

    form = await answer(hass, await hall.start_reconfigure_flow(hass), changed)
    assert form["errors"] == {field_of(error): error}
    assert typed(form) == changed
    assert hall.data == HALL

    done = await answer(hass, form, changed)
    assert done["reason"] == "reconfigure_successful"
    assert hall.data == {**HALL, "url": "rtsp://192.168.1.23/"}


async def test_reconfigure_refuses_what_another_camera_has(
    hass: HomeAssistant, probe: FakeProbe, hall: MockConfigEntry
) -> None:
    other = {**HALL, "name": "Porch", "url": "rtsp://192.168.1.30/"}
    MockConfigEntry(domain=DOMAIN, title="Porch", data=other).add_to_hass(hass)

    form = await answer(hass, await hall.start_reconfigure_flow(hass), {**ADDRESS, "name": "porch"})
    assert form["errors"] == {"name": "name_used"}
    form = await answer(hass, form, {**ADDRESS, "url": "nothing"})
    assert form["errors"] == {"url": "invalid_address"}

    done = await answer(hass, form, {**ADDRESS, "url": "rtsp://192.168.1.30/"})
    assert done["reason"] == "already_configured"
    assert hall.data == HALL


@pytest.mark.parametrize(
    "data",
    [
        {"source": "entity", "name": "A", "entity_id": "camera.porch"},
        {"source": "usb", "name": "A", "device": "/dev/video7"},
        {"source": "demo", "name": "A", "seed": 3},
    ],
    ids=lambda data: data["source"],
)
async def test_camera_that_is_only_renamed_is_not_tried_against_itself(
    hass: HomeAssistant, probe: FakeProbe, data: dict[str, Any]
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, title="A", data=data)
    entry.add_to_hass(hass)
    form = await entry.start_reconfigure_flow(hass)

    done = await answer(hass, form, {**typed(form), "name": "B"})
    assert done["reason"] == "reconfigure_successful"
    assert (entry.title, entry.data) == ("B", {**data, "name": "B"})
    assert not probe.tried


async def test_reauth_asks_again_until_the_camera_accepts(
    hass: HomeAssistant, probe: FakeProbe, setup_entry: AsyncMock, hall: MockConfigEntry
) -> None:
    probe.failures = [SourceError(SourceFault.UNAUTHORIZED)]
    form = await hall.start_reauth_flow(hass)
    assert form["step_id"] == "reauth_confirm"
    assert typed(form) == {"username": "viewer"}

    form = await answer(hass, form, {"username": "admin", "password": "wrong"})
    assert form["errors"] == {"base": "invalid_auth"}
    assert typed(form) == {"username": "admin", "password": "wrong"}
    assert hall.data == HALL

    done = await answer(hass, form, {"username": "admin", "password": "right"})
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert hall.data == {**HALL, "username": "admin", "password": "right"}
    assert isinstance(probe.tried[-1].source, AddressSource)
    assert probe.tried[-1].source.password == "right"
    await hass.async_block_till_done()
    assert setup_entry.await_count == 2


# With nothing faked


@pytest.mark.timeout(120)
async def test_demo_camera_is_tried_in_a_real_worker(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    confirm = await answer(hass, await begin(hass, "demo"), {"name": "Demo"})
    assert confirm["step_id"] == "confirm", confirm["errors"]
    shown = confirm["description_placeholders"]
    assert shown is not None
    assert shown["codec"] == "H.264"
    assert shown["advice"] == "- There is nothing to improve in the camera's settings."

    client = await hass_client_no_auth()
    picture = await (await client.get(shown["picture"])).read()
    assert picture.startswith(b"\xff\xd8\xff")
    assert len(picture) > 1000

    added = await answer(hass, confirm, {})
    assert added["data"] == {"source": "demo", "name": "Demo", "seed": 1}


# What typed names can do


async def test_a_name_with_markdown_is_shown_as_it_was_typed(hass: HomeAssistant, probe: FakeProbe) -> None:
    name = "**Hall** ![x](https://evil.example/x.png) <img src=x onerror=alert(1)>"
    confirm = await answer(hass, await begin(hass, "demo"), {"name": name})

    assert confirm["description_placeholders"] is not None
    shown = confirm["description_placeholders"]["name"]
    assert shown.startswith(r"\*\*Hall\*\* \!\[x\]\(https\:\/\/evil\.example")
    assert not re.search(r"(?<!\\)[<>\[\]()*!`_]", shown)
    assert (await answer(hass, confirm, {}))["title"] == name


async def test_two_flows_cannot_give_two_cameras_one_name(hass: HomeAssistant, probe: FakeProbe) -> None:
    first = await answer(hass, await begin(hass, "address"), ADDRESS)
    second = await answer(hass, await begin(hass, "demo"), {"name": "HALL"})
    assert second["step_id"] == "confirm"
    assert (await answer(hass, first, {}))["type"] is FlowResultType.CREATE_ENTRY

    again = await answer(hass, second, {})
    assert (again["step_id"], again["errors"]) == ("demo", {"name": "name_used"})
    assert typed(again) == {"name": "HALL"}
    confirm = await answer(hass, again, {"name": "Demo"})
    assert (await answer(hass, confirm, {}))["title"] == "Demo"


@pytest.mark.parametrize("fault", [SourceFault.UNREACHABLE, SourceFault.PUBLIC_ADDRESS])
async def test_what_is_wrong_with_the_second_stream_stands_at_its_field(
    hass: HomeAssistant, probe: FakeProbe, fault: SourceFault
) -> None:
    probe.failures = [DetectStreamError(fault)]
    form = await answer(hass, await begin(hass, "address"), ADDRESS)
    assert form["errors"] == {"detect_url": fault.value}


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_new_camera_is_calibrated_where_its_owner_wants_it(
    hass: HomeAssistant, probe: FakeProbe, wanted: bool
) -> None:
    confirm = await answer(hass, await begin(hass, "demo"), {"name": "Demo"})
    added = await answer(hass, confirm, {"calibrate": wanted})
    assert added["options"] == ({"calibrate": True} if wanted else {})


@pytest.mark.parametrize(("change", "kept"), [({"name": "Stairs"}, True), ({"url": "rtsp://192.168.1.29/"}, False)])
async def test_zones_stay_and_what_was_calibrated_stays_with_its_camera(
    hass: HomeAssistant, probe: FakeProbe, hall: MockConfigEntry, change: dict[str, str], kept: bool
) -> None:
    options = {"zones": [], "noise_floor": "x", "calibrated_utc_s": 1.0}
    hass.config_entries.async_update_entry(hall, options=options)
    await answer(hass, await hall.start_reconfigure_flow(hass), {**ADDRESS, **change})
    assert hall.options == (options if kept else {"zones": []})
