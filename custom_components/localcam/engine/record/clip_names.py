"""How the files of a clip are called, from the beginning of its recording to its end."""

from datetime import UTC, datetime

VIDEO = ".lcv"
THUMBNAIL = ".lct"
EXPLANATION = ".lce"
GROWING = ".lcv.grow.part"
_PART = ".part"


def growing_name(camera_id: str, clip_id: str, started_utc_s: float) -> str:
    """The growing file of a new clip, in the folder of the UTC day on which it starts."""
    day = datetime.fromtimestamp(started_utc_s, UTC).date().isoformat()
    return f"{camera_id}/{day}/{clip_id}{GROWING}"


def video_name(growing: str) -> str:
    """The finished clip of a growing file."""
    return growing.removesuffix(GROWING) + VIDEO


def thumbnail_name(name: str) -> str:
    """The thumbnail of a growing file, or of a finished clip."""
    return name.removesuffix(GROWING).removesuffix(VIDEO) + THUMBNAIL


def explanation_name(name: str) -> str:
    """The explanation of a growing file, or of a finished clip."""
    return name.removesuffix(GROWING).removesuffix(VIDEO) + EXPLANATION


def part_name(name: str) -> str:
    """Under which a finished file is written before it is published."""
    return name + _PART
