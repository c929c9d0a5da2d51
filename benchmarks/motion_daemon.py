"""Debian's `motion` on a stream, configured by `motion.conf`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import shutil
import subprocess

CONFIGURATION = Path(__file__).with_name("motion.conf")


def missing_motion() -> str | None:
    """What keeps it from running here; None when nothing does."""
    return None if shutil.which("motion") else "Debian's motion is not installed (scripts/setup does it)"


@contextmanager
def motion_on(url: str, size: tuple[int, int], folder: Path) -> Iterator[int]:
    """Watch the stream and write movies into the folder; yields the process's number."""
    configured = folder / "motion.conf"
    width, height = size
    said = f"netcam_url {url}\nwidth {width}\nheight {height}\ntarget_dir {folder}\n"
    configured.write_text(CONFIGURATION.read_text() + said)
    with (folder / "motion.log").open("wb") as log:
        command = ["motion", "-n", "-c", str(configured)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def recorded_bytes(folder: Path) -> int:
    """Size of the movies that it wrote there."""
    return sum(path.stat().st_size for path in folder.glob("*.mp4"))
