"""Everything learned and measured of pictures of one size; allocated once, written in place for each picture."""

import numpy as np

from ..values import Frame
from .background import Learned, LearnedGrid
from .cells import WEIGHT, CellReader, Grid, WindowSum
from .presence import Presence
from .problems import View
from .recent import RecentChanges
from .squares import Counts, Marks, Squares, around

FIRST_FRAMES_S = 1.0
"""How long the first pictures only teach."""
LEARN_S = 4.0
"""Time constant by which the background follows what does not move, ghosts of what went away included."""
LEARN_MOVING_S = 60.0
"""The same where something moves now, or somebody is."""
LEARN_NOISE_S = 8.0
"""Time constant of the learned noise."""
LEARN_NOISE_BEYOND_S = 60.0
"""The same where the picture is beyond what noise explains: a person or a reflection is not noise, a television that is
on for long is."""
LEARN_INTERVAL_S = 0.35
"""The room is learned no more often than this: all its time constants are longer."""
LIGHT_LEARN = 0.35
"""After a change of light: by how much per picture the room is learned anew."""
LIGHT_SETTLES_S = 1.0
BRIGHTNESS_FLOOR = 5.0
"""Smallest change of brightness that can count, in steps of 8 bits."""
BRIGHTNESS_FACTOR = 3.2
"""Mean absolute deviations that noise explains: what makes brightness noisy is light that flickers, and a sine's peak
is 1.6 of them."""
TEXTURE_FLOOR = 0.04
"""Smallest change of texture that can count."""
TEXTURE_FACTOR = 4.0
"""The same for texture, whose noise is the sensor's: three standard deviations of a normal distribution."""
DARK = 12.0
"""The c of texture: where the surroundings are darker than this, texture means less."""
MOVING_CELLS = 2
"""As many cells of a square or its neighbours must differ from the picture before for it to move now: what moves is a
thing, not its edge alone, and its inside counts with it."""
STIRS = 0.8
"""How far texture leaves that of half a second ago where somebody stirs, in units of what noise explains."""
STIR_S = 0.5


class Room:
    """One camera's room, as far as pictures of one size showed it.

    Grids of cells: `now` is brightness, 0 to 255; `excess` how far brightness or texture, whichever is less, left what
    was learned; `changed` and `moving` as in a MotionMap. Grids of squares: `moving_squares` and `present_squares`.
    """

    def __init__(self, frame: Frame) -> None:
        self.size = frame.luma.shape
        height_px, width_px = frame.luma.shape
        self._reader = CellReader(height_px, width_px)
        shape = self._reader.rows, self._reader.columns
        self.brightness = LearnedGrid(shape, floor=BRIGHTNESS_FLOOR, factor=BRIGHTNESS_FACTOR, noise=1.0)
        self.texture = LearnedGrid(shape, floor=TEXTURE_FLOOR, factor=TEXTURE_FACTOR, noise=0.008)
        self.now, self.excess, self._scratch, self._rate = (np.zeros(shape, np.float32) for _ in range(4))
        # Texture now, in the picture before, about half a second ago, and by which the camera's view is known.
        self._now_texture, self._before, self._earlier, self._detail = (np.zeros(shape, np.float32) for _ in range(4))
        self.changed, self.moving, self._marks = (np.zeros(shape, np.bool_) for _ in range(3))
        self._surroundings = WindowSum(*shape)
        self._squares = Squares(*shape)
        squares = self._squares.shape
        self._changed_squares, self._active_squares = (np.zeros(squares, np.uint8) for _ in range(2))
        self.moving_squares, self.present_squares = (np.zeros(squares, np.uint8) for _ in range(2))
        self.presence = Presence(squares)
        self._recent = RecentChanges(shape, frame.captured_at_s)
        self.moved = 0
        """Moving cells."""
        self.fresh = 0
        """Moving cells that did not change in the seconds before."""
        self.known = self.lit = False
        """Whether the first pictures have taught the room; whether a change of light is being absorbed."""
        self.teach_s = FIRST_FRAMES_S
        self._unlearned_s = 0.0
        self._brightened = 0
        self._earlier_at_s = frame.captured_at_s
        self.first_at_s = self.last_at_s = self.lit_since_s = self.lit_until_s = frame.captured_at_s

    def see(self, frame: Frame) -> None:
        """Measure brightness and texture of each cell."""
        if frame.captured_at_s - self._earlier_at_s >= STIR_S:
            # The picture seen last; what is older moves on.
            np.copyto(self._earlier, self._now_texture)
            self._earlier_at_s = frame.captured_at_s
        self._before, self._now_texture = self._now_texture, self._before
        self._reader.read(frame.luma, out=self.now)
        mean, texture = self._scratch, self._now_texture
        np.multiply(self._surroundings.of(self.now), np.float32(1 / WEIGHT), out=mean)
        np.subtract(self.now, mean, out=texture)
        np.add(mean, np.float32(DARK), out=mean)
        np.divide(texture, mean, out=texture)

    @property
    def teaches(self) -> bool:
        """Whether the picture seen last only teaches what the empty room looks like."""
        return self.last_at_s - self.first_at_s < self.teach_s

    def restart(self, teach_s: float) -> tuple[Learned, Learned]:
        """Let the pictures of that time from the last one on be the room; what was learned before, for `resume`."""
        self.first_at_s, self.teach_s = self.last_at_s, teach_s
        self.presence.forget()
        return self.brightness.restart(), self.texture.restart()

    def resume(self, learned: tuple[Learned, Learned]) -> None:
        """Take back what the pictures taught since then; from the next one on they are looked at again."""
        self.teach_s = 0.0
        for measure, before in zip((self.brightness, self.texture), learned, strict=True):
            measure.resume(before)
        np.copyto(self._detail, self.texture.usual)

    def expect(self, noise_floor: bytes) -> None:
        """Take differences up to that for noise, as calibrating found; none for no bytes."""
        from .noise_floor import unpack  # needed by those alone that were calibrated

        rows, columns = self.now.shape
        for measure, least in zip((self.brightness, self.texture), unpack(noise_floor, (rows, columns)), strict=True):
            measure.raise_floor(least)

    def noise_floor(self) -> bytes:
        """What calibrating found, which holds from now on as it will after a restart."""
        from .noise_floor import pack

        noise_floor = pack(self.brightness.least, self.texture.least)
        self.expect(noise_floor)
        return noise_floor

    def stirring(self, sharpness: Grid, asked: float) -> Counts:
        """Cells of each square whose texture differs from that of the picture before, by that much."""
        self._active(self._before, asked, sharpness)
        return self._active_squares

    def somebody(self) -> Marks:
        """Cells that move, or in which somebody who was seen to move still is."""
        if not np.count_nonzero(self.present_squares):
            return self.moving
        self._squares.clip(self.changed, self.presence.stirred, self._marks)
        return np.logical_or(self._marks, self.moving, out=self._marks)

    def begin(self) -> None:
        """What was seen is the room; nothing has changed."""
        self.brightness.begin(self.now)
        self.texture.begin(self._now_texture)
        self.moved = 0
        for marks in (self.changed, self.moving, self.moving_squares, self.present_squares):
            marks.fill(0)
        np.copyto(self._detail, self.texture.usual)
        self.texture.compare(self._now_texture)
        np.greater(self.texture.excess, np.float32(1), out=self._marks)
        self._recent.remember(self._marks, self.last_at_s)

    def compare(self) -> float:
        """Fill excess; the share of cells whose brightness left what was learned."""
        self.brightness.compare(self.now)
        self.texture.compare(self._now_texture)
        np.minimum(self.brightness.excess, self.texture.excess, out=self.excess)
        np.greater(self.brightness.excess, np.float32(1), out=self._marks)
        self._brightened = int(np.count_nonzero(self._marks))
        return self._brightened / self._marks.size

    def textured_share(self) -> float:
        """Of the cells whose brightness changed, the share whose texture did."""
        np.greater(self.excess, np.float32(1), out=self._marks)
        return int(np.count_nonzero(self._marks)) / max(self._brightened, 1)

    def darkened_share(self) -> float:
        """Share of cells whose brightness fell below what was learned."""
        np.multiply(self.brightness.difference, self.brightness.sharpness, out=self._scratch)
        np.less(self._scratch, np.float32(-1), out=self._marks)
        return int(np.count_nonzero(self._marks)) / self._marks.size

    def view(self) -> View:
        """What the picture seen last says about the camera."""
        now, room = self._now_texture, self._detail
        np.abs(now, out=self._scratch)
        norm = float(np.sqrt(np.vdot(now, now) * np.vdot(room, room)))
        return View(
            at_s=self.last_at_s,
            brightness=float(self.now.mean()),
            detail=float(self._scratch.mean()),
            likeness=float(np.vdot(now, room)) / norm if norm else 1.0,
            moving_share=self.moved / self._scratch.size,
            differs=not np.array_equal(now, self._before),
            lit=self.lit,
        )

    def follow_view(self, rate: float) -> None:
        """Let the room's detail follow the picture's by that share, 0 to 1."""
        np.subtract(self._now_texture, self._detail, out=self._scratch)
        np.multiply(self._scratch, np.float32(rate), out=self._scratch)
        np.add(self._detail, self._scratch, out=self._detail)

    def weigh(self, weight: Grid) -> None:
        """Let each cell's excess count by that much, 0 where what changes is nobody's business."""
        np.multiply(self.excess, weight, out=self.excess)

    def find(self, asked: float, least_share: float, at_s: float) -> None:
        """Mark what changed by at least that excess, and what of it moves or belongs to somebody.

        Where no more than that share changed, nothing moves.
        """
        np.greater(self.excess, np.float32(asked), out=self.changed)
        self.moved = 0
        changed = np.count_nonzero(self.changed) > least_share * self.changed.size
        if changed or self.presence.anybody:
            self._squares.count(self.changed, self._changed_squares)
        if changed and self._active(self._before, 1.0):
            active = around(self._active_squares) >= MOVING_CELLS
            np.multiply(self._changed_squares, active, out=self.moving_squares)
            self.moved = int(self.moving_squares.sum())
        if self.moved:
            self._squares.clip(self.changed, active, self.moving)
        else:
            self.moving_squares.fill(0)
            self.moving.fill(False)
        if self.presence.anybody:
            self._active(self._earlier, STIRS)
            self.presence.keep(self._changed_squares, self._active_squares, at_s)
        if self.presence.anybody:
            np.multiply(self._changed_squares, self.presence.stirred, out=self.present_squares)
        else:
            self.present_squares.fill(0)
        self.fresh = self._recent.fresh(self.moving) if self.moved else 0
        self._recent.remember(self.changed, at_s)

    def _active(self, before: Grid, asked: float, sharpness: Grid | None = None) -> bool:
        """Count cells whose texture differs from that of an earlier picture; whether there are any."""
        np.subtract(self._now_texture, before, out=self._scratch)
        np.abs(self._scratch, out=self._scratch)
        np.multiply(self._scratch, self.texture.sharpness if sharpness is None else sharpness, out=self._scratch)
        np.greater(self._scratch, np.float32(asked), out=self._marks)
        self._squares.count(self._marks, self._active_squares)
        return bool(np.count_nonzero(self._active_squares))

    def learn(self, step_s: float, *, lit: bool, flickers: bool, bound: bool) -> None:
        """Follow what does not move, and hardly what does; everything that is not somebody while light settles.

        What is bound to its place is noise.
        """
        self._unlearned_s += step_s
        if self._unlearned_s < LEARN_INTERVAL_S and not lit:
            return
        step_s, self._unlearned_s = self._unlearned_s, 0.0
        slow = np.float32(step_s / (step_s + LEARN_MOVING_S))
        fast = np.float32(LIGHT_LEARN if lit else step_s / (step_s + LEARN_S))
        rates = np.full(self.moving_squares.shape, fast)
        held = self.presence.occupied if lit else self.presence.occupied | (self.moving_squares > 0)
        rates[held] = slow
        self._squares.expand(rates, self._rate)
        self.brightness.follow(self._rate)
        self.texture.follow(self._rate)
        if lit and not flickers:
            return
        usual = step_s / (step_s + LEARN_NOISE_S)
        beyond = usual if bound else step_s / (step_s + LEARN_NOISE_BEYOND_S)
        for measure in (self.brightness, self.texture):
            np.greater(measure.excess, np.float32(1), out=self._marks)
            np.multiply(self._marks, np.float32(beyond - usual), out=self._rate)
            np.add(self._rate, np.float32(usual), out=self._rate)
            measure.learn_noise(self._rate)
