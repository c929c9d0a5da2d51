"""Answers the worker that watches a camera entity: where its stream is now, and what it shows now."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .engine.commands import StreamAddress
from .engine.reports import AddressWanted, PictureWanted
from .entity_source import async_still_picture, async_stream_address

if TYPE_CHECKING:
    from .bridge import House
    from .coordinator import LocalCamConfigEntry


class EntityAnswers:
    """For one camera; all methods are for the event loop."""

    def __init__(
        self,
        house: House,
        entry: LocalCamConfigEntry,
        entity_id: str,
        on_address: Callable[[StreamAddress | None], None],
    ) -> None:
        self._house = house
        self._entry = entry
        self._entity_id = entity_id
        self._on_address = on_address
        self._answering: set[type[AddressWanted | PictureWanted]] = set()

    @property
    def _hass(self) -> HomeAssistant:
        return self._house.hass

    @callback
    def async_answer(self, wanted: AddressWanted | PictureWanted) -> None:
        """Answer soon; a question that is being answered already is not asked of the entity again."""
        question = type(wanted)
        if question in self._answering:
            return
        self._answering.add(question)
        answer = self._async_give_address() if question is AddressWanted else self._async_give_picture()
        task = self._entry.async_create_background_task(self._hass, answer, f"{DOMAIN} answer about {self._entity_id}")
        task.add_done_callback(lambda _: self._answering.discard(question))

    async def _async_give_address(self) -> None:
        address = await async_stream_address(self._hass, self._entity_id)
        if self._house.is_running:
            station = self._house.station
            await self._hass.async_add_executor_job(station.entity_address, self._entry.entry_id, address)
        self._on_address(address)

    async def _async_give_picture(self) -> None:
        jpeg = await async_still_picture(self._hass, self._entity_id)
        if self._house.is_running:
            station = self._house.station
            await self._hass.async_add_executor_job(station.entity_picture, self._entry.entry_id, jpeg)
