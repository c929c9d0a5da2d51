"""The house's keys on the event loop: unlocking, and how they are kept; all of it is written down first."""

import asyncio
from collections.abc import Callable
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .engine.audit_keeper import AuditKeeper
from .engine.audited import AuditNote, Deed, DeedOutcome
from .engine.clock import Clock
from .engine.errors import AuditError, EngineError, KeyringError, LockedError, SecretError, SecretFault
from .engine.safekeeping import KeyringState
from .engine.settings import KEYS_FOLDER
from .engine.vault.keyring import Keyring
from .engine.vault.recovery_code import looks_like_code, read_code
from .issue import async_set_issue
from .ledger import Ledger
from .who import Who

if TYPE_CHECKING:
    from .engine.station import Station

_LOGGER = logging.getLogger(__name__)

ISSUE_LOCKED: Final = "clips_locked"
ISSUE_CODE_MISSING: Final = "recovery_code_missing"
ISSUE_KEY_GONE: Final = "house_key_gone"
ISSUE_CLIPS_LOST: Final = "clip_keys_lost"

WRONG_IN_A_ROW: Final = 5
"""Wrong secrets, after which the next one must wait."""
WAIT_S: Final = 60.0


class TooManyAttemptsError(EngineError):
    """Too many wrong secrets in a row: the next one must wait."""


class NotRunningError(EngineError):
    """No camera runs, so nobody has the keys open."""


def form_error(err: EngineError) -> str:
    """The key of an error of a form; each flow's translations have them all."""
    match err:
        case SecretError(fault=fault):
            return fault.value
        case TooManyAttemptsError():
            return "too_many_attempts"
        case AuditError():
            return "not_logged"
        case LockedError():
            return "house_locked"
        case NotRunningError():
            return "not_running"
        case _:
            _LOGGER.error("LocalCam's keys: %s", err)  # such texts never hold a secret
            return "keys_failed"


class HouseKeys:
    """One per house; all methods are for the event loop. Secrets are never kept, logged or told."""

    def __init__(self, hass: HomeAssistant, ledger: Ledger, clock: Clock, on_change: Callable[[], None]) -> None:
        """`on_change` is called when the house was locked or unlocked."""
        self.hass = hass
        self._ledger = ledger
        self._clock = clock
        self._on_change = on_change
        self.keyring = Keyring(Path(hass.config.path(DOMAIN, KEYS_FOLDER)))
        """Outlives stations: a house stays unlocked while its last camera is loaded anew."""
        self._station: Station | None = None
        self._one_at_a_time = asyncio.Lock()
        self._wrong = 0
        self._wrong_at_s = float("-inf")

    @property
    def state(self) -> KeyringState | None:
        """How the keys are kept; None where no camera runs."""
        return self.keyring.state() if self._station else None

    @property
    def is_locked(self) -> bool:
        """Whether clips wait for an administrator."""
        return self._station is not None and self.keyring.state().is_locked

    @callback
    def async_begin(self, station: Station) -> None:
        """The station runs."""
        self._station = station
        ir.async_delete_issue(self.hass, DOMAIN, ISSUE_KEY_GONE)
        self._tell()
        self.hass.async_create_background_task(self._async_look_for_lost(), f"{DOMAIN} lost keys", eager_start=False)

    @callback
    def async_failed(self, err: BaseException) -> None:
        """The station did not start: tell the owner, where that is because the house's key is gone."""
        if isinstance(err, KeyringError):
            async_set_issue(self.hass, ISSUE_KEY_GONE, exists=True, is_fixable=True)

    @callback
    def async_end(self) -> None:
        """The station is about to stop. That no code was written down stays told, and so stays ignored where it is."""
        self._station = None
        for issue_id in (ISSUE_LOCKED, ISSUE_CLIPS_LOST):
            ir.async_delete_issue(self.hass, DOMAIN, issue_id)

    # What an administrator asks for; all raise EngineError, for which `form_error` has a text

    async def async_unlock(self, secret: str) -> None:
        """By the passphrase or the recovery code."""
        station = self._running()
        is_code = looks_like_code(secret)
        await self._async_prove(secret, Deed.UNLOCK)
        await self._async_log(Deed.UNLOCK, "by the recovery code" if is_code else "by the passphrase")
        await self.hass.async_add_executor_job(self.keyring.unlock_by_code if is_code else self.keyring.unlock, secret)
        self._tell()
        # It may take a minute, and nobody need wait for it.
        self.hass.async_create_background_task(
            self._async_finish_waiting(station), f"{DOMAIN} finish what waited", eager_start=False
        )

    async def async_lock(self) -> None:
        """At once, not only from the next start on."""
        self._running()
        await self._async_log(Deed.KEYS, "locked")
        self.keyring.lock()
        self._tell()

    async def async_keep_locked(self, passphrase: str) -> None:
        """From the next start on, the house is locked by this passphrase."""
        self._running()
        await self._async_keep(self.keyring.keep_locked, passphrase, reason="locked by a passphrase from now on")

    async def async_change_passphrase(self, secret: str, passphrase: str) -> None:
        """For who knows the one of before, or the recovery code."""
        self._running()
        await self._async_prove(secret, Deed.KEYS)
        await self._async_keep(self.keyring.keep_locked, passphrase, reason="another passphrase")

    async def async_keep_unlocked(self, secret: str) -> None:
        """From the next start on, the house is unlocked by itself."""
        self._running()
        await self._async_prove(secret, Deed.KEYS)
        await self._async_keep(self.keyring.keep_unlocked, reason="unlocked by itself from now on")

    async def async_set_code(self, code: str, typed: str) -> None:
        """A new recovery code counts, now that its owner has typed it back."""
        self._running()
        if read_code(typed) != read_code(code):
            raise SecretError(SecretFault.WRONG)
        await self._async_keep(self.keyring.set_code, code, reason="another recovery code")

    # Where the house's key is gone, and so nothing runs

    @property
    def can_be_restored(self) -> bool:
        """Whether a secret can bring the key back; asks the disk."""
        return self.keyring.can_be_restored

    async def async_restore(self, secret: str) -> None:
        """Bring the house's key back by the recovery code or the passphrase, and start."""
        await self._async_log_alone(Deed.KEYS, "restore the house's key")
        await self._async_try(Deed.KEYS, self.keyring.restore, secret)
        await self.async_start_again()

    async def async_begin_anew(self) -> None:
        """Make a new key, as the owner wants it; the clips there are can then be opened by nobody."""
        await self._async_log_alone(Deed.KEYS, "a new house key in the place of one that is gone")
        await self.hass.async_add_executor_job(self.keyring.begin_anew)
        await self.async_start_again()

    async def async_start_again(self) -> bool:
        """Let the cameras that wait for the key start now; whether any runs."""
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.SETUP_RETRY:
                await self.hass.config_entries.async_reload(entry.entry_id)
        return self._station is not None

    # What they share

    def _running(self) -> Station:
        if self._station is None:
            raise NotRunningError("no camera runs")
        return self._station

    async def _async_keep[*Ts](self, order: Callable[[*Ts], None], *args: *Ts, reason: str) -> None:
        await self._async_log(Deed.KEYS, reason)
        await self.hass.async_add_executor_job(order, *args)
        self._tell()

    async def _async_prove(self, secret: str, deed: Deed) -> None:
        """Raises SecretError unless this is the passphrase or the recovery code."""
        check = self.keyring.check_code if looks_like_code(secret) else self.keyring.check_passphrase
        await self._async_try(deed, check, secret)

    async def _async_try(self, deed: Deed, check: Callable[[str], None], secret: str) -> None:
        """One guess at a time, and after some wrong ones one a minute; each refusal is logged."""
        async with self._one_at_a_time:
            if self._wrong >= WRONG_IN_A_ROW and self._clock.monotonic_s() - self._wrong_at_s < WAIT_S:
                await self._ledger.async_refused(self._note(deed, "too_many_attempts", DeedOutcome.REFUSED))
                raise TooManyAttemptsError("too many wrong secrets")
            try:
                await self.hass.async_add_executor_job(check, secret)
            except SecretError as err:
                self._wrong += 1
                self._wrong_at_s = self._clock.monotonic_s()
                await self._ledger.async_refused(self._note(deed, err.fault.value, DeedOutcome.REFUSED))
                raise
            self._wrong = 0

    def _note(self, deed: Deed, reason: str, outcome: DeedOutcome = DeedOutcome.DONE) -> AuditNote:
        who = Who.acting(self.hass)
        return AuditNote(deed=deed, outcome=outcome, user_id=who.user_id, token_id=who.token_id, reason=reason)

    async def _async_log(self, deed: Deed, reason: str) -> None:
        await self._ledger.async_record(self._note(deed, reason))

    async def _async_log_alone(self, deed: Deed, reason: str) -> None:
        """The same while no station has the log open."""
        note = self._note(deed, reason)
        await self.hass.async_add_executor_job(_write_alone, Path(self.hass.config.path(DOMAIN)), self._clock, note)

    @callback
    def _tell(self) -> None:
        state = self.keyring.state()
        self._tell_fixable(ISSUE_LOCKED, exists=state.is_locked)
        # Of a locked house without a code nobody can make one: it must be unlocked first.
        wanted = not state.has_recovery_code and not state.is_locked
        self._tell_fixable(ISSUE_CODE_MISSING, exists=wanted)
        self._on_change()

    def _tell_fixable(self, issue_id: str, *, exists: bool) -> None:
        async_set_issue(self.hass, issue_id, exists=exists, severity=ir.IssueSeverity.WARNING, is_fixable=True)

    async def _async_finish_waiting(self, station: Station) -> None:
        try:
            await self.hass.async_add_executor_job(station.finish_waiting)
        except EngineError as err:
            _LOGGER.warning("What waited for the house to be unlocked is finished at the next start: %s", err)

    async def _async_look_for_lost(self) -> None:
        station = self._station
        if station is None:
            return
        try:
            lost = await self.hass.async_add_executor_job(station.lost_clips)
        except EngineError as err:
            _LOGGER.warning("It could not be looked whether keys of clips are lost: %s", err)
            return
        if lost and self._station is station:
            _LOGGER.error("Keys are lost, so that nobody can open these clips: %s", ", ".join(lost))
            placeholders = {"count": str(len(lost)), "clips": ", ".join(lost[:3])}
            async_set_issue(self.hass, ISSUE_CLIPS_LOST, exists=True, placeholders=placeholders)


def _write_alone(catalogue_folder: Path, clock: Clock, note: AuditNote) -> None:
    audit = AuditKeeper(catalogue_folder, clock)
    audit.open()
    try:
        audit.record([note])
    finally:
        audit.close()
