"""A camera trial whose outcome a test chooses; nothing is started and nothing is connected."""

from collections.abc import Callable
from dataclasses import dataclass, field

from custom_components.localcam.engine.commands import StreamAddress
from custom_components.localcam.engine.errors import EngineError
from custom_components.localcam.engine.reports import Probed
from custom_components.localcam.engine.settings import NO_MORE_RULES, AddressRules, CameraSettings
from custom_components.localcam.engine.values import CameraFacts

JPEG = b"\xff\xd8 a picture \xff\xd9"
FACTS = CameraFacts(
    codec="h264",
    width_px=1920,
    height_px=1080,
    frames_per_s=15.0,
    keyframe_interval_s=10.0,
    keyframe_interval_at_least_s=10.0,
    audio_codec="aac",
    detect_width_px=None,
    detect_height_px=None,
)


@dataclass
class FakeProbe:
    """Stands in for `engine.probe.probe`."""

    failures: list[EngineError] = field(default_factory=list)
    """What the next trials raise; those after succeed."""
    tried: list[CameraSettings] = field(default_factory=list)
    rules: list[AddressRules] = field(default_factory=list)
    """By which each was tried."""
    answered: list[tuple[StreamAddress | None, bytes]] = field(default_factory=list)
    """What the camera entity said when the trial asked."""

    def __call__(
        self,
        settings: CameraSettings,
        *,
        entity_address: Callable[[], StreamAddress | None] | None = None,
        entity_picture: Callable[[], bytes] | None = None,
        address_rules: AddressRules = NO_MORE_RULES,
    ) -> Probed:
        self.tried.append(settings)
        self.rules.append(address_rules)
        if entity_address and entity_picture:
            self.answered.append((entity_address(), entity_picture()))
        if self.failures:
            raise self.failures.pop(0)
        return Probed(facts=FACTS, jpeg=JPEG)
