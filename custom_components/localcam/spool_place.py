"""Where clips are recorded first, when the folder they are kept in lies on the network. For executor threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from .engine.settings import HouseSettings, Spooling
from .mount_table import Mount, lies_on_network
from .storage_folder import AllowedFolders, is_apart

SPOOL_NAME: Final = "localcam-spool"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolPlace:
    """What was found."""

    folder: str
    """Empty for none: clips are recorded where they are kept."""
    on_network: bool
    """Whether the storage folder is on a share that is mounted now."""


def find_spool(
    house: HouseSettings, allowed: AllowedFolders, mounts: Sequence[Mount], *, was_on_network: bool
) -> SpoolPlace:
    """Follow the owner's choice, in the first media folder that is local; nothing is asked of a share.

    A storage folder that `was_on_network` once is taken for a share also while it is not mounted: that is when a spool
    is needed.
    """
    on_network = lies_on_network(house.storage_folder, mounts)
    match house.spooling:
        case Spooling.NEVER:
            is_wanted = False
        case Spooling.ALWAYS:
            is_wanted = True
        case Spooling.AUTOMATIC:
            is_wanted = on_network or was_on_network
    places = (media / SPOOL_NAME for media in allowed.media if not lies_on_network(str(media), mounts))
    place = next(places, None) if is_wanted else None
    if place is None or not _may_lie(place, house.storage_folder, allowed):
        return SpoolPlace(folder="", on_network=on_network)
    return SpoolPlace(folder=str(place), on_network=on_network)


def _may_lie(place: Path, storage_folder: str, allowed: AllowedFolders) -> bool:
    """Apart from the keys, from what anyone may read, and from the storage folder, which is compared by name only."""
    storage = PurePath(storage_folder)
    return is_apart(place, allowed) and not (place.is_relative_to(storage) or storage.is_relative_to(place))
