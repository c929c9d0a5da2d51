"""A labelled sequence through a detector: ours exactly as production runs it, or another one."""

from collections import Counter
from dataclasses import dataclass, field
import itertools
import time

from benchmarks.peers import LOOKS_PER_S, Peer
from benchmarks.sequences import PRE_ROLL_S, LabelledSequence, colour, luma, pictures, pre_roll
from custom_components.localcam.engine.detect.event_machine import Ended, Transition
from custom_components.localcam.engine.detect.watcher import MotionWatcher
from custom_components.localcam.engine.settings import DetectSettings
from custom_components.localcam.engine.values import Frame

JITTER_S = 0.02


@dataclass(slots=True, kw_only=True)
class Played:
    """What a detector said of one sequence."""

    positive: list[bool] = field(default_factory=list)
    """Of each frame, whether it counted as motion; between analysed frames the last decision holds."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Events by kind, those that do not alert among them."""
    costs_s: list[float] = field(default_factory=list)
    """Of each analysed frame."""

    def note(self, transitions: tuple[Transition, ...]) -> None:
        """Count the events that ended, and were not over before the sequence began."""
        ended = (each.event for each in transitions if isinstance(each, Ended))
        self.kinds.update(event.kind.value for event in ended if event.last_motion_at_s >= 0)

    def fill(self, frames: int) -> None:
        """Where a film is shorter than its labels, its last decision holds."""
        self.positive += self.positive[-1:] * (frames - len(self.positive))


def play(sequence: LabelledSequence) -> Played:
    """With default settings; decisions are taken before the quiet time that production adds to an event's end."""
    watcher = MotionWatcher(DetectSettings(), None, (f"e{number}" for number in itertools.count()).__next__)
    before = round(PRE_ROLL_S * sequence.fps)
    played = Played()
    for index, picture in enumerate(itertools.chain(pre_roll(sequence), pictures(sequence)), start=-before):
        captured_at_s = index / sequence.fps
        if watcher.wants(captured_at_s):
            began = time.perf_counter()
            transitions = watcher.look(Frame(luma=picture, captured_at_s=captured_at_s))
            played.costs_s.append(time.perf_counter() - began)
            played.note(transitions)
        if index >= 0:
            played.positive.append(watcher.moving)
    played.note(watcher.reset())
    played.fill(len(sequence.labels))
    return played


def play_peer(sequence: LabelledSequence, peer: Peer) -> Played:
    """The same for another detector, which knows no kinds."""
    read = colour if peer.in_colour else luma
    moves = peer.begin()
    before = round(PRE_ROLL_S * sequence.fps)
    played = Played()
    looked_at_s: float | None = None
    moving = False
    for index, picture in enumerate(itertools.chain(pre_roll(sequence, read), pictures(sequence, read)), start=-before):
        at_s = index / sequence.fps
        if looked_at_s is None or at_s - looked_at_s >= 1 / LOOKS_PER_S - JITTER_S:
            looked_at_s = at_s
            began = time.perf_counter()
            moving = moves(picture)
            played.costs_s.append(time.perf_counter() - began)
        if index >= 0:
            played.positive.append(moving)
    played.fill(len(sequence.labels))
    return played
