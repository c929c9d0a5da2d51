"""Home Assistant's backup platform: while a backup is made, the catalogue's main file stays as it is.

A backup copies `catalogue.db` and its journal one after the other. Recording goes on, and nothing waits: see
`Database.begin_copying`.
"""

import logging

from homeassistant.core import HomeAssistant

from .bridge import HOUSE
from .engine.errors import EngineError

_LOGGER = logging.getLogger(__name__)


async def async_pre_backup(hass: HomeAssistant) -> None:
    """A backup begins; what is the matter with the catalogue shall not keep the rest from being backed up."""
    house = hass.data[HOUSE]
    if house.is_running:
        try:
            await hass.async_add_executor_job(house.station.begin_copying)
        except EngineError as err:
            _LOGGER.warning("The catalogue may not be whole in this backup: %s", err)


async def async_post_backup(hass: HomeAssistant) -> None:
    """It is over, also where it failed."""
    house = hass.data[HOUSE]
    if house.is_running:
        try:
            await hass.async_add_executor_job(house.station.end_copying)
        except EngineError as err:
            _LOGGER.warning("The catalogue's journal could not be folded in after a backup: %s", err)
