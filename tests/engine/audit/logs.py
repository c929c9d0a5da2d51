"""Audit logs in a folder, with a clock that the test sets."""

from dataclasses import dataclass
from pathlib import Path

from custom_components.localcam.engine.audit.log import AuditLog
from custom_components.localcam.engine.audited import AuditNote, Deed


@dataclass
class SetClock:
    """Stands still until it is moved."""

    now_s: float = 1000.0
    wall_s: float = 1_790_000_000.0

    def monotonic_s(self) -> float:
        return self.now_s

    def utc_s(self) -> float:
        return self.wall_s

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds
        self.wall_s += seconds


def a_log(folder: Path) -> AuditLog:
    return AuditLog(folder, folder / "keys", SetClock())


def a_view(number: int = 1, user: str | None = "ann") -> AuditNote:
    return AuditNote(deed=Deed.VIEW, user_id=user, camera_id="hall", clip_id=f"01K7ZV3J8QW9E4R5T6Y7V8{number:04d}")
