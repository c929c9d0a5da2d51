"""A house that is locked, and flows about its keys as an administrator's browser drives them."""

from http import HTTPStatus
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir

from custom_components.localcam.bridge import HOUSE
from custom_components.localcam.const import DOMAIN
from custom_components.localcam.engine.audited import AuditNote, Deed

from .living_camera import LivingCamera

PASSPHRASE = "correct horse battery"
REPAIRS = "/api/repairs/issues/fix"


def issue(hass: HomeAssistant, issue_id: str) -> ir.IssueEntry | None:
    found = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    return found if found and found.active else None


async def lock(camera: LivingCamera, passphrase: str = PASSPHRASE) -> None:
    """As after a restart of a house whose owner chose a passphrase."""
    keys = camera.hass.data[HOUSE].keys
    await keys.async_keep_locked(passphrase)
    await keys.async_lock()
    await camera.settle()


async def repair(client: TestClient[Any, Any], issue_id: str) -> dict[str, Any]:
    """The first step of its repair."""
    response = await client.post(REPAIRS, json={"handler": DOMAIN, "issue_id": issue_id})
    assert response.status == HTTPStatus.OK, await response.text()
    return await response.json()


async def go_on(client: TestClient[Any, Any], flow: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """The next step of a repair."""
    response = await client.post(f"{REPAIRS}/{flow['flow_id']}", json=answers)
    assert response.status == HTTPStatus.OK, await response.text()
    return await response.json()


async def begin(hass: HomeAssistant, camera: LivingCamera, step: str | None = None) -> dict[str, Any]:
    """The menu of encryption in the options, or one of its steps."""
    flow: Any = await hass.config_entries.options.async_init(camera.id)
    flow = await choose(hass, flow, "encryption")
    return await choose(hass, flow, step) if step else flow


async def choose(hass: HomeAssistant, flow: dict[str, Any], step: str) -> Any:
    assert flow["type"] is FlowResultType.MENU
    return await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": step})


async def answer(hass: HomeAssistant, flow: dict[str, Any], **answers: Any) -> Any:
    return await hass.config_entries.options.async_configure(flow["flow_id"], answers)


def entries_of(camera: LivingCamera, deed: Deed) -> list[AuditNote]:
    """Refusals, too."""
    return [note for note in camera.audit.notes if note.deed is deed]
