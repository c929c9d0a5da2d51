"""What is measured of a picture, cell by cell: brightness, its difference from what is usual, that one's texture."""

import numpy as np

from ..values import Frame
from .background import Background
from .cells import CellReader, Grid
from .squares import Marks
from .surroundings import Surroundings


class Measured:
    """Of pictures of one size; allocated once, written in place for each."""

    def __init__(self, reader: CellReader, background: Background) -> None:
        self._reader, self._background = reader, background
        self.light, self.change, self.texture, self.before = (np.zeros(reader.shape, np.int16) for _ in range(4))
        self.spare, self.more_spare = (np.zeros(reader.shape, np.int16) for _ in range(2))
        """Anybody may write to them."""
        self.marks: Marks = np.zeros(reader.shape, np.bool_)
        """The same."""
        self.surroundings = Surroundings(reader.shape)
        self._has_texture = False

    def see(self, frame: Frame) -> None:
        """Measure brightness, and how far it is from what is usual."""
        self._reader.read(frame.luma, out=self.light)
        np.subtract(self.light, self._background.usual, out=self.change)
        self._has_texture = False

    def see_texture(self) -> None:
        """Measure texture, too, if that was not done; `before` is that of the last picture of which it was."""
        if self._has_texture:
            return
        self.before, self.texture = self.texture, self.before
        self.surroundings.without(self.change, out=self.texture)
        self._has_texture = True

    def compare_again(self) -> None:
        """The same with what is usual now, which is not what it was."""
        np.subtract(self.light, self._background.usual, out=self.change)
        self.surroundings.without(self.change, out=self.texture)
        self._has_texture = True

    def mark_since(self, light: Grid, limit: Grid) -> None:
        """Mark in `marks` where texture differs by more than the limit from that of a picture of such brightness."""
        np.subtract(self.light, light, out=self.more_spare)
        self.surroundings.without(self.more_spare, out=self.spare)
        self.mark(self.spare, limit, self.marks)

    def mark(self, difference: Grid, limit: Grid, out: Marks) -> int:
        """Mark the cells that differ by more than the limit; how many do."""
        np.abs(difference, out=self.spare)
        np.greater(self.spare, limit, out=out)
        return int(np.count_nonzero(out))

    def swap_texture(self) -> None:
        """What was written to `spare` is the texture, and the other way round."""
        self.texture, self.spare = self.spare, self.texture
