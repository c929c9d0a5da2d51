"""What an owner must do something about, of one camera: a worker that keeps crashing, a stream without keyframes."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .engine.clock import Clock
from .engine.errors import SourceFault
from .engine.reports import Health
from .markdown import escaped

WORKER_CRASHES: Final = "worker_crashes"
KEYFRAMES_MISSING: Final = "keyframes_missing"
CRASHES: Final = 5
WITHIN_S: Final = 600.0


class CameraIssues:
    """Methods are for the event loop; the coordinator calls them."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], clock: Clock) -> None:
        self._hass = hass
        self._entry = entry
        self._clock = clock
        self._crashed_at_s: deque[float] = deque(maxlen=CRASHES)
        self._shown: set[str] = set()

    @callback
    def async_crashed(self) -> None:
        """The camera's worker ended before it should."""
        self._crashed_at_s.append(self._clock.monotonic_s())
        if len(self._crashed_at_s) == CRASHES and self._crashed_at_s[-1] - self._crashed_at_s[0] <= WITHIN_S:
            self._show(WORKER_CRASHES, ir.IssueSeverity.ERROR, {"count": str(CRASHES)})

    @callback
    def async_heard(self, health: Health) -> None:
        """The worker lives."""
        if self._crashed_at_s and self._clock.monotonic_s() - self._crashed_at_s[-1] > WITHIN_S:
            self._crashed_at_s.clear()
            self._hide(WORKER_CRASHES)
        if health.lacks_keyframes:
            self._show(KEYFRAMES_MISSING, ir.IssueSeverity.WARNING, {})
        elif health.online:
            self._hide(KEYFRAMES_MISSING)

    @callback
    def async_lost(self, fault: SourceFault | None) -> None:
        """The camera gives no pictures."""
        if fault is SourceFault.NO_KEYFRAME:
            self._show(KEYFRAMES_MISSING, ir.IssueSeverity.WARNING, {})

    @callback
    def async_end(self) -> None:
        """The camera is not watched any more: what was wrong with it is nobody's concern."""
        self._crashed_at_s.clear()
        for key in list(self._shown):
            self._hide(key)

    def _show(self, key: str, severity: ir.IssueSeverity, placeholders: Mapping[str, str]) -> None:
        if key in self._shown:
            return
        self._shown.add(key)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{key}_{self._entry.entry_id}",
            is_fixable=False,
            severity=severity,
            translation_key=key,
            translation_placeholders={"name": escaped(self._entry.title), **placeholders},
        )

    def _hide(self, key: str) -> None:
        if key in self._shown:
            self._shown.discard(key)
            ir.async_delete_issue(self._hass, DOMAIN, f"{key}_{self._entry.entry_id}")
