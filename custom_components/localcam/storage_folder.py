"""Whether clips may and can be kept in a folder. Blocking: for executor threads."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
import tempfile

from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .engine.settings import KEYS_FOLDER, HouseSettings


class FolderProblem(StrEnum):
    """Why not; each has its own message in the translations, under this key."""

    NOT_ABSOLUTE = "folder_not_absolute"
    PUBLIC = "folder_public"
    """Below `www`, which anyone may read without logging in."""
    NOT_ALLOWED = "folder_not_allowed"
    HOLDS_KEYS = "folder_holds_keys"
    """In one tree with the keys of the clips, so that a copy of it would open them."""
    NOT_WRITABLE = "folder_not_writable"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedFolders:
    """Where Home Assistant lets integrations write."""

    config: Path
    media: tuple[Path, ...]
    """Clips get a folder of their own inside one of these."""
    keys: Path
    """Where the keys of clips lie, which must never be in one tree with clips."""
    listed: tuple[Path, ...]
    """What the owner allowed besides (`allowlist_external_dirs`)."""


@callback
def allowed_folders(hass: HomeAssistant) -> AllowedFolders:
    """What this Home Assistant allows; for the event loop."""
    return AllowedFolders(
        config=Path(hass.config.config_dir),
        keys=Path(hass.config.path(DOMAIN, KEYS_FOLDER)),
        media=tuple(Path(folder) for folder in hass.config.media_dirs.values()),
        listed=tuple(Path(folder) for folder in hass.config.allowlist_external_dirs),
    )


def prepare_folder(folder: str, allowed: AllowedFolders) -> FolderProblem | None:
    """Make the folder where it is missing, and write to it once; None where clips can be kept in it."""
    path = Path(folder)
    if not path.is_absolute():
        return FolderProblem.NOT_ABSOLUTE
    try:
        path = path.resolve()  # a link must not lead out of what is allowed
        if _inside(path, [allowed.config / "www"]):
            return FolderProblem.PUBLIC
        media = {root.resolve() for root in allowed.media}
        # A media folder itself holds other things, too; ours are to be alone.
        if path in media or not _inside(path, [*media, *allowed.listed]):
            return FolderProblem.NOT_ALLOWED
        keys = allowed.keys.resolve()
        if _inside(path, [keys]) or _inside(keys, [path]):
            return FolderProblem.HOLDS_KEYS
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path, prefix=".localcam-", suffix=".part") as written:
            written.write(b"\0")
            written.flush()
    except OSError, ValueError:  # ValueError: a NUL in the path
        return FolderProblem.NOT_WRITABLE
    return None


def is_apart(place: Path, allowed: AllowedFolders) -> bool:
    """Whether a folder on a local disk is neither public, nor in one tree with the keys, wherever links lead."""
    try:
        path, keys = place.resolve(), allowed.keys.resolve()
        return not (_inside(path, [allowed.config / "www", keys]) or _inside(keys, [path]))
    except OSError:
        return False


def swells_backups(house: HouseSettings, config: str) -> bool:
    """Whether Home Assistant's backups would hold the clips, too. A share behind a spool is not asked: it may hang."""
    folder = Path(house.storage_folder)
    return _inside(folder if house.spool_folder else folder.resolve(), [Path(config)])


def _inside(path: Path, roots: Iterable[Path]) -> bool:
    return any(path.is_relative_to(root.resolve()) for root in roots)
