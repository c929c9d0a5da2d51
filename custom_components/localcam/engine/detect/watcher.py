"""Frames -> motion events: joins difference, features, scorer and event machine, and says which frames it wants."""

from collections.abc import Callable
import math

from ..motion import Calibration, CameraProblem, DetectorModel, Features, Kind, MotionEvent, MotionMap
from ..settings import DetectSettings
from ..values import Frame
from .difference import DifferenceDetector
from .event_machine import EventMachine, Observation, Started, State, Transition
from .features import FEATURES_VERSION, NO_TRACE, measure
from .kinds import KindJudge
from .onset import Course
from .place import place_of
from .problems import ProblemWatch
from .scorer import built_in, score
from .sensitivity import thresholds
from .travel import Trail

INTERVAL_S = 0.2
"""Between analysed frames while the room is quiet."""
ALERT_INTERVAL_S = 0.1
"""The same while it may begin to move at any time: for ALERT_S after anything was suspected, and while an event fades.
What moves already is looked at less often: nothing is decided."""
ALERT_S = 0.5
KEEP_SHARE = 0.6
"""Of the model's threshold: what moved in the picture before goes on moving with a score of this."""
STAYS_SHARE = 0.25
"""Of the smallest area: while the light changes, somebody who stood still is still there if as much moves in new
places."""
VIEW_S = 0.9
"""Whether the camera sees anything is asked no more often than this."""
JITTER_S = 0.02
"""A frame this much early is taken: cameras are not exact."""


class MotionWatcher:
    """One camera's detector; not shared between threads."""

    def __init__(self, settings: DetectSettings, model: DetectorModel | None, new_id: Callable[[], str]) -> None:
        self._learned = model
        self._sensitivity = settings.sensitivity
        self._smallest_share = thresholds(settings.sensitivity).smallest_share
        self._model = model or built_in(settings.sensitivity)
        self._detector = DifferenceDetector(settings.sensitivity, settings.zones, settings.noise_floor)
        self._machine = EventMachine(settings.quiet_s, new_id)
        self._trace = NO_TRACE
        self._looked_at_s: float | None = None
        self._judge = KindJudge()
        self._problems = ProblemWatch()
        self._course = Course()
        self._trail = Trail()
        self._suspected_at_s = self._viewed_at_s = -math.inf
        self._calibration: Calibration | None = None
        self.moving = False
        """Whether the frame just seen moved, before any quiet time."""
        self.strength = 0.0
        """Score of the frame just seen, 0 to 1."""
        self.zones_moving: frozenset[str] = frozenset()
        """Ids of the including zones in which the frame just seen moved; empty where it does not count as motion."""
        self.kind = Kind.OTHER
        """Of what goes on in the frame just seen."""
        self.features = Features(version=FEATURES_VERSION, values={})
        """Of the frame just seen."""
        self.motion: MotionMap | None = None
        """Of the frame just seen, until the next one is looked at."""

    @property
    def problem(self) -> CameraProblem | None:
        """Why the camera sees nothing, if so."""
        return self._problems.problem

    @property
    def in_motion(self) -> bool:
        """Whether an event that alerts is open."""
        return self._machine.state in {State.MOVING, State.FADING}

    @property
    def calm(self) -> bool:
        """Whether keyframes are enough: no event is open, nothing was suspected of late, nothing is being learned."""
        return not self._machine.is_open and not self._suspects and not self.calibrating

    @property
    def event(self) -> MotionEvent | None:
        """The open event as it is now, whether it alerts or not."""
        return self._machine.event

    @property
    def goes_on(self) -> bool:
        """Whether the open event, whether it alerts or not, moved in the frame just seen."""
        return self._machine.is_open and self._machine.last_motion_at_s == self._looked_at_s

    def wants(self, captured_at_s: float) -> bool:
        """Whether it is time to analyse a frame captured then."""
        if self._looked_at_s is None:
            return True
        waited_s = captured_at_s - self._looked_at_s
        return waited_s >= self.interval_s - JITTER_S or waited_s < 0

    @property
    def interval_s(self) -> float:
        """Between analysed frames, as things are now."""
        suspected = self._suspects
        alert = not self.moving and (self.in_motion or suspected)
        return ALERT_INTERVAL_S if alert else INTERVAL_S

    @property
    def _suspects(self) -> bool:
        return self._looked_at_s is not None and self._looked_at_s - self._suspected_at_s <= ALERT_S

    def look(self, frame: Frame) -> tuple[Transition, ...]:
        """Analyse a frame; frames come in the order of their capture."""
        self._looked_at_s = frame.captured_at_s
        self.motion = motion = self._detector.look(frame)
        self._calibration = self._detector.watch_over_calibration() or self._calibration
        if self._detector.suspects:
            self._suspected_at_s = frame.captured_at_s
        self.features, self._trace = measure(motion, self._trace)
        self.strength = score(self.features, self._model)
        place = place_of(motion)
        self._judge.see(motion, place)
        self._course.see(place, frame.captured_at_s)
        moves = self._decide(motion)
        moves = moves or (motion.present_share >= self._smallest_share and self._is_still_there(motion))
        self._look_after_camera(frame.captured_at_s)
        bound = self._course.bound and not moves
        light_changes = motion.lighting_changed and not self._course.sure
        # Whatever moves in another view than was known is no view.
        problem = None if moves else self.problem
        self.kind = self._judge.kind(self.features, problem, bound=bound, light_changes=light_changes)
        transitions = self._machine.step(
            Observation(
                at_s=frame.captured_at_s,
                moving=moves,
                light_changes=light_changes,
                suspected=self._detector.suspects,
                score=self.strength,
                kind=self.kind,
                features=self.features,
                model_version=self._model.version,
                threshold=self._model.threshold,
                sensitivity=self._sensitivity,
                lesser=not moves and (bound or not self.kind.alerts),
                names=bound and self._judge.stayed,
            )
        )
        if transitions and any(isinstance(transition, Started) for transition in transitions):
            self._judge.begin()
        self.moving = self._machine.state is State.MOVING
        self.zones_moving = self._detector.zones_moving() if self.moving else frozenset()
        return transitions

    def calibrate(self, seconds: float) -> tuple[Transition, ...]:
        """Take what comes for that long for the empty room and its noise; an open event ends.

        20 s are enough for a television's cuts and a fan's turns. Without it the detector learns the same by itself.
        Where somebody walks through the room meanwhile, or its light changes, it is over at once, and all is as before.
        """
        self._detector.calibrate(seconds)
        self.moving = False
        self._course = Course()
        return self._machine.flush()

    def take_calibration(self) -> Calibration | None:
        """What came of calibrating, once it is over; only once."""
        calibration, self._calibration = self._calibration, None
        return calibration

    @property
    def calibrating(self) -> bool:
        """Whether pictures only teach now."""
        return self._detector.teaches

    def _decide(self, motion: MotionMap) -> bool:
        """Whether the picture just measured moves, somebody who stays put apart."""
        smallest = self._smallest_share
        keep = self.strength >= self._model.threshold * KEEP_SHARE
        leads = keep and motion.moving_share > 0 and self._leads(motion, smallest)
        if not leads and not (keep if self.moving else self.strength >= self._model.threshold):
            self._course.rest(self.features, smallest, motion.captured_at_s)
            return False
        moves = self._course.moves(self.features, smallest, motion.captured_at_s, going_on=self.moving or leads)
        if self._course.lingers:
            self._detector.lingers()
        if moves:
            self._detector.confirm()
        return moves

    def _is_still_there(self, motion: MotionMap) -> bool:
        """Whether whoever was seen to move before is what looks unlike the room: light alone brings nobody back."""
        goes_on = self.moving or self.features.values["advancing"] >= STAYS_SHARE * self._smallest_share
        return goes_on or not motion.lighting_changed

    def _leads(self, motion: MotionMap, smallest: float) -> bool:
        """Whether something small has come along for several pictures; nobody asks once an event moves."""
        return not self.moving and self._trail.leads(motion, self.features.values["cluster"], smallest)

    def _look_after_camera(self, at_s: float) -> None:
        due = self._problems.unsure or at_s - self._viewed_at_s >= VIEW_S
        if due and (view := self._detector.view()) is not None:
            self._viewed_at_s = at_s
            self._detector.follow_view(self._problems.see(view))

    def change(self, settings: DetectSettings, model: DetectorModel | None = None) -> None:
        """Other settings, or another model; neither the room nor the open event is forgotten."""
        self._sensitivity = settings.sensitivity
        self._smallest_share = thresholds(settings.sensitivity).smallest_share
        self._learned = model or self._learned
        self._model = self._learned or built_in(settings.sensitivity)
        self._detector.change(settings.sensitivity, settings.zones, settings.noise_floor)
        self._machine.quiet_s = settings.quiet_s

    def tick(self, now_s: float) -> tuple[Transition, ...]:
        """Time passes without frames; `now_s` on the clock of `captured_at_s`."""
        return self._machine.tick(now_s)

    def reset(self) -> tuple[Transition, ...]:
        """The camera was lost: end the open event and learn the room anew."""
        self._detector.reset()
        self._calibration = self._detector.watch_over_calibration() or self._calibration
        self._trace = NO_TRACE
        self._looked_at_s = None
        self._suspected_at_s = self._viewed_at_s = -math.inf
        self.moving = False
        self.zones_moving = frozenset()
        self._course = Course()
        self._judge.forget()
        self._problems = ProblemWatch()
        return self._machine.flush()
