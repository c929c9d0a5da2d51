"""Labels x decisions -> figures: which events were seen, what alarmed for nothing.

event          a maximal run of labels other than 0, gaps under 0.5 s bridged, that holds a 1
detected       any positive frame in it; latency from its first frame to the first positive one
alarm          a run of positive frames, gaps under 1 s bridged
false alarm    an alarm that touches no run of labels other than 0 widened by 0.5 s before and 1 s after
alarm_share    positive share of the frames labelled 0 outside those widened runs
precision ...  over frames labelled 1 and 0 only
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
import statistics

EVENT_BRIDGE_S = 0.5
ALARM_BRIDGE_S = 1.0
BEFORE_S = 0.5
AFTER_S = 1.0

type Run = tuple[int, int]


@dataclass(slots=True, kw_only=True)
class Counts:
    """What adds up over sequences."""

    frames: int = 0
    events: int = 0
    detected: int = 0
    alarms: int = 0
    false_alarms: int = 0
    empty: int = 0
    empty_alarmed: int = 0
    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    latencies_s: list[float] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Take another sequence's counts in."""
        for name in Counts.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def figures(self) -> dict[str, float | int | None]:
        """The counts as the figures of the design; None where there was nothing to measure."""
        positive = self.true_positive + self.false_positive
        real = self.true_positive + self.false_negative
        return {
            "frames": self.frames,
            "events": self.events,
            "detected": self.detected,
            "event_recall": _share(self.detected, self.events),
            "false_alarms": self.false_alarms,
            "event_precision": _share(self.alarms - self.false_alarms, self.alarms),
            "alarm_share": _share(self.empty_alarmed, self.empty),
            "frame_precision": _share(self.true_positive, positive),
            "frame_recall": _share(self.true_positive, real),
            "frame_f1": _share(2 * self.true_positive, positive + real) if real else None,
            "latency_s": round(statistics.median(self.latencies_s), 3) if self.latencies_s else None,
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def runs(flags: Sequence[bool], bridge: float) -> list[Run]:
    """Maximal runs of True as (first, after the last), gaps shorter than `bridge` frames bridged."""
    found: list[Run] = []
    for index, flag in enumerate(flags):
        if not flag:
            continue
        gap = index - found[-1][1] if found else None
        if gap is not None and (gap == 0 or gap < bridge):
            found[-1] = found[-1][0], index + 1
        else:
            found.append((index, index + 1))
    return found


def count(labels: Sequence[int], positive: Sequence[bool], fps: float) -> Counts:
    """Score one sequence; both sequences hold one entry per frame."""
    counts = Counts(frames=len(labels))
    for first, after in runs([label != 0 for label in labels], EVENT_BRIDGE_S * fps):
        if 1 not in labels[first:after]:
            continue
        counts.events += 1
        seen = next((index for index in range(first, after) if positive[index]), None)
        if seen is not None:
            counts.detected += 1
            counts.latencies_s.append((seen - first) / fps)
    covered = [False] * len(labels)
    for first, after in runs([label != 0 for label in labels], 0):
        for index in range(max(0, round(first - BEFORE_S * fps)), min(len(labels), round(after + AFTER_S * fps))):
            covered[index] = True
    for first, after in runs(positive, ALARM_BRIDGE_S * fps):
        counts.alarms += 1
        counts.false_alarms += not any(covered[first:after])
    for label, alarmed, near in zip(labels, positive, covered, strict=True):
        counts.true_positive += label == 1 and alarmed
        counts.false_negative += label == 1 and not alarmed
        counts.false_positive += label == 0 and alarmed
        counts.empty += label == 0 and not near
        counts.empty_alarmed += label == 0 and not near and alarmed
    return counts
