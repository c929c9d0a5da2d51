"""Which video devices this machine has, by names that survive being plugged in again; for executor threads."""

from pathlib import Path

DEV = Path("/dev")


def video_devices(dev: Path = DEV) -> list[str]:
    """Paths of all video devices: by id where there is one, by number where not."""
    by_id = _by_id(dev)
    numbered = sorted(path for path in dev.glob("video*") if path not in by_id)
    return [*sorted(by_id.values()), *(str(path) for path in numbered)]


def stable_name(device: str, dev: Path = DEV) -> str:
    """The device's name by id, or the one given where it has none."""
    path = Path(device)
    return _by_id(dev).get(path.resolve(), str(path)) if path.parent == dev else str(path)


def _by_id(dev: Path) -> dict[Path, str]:
    """Numbered device to its name by id."""
    return {link.resolve(): str(link) for link in (dev / "v4l" / "by-id").glob("*")}
