"""What a cell must leave to have changed: what its noise explains, scaled by sensitivity and zones."""

import numpy as np
import numpy.typing as npt

from .background import NEVER, Background

LEAST_WEIGHT = 1e-3
"""Of a cell that counts at all."""


class Limits:
    """Of one background; no arrays of its own where nothing is scaled."""

    def __init__(self, background: Background, asked: float, weight: npt.NDArray[np.float32] | None) -> None:
        self._background = background
        self._scale: npt.NDArray[np.float32] | np.float32 | None = None
        if weight is not None:
            self._scale = np.full(background.usual.shape, np.float32(NEVER), np.float32)
            rows, columns = weight.shape
            counts = weight > LEAST_WEIGHT
            np.divide(np.float32(asked), weight, out=self._scale[:rows, :columns], where=counts)
        elif asked != 1:
            self._scale = np.float32(asked)
        self.brightness, self.texture = background.brightness.limit, background.texture.limit
        if self._scale is not None:
            self.brightness, self.texture = np.empty_like(self.brightness), np.empty_like(self.texture)
        self.update()

    @property
    def scaled(self) -> bool:
        """Whether these limits are others than what noise explains."""
        return self._scale is not None

    def update(self) -> None:
        """Follow the background's."""
        if self._scale is None:
            return
        learned = self._background
        for limit, out in ((learned.brightness.limit, self.brightness), (learned.texture.limit, self.texture)):
            scaled = np.minimum(limit * self._scale, np.float32(NEVER))
            np.copyto(out, scaled, casting="unsafe")
