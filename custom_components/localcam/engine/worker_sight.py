"""A worker's eye: decodes the stream in which motion is looked for, looks as often as needed, remembers pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .clock import Clock
from .detect.event_machine import Transition
from .detect.watcher import MotionWatcher
from .ingest.decoder import Decoder, Picture
from .settings import DetectSettings
from .values import CameraProblem, DetectorModel, Kind, Medium, Packet, StreamFormat

_LATE_S = 1.0
"""Packets that waited this long are not decoded: recording goes on, and the next keyframe catches up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """The picture of an event's strongest moment."""

    at_s: float
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of analysing one frame."""

    at_s: float
    """When its packet arrived."""
    decoded_at_s: float
    transitions: tuple[Transition, ...]
    moving: bool
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
        """Of the last event, open or not: holding more would cost a picture each."""
        self.blind_since_s: float | None = None
        """When the packets began to arrive of which none could be decoded since; None while they can."""
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
            if self._worth_decoding(packet):
                errors = decoder.errors
                if (decoded := decoder.decode(packet)) is not None:
                    newest, at_s = decoded, packet.received_at_s
                    self.blind_since_s = None
                elif decoder.errors > errors and self.blind_since_s is None:
                    self.blind_since_s = packet.received_at_s
        if newest is None:
            return None
        self.picture = picture = newest
        if not self._watcher.wants(at_s):
            return None
        self.analysed += 1
        decoded_at_s = self._clock.monotonic_s()
        transitions = self._watcher.look(picture.to_frame(at_s))
        if self._watcher.strongest:
            self._peak = Peak(at_s=at_s, picture=picture)
        return Look(
            at_s=at_s,
            decoded_at_s=decoded_at_s,
            transitions=transitions,
            moving=self._watcher.moving,
            score=self._watcher.strength,
            kind=self._watcher.kind,
        )

    def picture_of(self, at_s: float | None) -> Picture | None:
        """The picture of an event's strongest moment, where it is still remembered; the last one for None."""
        if at_s is None:
            return self.picture
        return self._peak.picture if self._peak and self._peak.at_s == at_s else None

    def change(self, settings: DetectSettings) -> None:
        """New settings, without forgetting the room."""
        self._watcher.change(settings)

    def tick(self) -> tuple[Transition, ...]:
        """Let quiet time pass also where no frames come."""
        return self._watcher.tick(self._clock.monotonic_s())

    def lost(self) -> tuple[Transition, ...]:
        """The stream is gone: an open event ends, and the room is learned anew when it returns."""
        self._decoder = None
        self.blind_since_s = None
        self._waits_for_keyframe = True
        return self._watcher.reset()

    def _worth_decoding(self, packet: Packet) -> bool:
        is_late = self._clock.monotonic_s() - packet.received_at_s > _LATE_S
        self.dropped += is_late
        self._waits_for_keyframe = is_late or (self._waits_for_keyframe and not packet.is_keyframe)
        return not self._waits_for_keyframe
