"""The newest checkpoint, kept in another folder than the log: a log that was put back alone is found out."""

from contextlib import suppress
import os
from pathlib import Path

from ..audited import AuditHead

WITNESS_NAME = "audit.witness"


def keep(folder: Path, head: AuditHead) -> None:
    """Replace the witness by this checkpoint; where that fails, the older one still holds."""
    part = folder / f"{WITNESS_NAME}.part"
    with suppress(OSError):
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, head.checkpoint.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        part.rename(folder / WITNESS_NAME)


def kept(folder: Path) -> str | None:
    """The witness, as it was kept; None where there is none that can be read."""
    try:
        return (folder / WITNESS_NAME).read_text(encoding="utf-8")
    except OSError, ValueError:
        return None
