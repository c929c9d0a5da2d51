"""Zones are set and read by actions and over the websocket, and each has its motion sensor while it is there."""

import logging
from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.errors import WorkerError
from custom_components.localcam.engine.zone_settings import ZoneFault

from .fake_station import FakeStation, World
from .living_camera import RTSP, LivingCamera, add_camera

LEFT = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
DOOR = {"name": "Door", "polygon": LEFT, "sensitivity": 7}
CLOCK = {"name": "Clock", "polygon": [[0.8, 0.1], [0.9, 0.1], [0.9, 0.2]], "include": False}


async def set_zones(camera: LivingCamera, zones: Any, context: Context | None = None) -> list[dict[str, Any]]:
    response = await camera.hass.services.async_call(
        DOMAIN,
        "set_zones",
        {"entity_id": "camera.hall", "zones": zones},
        blocking=True,
        context=context,
        return_response=True,
    )
    await camera.settle()
    assert isinstance(response, dict)
    return response["zones"]  # type: ignore[return-value]


async def test_zones_reach_the_running_camera_and_stay(hass: HomeAssistant, camera: LivingCamera) -> None:
    door, clock = await set_zones(camera, [DOOR, CLOCK])

    assert (door["name"], door["include"], door["sensitivity"], door["polygon"]) == ("Door", True, 7, LEFT)
    assert (door["entity_id"], clock["entity_id"]) == ("binary_sensor.hall_door_motion", None)
    assert door["id"] != clock["id"]
    what, settings = camera.station.calls[-1]
    assert what == "change"
    assert [zone.name for zone in settings.detect.zones] == ["Door", "Clock"]
    assert len(camera.world.stations) == 1, "nothing was reloaded"

    await camera.call("number", "set_value", "number", "sensitivity", value=8)
    assert await hass.config_entries.async_reload(camera.id)
    assert [zone.zone_id for zone in camera.station.watched[camera.id].detect.zones] == [door["id"], clock["id"]]
    listed = await hass.services.async_call(
        DOMAIN, "list_zones", {"entity_id": "camera.hall"}, blocking=True, return_response=True
    )
    assert listed == {"cameras": [{"camera": "camera.hall", "zones": [door, clock]}]}


async def test_a_zones_sensor_follows_the_motion_in_it(hass: HomeAssistant, camera: LivingCamera) -> None:
    door, window = await set_zones(camera, [DOOR, {**DOOR, "name": "Window"}])
    sensors = [f"binary_sensor.hall_{zone}_motion" for zone in ("door", "window")]

    def states() -> list[str]:
        return [hass.states.get(sensor).state for sensor in sensors]  # type: ignore[union-attr]

    assert states() == [STATE_OFF, STATE_OFF]
    assert hass.states.get(sensors[0]).attributes["device_class"] == "motion"  # type: ignore[union-attr]
    camera.station.move(camera.id)
    camera.station.move_in(camera.id, door["id"])
    await camera.settle()
    assert states() == [STATE_ON, STATE_OFF]
    camera.station.move_in(camera.id, door["id"], window["id"])
    await camera.settle()
    assert states() == [STATE_ON, STATE_ON]
    camera.station.rest_from_motion(camera.id)
    await camera.settle()
    assert states() == [STATE_OFF, STATE_OFF]
    camera.station.move_in(camera.id, door["id"])
    camera.station.lose(camera.id)
    await camera.settle()
    assert states() == [STATE_UNAVAILABLE, STATE_UNAVAILABLE]
    camera.station.back(camera.id)
    await camera.settle()
    assert states() == [STATE_OFF, STATE_OFF]


async def test_a_zone_that_is_renamed_keeps_its_sensor_and_one_that_is_gone_takes_it_along(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    door, window = await set_zones(camera, [DOOR, {**DOOR, "name": "Window"}])
    (entrance,) = await set_zones(camera, [{**door, "name": "Entrance"}])

    assert (entrance["id"], entrance["entity_id"]) == (door["id"], door["entity_id"])
    state = hass.states.get(door["entity_id"])
    assert state is not None
    assert state.name == "Hall Entrance motion"
    entry = entity_registry.async_get(door["entity_id"])
    assert entry is not None
    assert (entry.unique_id, entry.original_name) == (f"{camera.id}_zone_{door['id']}", "Entrance motion")
    assert hass.states.get(window["entity_id"]) is None
    assert entity_registry.async_get(window["entity_id"]) is None

    # A mask has no sensor; the same zone that includes again gets one.
    await set_zones(camera, [{**entrance, "include": False}])
    assert entity_registry.async_get(door["entity_id"]) is None
    (again,) = await set_zones(camera, [entrance])
    assert hass.states.get(again["entity_id"]).state == STATE_OFF  # type: ignore[union-attr]
    assert await set_zones(camera, []) == []
    assert not [each for each in hass.states.async_entity_ids("binary_sensor") if "entrance" in each]


async def test_without_an_id_a_zone_is_the_one_of_its_name(hass: HomeAssistant, camera: LivingCamera) -> None:
    (before,) = await set_zones(camera, [DOOR])
    new, after = await set_zones(camera, [{**DOOR, "name": "New"}, {**DOOR, "name": "door"}])
    assert after["id"] == before["id"] != new["id"]


async def test_what_went_while_the_camera_was_not_loaded_leaves_no_sensor(
    hass: HomeAssistant, camera: LivingCamera, entity_registry: er.EntityRegistry
) -> None:
    (door,) = await set_zones(camera, [DOOR])
    assert await hass.config_entries.async_unload(camera.id)
    hass.config_entries.async_update_entry(camera.entry, options={})
    assert await hass.config_entries.async_setup(camera.id)
    await camera.settle()
    assert entity_registry.async_get(door["entity_id"]) is None


BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("Door", ZoneFault.NO_LIST),
        ([{**DOOR, "name": f"{number}"} for number in range(17)], ZoneFault.TOO_MANY),
        (["Door"], ZoneFault.NO_ZONE),
        ([{**DOOR, "colour": "red"}], ZoneFault.NO_ZONE),
        ([{**DOOR, "include": "yes"}], ZoneFault.NO_ZONE),
        ([{**DOOR, "name": " "}], ZoneFault.NAME),
        ([{**DOOR, "name": "x" * 51}], ZoneFault.NAME),
        ([{**DOOR, "name": "Do\nor"}], ZoneFault.NAME),
        ([{**DOOR, "name": "Door \u202eroom"}], ZoneFault.NAME),
        ([DOOR, {**DOOR, "name": "DOOR"}], ZoneFault.NAME_USED),
        ([{**DOOR, "id": "unknown"}], ZoneFault.ID),
        ([{**DOOR, "id": ["unknown"]}], ZoneFault.ID),
        ([{**DOOR, "polygon": LEFT[:2]}], ZoneFault.CORNERS),
        ([{**DOOR, "polygon": [[0, 0], [1, 0], "ab"]}], ZoneFault.CORNERS),
        ([{**DOOR, "polygon": [[0, 0], [1, 0], [1, 1.2]]}], ZoneFault.OUTSIDE),
        ([{**DOOR, "polygon": [[0, 0], [0.05, 0], [0.05, 0.05]]}], ZoneFault.TOO_SMALL),
        ([{**DOOR, "polygon": BOW_TIE}], ZoneFault.CROSSES),
        ([{**DOOR, "sensitivity": 11}], ZoneFault.SENSITIVITY),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_changed(
    hass: HomeAssistant, camera: LivingCamera, wrong: Any, fault: ZoneFault
) -> None:
    (door,) = await set_zones(camera, [DOOR])
    calls = len(camera.station.calls)
    with pytest.raises(ServiceValidationError) as raised:
        await set_zones(camera, wrong)
    assert raised.value.translation_key == fault.value
    assert "{" not in str(raised.value), "a placeholder was not filled in"
    assert [zone.zone_id for zone in camera.coordinator.settings.detect.zones] == [door["id"]]
    assert len(camera.station.calls) == calls


async def test_a_worker_that_cannot_be_told_leaves_the_zones_as_they_were(
    hass: HomeAssistant, camera: LivingCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(station: FakeStation, settings: object) -> None:
        raise WorkerError("gone")

    monkeypatch.setattr(FakeStation, "change", fail)
    with pytest.raises(HomeAssistantError) as raised:
        await set_zones(camera, [DOOR])
    assert raised.value.translation_key == "worker_failed"
    assert "zones" not in camera.entry.options
    assert not camera.coordinator.settings.detect.zones


async def test_zones_belong_to_one_camera(hass: HomeAssistant, camera: LivingCamera, world: World) -> None:
    await add_camera(hass, world, RTSP)
    with pytest.raises(ServiceValidationError, match=r"one_camera|Choose one"):
        await hass.services.async_call(
            DOMAIN, "set_zones", {"entity_id": ["camera.hall", "camera.door"], "zones": []}, blocking=True
        )
    listed = await hass.services.async_call(
        DOMAIN, "list_zones", {"entity_id": "all"}, blocking=True, return_response=True
    )
    assert [each["camera"] for each in listed["cameras"]] == ["camera.hall", "camera.door"]  # type: ignore[index,union-attr,call-overload]


async def test_without_a_target_the_zones_of_all_cameras_are_listed_that_one_may_see(
    hass: HomeAssistant, camera: LivingCamera, world: World, hass_read_only_user: MockUser
) -> None:
    door = await add_camera(hass, world, RTSP)
    hass_read_only_user.mock_policy(onlooker("camera.hall"))

    async def listed(context: Context | None = None) -> list[str]:
        response: Any = await hass.services.async_call(
            DOMAIN, "list_zones", {}, blocking=True, return_response=True, context=context
        )
        return [each["camera"] for each in response["cameras"]]

    assert await listed() == ["camera.hall", "camera.door"]
    assert await listed(Context(user_id=hass_read_only_user.id)) == ["camera.hall"]
    assert await hass.config_entries.async_unload(door.id)
    assert await listed() == ["camera.hall"]


def onlooker(read: str) -> dict[str, Any]:
    return {"entities": {"entity_ids": {read: {"read": True}}}}


async def test_who_may_only_look_reads_zones_and_sets_none(
    hass: HomeAssistant, camera: LivingCamera, hass_read_only_user: MockUser
) -> None:
    hass_read_only_user.mock_policy(onlooker("camera.hall"))
    context = Context(user_id=hass_read_only_user.id)
    with pytest.raises(ServiceValidationError) as raised:
        await set_zones(camera, [DOOR], context)
    assert raised.value.translation_key == "not_permitted"
    listed = await hass.services.async_call(
        DOMAIN, "list_zones", {"entity_id": "camera.hall"}, blocking=True, return_response=True, context=context
    )
    assert listed == {"cameras": [{"camera": "camera.hall", "zones": []}]}


async def test_pages_read_and_set_zones_over_the_websocket(
    hass: HomeAssistant, camera: LivingCamera, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client(hass)

    async def ask(what: str, **fields: Any) -> dict[str, Any]:
        await client.send_json_auto_id({"type": f"localcam/zones/{what}", "entity_id": "camera.hall", **fields})
        answer: dict[str, Any] = await client.receive_json()
        return answer

    was_set = await ask("set", zones=[DOOR])
    assert was_set["success"]
    assert (await ask("get"))["result"] == was_set["result"]
    assert was_set["result"]["zones"][0]["name"] == "Door"

    refused = await ask("set", zones=[{**DOOR, "polygon": BOW_TIE}])
    assert refused["error"]["translation_key"] == "zone_crosses"
    assert refused["error"]["translation_placeholders"] == {"zone": "Door"}
    assert (await ask("get"))["result"] == was_set["result"]
    unknown = await ask("get", entity_id="camera.porch")
    assert unknown["error"]["translation_key"] == "unknown_camera"
    assert await hass.config_entries.async_unload(camera.id)
    assert (await ask("get"))["error"]["translation_key"] == "camera_not_loaded"


@pytest.mark.parametrize(("seen", "key"), [("camera.hall", "not_permitted"), ("camera.other", "unknown_camera")])
async def test_over_the_websocket_only_who_may_control_the_camera_sets_zones(
    hass: HomeAssistant,
    camera: LivingCamera,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    hass_read_only_user: MockUser,
    seen: str,
    key: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hass_read_only_user.mock_policy(onlooker(seen))
    client = await hass_ws_client(hass, hass_read_only_access_token)
    await client.send_json_auto_id({"type": "localcam/zones/set", "entity_id": "camera.hall", "zones": [DOOR]})
    assert (await client.receive_json())["error"]["translation_key"] == key
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING], "anybody could fill the log"
    assert not camera.coordinator.settings.detect.zones
