"""Shows and hides what an owner is told under Settings > Repairs: an issue is there or it is not."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


@callback
def async_set_issue(
    hass: HomeAssistant,
    issue_id: str,
    *,
    exists: bool,
    severity: ir.IssueSeverity = ir.IssueSeverity.ERROR,
    is_fixable: bool = False,
    placeholders: Mapping[str, str] | None = None,
) -> None:
    """An issue of the whole house, whose id names its translation, too."""
    if not exists:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=is_fixable,
        severity=severity,
        translation_key=issue_id,
        translation_placeholders=dict(placeholders) if placeholders else None,
    )
