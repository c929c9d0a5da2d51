"""The audit log on the event loop: what waits is written together, refusals are bounded, trouble is an issue."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .const import DOMAIN
from .engine.audited import AuditHead, AuditNote, AuditReport
from .engine.clock import Clock
from .engine.errors import AuditError
from .issue import async_set_issue
from .playbacks import Playbacks

if TYPE_CHECKING:
    from .engine.audit_keeper import AuditKeeper

_LOGGER = logging.getLogger(__name__)

ISSUE_UNWRITABLE: Final = "audit_unwritable"
ISSUE_BROKEN: Final = "audit_broken"

MIND_EVERY: Final = timedelta(minutes=1)
VERIFY_EVERY: Final = timedelta(days=1)
REFUSALS_PER_MINUTE: Final = 30
"""That are logged for each user; what is more is counted, so that nobody can fill the disk by asking."""


class Ledger:
    """One per house; all methods are for the event loop."""

    def __init__(self, hass: HomeAssistant, clock: Clock, on_head: Callable[[AuditHead | None], None]) -> None:
        self.hass = hass
        self._clock = clock
        self._on_head = on_head
        self._audit: AuditKeeper | None = None
        self._playbacks = Playbacks(clock, self.async_record)
        self._pending: list[tuple[Sequence[AuditNote], asyncio.Future[AuditError | None]]] = []
        self._is_writing = False
        self._refused: dict[str | None, _Refusals] = {}
        self._undo: list[CALLBACK_TYPE] = []

    @callback
    def async_begin(self, audit: AuditKeeper) -> None:
        """The station runs; its log is checked in the background, now and each day."""
        self._audit = audit
        self._undo = [
            async_track_time_interval(self.hass, act, every, name=f"{DOMAIN} audit log", cancel_on_shutdown=True)
            for act, every in ((self._async_mind, MIND_EVERY), (self._async_check, VERIFY_EVERY))
        ]
        self.hass.async_create_background_task(self._async_check(), f"{DOMAIN} audit log", eager_start=False)
        self._on_head(audit.head)

    @callback
    def async_end(self) -> None:
        """The station is about to stop."""
        for undo in self._undo:
            undo()
        self._undo = []
        self._audit = None
        self._set_issue(ISSUE_UNWRITABLE)

    async def async_record(self, *notes: AuditNote) -> None:
        """Returns once they are on disk; raises AuditError, and then what they speak of must not be done."""
        if self._audit is None:
            raise AuditError("LocalCam is not running")
        written: asyncio.Future[AuditError | None] = self.hass.loop.create_future()
        self._pending.append((notes, written))
        if not self._is_writing:
            self._is_writing = True
            self.hass.async_create_task(self._async_write(self._audit), f"{DOMAIN} audit log", eager_start=False)
        # The write goes on when the one who waits for it has gone.
        if (failure := await asyncio.shield(written)) is not None:
            raise AuditError(str(failure)) from failure

    async def async_look(self, note: AuditNote) -> None:
        """The same for seeing something, where many requests are one look."""
        await self._playbacks.async_look(note)

    async def async_try_record(self, *notes: AuditNote) -> None:
        """The same for what is done all the same: privacy must not wait for a log that is broken."""
        try:
            await self.async_record(*notes)
        except AuditError as err:
            _LOGGER.debug("Not logged: %s", err)  # the issue tells the owner

    async def async_refused(self, note: AuditNote) -> None:
        """Log a refusal, which stays one whatever comes of that."""
        refusals = self._refused.setdefault(note.user_id, _Refusals())
        left_out = refusals.take(self._clock.monotonic_s())
        if left_out is not None:
            reason = f"{note.reason}, after {left_out} more" if left_out else note.reason
            await self.async_try_record(replace(note, reason=reason))

    async def _async_write(self, audit: AuditKeeper) -> None:
        """All that has gathered in one commit, then all that gathered meanwhile."""
        try:
            while self._pending:
                await self._async_write_gathered(audit)
        finally:
            self._is_writing = False

    async def _async_write_gathered(self, audit: AuditKeeper) -> None:
        batch, self._pending = self._pending, []
        failure: AuditError | None = None
        try:
            await self.hass.async_add_executor_job(audit.record, [note for notes, _ in batch for note in notes])
        except AuditError as err:
            failure = err
        except BaseException:
            failure = AuditError("the audit log was not written")
            raise
        finally:
            for _, written in batch:
                if not written.done():
                    written.set_result(failure)
        self._set_issue(ISSUE_UNWRITABLE, failure)
        if failure is not None:
            _LOGGER.debug("%s", failure)
        self._on_head(audit.head)

    async def _async_mind(self, _now: datetime) -> None:
        if (audit := self._audit) is None:
            return
        try:
            await self.hass.async_add_executor_job(audit.mind)
        except AuditError as err:
            self._set_issue(ISSUE_UNWRITABLE, err)
        self._on_head(audit.head)

    async def _async_check(self, _now: datetime | None = None) -> None:
        if (audit := self._audit) is None:
            return
        try:
            report = await self.hass.async_add_executor_job(audit.verify_at_leisure)
        except AuditError as err:
            if self._audit is audit:  # else it was closed, which ends the check
                self._set_issue(ISSUE_UNWRITABLE, err)
            return
        self.async_verified(report)

    @callback
    def async_verified(self, report: AuditReport) -> None:
        """Tell the owner what verifying found."""
        if report.holds:
            self._set_issue(ISSUE_BROKEN)
            return
        _LOGGER.error("The audit log does not hold, from entry %s: %s", report.broken_seq, report.detail)
        self._set_issue(ISSUE_BROKEN, report.detail, entry=str(report.broken_seq or "?"))

    @callback
    def _set_issue(self, issue_id: str, why: AuditError | str | None = None, **placeholders: str) -> None:
        told = {"reason": str(why), **placeholders}
        async_set_issue(self.hass, issue_id, exists=why is not None, placeholders=told)


class _Refusals:
    """Of one user: a number for each minute that is logged, and a count of the rest."""

    def __init__(self) -> None:
        self._minute_began_s = float("-inf")
        self._logged = self._left_out = 0

    def take(self, now_s: float) -> int | None:
        """How many were left out before this one; None where this one is left out, too."""
        if now_s - self._minute_began_s >= 60:
            self._minute_began_s, self._logged = now_s, 0
        if self._logged >= REFUSALS_PER_MINUTE:
            self._left_out += 1
            return None
        self._logged += 1
        left_out, self._left_out = self._left_out, 0
        return left_out
