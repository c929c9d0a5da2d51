"""A worker's eye: decodes the stream in which motion is looked for, looks as often as needed, remembers pictures."""

from collections.abc import Callable

from .clock import Clock
from .detect.event_machine import Transition
from .detect.watcher import MotionWatcher
from .ingest.decoder import Decoder, Picture
from .settings import DetectSettings
from .values import DetectorModel, Medium, Packet, StreamFormat

_LATE_S = 1.0
"""Packets that waited this long are not decoded: recording goes on, and the next keyframe catches up."""


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
        self.strongest_picture: Picture | None = None
        """Of the strongest moment of the open event, or of the last one."""
        self.analysed = 0
        """Frames, since the start."""
        self.dropped = 0
        """Packets not decoded because they were late, since the start."""

    def formats_changed(self, formats: tuple[StreamFormat, ...]) -> tuple[Transition, ...]:
        """Another stream, or the same one with another size: what was learned of the room is void."""
        transitions = self.lost()
        video = next((each for each in formats if each.medium is Medium.VIDEO), None)
        self._decoder = Decoder(video) if video else None
        return transitions

    def see(self, packet: Packet) -> tuple[Transition, ...]:
        """Decode a video packet, and look at the picture if it is time to."""
        if self._decoder is None or not self._worth_decoding(self._decoder, packet):
            return ()
        picture = self._decoder.decode(packet)
        if picture is None:
            return ()
        self.picture = picture
        if not self._watcher.wants(packet.received_at_s):
            return ()
        self.analysed += 1
        transitions = self._watcher.look(picture.to_frame(packet.received_at_s))
        if self._watcher.strongest:
            self.strongest_picture = picture
        return transitions

    def change(self, settings: DetectSettings) -> None:
        """New settings, without forgetting the room."""
        self._watcher.change(settings)

    def tick(self) -> tuple[Transition, ...]:
        """Let quiet time pass also where no frames come."""
        return self._watcher.tick(self._clock.monotonic_s())

    def lost(self) -> tuple[Transition, ...]:
        """The stream is gone: an open event ends, and the room is learned anew when it returns."""
        self._decoder = None
        self._waits_for_keyframe = True
        return self._watcher.reset()

    def _worth_decoding(self, decoder: Decoder, packet: Packet) -> bool:
        late = self._clock.monotonic_s() - packet.received_at_s > _LATE_S
        if late and not self._waits_for_keyframe:
            self._waits_for_keyframe = True
        if self._waits_for_keyframe:
            if late or not packet.is_keyframe:
                self.dropped += late
                return False
            self._waits_for_keyframe = False
        return True
