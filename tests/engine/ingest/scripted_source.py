"""A source that plays what a test wrote down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.values import Packet, SourceItem, StreamFormat
from tests.engine.workers import FakeClock


@dataclass
class ScriptedSource:
    """Sends these items, and moves the clock to when each arrived; then it is lost."""

    formats: tuple[StreamFormat, ...]
    items: Sequence[SourceItem]
    clock: FakeClock = field(default_factory=FakeClock)
    refusal: SourceError | None = None
    opened: bool = False
    closed: bool = False
    keeps_arrivals: bool = False

    def hold(self, *, holding: bool) -> None:
        raise AssertionError("what does not keep arrivals is not held")

    def open(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.opened = True

    def packets(self) -> Iterator[SourceItem]:
        for item in self.items:
            if isinstance(item, Packet):
                self.clock.now_s = max(self.clock.now_s, item.received_at_s)
            yield item
        raise SourceError(SourceFault.LOST, "the script ended")

    def close(self) -> None:
        self.closed = True
