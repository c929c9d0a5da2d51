"""What a crash left -> clips: growing files that were never finished, and finished ones that no catalogue knows."""

from contextlib import closing

from ..clip import Clip, StoredFile
from ..errors import ClipFormatError
from .clip_finish import FinishPlan, StoredFiles, clip_of, finish_grown
from .clip_identity import SALVAGED, read_comment
from .clip_names import explanation_name, thumbnail_name
from .clip_store import ClipStore
from .finished_file import read_finished


def salvage(store: ClipStore, growing_name: str) -> Clip | None:
    """Make a clip of the whole fragments of a growing file; None where it holds no whole one.

    The growing file stays, as with `finish`. Raises StorageError, StorageFullError.
    """
    try:
        return finish_grown(store, growing_name, FinishPlan(outcome=SALVAGED))
    except ClipFormatError:
        return None


def adopt(store: ClipStore, name: str) -> Clip | None:
    """The clip that a finished file is, from what the file says of itself; None where it is none.

    Raises StorageError.
    """
    try:
        with closing(store.open(name)) as source:
            finished = read_finished(source)
            identity, outcome = read_comment(finished.comment)
    except ClipFormatError:
        return None
    plan = FinishPlan(outcome=outcome or SALVAGED)
    files = StoredFiles(
        video=store.describe(name),
        thumbnail=_described(store, thumbnail_name(name)),
        explanation=_described(store, explanation_name(name)),
    )
    return clip_of(identity, plan, finished, files)


def _described(store: ClipStore, name: str) -> StoredFile | None:
    return store.describe(name) if store.exists(name) else None
