"""What a file's name in the storage folder says: whose it is, and how far its writing has come.

`<camera_id>/<yyyy-mm-dd>/<clip_id><suffix>`, relative to the folder. docs/storage.md lists the suffixes.
"""

from dataclasses import dataclass
from enum import StrEnum
import re


class Stage(StrEnum):
    """The suffix."""

    GROWING = ".lcv.grow.part"
    """The clip while it is recorded: playable up to any cut."""
    VIDEO_PART = ".lcv.part"
    """The finished clip while it is written."""
    THUMBNAIL_PART = ".lct.part"
    EXPLANATION_PART = ".lce.part"
    VIDEO = ".lcv"
    """The finished clip."""
    THUMBNAIL = ".lct"
    EXPLANATION = ".lce"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """A name, understood."""

    stem: str
    """All but the suffix: what the files of one clip share."""
    clip_id: str
    stage: Stage

    def sibling(self, stage: Stage) -> str:
        """The name of the same clip's file in another stage."""
        return self.stem + stage.value


_PATTERN = re.compile(
    r"(?P<stem>[A-Za-z0-9_-]{1,64}/\d{4}-\d{2}-\d{2}/(?P<clip_id>[0-9A-HJKMNP-TV-Z]{26}))"
    rf"(?P<suffix>{'|'.join(re.escape(stage.value) for stage in Stage)})",
    re.ASCII,
)


def understand(name: str) -> FileName | None:
    """The name's parts; None for a file that is none of LocalCam's."""
    match = _PATTERN.fullmatch(name)
    if match is None:
        return None
    return FileName(stem=match["stem"], clip_id=match["clip_id"], stage=Stage(match["suffix"]))
