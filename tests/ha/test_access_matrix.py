"""Endpoints x roles x things: nobody gets more than the matrix says, and no endpoint is without its row."""

from collections.abc import Callable

from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.localcam.engine.audited import DeedOutcome

from .access_matrix import ROWS, House, Role, Thing, judged, people_of, registered
from .fake_station import World
from .living_camera import LivingCamera, add_camera


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Home Assistant's heartbeat of a websocket that it turned away goes on for a moment."""
    return True


@pytest.fixture
async def house(
    hass: HomeAssistant,
    world: World,
    camera: LivingCamera,
    hass_admin_user: User,
    hass_client_no_auth: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
) -> House:
    attic = await add_camera(hass, world, {"source": "demo", "name": "Attic", "seed": 2})
    for component in ("api", "media_source"):
        assert await async_setup_component(hass, component, {})
    people, tokens = await people_of(hass, hass_admin_user)
    return House(
        hass=hass,
        world=world,
        cameras={Thing.HALL: camera, Thing.ATTIC: attic},
        people=people,
        tokens=tokens,
        client=await hass_client_no_auth(),
        open_socket=lambda token: hass_ws_client(hass, token),
    )


async def test_every_endpoint_has_its_row_and_every_row_its_endpoint(hass: HomeAssistant, house: House) -> None:
    assert registered(hass) == ROWS.keys()


@pytest.mark.parametrize("name", ROWS)
async def test_nobody_gets_more_or_less(
    house: House, name: str, record_property: Callable[[str, object], None]
) -> None:
    tried, wrong = await judged(house, name, ROWS[name])
    record_property("cells", tried)
    record_property("wrong", wrong)
    assert tried == len(Role) * len(Thing)
    assert wrong == []


@pytest.mark.parametrize("name", ROWS)
async def test_every_refusal_of_somebody_who_is_logged_in_is_logged(house: House, name: str) -> None:
    asked_for_one_thing = name != "media source, browsed"  # what is not shown in a tree was not asked for
    guest = house.people[Role.GUEST]
    house.lay_out()
    before = len(house.world.station.audit.written)
    await ROWS[name].ask(house, Role.GUEST, Thing.HALL)
    refusals = [
        note
        for note in house.world.station.audit.notes[before:]
        if note.outcome is DeedOutcome.REFUSED and note.user_id == guest.id
    ]
    assert bool(refusals) is asked_for_one_thing


async def test_the_judge_can_find_something(house: House) -> None:
    """A row that claims another right than its endpoint asks for is wrong in some cell."""
    honest = ROWS["action list_clips"]
    claims_more = type(honest)(action=ROWS["action delete_clips"].action, ask=honest.ask)
    _, wrong = await judged(house, "list_clips", claims_more)
    assert wrong == ["list_clips: viewer got hall done instead of forbidden"]
