"""What files of the vault may be called: `<camera>/<yyyy-mm-dd>/<clip>.<suffixes>`, and nothing else."""

import re

from ..errors import StorageError

_NAME = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}/\d{4}-\d{2}-\d{2}/[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:\.[a-z]{2,8}){1,3}"
)


def is_name(name: str) -> bool:
    """Whether a path relative to the storage folder can be a file of ours."""
    return _NAME.fullmatch(name) is not None


def split_name(name: str) -> tuple[str, str, str]:
    """The camera's folder, the day's folder and the file; raises StorageError, so that no name leads elsewhere."""
    if not is_name(name):
        raise StorageError(f"not a name of a stored file: {name!r}")
    camera, day, file = name.split("/")
    return camera, day, file
