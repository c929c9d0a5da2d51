"""What the station is to its cameras' posts: where clips go, keys for them, and what becomes of them.

Called from the posts' and the workers' own threads; reports are passed on after what they announce is safe.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from .audit_keeper import AuditKeeper
from .clip_keeper import ClipKeeper
from .commands import ClipKey
from .errors import EngineError
from .reports import ClipClosed, RecordingFailed, RecordingFault, Reported
from .settings import AddressRules, HouseSettings


class StationHome:
    """See `camera_post.Home`."""

    def __init__(
        self,
        keeper: ClipKeeper,
        audit: AuditKeeper,
        rules: AddressRules,
        *,
        on_report: Callable[[Reported], None],
        enforce_bounds: Callable[[], object],
    ) -> None:
        self._keeper = keeper
        self._audit = audit
        self._address_rules = rules
        self._on_report = on_report
        self._enforce_bounds = enforce_bounds
        self._late: deque[tuple[Reported, ClipClosed]] = deque()
        """Finished clips that the catalogue did not take."""

    @property
    def storage_folder(self) -> str:
        """Where clips go now; empty while that folder hangs, and would hold whoever as much as looks at it."""
        return self._keeper.storage_folder if self._keeper.answers() else ""

    @property
    def may_record(self) -> bool:
        """Whether there is room for clips."""
        return self._keeper.may_record

    @property
    def address_rules(self) -> AddressRules:
        """What this house adds to the rules on cameras' addresses."""
        return self._address_rules

    def take_rules(self, house: HouseSettings) -> bool:
        """Whether they are others than before."""
        before = self._address_rules
        self._address_rules = replace(before, public_host=house.public_host)
        return before != self._address_rules

    def next_epoch(self, camera_id: str) -> int:
        """A number greater than that of each earlier life of the camera's worker."""
        return self._keeper.archive.next_epoch(camera_id)

    def issue_keys(self, camera_id: str, left: int) -> tuple[ClipKey, ...]:
        """Keys of clips to come, for a worker that has so many left; raises EngineError."""
        return self._keeper.issue_keys(camera_id, left)

    def keep(self, reported: Reported, closed: ClipClosed) -> bool:
        """Enter a finished clip in the catalogue; False where it must not be announced.

        A clip that cannot be entered keeps its files, and is entered, and announced, as soon as that is possible: it is
        tried each time the bounds are looked at, and at the next start.
        """
        try:
            added = self._keeper.keep(reported, closed)
        except EngineError as err:
            self._late.append((reported, closed))
            failed = RecordingFailed(fault=RecordingFault.DISK_ERROR, detail=str(err))
            self._on_report(replace(reported, report=failed))
            return False
        with suppress(EngineError):  # they are looked at each minute, too, and the clip is safe
            self._enforce_bounds()
        return added

    @property
    def has_late(self) -> bool:
        """Whether finished clips wait for the catalogue to take them."""
        return bool(self._late)

    def enter_late(self) -> None:
        """Enter what the catalogue did not take, and announce it; what it still does not take waits on."""
        for _ in range(len(self._late)):
            reported, closed = self._late.popleft()
            try:
                added = self._keeper.keep(reported, closed)
            except EngineError:
                self._late.appendleft((reported, closed))
                return
            if added:
                self._on_report(reported)

    def withdraw_keys(self, camera_id: str) -> None:
        """The camera's worker is gone: it uses none of its keys any more."""
        self._keeper.withdraw_keys(camera_id)

    def tidy(self, camera_id: str) -> None:
        """Finish what a crashed worker left, beside its successor; what cannot be now is at the next start."""
        try:
            saved = self._keeper.recover(camera_id)
        except EngineError as err:
            failed = RecordingFailed(fault=RecordingFault.DISK_ERROR, detail=str(err))
            saved = [Reported(camera_id=camera_id, epoch=0, sequence=0, report=failed)]
        else:
            self._audit.log_recovery(camera_id, len(saved))
        for reported in saved:
            self._on_report(reported)
