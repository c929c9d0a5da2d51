"""A camera of the fake world as a test holds it: its entry, its entities, and what it does next."""

import asyncio
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.localcam.const import DOMAIN
from custom_components.localcam.coordinator import LocalCamCoordinator

from .fake_audit import FakeAudit
from .fake_station import FakeStation, World

DEMO = {"source": "demo", "name": "Hall", "seed": 1}
RTSP = {
    "source": "address",
    "name": "Door",
    "url": "rtsp://192.168.1.20:554/main",
    "username": "viewer",
    "password": "s3cret",
    "detect_url": "",
    "rtsp_transport": "udp",
}


@dataclass
class LivingCamera:
    """One loaded entry."""

    hass: HomeAssistant
    world: World
    entry: MockConfigEntry

    @property
    def id(self) -> str:
        return self.entry.entry_id

    @property
    def station(self) -> FakeStation:
        return self.world.station

    @property
    def audit(self) -> FakeAudit:
        return self.world.station.audit

    @property
    def coordinator(self) -> LocalCamCoordinator:
        return self.entry.runtime_data.coordinator

    def entity_id(self, platform: str, key: str) -> str:
        entity_id = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, f"{self.id}_{key}")
        assert entity_id is not None
        return entity_id

    def state(self, platform: str, key: str) -> State:
        state = self.hass.states.get(self.entity_id(platform, key))
        assert state is not None
        return state

    async def call(self, domain: str, action: str, platform: str, key: str, **data: Any) -> None:
        await self.hass.services.async_call(
            domain, action, {"entity_id": self.entity_id(platform, key), **data}, blocking=True
        )

    async def let_go(self) -> None:
        """Until each file that was opened is closed, which is so only after its last byte was sent; TimeoutError."""
        async with asyncio.timeout(10):
            while not all(reader.closed for reader in self.station.readers):  # noqa: ASYNC110 # nobody tells
                await asyncio.sleep(0.01)

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)


async def add_camera(
    hass: HomeAssistant,
    world: World,
    data: dict[str, Any] | None = None,
    *,
    options: dict[str, Any] | None = None,
    online: bool = True,
) -> LivingCamera:
    """A new entry, set up; online unless the test wants it otherwise."""
    data = data or DEMO
    entry = MockConfigEntry(domain=DOMAIN, title=data["name"], data=data, options=options or {})
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    camera = LivingCamera(hass, world, entry)
    if online:
        world.station.back(entry.entry_id)
        await camera.settle()
    return camera
