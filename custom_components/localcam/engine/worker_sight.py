"""A worker's eye: decodes the stream in which motion is looked for, looks as often as needed, remembers pictures.

While the room is quiet and economy is chosen it rests: it decodes keyframes alone, and remembers what comes after each.
Once something is suspected, by a glance at a keyframe or by the size of packets, it decodes all of that, in order and
from that keyframe on, and looks at what it would have looked at. Of an event that has gone on for some seconds it looks
at the beginning of each GOP only, to see that it goes on; once it does not, at everything again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .clock import Clock
from .detect.event_machine import Transition
from .detect.glance import Glance
from .detect.watcher import MotionWatcher
from .ingest.decoder import Decoder, Picture
from .motion import Calibration, CameraProblem, DetectorModel, Kind, MotionEvent, Shedding
from .record.explanation import draw_explanation
from .settings import DetectSettings
from .values import Medium, Packet, StreamFormat
from .worker_economy import Economy
from .zone_settings import Zone

_SHED_INTERVAL_S = 0.38
"""Between looks, where every second one is left out."""


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
        self._settings = settings
        self._watcher = MotionWatcher(settings, model, new_id)
        self._glance = Glance(settings)
        self._economy = Economy(settings.economy, source_suits=False)
        self._clock = clock
        self._decoder: Decoder | None = None
        self._waits_for_keyframe = True
        self._gop: list[Packet] | None = None
        """While it rests: the last keyframe, which was looked at, and what came since, which was not decoded."""
        self._samples = False
        """Whether only the beginning of this GOP is decoded."""
        self._hinted = False
        """Whether a packet's size ended the last rest, and it is not known yet what for."""
        self._looked_at_s = 0.0
        self.shed = Shedding.NOTHING
        """What is to be left out, by the CPU budget."""
        self.picture: Picture | None = None
        """The last one decoded."""
        self._peak: Peak | None = None
        """Of the last clip, open or not: holding more would cost a picture each."""
        self.blind_since_s: float | None = None
        """When the packets began to arrive of which none could be decoded since; None while they can."""
        self._zones = settings.zones
        self.analysed = 0
        """Frames, since the start."""
        self.dropped = 0
        """Packets not decoded because they were late, since the start."""

    @property
    def problem(self) -> CameraProblem | None:
        """Why the camera sees nothing, if so."""
        return self._watcher.problem

    @property
    def in_motion(self) -> bool:
        """Whether an event that alerts is open."""
        return self._watcher.in_motion

    @property
    def zones_moving(self) -> frozenset[str]:
        """Ids of the including zones in which the picture looked at last moved."""
        return self._watcher.zones_moving

    def calibrate(self, seconds: float) -> tuple[Transition, ...]:
        """Learn the empty room for so long."""
        return self._watcher.calibrate(seconds)

    def take_calibration(self) -> Calibration | None:
        """What came of it, once it is over; only once."""
        return self._watcher.take_calibration()

    @property
    def economises(self) -> bool:
        """Whether keyframes alone are decoded while the room is quiet."""
        return self._economy.chosen

    def formats_changed(self, formats: tuple[StreamFormat, ...], *, suits_economy: bool) -> tuple[Transition, ...]:
        """Another stream, or the same one with another size: what was learned of the room is void.

        `suits_economy`: whether automatic economy is for a stream that comes this way.
        """
        transitions = self.lost()
        self._economy = Economy(self._settings.economy, source_suits=suits_economy)
        video = next((each for each in formats if each.medium is Medium.VIDEO), None)
        self._decoder = Decoder(video) if video else None
        return transitions

    def wake_in_s(self) -> float:
        """After how long packets that have arrived meanwhile are to be seen, as things are now."""
        if not self._economy.chosen and self.shed is not Shedding.DECODING:
            return self._watcher.interval_s
        # What moves already, or fades, is told of already: nothing is won by looking at once.
        if self._gop is not None or self._watcher.in_motion:
            return self._economy.wake_in_s(self._clock.monotonic_s(), resting=self._gop is not None)
        return self._watcher.interval_s

    def see(
        self, packet: Packet, *, late: bool = False, may_rest: bool = True, may_sample: bool = False
    ) -> Iterable[Look]:
        """Take a video packet of the stream that is watched: what was looked at because of it, in order of capture.

        Nothing is decoded until they are asked for; each is to be dealt with before the next. A `late` packet waited
        too long to be decoded: the next keyframe catches up. `may_rest` and `may_sample`, whether the beginnings of
        GOPs are enough of a long event, are asked at keyframes.
        """
        if self._decoder is None:
            return ()
        self._economy.note(packet)
        if self._gop and not late and not packet.is_keyframe:
            return self._put_off(self._decoder, self._gop, packet)
        return self._see(self._decoder, packet, late=late, may_rest=may_rest, may_sample=may_sample)

    def _see(self, decoder: Decoder, packet: Packet, *, late: bool, may_rest: bool, may_sample: bool) -> Iterator[Look]:
        self.dropped += late
        if late or (self._waits_for_keyframe and not packet.is_keyframe):
            self._waits_for_keyframe = True
            self._gop = None
        elif packet.is_keyframe:
            if self._waits_for_keyframe:
                decoder.forget()
            self._waits_for_keyframe = False
            event = self._watcher.event if may_sample and self._watcher.moving else None
            self._samples = self._economy.samples(packet, event.started_at_s if event else None)
            yield from self._see_keyframe(decoder, packet, may_rest=may_rest)
        elif self._gop is None and not (self._samples and self._economy.left_out(packet)):
            yield from self._watch(decoder, packet)

    @property
    def event(self) -> MotionEvent | None:
        """The open event as it is now, whether it alerts or not."""
        return self._watcher.event

    def remember(self, look: Look) -> None:
        """What was just looked at is the strongest moment so far of the clip that is recorded."""
        motion = self._watcher.motion
        if self.picture is not None and motion is not None:
            moving = motion.moving
            self._peak = Peak(
                at_s=look.at_s, picture=self.picture, cells=np.packbits(moving), shape=moving.shape, zones=self._zones
            )

    def peak_of(self, at_s: float | None) -> Peak | None:
        """A clip's strongest moment, where it is still remembered."""
        return self._peak if self._peak and self._peak.at_s == at_s else None

    def change(self, settings: DetectSettings) -> None:
        """New settings, without forgetting the room."""
        self._settings = settings
        self._zones = settings.zones
        self._watcher.change(settings)
        self._glance.change(settings)
        self._economy.choice = settings.economy

    def tick(self) -> tuple[Transition, ...]:
        """Let quiet time pass also where no frames come."""
        return self._watcher.tick(self._clock.monotonic_s())

    def lost(self) -> tuple[Transition, ...]:
        """The stream is gone: an open event ends, and the room is learned anew when it returns."""
        self._decoder = None
        self.blind_since_s = None
        self._waits_for_keyframe = True
        self._gop = None
        self._glance.reset()
        return self._watcher.reset()

    def _see_keyframe(self, decoder: Decoder, packet: Packet, *, may_rest: bool) -> Iterator[Look]:
        sheds = self.shed is Shedding.DECODING
        # Calibrating learns from every look.
        may_rest = may_rest and not self._watcher.calibrating
        if self._gop is None and not sheds and not (may_rest and self._economy.may_rest(packet.received_at_s)):
            yield from self._watch(decoder, packet)
            if self._economy.chosen and self.picture is not None:
                self._glance.suspects(self.picture.to_frame(packet.received_at_s))
            return
        picture = self._decoded(decoder.decode_alone, decoder, packet)
        suspects = picture is None or self._glance.suspects(picture.to_frame(packet.received_at_s))
        if sheds or (may_rest and self._economy.chosen and not suspects):
            yield from self._rest(decoder, packet, picture)
        else:
            yield from self._catch_up(decoder)
            yield from self._watch(decoder, packet)

    def _rest(self, decoder: Decoder, keyframe: Packet, picture: Picture | None) -> Iterator[Look]:
        """Begin or go on to rest with a keyframe that was decoded alone."""
        if self._hinted:
            self._economy.sizes.meant(something=False)
            self._hinted = False
        if picture is not None:
            yield self._look(picture, keyframe.received_at_s)
        if self.shed is Shedding.DECODING:
            self._gop = []
        elif self._watcher.calm:
            self._gop = [keyframe]
        else:
            # What comes now follows on this keyframe.
            self._gop = None
            decoder.decode(keyframe)

    def _put_off(self, decoder: Decoder, gop: list[Packet], packet: Packet) -> Iterable[Look]:
        """A packet came while it rests."""
        gop.append(packet)
        if not self._economy.hinted and not self._economy.is_overlong(packet):
            return ()
        self._hinted = self._economy.hinted
        return self._catch_up(decoder)

    def _catch_up(self, decoder: Decoder) -> Iterator[Look]:
        """End the rest: decode what was put off, and look at all of it but the keyframe, which was looked at."""
        gop, self._gop = self._gop, None
        decoder.forget()
        if not gop:
            return
        keyframe, *others = gop
        self._economy.disturbed(gop[-1].received_at_s)
        decoder.decode(keyframe)
        for packet in others:
            yield from self._watch(decoder, packet)

    def _watch(self, decoder: Decoder, packet: Packet) -> Iterator[Look]:
        """Decode a packet that follows on the one before, and look at its picture if it is time to."""
        if (picture := self._decoded(decoder.decode, decoder, packet)) is None:
            return
        self.picture = picture
        if self._wants(packet.received_at_s):
            yield self._look(picture, packet.received_at_s)

    def _decoded(self, decode: Callable[[Packet], Picture | None], decoder: Decoder, packet: Packet) -> Picture | None:
        errors = decoder.errors
        picture = decode(packet)
        if picture is not None:
            self.blind_since_s = None
        elif decoder.errors > errors and self.blind_since_s is None:
            self.blind_since_s = packet.received_at_s
        return picture

    def _wants(self, at_s: float) -> bool:
        if self.shed is not Shedding.NOTHING and 0 <= at_s - self._looked_at_s < _SHED_INTERVAL_S:
            return False
        return self._watcher.wants(at_s)

    def _look(self, picture: Picture, at_s: float) -> Look:
        self.picture = picture
        self.analysed += 1
        self._looked_at_s = at_s
        decoded_at_s = self._clock.monotonic_s()
        transitions = self._watcher.look(picture.to_frame(at_s))
        if not self._watcher.calm:
            self._economy.disturbed(at_s)
        if self._watcher.in_motion and self._hinted:
            self._economy.sizes.meant(something=True)
            self._hinted = False
        return Look(
            at_s=at_s,
            decoded_at_s=decoded_at_s,
            transitions=transitions,
            moving=self._watcher.moving,
            goes_on=self._watcher.goes_on,
            score=self._watcher.strength,
            kind=self._watcher.kind,
        )
