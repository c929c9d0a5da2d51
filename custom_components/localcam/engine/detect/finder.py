"""What of a picture changed, what of that moves, and what belongs to somebody who was seen to move."""

import numpy as np

from ..motion import SQUARE
from .background import Background
from .cells import CellReader, Grid
from .constants import SMALL, number
from .limits import Limits
from .marked import Marked
from .measured import Measured
from .presence import Presence
from .recent import RecentChanges
from .squares import Counts, Marks, Place, Squares

LIT_EXCESS = SMALL[3]
"""While light settles, a cell must leave what was learned this many times as far."""
MOVING_CELLS = number(np.uint8(2))
"""As many cells of a square or its neighbours must differ from the picture before for it to move now: what moves is a
thing, not its edge alone, and its inside counts with it."""
STIRS_BITS = SMALL[2]
"""Somebody stirs where texture leaves that of a moment ago by more than noise explains, 1 / 2^2 of it added."""
STIR_S = 0.35
"""How long ago that moment is, at least."""


class Finder:
    """Of pictures of one size. Grids as in a MotionMap: `changed`, `near`, `moving_squares`, `present_squares`."""

    def __init__(self, reader: CellReader, measured: Measured, background: Background, at_s: float) -> None:
        self._measured, self._background = measured, background
        self.squares = squares = Squares(reader.shape)
        self._marked = Marked(squares, reader.shape)
        self._changed = self._marked.changed
        self.changed = self._changed[: reader.rows, : reader.columns]
        # Above one another, as what they are worked out of and what they are looked through for.
        placed: Counts = np.zeros((3, *squares.shape), np.uint8)
        self._new_and_moving, self._moving_and_present = placed[:2], placed[1:]
        self.moving_squares: Counts = placed[1]
        self.present_squares: Counts = placed[2]
        self.near: Marks = np.zeros(squares.shape, np.bool_)
        """Squares in or beside which something is active; none where nothing moves."""
        self._near_counts = self.near.view(np.uint8)
        self._down = np.zeros((2, squares.shape[0]), np.uint16)
        self._across = np.zeros(squares.shape[1], np.uint16)
        self.down: list[int] = []
        self.across: list[int] = []
        """Moving cells in each row and in each column of squares; empty where nothing moves."""
        self.presence = Presence(squares)
        self._stirred_counts = self.presence.stirred.view(np.uint8)
        self.recent = RecentChanges(reader.shape, at_s)
        self.earlier: Grid = np.zeros(reader.shape, np.int16)
        """Texture when it was asked last whether anybody stirs."""
        self._earlier_at_s = at_s
        self._brightened = 0
        """Cells whose brightness left what was learned, upwards or downwards."""
        self.moved = self.fresh = 0
        """Moving cells, and those of them that did not change in the seconds before."""
        self.present = False
        """Whether somebody who was seen to move is there."""

    def nothing(self) -> None:
        """Nothing changed."""
        if self.moved:
            self._still()
        self.moved = self.fresh = 0
        self._changed.fill(False)
        if self.present:
            self.present_squares.fill(0)
            self.present = False

    def _still(self) -> None:
        self.near.fill(False)
        self.moving_squares.fill(0)
        self.down, self.across = [], []

    def somebody(self) -> Marks:
        """Cells that move, or in which somebody who was seen to move still is; written again by anybody."""
        marks = self._measured.marks
        where = np.logical_or(self.near, self.presence.stirred) if self.present else self.near
        self.squares.clip(self._changed, where, marks)
        rows, columns = self.changed.shape
        return marks[:rows, :columns]

    def mark_brightened(self) -> int:
        """Mark the cells whose brightness left what was learned as candidates; how many do."""
        measured = self._measured
        self._brightened = measured.mark(measured.change, self._background.brightness.limit, self._changed)
        return self._brightened

    def mark_textured(self, *, twice: bool) -> int:
        """How many of them left its texture, too; `twice` as far as noise explains or farther."""
        measured = self._measured
        measured.see_texture()
        np.abs(measured.texture, out=measured.spare)
        if twice:
            np.right_shift(measured.spare, SMALL[1], out=measured.spare)
        np.greater(measured.spare, self._background.texture.limit, out=measured.marks)
        np.logical_and(measured.marks, self._changed, out=measured.marks)
        return int(np.count_nonzero(measured.marks))

    def find(self, limits: Limits, brightened: int, least: float, at_s: float, *, lit: bool) -> None:
        """Mark what changed, and what of it moves or belongs to somebody.

        `brightened` cells are marked as candidates; where no more than `least` cells changed, nothing moves.
        """
        measured, presence = self._measured, self.presence
        if lit or limits.scaled:
            self._mark_scaled(measured.change, limits.brightness, self._changed, lit=lit)
            brightened = int(np.count_nonzero(self._changed))
        if brightened <= least and not presence.anybody:
            self.nothing()
            return
        measured.see_texture()
        self._mark_scaled(measured.texture, limits.texture, measured.marks, lit=lit)
        np.logical_and(self._changed, measured.marks, out=self._changed)
        changed = int(np.count_nonzero(self._changed)) > least
        if changed:
            self._mark_active()
            self.recent.mark_new(self._marked.changed_bits, self._marked.new)
        asks = presence.anybody and at_s - self._earlier_at_s >= STIR_S
        if asks:
            self._mark_stirring(at_s)
        if changed or presence.anybody:
            self._marked.count(stirring=asks)
        self._find_moving(changed=changed)
        if asks:
            presence.keep(self._marked.changed_and_stirring_counts, at_s)
        self._find_present(at_s)
        self.recent.remember(self._marked.changed_bits, at_s)

    def _find_moving(self, *, changed: bool) -> None:
        moved, self.moved, self.fresh = self.moved, 0, 0
        if changed:
            np.greater_equal(self.squares.around(self._marked.active_counts), MOVING_CELLS, out=self.near)
            np.multiply(self._marked.new_and_changed_counts, self._near_counts, out=self._new_and_moving)
            np.add.reduce(self._new_and_moving, axis=2, dtype=np.uint16, out=self._down)
            fresh, self.down = self._down.tolist()
            self.moved, self.fresh = sum(self.down), sum(fresh)
        if self.moved:
            np.add.reduce(self.moving_squares, axis=0, dtype=np.uint16, out=self._across)
            self.across = self._across.tolist()
        elif moved or changed:
            self._still()

    def _find_present(self, at_s: float) -> None:
        presence = self.presence
        if presence.anybody:
            presence.settle(at_s)
            np.multiply(self._marked.changed_counts, self._stirred_counts, out=self.present_squares)
        elif self.present:
            self.present_squares.fill(0)
        self.present = presence.anybody

    def _mark_scaled(self, difference: Grid, limit: Grid, out: Marks, *, lit: bool) -> None:
        size = self._measured.spare
        np.abs(difference, out=size)
        if lit:
            np.floor_divide(size, LIT_EXCESS, out=size)
        np.greater(size, limit, out=out)

    def _mark_active(self) -> None:
        """Mark cells whose texture differs from that of the picture before."""
        size = self._measured.spare
        np.subtract(self._measured.texture, self._measured.before, out=size)
        np.abs(size, out=size)
        np.greater(size, self._background.texture.limit, out=self._marked.active)

    def _mark_stirring(self, at_s: float) -> None:
        """The same for a moment ago, and a little less; the next moment is this."""
        size = self._measured.spare
        np.subtract(self._measured.texture, self.earlier, out=size)
        np.abs(size, out=size)
        np.right_shift(size, STIRS_BITS, out=self._measured.more_spare)
        np.add(size, self._measured.more_spare, out=size)
        np.greater(size, self._background.texture.limit, out=self._marked.stirring)
        self.earlier[...] = self._measured.texture
        self._earlier_at_s = at_s

    def darkened(self) -> int:
        """How many cells' brightness fell below what was learned."""
        measured = self._measured
        np.greater(measured.change, self._background.brightness.limit, out=measured.marks)
        return self._brightened - int(np.count_nonzero(measured.marks))

    def densest(self) -> tuple[Place, ...]:
        """Where most moves, and where most of what is changed belongs to somebody who was seen to move."""
        return self.squares.densest(self._moving_and_present)

    def contrast(self, place: Place) -> float:
        """How far the texture of what moves there left what was learned, in units of what noise explains; the mean."""
        top, left = SQUARE * place.row, SQUARE * place.column
        box = slice(top, top + 2 * SQUARE), slice(left, left + 2 * SQUARE)
        moving = self._changed[box]
        if place.cells < np.count_nonzero(moving):
            near = self.near[place.row : place.row + 2, place.column : place.column + 2]
            moving = np.logical_and(moving, near.repeat(SQUARE, axis=0).repeat(SQUARE, axis=1))
        # Lists: numpy takes longer to begin than so few numbers take to be added up.
        beyond: list[int] = self._measured.texture[box][moving].tolist()
        noise: list[int] = self._background.texture.limit[box][moving].tolist()
        return sum(map(abs, beyond)) / max(sum(noise), 1)
