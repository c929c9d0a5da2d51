"""Frames -> motion events: joins difference, features, scorer and event machine, and says which frames it wants."""

from collections.abc import Callable

from ..settings import DetectSettings
from ..values import DetectorModel, Features, Frame
from .difference import DifferenceDetector
from .event_machine import EventMachine, Grew, Observation, Started, State, Transition
from .features import FEATURES_VERSION, NO_TRACE, measure
from .kinds import kind_of
from .scorer import built_in, score

INTERVAL_S = 0.2
"""Between analysed frames while the room is quiet."""
ALERT_INTERVAL_S = 0.1
"""The same while something is suspected and no event is open: what decides must not wait."""
KEEP_SHARE = 0.6
"""Of the model's threshold: what moved in the picture before goes on moving with a score of this."""
JITTER_S = 0.02
"""A frame this much early is taken: cameras are not exact."""


class MotionWatcher:
    """One camera's detector; not shared between threads."""

    def __init__(self, settings: DetectSettings, model: DetectorModel | None, new_id: Callable[[], str]) -> None:
        self._learned = model
        self._model = model or built_in(settings.sensitivity)
        self._detector = DifferenceDetector(settings.sensitivity)
        self._machine = EventMachine(settings.quiet_s, new_id)
        self._trace = NO_TRACE
        self._looked_at_s: float | None = None
        self.moving = False
        """Whether the frame just seen moved, before any quiet time."""
        self.strongest = False
        """Whether the frame just seen is the strongest so far of the open event."""
        self.strength = 0.0
        """Score of the frame just seen, 0 to 1."""
        self.features = Features(version=FEATURES_VERSION, values={})
        """Of the frame just seen."""

    @property
    def in_motion(self) -> bool:
        """Whether an event is open."""
        return self._machine.event is not None

    def wants(self, captured_at_s: float) -> bool:
        """Whether it is time to analyse a frame captured then."""
        if self._looked_at_s is None:
            return True
        alert = self._detector.suspects and not self.in_motion
        waited_s = captured_at_s - self._looked_at_s
        return waited_s >= (ALERT_INTERVAL_S if alert else INTERVAL_S) - JITTER_S or waited_s < 0

    def look(self, frame: Frame) -> tuple[Transition, ...]:
        """Analyse a frame; frames come in the order of their capture."""
        self._looked_at_s = frame.captured_at_s
        motion = self._detector.look(frame)
        self.features, self._trace = measure(motion, self._trace)
        self.strength = score(self.features, self._model)
        transitions = self._machine.step(
            Observation(
                at_s=frame.captured_at_s,
                moving=self.strength >= self._model.threshold * (KEEP_SHARE if self.moving else 1.0),
                light_changes=motion.lighting_changed,
                suspected=self._detector.suspects,
                score=self.strength,
                kind=kind_of(self.features),
                features=self.features,
                model_version=self._model.version,
            )
        )
        self.moving = self._machine.state is State.MOVING
        self.strongest = any(isinstance(transition, Started | Grew) for transition in transitions)
        return transitions

    def change(self, settings: DetectSettings, model: DetectorModel | None = None) -> None:
        """Other settings, or another model; neither the room nor the open event is forgotten."""
        self._learned = model or self._learned
        self._model = self._learned or built_in(settings.sensitivity)
        self._detector.change(settings.sensitivity)
        self._machine.quiet_s = settings.quiet_s

    def tick(self, now_s: float) -> tuple[Transition, ...]:
        """Time passes without frames; `now_s` on the clock of `captured_at_s`."""
        return self._machine.tick(now_s)

    def reset(self) -> tuple[Transition, ...]:
        """The camera was lost: end the open event and learn the room anew."""
        self._detector.reset()
        self._trace = NO_TRACE
        self._looked_at_s = None
        self.moving = self.strongest = False
        return self._machine.flush()
