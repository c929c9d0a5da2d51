"""Whether a keyframe asks for a closer look: the same eye as the detector's, which sees nothing but keyframes.

A keyframe differs from the pictures between by how it was encoded, so what varies by itself is learned of keyframes
alone. It decides nothing: what it suspects is looked at by the detector, picture after picture.
"""

from ..settings import DetectSettings
from ..values import Frame
from .difference import DifferenceDetector

CELLS = 80 * 45
"""A quarter of the detector's: what is too small for them is seen by the detector, which looks at the keyframe, too."""


class Glance:
    """One camera's; fed with every keyframe, in order."""

    def __init__(self, settings: DetectSettings) -> None:
        self._detector = DifferenceDetector(settings.sensitivity, settings.zones, cells=CELLS)

    def change(self, settings: DetectSettings) -> None:
        """Other settings; what was learned stays."""
        self._detector.change(settings.sensitivity, settings.zones)

    def suspects(self, frame: Frame) -> bool:
        """Whether something may have moved, or the light changed, since the keyframe before."""
        motion = self._detector.look(frame)
        return self._detector.suspects or motion.lighting_changed

    def reset(self) -> None:
        """Another camera, or another view: forget the room."""
        self._detector.reset()
