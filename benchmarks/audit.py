"""What the audit log costs: appending one entry, and verifying all of them.

`scripts/bench audit [--entries N] [--json]`. On the disk of the system's folder for temporary files.
"""

import argparse
from collections.abc import Sequence
import json
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
import time

from custom_components.localcam.engine.audit.log import AuditLog
from custom_components.localcam.engine.audited import AuditNote, Deed
from custom_components.localcam.engine.clock import SystemClock

BATCH = 5000
APPENDS = 2000

NOTE = AuditNote(
    deed=Deed.VIEW,
    user_id="f" * 32,
    token_id="e" * 32,
    camera_id="01K7ZV3J8QW9E4R5T6Y7V80001",
    clip_id="01K7ZV3J8QW9E4R5T6Y7V80001",
)


def measure(folder: Path, entries: int) -> dict[str, float]:
    """Figures of a log of so many entries."""
    log = AuditLog(folder, folder / "keys", SystemClock())
    for _ in range(0, entries, BATCH):
        log.append([NOTE] * BATCH)
    took_s: list[float] = []
    for _ in range(APPENDS):
        began_s = time.perf_counter()
        log.append([NOTE])
        took_s.append(time.perf_counter() - began_s)
    log.close()
    began_s = time.perf_counter()
    log.append([NOTE])
    opened_s = time.perf_counter() - began_s
    verified_s = []
    for _ in range(3):
        began_s = time.perf_counter()
        report = log.verify()
        verified_s.append(time.perf_counter() - began_s)
    if not report.holds:
        raise SystemExit(f"the log does not hold: {report.detail}")
    log.close()
    percent = quantiles(took_s, n=100)
    return {
        "entries": report.entries,
        "append_p50_ms": round(percent[49] * 1e3, 3),
        "append_p99_ms": round(percent[98] * 1e3, 3),
        "open_ms": round(opened_s * 1e3, 1),
        "verify_s": round(median(verified_s), 2),
        "bytes_per_entry": round((folder / "audit.db").stat().st_size / report.entries),
    }


def main(arguments: Sequence[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench audit")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        figures = measure(Path(folder), asked.entries)
    print(json.dumps(figures) if asked.json else "\n".join(f"{name:>16} {value}" for name, value in figures.items()))
    return 0
