"""What a crash left in the storage folder, and what to do about each file. Pure: the station carries it out.

To be planned before any worker writes, at start; or for one camera whose worker has died, without what the next one
writes. The table of all states stands in docs/storage.md; the order in which files are written, there too, is what
makes them the only ones.
"""

from collections.abc import Callable, Iterable, Set as AbstractSet
from dataclasses import dataclass

from .file_names import FileName, Stage, understand


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPlan:
    """What to do, in this order. All names are sorted. Doing it twice, or half of it and then all, is the same."""

    unlink: tuple[str, ...]
    """Remains of clips that are safe elsewhere or deleted; garbage rows of these may be dropped once they are gone."""
    adopt_unlisted: tuple[str, ...]
    """Finished clips without a row: read what they say of themselves, enter them, then unlink their growing files."""
    salvage_growing: tuple[str, ...]
    """Recordings that were never finished: finish them, enter them, then unlink these files."""
    missing: tuple[str, ...]
    """Files that rows name and the folder lacks: told, and kept, because the disk may only be out."""
    foreign: tuple[str, ...]
    """Files that are none of LocalCam's: left alone."""


def plan(
    *,
    listed: AbstractSet[str],
    garbage: AbstractSet[str],
    found: Iterable[str],
    is_deleted: Callable[[str], bool],
) -> RecoveryPlan:
    """Decide on each file `found`, given the files that rows name and those that are garbage.

    `is_deleted` tells whether a clip id has a tombstone; it is asked only about files that no row names. For one
    camera, the caller hands in that camera's names only: the others' workers may be writing.
    """
    names = frozenset(found)
    decided: dict[str, list[str]] = {"unlink": [], "adopt": [], "salvage": [], "keep": [], "foreign": []}
    for name in sorted(names):
        decided[_decide(name, names, listed, garbage, is_deleted)].append(name)
    # A garbage file may have been unlinked while the folder was not yet synced: unlinking again syncs it.
    unlink = sorted({*decided["unlink"], *garbage} - listed)
    return RecoveryPlan(
        unlink=tuple(unlink),
        adopt_unlisted=tuple(decided["adopt"]),
        salvage_growing=tuple(decided["salvage"]),
        missing=tuple(sorted(listed - names)),
        foreign=tuple(decided["foreign"]),
    )


def _decide(
    name: str,
    names: AbstractSet[str],
    listed: AbstractSet[str],
    garbage: AbstractSet[str],
    is_deleted: Callable[[str], bool],
) -> str:
    if name in listed:
        return "keep"
    if name in garbage:
        return "unlink"
    file = understand(name)
    if file is None:
        return "foreign"
    if is_deleted(file.clip_id):
        return "unlink"
    return _decide_unlisted(file, names, listed)


def _decide_unlisted(file: FileName, names: AbstractSet[str], listed: AbstractSet[str]) -> str:
    """On a file that no row names, of a clip that was not deleted."""
    video = file.sibling(Stage.VIDEO)
    match file.stage:
        case Stage.VIDEO:
            return "adopt"
        case Stage.VIDEO_PART | Stage.THUMBNAIL_PART | Stage.EXPLANATION_PART:
            # The growing file is unlinked only after the row is committed, so these are always a second copy.
            return "unlink"
        case Stage.THUMBNAIL | Stage.EXPLANATION:
            # With its clip it is adopted; alone, or not named by its clip's row, nothing shows it.
            return "keep" if video in names and video not in listed else "unlink"
        case Stage.GROWING:
            if video in listed:
                return "unlink"
            # Beside a finished clip it is kept until that one has its row.
            return "keep" if video in names else "salvage"
