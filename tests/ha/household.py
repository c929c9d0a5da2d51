"""People of different rights in one Home Assistant."""

from collections.abc import Mapping

from homeassistant.auth.models import Group, User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockUser


def someone_who_may(hass: HomeAssistant, entities: Mapping[str, tuple[str, ...]]) -> User:
    """A user who may do these things with these entities, and nothing else."""
    allowed = {entity_id: dict.fromkeys(policies, True) for entity_id, policies in entities.items()}
    user = MockUser().add_to_hass(hass)
    user.groups = [Group(name="Few", policy={"entities": {"entity_ids": allowed}})]
    return user


READ = (POLICY_READ,)
ALL = (POLICY_READ, POLICY_CONTROL)
