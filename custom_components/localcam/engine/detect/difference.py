"""Frame -> motion map: where the picture left what was learned of the room.

A cell has changed when its brightness and its illumination-normalised texture both left the learned background by
more than that cell's own learned noise explains. Texture is a cell against its surroundings, (cell - mean) / (mean +
c): a lamp, a cloud or the camera's exposure moves brightness and leaves texture, somebody in front of the wall moves
both. What is learned depends on the pictures alone, never on sensitivity.
"""

import numpy as np

from ..values import Frame, MotionMap
from .background import LearnedGrid
from .cells import WINDOW, CellReader, Grid, WindowSum
from .sensitivity import thresholds

FIRST_FRAMES_S = 1.0
"""How long the first pictures only teach."""
LEARN_S = 4.0
"""Time constant by which the background follows what does not move, ghosts of what went away included."""
LEARN_MOVING_S = 40.0
"""The same where something moves now."""
LEARN_NOISE_S = 8.0
"""Time constant of the learned noise."""
NOISE_INTERVAL_S = 0.15
"""Noise is learned no more often than this: it changes slowly."""
LEARN_NOISE_BEYOND_S = 60.0
"""The same where the picture is beyond what noise explains: a person or a reflection is not noise, a television that is
on for long is."""
BRIGHTNESS_FLOOR = 5.0
"""Smallest change of brightness that can count, in steps of 8 bits."""
TEXTURE_FLOOR = 0.04
"""Smallest change of texture that can count."""
DARK = 12.0
"""The c of texture: where the surroundings are darker than this, texture means less."""
MOVING_FLOOR = 3.0
"""Smallest difference from the picture before that counts as moving now."""
BRIGHTENED_SHARE = 0.35
TEXTURED_SHARE = 0.45
"""Light has changed when brightness left more than the first share of cells, and texture less than the second of
those."""
LIGHT_SETTLES_S = 1.0
LIGHT_LEARN = 0.35
"""After a change of light: how long, and by how much per picture, the room is learned anew."""
SUSPICIOUS_SHARE = 1 / 3
"""Of the smallest area that counts: as much of the picture moving is suspicious."""
LIT_EXCESS = 3.0
"""While light settles, a cell must leave what was learned this many times as far."""
FLICKER_S = 2.0
"""Light that goes on changing for longer is no change but flicker, and is learned as noise."""
LONGEST_STEP_S = 1.0
"""A longer gap between pictures teaches no more than this."""


class _Room:
    """Everything learned and measured of pictures of one size, allocated once."""

    def __init__(self, frame: Frame) -> None:
        self.size = frame.luma.shape
        height_px, width_px = frame.luma.shape
        self._reader = CellReader(height_px, width_px)
        shape = self._reader.rows, self._reader.columns
        self.brightness = LearnedGrid(shape, floor=BRIGHTNESS_FLOOR, noise=1.0)
        self.texture = LearnedGrid(shape, floor=TEXTURE_FLOOR, noise=0.008)
        self._now: Grid = np.zeros(shape, np.float32)
        self._before: Grid = np.zeros(shape, np.float32)
        self._now_texture: Grid = np.zeros(shape, np.float32)
        self._scratch: Grid = np.zeros(shape, np.float32)
        self._rate: Grid = np.zeros(shape, np.float32)
        self.excess: Grid = np.zeros(shape, np.float32)
        """Of brightness or texture, whichever is less."""
        self._brightened = np.zeros(shape, np.bool_)
        self.active = np.zeros(shape, np.bool_)
        """Where something moves now, whether or not the room is known to look otherwise."""
        self.changed = np.zeros(shape, np.bool_)
        self.moving = np.zeros(shape, np.bool_)
        self._surroundings = WindowSum(*shape)
        self._neighbours = WindowSum(*shape, dtype=np.uint8, edge_goes_on=False)
        self._noise_step_s = 0.0
        """Since noise was last learned."""
        self.first_at_s = self.last_at_s = self.lit_since_s = self.lit_until_s = frame.captured_at_s

    def see(self, frame: Frame) -> None:
        """Measure brightness and texture of each cell."""
        self._before, self._now = self._now, self._before
        self._reader.read(frame.luma, out=self._now)
        mean, texture = self._scratch, self._now_texture
        np.multiply(self._surroundings.of(self._now), np.float32(1 / WINDOW**2), out=mean)
        np.subtract(self._now, mean, out=texture)
        np.add(mean, np.float32(DARK), out=mean)
        np.divide(texture, mean, out=texture)

    def begin(self) -> None:
        """What was seen is the room; nothing has changed."""
        self.brightness.begin(self._now)
        self.texture.begin(self._now_texture)
        self.changed.fill(False)
        self.moving.fill(False)
        self.excess.fill(0)

    def compare(self) -> float:
        """Fill excess and active; the share of cells whose brightness left what was learned."""
        self.brightness.compare(self._now)
        self.texture.compare(self._now_texture)
        np.minimum(self.brightness.excess, self.texture.excess, out=self.excess)
        np.subtract(self._now, self._before, out=self._rate)
        np.abs(self._rate, out=self._rate)
        np.greater(self._rate, np.maximum(self.brightness.explained(), np.float32(MOVING_FLOOR)), out=self.active)
        # What moves is a thing, not its edge alone: its inside counts with it.
        np.greater(self._neighbours.of(self.active.view(np.uint8)), 1, out=self.active)
        np.greater(self.brightness.excess, 1, out=self._brightened)
        return float(np.count_nonzero(self._brightened)) / self._brightened.size

    def keeps_texture(self) -> bool:
        """Whether where brightness changed, texture mostly stayed."""
        textured = np.count_nonzero(np.greater(self.excess, 1, out=self.changed))
        return bool(textured < TEXTURED_SHARE * np.count_nonzero(self._brightened))

    def learn(self, step_s: float, *, lit: bool, flickers: bool) -> None:
        """Follow what does not move, and hardly what does; everything at once while light settles."""
        np.greater(self.excess, 1, out=self.changed)
        np.logical_and(self.changed, self.active, out=self.changed)
        self._rate.fill(LIGHT_LEARN if lit else step_s / (step_s + LEARN_S))
        if not lit:
            np.copyto(self._rate, np.float32(step_s / (step_s + LEARN_MOVING_S)), where=self.changed)
        self.brightness.follow(self._rate)
        self.texture.follow(self._rate)
        self._noise_step_s += step_s
        if (not lit or flickers) and self._noise_step_s >= NOISE_INTERVAL_S:
            step_s = min(self._noise_step_s, LONGEST_STEP_S)
            self._noise_step_s = 0.0
            for measure in (self.brightness, self.texture):
                measure.learn_noise(step_s / (step_s + LEARN_NOISE_S), step_s / (step_s + LEARN_NOISE_BEYOND_S))


class DifferenceDetector:
    """Looks at pictures one after another; a new size of picture starts it anew."""

    def __init__(self, sensitivity: int) -> None:
        self._asked = thresholds(sensitivity)
        self._room: _Room | None = None
        self.suspects = False
        """Whether the last picture asks for the next one sooner than usual."""

    def change(self, sensitivity: int) -> None:
        """Another sensitivity; what was learned stays."""
        self._asked = thresholds(sensitivity)

    def reset(self) -> None:
        """Forget the room."""
        self._room = None
        self.suspects = False

    def look(self, frame: Frame) -> MotionMap:
        """Where the frame moved; the map's arrays are written again by the next call."""
        room = self._room
        if room is None or room.size != frame.luma.shape:
            room = self._room = _Room(frame)
        step_s = min(max(frame.captured_at_s - room.last_at_s, 0.0), LONGEST_STEP_S)
        room.last_at_s = frame.captured_at_s
        room.see(frame)
        if frame.captured_at_s - room.first_at_s < FIRST_FRAMES_S:
            room.begin()
            self.suspects = False
            return self._map(room, frame, brightened_share=0.0, lighting_changed=False)
        brightened_share = room.compare()
        if brightened_share > BRIGHTENED_SHARE and room.keeps_texture():
            room.lit_until_s = frame.captured_at_s + LIGHT_SETTLES_S
        lit = frame.captured_at_s < room.lit_until_s
        if not lit:
            room.lit_since_s = frame.captured_at_s
        flickers = frame.captured_at_s - room.lit_since_s > FLICKER_S
        room.learn(step_s, lit=lit, flickers=flickers)
        asked = self._asked.excess * (LIT_EXCESS if lit else 1.0)
        np.greater(room.excess, np.float32(asked), out=room.changed)
        np.logical_and(room.changed, room.active, out=room.moving)
        suspicious_share = self._asked.smallest_share * SUSPICIOUS_SHARE
        self.suspects = bool(np.count_nonzero(room.moving) > suspicious_share * room.moving.size)
        return self._map(room, frame, brightened_share=brightened_share, lighting_changed=lit and not flickers)

    def _map(self, room: _Room, frame: Frame, *, brightened_share: float, lighting_changed: bool) -> MotionMap:
        return MotionMap(
            changed=room.changed,
            moving=room.moving,
            excess=room.excess,
            brightened_share=brightened_share,
            lighting_changed=lighting_changed,
            captured_at_s=frame.captured_at_s,
        )
