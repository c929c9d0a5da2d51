"""What files of the vault may be called, `<camera>/<yyyy-mm-dd>/<clip>.<suffixes>`, and what that binds them to."""

import re

from ..errors import StorageError

_NAME = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}/\d{4}-\d{2}-\d{2}/[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:\.[a-z]{2,8}){1,3}"
)

_GROWING = "lcv.grow"
_KINDS = {_GROWING: "growing", "lcv": "video", "lct": "thumbnail", "lce": "explanation"}
_PART = ".part"


def is_name(name: str) -> bool:
    """Whether a path relative to the storage folder can be a file of ours."""
    return _NAME.fullmatch(name) is not None


def split_name(name: str) -> tuple[str, str, str]:
    """The camera's folder, the day's folder and the file; raises StorageError, so that no name leads elsewhere."""
    if not is_name(name):
        raise StorageError(f"not a name of a stored file: {name!r}")
    camera, day, file = name.split("/")
    return camera, day, file


def clip_of(name: str) -> tuple[str, str]:
    """The clip to which a file belongs, and its camera; raises StorageError."""
    camera, _, file = split_name(name)
    return file.partition(".")[0], camera


def is_growing(name: str) -> bool:
    """Whether the file of this name may have been cut while it grew; raises StorageError."""
    return _suffix(name) == _GROWING


def context_of(name: str) -> bytes:
    """What a file is sealed as: `localcam/v1/<kind>`, 0, clip, camera. Raises StorageError.

    A file that is put in the place of another clip's, or of another kind, cannot be opened there. The part of a file is
    sealed as the file that it becomes.
    """
    clip_id, camera = clip_of(name)
    suffix = _suffix(name)
    return f"localcam/v1/{_KINDS.get(suffix, suffix)}\0{clip_id}{camera}".encode()


def _suffix(name: str) -> str:
    return split_name(name)[2].partition(".")[2].removesuffix(_PART)
