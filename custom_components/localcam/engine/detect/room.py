"""Everything learned and measured of pictures of one size; allocated once, written in place for each picture."""

import math

import numpy as np
import numpy.typing as npt

from ..values import Frame
from .background import Background
from .cells import CellReader, Grid
from .limits import Limits
from .outlook import Outlook
from .presence import Presence
from .problems import View
from .recent import RecentChanges
from .squares import SQUARE, Marks, Squares
from .surroundings import Surroundings

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
LEARN_INTERVAL_S = 0.5
"""The room is learned no more often than this: all its time constants are longer."""
FLOOR_EVERY = 8
"""So many times that it is learned, what depends on its brightness alone is worked out once."""
LIT_SIXTEENTHS = 5
"""After a change of light: by how many of them per picture the room is learned anew."""
LIGHT_SETTLES_S = 1.0
LIT_EXCESS = 3
"""While light settles, a cell must leave what was learned this many times as far."""
MOVING_CELLS = 2
"""As many cells of a square or its neighbours must differ from the picture before for it to move now: what moves is a
thing, not its edge alone, and its inside counts with it."""
STIRS = 5
"""Somebody stirs where texture leaves that of half a second ago by four of this many parts of what noise explains."""
STIR_MOST = 6_000
"""Of that difference: larger ones, times STIRS, would leave 16 bits."""
STIR_S = 0.35


class Room:
    """One camera's room, as far as pictures of one size showed it.

    Grids of cells: `changed` and `moving` as in a MotionMap. Grids of squares: `moving_squares`, `present_squares`.
    """

    def __init__(self, frame: Frame) -> None:
        self.size = frame.luma.shape
        height_px, width_px = frame.luma.shape
        self._reader = reader = CellReader(height_px, width_px)
        self.cells = reader.rows, reader.columns
        self._background = Background(reader.shape, self.cells)
        # Brightness; its difference from what is usual; the difference's texture now, before, half a second ago.
        self._light, self._change, self._texture, self._before, self._earlier = (
            np.zeros(reader.shape, np.int16) for _ in range(5)
        )
        self._size, self._scratch = (np.zeros(reader.shape, np.int16) for _ in range(2))
        # What changed and what is active, above one another, so that both are counted at once.
        self._both: Marks = np.zeros((2, *reader.shape), np.bool_)
        self._changed, self._active = self._both
        self._moving, self._marks = (np.zeros(reader.shape, np.bool_) for _ in range(2))
        self.changed, self.moving = (marks[: reader.rows, : reader.columns] for marks in (self._changed, self._moving))
        self._surroundings = Surroundings(reader.shape)
        self.squares = Squares(reader.shape)
        self._both_squares = np.zeros((2 * self.squares.shape[0], self.squares.shape[1]), np.uint8)
        self._changed_squares, self._active_squares = np.split(self._both_squares, 2)
        self.moving_squares, self.present_squares = (np.zeros(self.squares.shape, np.uint8) for _ in range(2))
        self._held: Marks = np.zeros(self.squares.shape, np.bool_)
        self._down, self._across = (np.zeros(side, np.uint16) for side in self.squares.shape)
        self.down: list[int] = []
        self.across: list[int] = []
        """Moving cells in each row and in each column of squares; empty where nothing moves."""
        self.presence = Presence(self.squares)
        self._recent = RecentChanges(reader.shape, frame.captured_at_s)
        self._outlook = Outlook(reader.shape)
        self._limits = Limits(self._background, 1.0, None)
        self.moved = 0
        """Moving cells."""
        self.fresh = 0
        """Moving cells that did not change in the seconds before."""
        self.present = False
        """Whether somebody who was seen to move is there."""
        self.known = self.lit = False
        """Whether the first pictures have taught the room; whether a change of light is being absorbed."""
        self.teach_s = FIRST_FRAMES_S
        self._unlearned_s = 0.0
        self._brightened = 0
        self._learnings = 0
        self._has_texture = False
        self._earlier_at_s = frame.captured_at_s
        self.first_at_s = self.last_at_s = self.lit_since_s = self.lit_until_s = frame.captured_at_s

    def ask(self, asked: float, weight: npt.NDArray[np.float32] | None) -> None:
        """From now on a cell must leave what noise explains so many times as far, or less where it weighs more."""
        self._limits = Limits(self._background, asked, weight)

    def restart(self, teach_s: float) -> None:
        """Let the pictures of that time from the last one on be the room, whatever was learned."""
        self.first_at_s, self.teach_s = self.last_at_s, teach_s
        self._background.restart()
        self.presence.forget()

    def see(self, frame: Frame) -> None:
        """Measure each cell's brightness, and how far it is from what is usual."""
        self._reader.read(frame.luma, out=self._light)
        np.subtract(self._light, self._background.usual, out=self._change)
        self._has_texture = False

    def _see_texture(self) -> None:
        if self._has_texture:
            return
        self._before, self._texture = self._texture, self._before
        self._surroundings.without(self._change, out=self._texture)
        self._has_texture = True

    def begin(self) -> None:
        """What was seen is the room; nothing has changed."""
        self._see_texture()
        spare = self._scratch, self._marks
        self._background.begin(self._change, self._texture, self._size, spare, self._reader.spare)
        self._limits.update()
        self._surroundings.without(self._change, out=self._texture)
        self._outlook.begin(self._background.usual, self._surroundings)
        self._nothing()
        self._mark(self._texture, self._background.texture.limit, self._marks)
        self._recent.remember(self._marks, self.last_at_s)

    def _nothing(self) -> None:
        """Nothing changed."""
        if self.moved:
            self._still()
        self.moved = self.fresh = 0
        self._changed.fill(False)
        if self.present:
            self.present_squares.fill(0)
            self.present = False

    def _still(self) -> None:
        self._moving.fill(False)
        self.moving_squares.fill(0)
        self.down, self.across = [], []

    def _mark(self, difference: Grid, limit: Grid, out: Marks) -> int:
        """Mark the cells that differ by more than the limit; how many do."""
        np.abs(difference, out=self._size)
        np.greater(self._size, limit, out=out)
        return int(np.count_nonzero(out))

    def compare(self) -> float:
        """The share of cells whose brightness left what was learned."""
        self._brightened = self._mark(self._change, self._background.brightness.limit, self._changed)
        return self._brightened / self.changed.size

    def textured_share(self) -> float:
        """Of the cells whose brightness changed, the share whose texture did."""
        self._see_texture()
        self._mark(self._texture, self._background.texture.limit, self._marks)
        np.logical_and(self._marks, self._changed, out=self._marks)
        return int(np.count_nonzero(self._marks)) / max(self._brightened, 1)

    def darkened_share(self) -> float:
        """Share of cells whose brightness fell below what was learned."""
        np.add(self._change, self._background.brightness.limit, out=self._size)
        np.less(self._size, 0, out=self._marks)
        return int(np.count_nonzero(self._marks)) / self.changed.size

    def contrast(self) -> float:
        """How far the texture of what moves left what was learned, in units of what noise explains; the mean."""
        moving = np.flatnonzero(self._moving)
        far = int(np.abs(self._texture.take(moving)).sum())
        return far / max(int(self._background.texture.limit.take(moving).sum()), 1)

    def view(self) -> View:
        """What the picture seen last says about the camera."""
        return self._outlook.view(
            self._light,
            self._surroundings,
            self._reader.spare,
            at_s=self.last_at_s,
            moving_share=self.moved / self.moving.size,
            lit=self.lit,
        )

    def follow_view(self, rate: float) -> None:
        """Let the room's detail follow the picture's by that share, 0 to 1."""
        self._outlook.follow(rate, self._reader.spare)

    def find(self, least_share: float, at_s: float) -> None:
        """Mark what changed, and what of it moves or belongs to somebody.

        Where no more than that share changed, nothing moves.
        """
        limits = self._limits
        if self.lit or limits.scaled:
            self._mark_scaled(self._change, limits.brightness, self._changed)
            candidates = int(np.count_nonzero(self._changed))
        else:
            candidates = self._brightened
        least = least_share * self.changed.size
        if candidates <= least and not self.presence.anybody:
            self._nothing()
            return
        self._see_texture()
        self._mark_scaled(self._texture, limits.texture, self._marks)
        np.logical_and(self._changed, self._marks, out=self._changed)
        changed = int(np.count_nonzero(self._changed)) > least
        moved, self.moved, self.fresh = self.moved, 0, 0
        if changed or self.presence.anybody:
            self._mark_active(self._before)
            self.squares.count(self._both, self._both_squares)
        if changed:
            active = self.squares.around(self._active_squares) >= MOVING_CELLS
            np.multiply(self._changed_squares, active, out=self.moving_squares)
            np.add.reduce(self.moving_squares, axis=1, dtype=np.uint16, out=self._down)
            np.add.reduce(self.moving_squares, axis=0, dtype=np.uint16, out=self._across)
            self.down, self.across = self._down.tolist(), self._across.tolist()
            self.moved = sum(self.down)
        if self.moved:
            self.squares.clip(self._changed, active, self._moving)
            self.fresh = self._recent.fresh(self._moving)
        elif moved:
            self._still()
        self._find_present(at_s)
        self._recent.remember(self._changed, at_s)

    def _mark_scaled(self, difference: Grid, limit: Grid, out: Marks) -> None:
        np.abs(difference, out=self._size)
        if self.lit:
            np.floor_divide(self._size, LIT_EXCESS, out=self._size)
        np.greater(self._size, limit, out=out)

    def _find_present(self, at_s: float) -> None:
        presence = self.presence
        if presence.anybody and at_s - self._earlier_at_s >= STIR_S:
            self._mark_stirring()
            self.squares.count(self._both, self._both_squares)
            presence.keep(self._changed_squares, self._active_squares, at_s)
            np.copyto(self._earlier, self._texture)
            self._earlier_at_s = at_s
        if presence.anybody:
            presence.settle(at_s)
            np.multiply(self._changed_squares, presence.stirred, out=self.present_squares)
        elif self.present:
            self.present_squares.fill(0)
        self.present = presence.anybody

    def _mark_active(self, before: Grid) -> None:
        """Mark cells whose texture differs from that of an earlier picture."""
        np.subtract(self._texture, before, out=self._size)
        np.abs(self._size, out=self._size)
        np.greater(self._size, self._background.texture.limit, out=self._active)

    def _mark_stirring(self) -> None:
        """The same for half a second ago, and a little less."""
        np.subtract(self._texture, self._earlier, out=self._size)
        np.abs(self._size, out=self._size)
        np.minimum(self._size, STIR_MOST, out=self._size)
        np.multiply(self._size, STIRS, out=self._size)
        np.right_shift(self._size, 2, out=self._size)
        np.greater(self._size, self._background.texture.limit, out=self._active)

    def learn(self, step_s: float, *, flickers: bool, bound: bool) -> None:
        """Follow what does not move, and hardly what does; everything that is not somebody while light settles.

        What is bound to its place is noise.
        """
        self._unlearned_s += step_s
        if self._unlearned_s < LEARN_INTERVAL_S and not self.lit:
            return
        step_s, self._unlearned_s = self._unlearned_s, 0.0
        self._see_texture()
        background = self._background
        if not self.lit or flickers:
            usual = _bits(step_s, LEARN_NOISE_S)
            beyond = usual if bound else max(usual, _bits(step_s, LEARN_NOISE_BEYOND_S))
            spare = self._scratch, self._marks
            np.abs(self._change, out=self._size)
            background.brightness.learn(self._size, usual, usual if flickers else beyond, spare)
            np.abs(self._texture, out=self._size)
            background.texture.learn(self._size, usual, beyond, spare)
        self._follow(step_s, settles=self.lit and not flickers)
        self._learnings += 1
        if self.lit or self._learnings % FLOOR_EVERY == 0:
            background.set_floor(self._reader.spare)
        background.set_limits()
        self._limits.update()

    def _follow(self, step_s: float, *, settles: bool) -> None:
        """Let what is usual follow the picture, at once where light settles."""
        sixteenths = LIT_SIXTEENTHS if settles else min(max(round(16 * step_s / (step_s + LEARN_S)), 1), 5)
        background, step, held = self._background, self._size, self._held
        background.step(self._change, sixteenths, out=step)
        np.copyto(held, self.presence.occupied)
        if self.moved and not self.lit:
            np.logical_or(held, self.moving_squares, out=held)
        if np.count_nonzero(held):
            self._hold(step, sixteenths, step_s)
            background.move(self._change, step)
            # What is compared with later is measured against what is usual now.
            self._surroundings.without(self._change, out=step)
            if self.presence.anybody:
                np.subtract(step, self._texture, out=self._texture)
                np.add(self._earlier, self._texture, out=self._earlier)
            self._texture, self._size = self._size, self._texture
        else:
            background.move(self._change, step)
            background.step(self._texture, sixteenths, out=step)
            np.subtract(self._texture, step, out=self._texture)

    def _hold(self, step: Grid, sixteenths: int, step_s: float) -> None:
        """Let the held squares follow the light of the others, and themselves hardly."""
        rest = self._surroundings.means[~self._held]
        rest.sort()
        more = int(rest[rest.size // 2]) * sixteenths // 16 if rest.size else 0
        np.right_shift(self._change, _bits(step_s, LEARN_MOVING_S), out=self._scratch)
        np.add(self._scratch, more, out=self._scratch)
        self.squares.replace(step, self._held, self._scratch)


def _bits(step_s: float, constant_s: float) -> int:
    """The power of 2 by which a step towards something is to be divided for that time constant."""
    return max(1, round(math.log2((step_s + constant_s) / max(step_s, 0.01))))
