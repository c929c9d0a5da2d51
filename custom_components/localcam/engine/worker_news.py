"""What a worker tells of its camera besides motion and clips, in the moment it changes.

Where an including zone moves, the camera's problem, and what came of calibrating. Belongs to the main thread.
"""

from .commands import Calibrate
from .motion import CameraProblem
from .reports import Answer, Calibrated, ProblemChanged, ZonesMoving
from .settings import DetectSettings
from .worker_outbox import Outbox
from .worker_sight import Look, Sight


class News:
    """A worker's life begins with no zone in motion, and no problem."""

    def __init__(self, settings: DetectSettings, outbox: Outbox, sight: Sight) -> None:
        self._settings = settings
        self._outbox = outbox
        self._sight = sight
        self._moved_at_s: dict[str, float] = {}
        """When each zone moved last, by its id; within the open event only."""
        self._told_zones: frozenset[str] = frozenset()
        self._told_problem: CameraProblem | None = None

    def change(self, settings: DetectSettings) -> None:
        """Other zones, or another quiet time; what moved in a zone that is gone is of no interest any more."""
        self._settings = settings
        known = {zone.zone_id for zone in settings.zones}
        self._moved_at_s = {zone_id: at_s for zone_id, at_s in self._moved_at_s.items() if zone_id in known}

    def looked(self, look: Look) -> None:
        """A picture was looked at."""
        known = {zone.zone_id for zone in self._settings.zones}
        self._moved_at_s |= dict.fromkeys(self._sight.zones_moving & known, look.at_s)
        self.tell(look.at_s)

    def tell(self, now_s: float) -> None:
        """Say what is new; also as time passes, and when the camera was lost."""
        if not self._sight.in_motion:
            self._moved_at_s.clear()
        quiet_s = self._settings.quiet_s
        zones = frozenset(zone_id for zone_id, at_s in self._moved_at_s.items() if now_s - at_s < quiet_s)
        if zones != self._told_zones:
            self._told_zones = zones
            self._outbox.report(ZonesMoving(zone_ids=tuple(sorted(zones))))
        if self._sight.problem is not self._told_problem:
            self._told_problem = self._sight.problem
            self._outbox.report(ProblemChanged(problem=self._told_problem))
        if (calibration := self._sight.take_calibration()) is not None:
            self._outbox.report(Calibrated(calibration=calibration))

    def answer(self, asked: Calibrate, *, online: bool) -> bool:
        """Whether the room can be calibrated now, which is also the answer to who asked."""
        problem = ""
        if not online or self._sight.picture is None:
            problem = "offline"
        elif self._sight.problem is not None:
            problem = "sees_nothing"
        elif self._sight.in_motion:
            problem = "something_moves"
        self._outbox.report(Answer(request_id=asked.request_id, problem=problem))
        return not problem
