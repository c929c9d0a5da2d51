"""Everything learned and measured of pictures of one size; allocated once, written in place for each picture."""

import math

import numpy as np
import numpy.typing as npt

from ..values import Frame
from .background import Background, Learned
from .cells import CellReader, Grid
from .constants import SMALL
from .finder import Finder
from .limits import Limits
from .measured import Measured
from .outlook import Outlook
from .problems import View
from .squares import Counts, Marks

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
FOLLOW_MOVING_INTERVAL_S = 1.0
"""The same of the room's brightness while somebody moves: little of what is seen then is the room."""
FLOOR_EVERY = 4
"""So many times that it is learned, what depends on its brightness alone is worked out once."""
LIT_SIXTEENTHS = 5
"""After a change of light: by how many of them per picture the room is learned anew."""
LIGHT_SETTLES_S = 1.0


class Room:
    """One camera's room, as far as pictures of one size showed it."""

    def __init__(self, frame: Frame, cells: int) -> None:
        self.size = frame.luma.shape
        height_px, width_px = frame.luma.shape
        self._reader = reader = CellReader(height_px, width_px, cells)
        self.cells = reader.rows, reader.columns
        self.background = Background(reader.shape, self.cells)
        self.measured = Measured(reader, self.background)
        self.found = Finder(reader, self.measured, self.background, frame.captured_at_s)
        self._outlook = Outlook(reader.shape)
        self._limits = Limits(self.background, 1.0, None)
        self._held: Marks = np.zeros(self.found.squares.shape, np.bool_)
        self.known = self.lit = False
        """Whether the first pictures have taught the room; whether a change of light is being absorbed."""
        self.teach_s = FIRST_FRAMES_S
        self._unlearned_s = self._unfollowed_s = 0.0
        self._learnings = 0
        self._brightened = 0
        self.first_at_s = self.last_at_s = self.lit_since_s = self.lit_until_s = frame.captured_at_s

    def ask(self, asked: float, weight: npt.NDArray[np.float32] | None) -> None:
        """From now on a cell must leave what noise explains so many times as far, or less where it weighs more."""
        self._limits = Limits(self.background, asked, weight)

    @property
    def teaches(self) -> bool:
        """Whether the picture seen last only teaches what the empty room looks like."""
        return self.last_at_s - self.first_at_s < self.teach_s

    def restart(self, teach_s: float) -> Learned:
        """Let the pictures of that time from the last one on be the room; what was learned before, for `resume`."""
        self.first_at_s, self.teach_s = self.last_at_s, teach_s
        self.found.presence.forget()
        return self.background.restart()

    def resume(self, learned: Learned) -> None:
        """Take back what the pictures taught since then; from the next one on they are looked at again."""
        self.teach_s = 0.0
        self.background.resume(learned, self._reader.spare)
        self._limits.update()
        self._outlook.begin(self.background.usual, self.measured.surroundings)
        self.measured.compare_again()

    def expect(self, noise_floor: bytes) -> None:
        """Take differences up to that for noise, as calibrating found; none for no bytes."""
        from .noise_floor import unpack  # needed by those alone that were calibrated

        found: tuple[Grid, Grid] | None = None
        if noise_floor:
            rows, columns = self.cells
            found = np.zeros(self._reader.shape, np.int16), np.zeros(self._reader.shape, np.int16)
            for least, known in zip(found, unpack(noise_floor, self.cells), strict=True):
                least[:rows, :columns] = known
        self.background.expect(found)
        self._limits.update()

    def noise_floor(self) -> bytes:
        """What calibrating found, which holds from now on as it will after a restart."""
        from .noise_floor import pack

        rows, columns = self.cells
        noise_floor = pack(*(least[:rows, :columns] for least in self.background.least))
        self.expect(noise_floor)
        return noise_floor

    def stirring(self, light: Grid, limit: Grid) -> Counts:
        """Cells of each square whose texture differs from that of a picture of such brightness by more than that."""
        self.measured.mark_since(light, limit)
        return self.found.squares.count(self.measured.marks)

    def see(self, frame: Frame) -> None:
        """Measure each cell's brightness, and how far it is from what is usual."""
        self.measured.see(frame)

    def begin(self) -> None:
        """What was seen is the room; nothing has changed."""
        measured, background = self.measured, self.background
        measured.see_texture()
        spare = measured.spare, measured.more_spare
        background.begin(measured.change, measured.texture, *spare, self._reader.spare)
        self._limits.update()
        measured.surroundings.without(measured.change, out=measured.texture)
        self._outlook.begin(background.usual, measured.surroundings)
        self.found.nothing()
        measured.mark(measured.texture, background.texture.limit, measured.marks)
        self.found.recent.remember(measured.marks.view(np.uint8), self.last_at_s)

    def compare(self) -> float:
        """The share of cells whose brightness left what was learned."""
        self._brightened = self.found.mark_brightened()
        return self._brightened / self.found.changed.size

    def textured_share(self, *, twice: bool = False) -> float:
        """Of the cells whose brightness changed, the share whose texture did; `twice` as far as noise explains."""
        return self.found.mark_textured(twice=twice) / max(self._brightened, 1)

    def find(self, least_share: float) -> None:
        """Fill `found`; where no more than that share changed, nothing moves."""
        least = least_share * self.found.changed.size
        self.found.find(self._limits, self._brightened, least, self.last_at_s, lit=self.lit)

    def view(self) -> View:
        """What the picture seen last says about the camera."""
        return self._outlook.view(
            self.measured.light,
            self.measured.surroundings,
            self._reader.spare,
            at_s=self.last_at_s,
            moving_share=self.found.moved / self.found.changed.size,
            lit=self.lit,
        )

    def follow_view(self, rate: float) -> None:
        """Let the room's detail follow the picture's by that share, 0 to 1."""
        self._outlook.follow(rate, self._reader.spare)

    def learn(self, step_s: float, *, flickers: bool, bound: bool) -> bool:
        """Follow what does not move, and hardly what does; everything that is not somebody while light settles.

        What is bound to its place is noise. Whether it was time to.
        """
        self._unlearned_s += step_s
        self._unfollowed_s += step_s
        if self._unlearned_s < LEARN_INTERVAL_S and not self.lit:
            return False
        step_s, self._unlearned_s = self._unlearned_s, 0.0
        self.measured.see_texture()
        settles = self.lit and not flickers
        if not settles:
            self._learn_noise(step_s, flickers=flickers, bound=bound)
        somebody = self.found.moved or self.found.presence.anybody
        if self._unfollowed_s >= FOLLOW_MOVING_INTERVAL_S or settles or not somebody:
            self._follow(self._unfollowed_s, settles=settles)
            self._unfollowed_s = 0.0
        self._learnings += 1
        if self._learnings % FLOOR_EVERY == 0:
            self.background.set_floor(self._reader.spare)
        self.background.set_limits()
        self._limits.update()
        return True

    def _learn_noise(self, step_s: float, *, flickers: bool, bound: bool) -> None:
        background, measured = self.background, self.measured
        usual = _bits(step_s, LEARN_NOISE_S)
        beyond = usual if bound else max(usual, _bits(step_s, LEARN_NOISE_BEYOND_S))
        np.abs(measured.change, out=measured.spare)
        background.brightness.learn(measured.spare, usual, usual if flickers else beyond, measured.more_spare)
        np.abs(measured.texture, out=measured.spare)
        background.texture.learn(measured.spare, usual, beyond, measured.more_spare)

    def _follow(self, step_s: float, *, settles: bool) -> None:
        """Let what is usual follow the picture, at once where light settles."""
        sixteenths = LIT_SIXTEENTHS if settles else min(max(round(16 * step_s / (step_s + LEARN_S)), 1), 5)
        background, measured, held, found = self.background, self.measured, self._held, self.found
        step = measured.spare
        background.step(measured.change, sixteenths, out=step)
        np.copyto(held, found.presence.occupied)
        if found.moved and not self.lit:
            np.logical_or(held, found.moving_squares, out=held)
        if not np.count_nonzero(held):
            background.move(measured.change, step)
            background.step(measured.texture, sixteenths, out=step)
            np.subtract(measured.texture, step, out=measured.texture)
            return
        self._hold(step, sixteenths, step_s)
        background.move(measured.change, step)
        # What is compared with later is measured against what is usual now.
        measured.surroundings.without(measured.change, out=step)
        if found.presence.anybody:
            np.subtract(step, measured.texture, out=measured.texture)
            np.add(found.earlier, measured.texture, out=found.earlier)
        measured.swap_texture()

    def _hold(self, step: Grid, sixteenths: int, step_s: float) -> None:
        """Let the held squares follow the light of the others, and themselves hardly."""
        measured = self.measured
        more = int(measured.surroundings.median_of(~self._held)) * sixteenths // 16
        np.right_shift(measured.change, SMALL[_bits(step_s, LEARN_MOVING_S)], out=measured.more_spare)
        np.add(measured.more_spare, more, out=measured.more_spare)
        self.found.squares.replace(step, self._held, measured.more_spare)


def _bits(step_s: float, constant_s: float) -> int:
    """The power of 2 by which a step towards something is to be divided for that time constant."""
    return max(1, round(math.log2((step_s + constant_s) / max(step_s, 0.01))))
