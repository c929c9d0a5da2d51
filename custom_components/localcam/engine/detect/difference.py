"""Frame -> motion map: where the picture left what was learned of the room.

A cell has changed when its brightness and its illumination-normalised texture both left the learned background by
more than that cell's own learned noise explains. Texture is a cell against its surroundings, (cell - mean) / (mean +
c): a lamp, a cloud or the camera's exposure moves brightness and leaves texture, somebody in front of the wall moves
both. It moves where texture differs from the picture before, too, so that light that flickers over what somebody left
behind is no motion. What is learned depends on the pictures and on where motion was confirmed.
"""

from typing import TYPE_CHECKING

from ..motion import Calibration, MotionMap
from ..values import Frame
from ..zone_settings import Zone
from .cells import CELLS
from .problems import View
from .room import LIGHT_SETTLES_S, Room
from .sensitivity import thresholds
from .squares import NO_PLACE
from .zones import ZoneMap

if TYPE_CHECKING:
    from .calibrator import Calibrator

BRIGHTENED_SHARE = 0.35
TEXTURED_SHARE = 0.45
FAR_TEXTURED_SHARE = 0.2
"""Light has changed when brightness left more than the first share of cells, and texture less than the second of those,
or twice as far as noise explains less than the third: light that flickers through a rolling shutter draws bands, faint
ones nearly everywhere, and whatever moves or is moved leaves what was learned by far more."""
SUSPICIOUS_SHARE = 1 / 6
"""Of the smallest area that counts: as much of the picture moving is suspicious."""
FLICKER_S = 2.0
"""Light that goes on changing for longer is no change but flicker, and is learned as noise."""
LONGEST_STEP_S = 1.0
"""A longer gap between pictures teaches no more than this."""


class DifferenceDetector:
    """Looks at pictures one after another; a new size of picture starts it anew."""

    def __init__(
        self, sensitivity: int, zones: tuple[Zone, ...] = (), noise_floor: bytes = b"", cells: int = CELLS
    ) -> None:
        """`cells`: about how many a picture is looked at in."""
        self._cells = cells
        self._sensitivity, self._zones, self._noise_floor = sensitivity, zones, noise_floor
        self._asked = thresholds(sensitivity)
        self._zone_map: ZoneMap | None = None
        """Made for the room's cells where there are zones."""
        self._room: Room | None = None
        self._bound = self._learned = False
        self._calibrator: Calibrator | None = None
        """From the first calibration on."""
        self.suspects = False
        """Whether the last picture asks for the next one sooner than usual."""

    def change(self, sensitivity: int, zones: tuple[Zone, ...] = (), noise_floor: bytes = b"") -> None:
        """Another sensitivity, other zones, what else is noise; what was learned stays."""
        self._sensitivity, self._zones = sensitivity, zones
        self._asked = thresholds(sensitivity)
        self._map_zones()
        if noise_floor != self._noise_floor:
            self._noise_floor = noise_floor
            if self._room is not None and not (self._calibrator and self._calibrator.runs):
                self._room.expect(noise_floor)

    def _map_zones(self) -> None:
        self._zone_map = None
        if self._room is None:
            return
        if self._zones:
            self._zone_map = ZoneMap(self._zones, self._sensitivity, self._room.cells)
        self._room.ask(self._asked.excess, self._zone_map.weight if self._zone_map is not None else None)

    def zones_moving(self) -> frozenset[str]:
        """Ids of the including zones in which the last picture shows somebody."""
        if self._room is None or self._zone_map is None:
            return frozenset()
        found = self._room.found
        return self._zone_map.moving(found.somebody(), self._asked.smallest_share * found.changed.size)

    def reset(self) -> None:
        """Forget the room."""
        self._room = None
        self.suspects = False

    def view(self) -> View | None:
        """What the last picture says about the camera; None where it did not teach the room, or that is not known yet.

        What is not asked of each picture is asked of the same ones, so that most take little.
        """
        return self._room.view() if self._room is not None and self._room.known and self._learned else None

    def follow_view(self, rate: float) -> None:
        """Let what the camera's view is known by follow the last picture by that share."""
        if self._room is not None and rate:
            self._room.follow_view(rate)

    @property
    def teaches(self) -> bool:
        """Whether the pictures only teach what the empty room looks like."""
        return self._room is None or self._room.teaches

    def calibrate(self, seconds: float) -> None:
        """Let the pictures of that time only teach, as soon as the first ones have."""
        from .calibrator import Calibrator  # most workers never need it

        self._calibrator = self._calibrator or Calibrator()
        self._calibrator.want(seconds)

    def watch_over_calibration(self) -> Calibration | None:
        """After each picture, and when the camera is lost: what came of calibrating, once it is over."""
        if self._calibrator is None:
            return None
        if learned := self._calibrator.step(self._room):
            self._noise_floor = learned
        return self._calibrator.take_outcome()

    def confirm(self) -> None:
        """What the last picture showed to move is motion: remember where."""
        if self._room is not None and self._room.found.moved:
            self._bound = False
            found = self._room.found
            found.presence.confirm(found.near, found.down, found.across, self._room.last_at_s)

    def lingers(self) -> None:
        """What the last picture showed to move does not get anywhere: it is to be learned."""
        self._bound = True

    def look(self, frame: Frame) -> MotionMap:
        """Where the frame moved; the map's arrays are written again by the next call."""
        room = self._room
        if room is None or room.size != frame.luma.shape:
            room = self._room = Room(frame, self._cells)
            self._map_zones()
            if self._noise_floor:
                room.expect(self._noise_floor)
        step_s = min(max(frame.captured_at_s - room.last_at_s, 0.0), LONGEST_STEP_S)
        room.last_at_s = frame.captured_at_s
        room.see(frame)
        if room.teaches:
            room.begin()
            self.suspects = False
            return self._map(room, frame, brightened_share=0.0, lighting_changed=False)
        room.known = True
        brightened_share = room.compare()
        if brightened_share > BRIGHTENED_SHARE and self._texture_stayed(room):
            room.lit_until_s = frame.captured_at_s + LIGHT_SETTLES_S
        lit = frame.captured_at_s < room.lit_until_s
        room.lit = lit
        if not lit:
            room.lit_since_s = frame.captured_at_s
        flickers = frame.captured_at_s - room.lit_since_s > FLICKER_S
        least = self._asked.smallest_share * SUSPICIOUS_SHARE
        room.find(least)
        self.suspects = room.found.moved > least * room.found.changed.size
        seen = self._map(room, frame, brightened_share=brightened_share, lighting_changed=lit and not flickers)
        bound = self._bound and not room.found.presence.anybody
        self._learned = room.learn(step_s, flickers=flickers, bound=bound)
        return seen

    def _texture_stayed(self, room: Room) -> bool:
        return room.textured_share() < TEXTURED_SHARE or room.textured_share(twice=True) < FAR_TEXTURED_SHARE

    def _map(self, room: Room, frame: Frame, *, brightened_share: float, lighting_changed: bool) -> MotionMap:
        found = room.found
        cells = found.changed.size
        place, present = found.densest() if found.moved or found.present else (NO_PLACE, NO_PLACE)
        return MotionMap(
            changed=found.changed,
            near=found.near,
            down=found.down,
            across=found.across,
            contrast=found.contrast(place) if place.cells else 0.0,
            moving_squares=found.moving_squares,
            present_squares=found.present_squares,
            moving_share=found.moved / cells,
            cluster_share=place.cells / cells,
            present_share=present.cells / cells,
            fresh_share=found.fresh / cells,
            brightened_share=brightened_share,
            darkened_share=found.darkened() / cells if found.moved else 0.0,
            lighting_changed=lighting_changed,
            captured_at_s=frame.captured_at_s,
        )
