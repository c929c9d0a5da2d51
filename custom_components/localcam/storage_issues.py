"""The repair issues about the storage of clips: each stands exactly as long as what it tells of."""

from collections.abc import Sequence
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .engine.errors import ArchiveError, FolderInUseError, StorageError
from .engine.safekeeping import StorageState, StorageTrouble
from .issue import async_set_issue

ISSUE_STORAGE_FULL: Final = "storage_full"
ISSUE_STORAGE_DAMAGED: Final = "storage_damaged"
ISSUE_CATALOGUE_PUT_BACK: Final = "catalogue_put_back"
ISSUE_CLIPS_WAIT: Final = "clips_wait"
ISSUES: Final = (ISSUE_STORAGE_FULL, ISSUE_CLIPS_WAIT, *StorageTrouble)
"""What `async_tell_storage` tells of."""

STALLED_FOR_LONG_S: Final = 900.0
"""A share whose server restarts is back by then."""

_MOST_SUSPECTS: Final = 1000


@callback
def async_tell_storage(hass: HomeAssistant, state: StorageState | None) -> None:
    """What is in the way of recording, now; nothing for a house that does not run."""
    trouble = state.trouble if state else None
    async_set_issue(hass, ISSUE_STORAGE_FULL, exists=state is not None and not state.may_record and trouble is None)
    spool = state.spool if state else None
    async_set_issue(
        hass,
        ISSUE_CLIPS_WAIT,
        exists=spool is not None and spool.stalled_s >= STALLED_FOR_LONG_S,
        severity=ir.IssueSeverity.WARNING,
    )
    async_tell_trouble(hass, trouble)


@callback
def async_tell_trouble(hass: HomeAssistant, trouble: StorageTrouble | None) -> None:
    """This one, and no other."""
    for each in StorageTrouble:
        async_set_issue(hass, each, exists=each is trouble)


def trouble_of(err: BaseException) -> StorageTrouble | None:
    """What an error of the station means for the storage."""
    match err:
        case FolderInUseError():
            return StorageTrouble.IN_USE
        case StorageError():
            return StorageTrouble.UNAVAILABLE
        case ArchiveError():
            return StorageTrouble.CATALOGUE
        case _:
            return None


@callback
def async_tell_damage(hass: HomeAssistant, subjects: Sequence[str]) -> None:
    """What the daily check found; it survives a restart, so that the next check looks at the same clips again."""
    if not subjects:
        ir.async_delete_issue(hass, DOMAIN, ISSUE_STORAGE_DAMAGED)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE_STORAGE_DAMAGED,
        data={"suspects": ",".join(subjects[:_MOST_SUSPECTS])},
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=ISSUE_STORAGE_DAMAGED,
        translation_placeholders={"count": str(len(subjects)), "first": subjects[0]},
    )


@callback
def async_tell_put_back(hass: HomeAssistant, deleted_again: int | None) -> None:
    """An older catalogue was found, and so many clips deleted again; it stands until somebody has read it."""
    if deleted_again is not None:
        ir.async_create_issue(
            hass,
            DOMAIN,
            ISSUE_CATALOGUE_PUT_BACK,
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_CATALOGUE_PUT_BACK,
            translation_placeholders={"count": str(deleted_again)},
        )


@callback
def async_suspects(hass: HomeAssistant) -> frozenset[str]:
    """What was wrong when it was last looked at: ids of clips, and names of files."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE_STORAGE_DAMAGED)
    return frozenset(str(issue.data["suspects"]).split(",")) if issue and issue.data else frozenset()
