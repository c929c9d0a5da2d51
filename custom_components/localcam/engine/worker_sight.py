"""A worker's eye: decodes the stream in which motion is looked for, looks as often as needed, remembers pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .clock import Clock
from .detect.event_machine import Transition
from .detect.watcher import MotionWatcher
from .ingest.decoder import Decoder, Picture
from .record.explanation import draw_explanation
from .settings import DetectSettings, Zone
from .values import CameraProblem, DetectorModel, Kind, Medium, MotionEvent, Packet, StreamFormat

_LATE_S = 1.0
"""Packets that waited this long are not decoded: recording goes on, and the next keyframe catches up."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peak:
    """A clip's strongest moment so far: its picture, and what moved in it."""

    at_s: float
    picture: Picture
    cells: npt.NDArray[np.uint8]
    """Which cells moved, row by row, eight to a byte."""
    shape: tuple[int, int]
    """Rows and columns of cells."""
    zones: tuple[Zone, ...]
    """As they were then."""

    def explain(self) -> bytes:
        """What moved, drawn over the picture, as JPEG; empty where libav cannot."""
        rows, columns = self.shape
        moving = np.unpackbits(self.cells, count=rows * columns).view(np.bool_).reshape(self.shape)
        return draw_explanation(self.picture.native, moving, self.zones)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of analysing one frame."""

    at_s: float
    """When its packet arrived."""
    decoded_at_s: float
    transitions: tuple[Transition, ...]
    moving: bool
    """An event that alerts moved in it."""
    goes_on: bool
    """The open event moved in it, whether it alerts or not."""
    score: float
    kind: Kind


class Sight:
    """Belongs to the main thread."""

    def __init__(
        self, settings: DetectSettings, model: DetectorModel | None, new_id: Callable[[], str], clock: Clock
    ) -> None:
        self._watcher = MotionWatcher(settings, model, new_id)
        self._clock = clock
        self._decoder: Decoder | None = None
        self._waits_for_keyframe = True
        self.picture: Picture | None = None
        """The last one decoded."""
        self._peak: Peak | None = None
        """Of the last clip, open or not: holding more would cost a picture each."""
        self._zones = settings.zones
        self.analysed = 0
        """Frames, since the start."""
        self.dropped = 0
        """Packets not decoded because they were late, since the start."""

    @property
    def problem(self) -> CameraProblem | None:
        """Why the camera sees nothing, if so."""
        return self._watcher.problem

    def formats_changed(self, formats: tuple[StreamFormat, ...]) -> tuple[Transition, ...]:
        """Another stream, or the same one with another size: what was learned of the room is void."""
        transitions = self.lost()
        video = next((each for each in formats if each.medium is Medium.VIDEO), None)
        self._decoder = Decoder(video) if video else None
        return transitions

    @property
    def interval_s(self) -> float:
        """How far apart pictures are looked at, as things are now."""
        return self._watcher.interval_s

    def see(self, packets: Sequence[Packet]) -> Look | None:
        """Decode video packets, and look at the newest picture if it is time to; None where it was not."""
        decoder, newest, at_s = self._decoder, None, 0.0
        if decoder is None:
            return None
        for packet in packets:
            if self._worth_decoding(packet) and (decoded := decoder.decode(packet)) is not None:
                newest, at_s = decoded, packet.received_at_s
        if newest is None:
            return None
        self.picture = picture = newest
        if not self._watcher.wants(at_s):
            return None
        self.analysed += 1
        decoded_at_s = self._clock.monotonic_s()
        transitions = self._watcher.look(picture.to_frame(at_s))
        event = self._watcher.event
        return Look(
            at_s=at_s,
            decoded_at_s=decoded_at_s,
            transitions=transitions,
            moving=self._watcher.moving,
            goes_on=event is not None and event.last_motion_at_s == at_s,
            score=self._watcher.strength,
            kind=self._watcher.kind,
        )

    @property
    def event(self) -> MotionEvent | None:
        """The open event as it is now, whether it alerts or not."""
        return self._watcher.event

    def remember(self, look: Look) -> None:
        """What was just looked at is the strongest moment so far of the clip that is recorded."""
        motion = self._watcher.motion
        if self.picture is not None and motion is not None:
            cells = np.packbits(motion.moving)
            self._peak = Peak(
                at_s=look.at_s, picture=self.picture, cells=cells, shape=motion.moving.shape, zones=self._zones
            )

    def peak_of(self, at_s: float | None) -> Peak | None:
        """A clip's strongest moment, where it is still remembered."""
        return self._peak if self._peak and self._peak.at_s == at_s else None

    def change(self, settings: DetectSettings) -> None:
        """New settings, without forgetting the room."""
        self._zones = settings.zones
        self._watcher.change(settings)

    def tick(self) -> tuple[Transition, ...]:
        """Let quiet time pass also where no frames come."""
        return self._watcher.tick(self._clock.monotonic_s())

    def lost(self) -> tuple[Transition, ...]:
        """The stream is gone: an open event ends, and the room is learned anew when it returns."""
        self._decoder = None
        self._waits_for_keyframe = True
        return self._watcher.reset()

    def _worth_decoding(self, packet: Packet) -> bool:
        is_late = self._clock.monotonic_s() - packet.received_at_s > _LATE_S
        self.dropped += is_late
        self._waits_for_keyframe = is_late or (self._waits_for_keyframe and not packet.is_keyframe)
        return not self._waits_for_keyframe
