"""Makes the clip that everything plays out of a growing file: two new files, synced, then published.

Order: thumbnail part, explanation part, video part, each synced, then each renamed, the video last, with the folder
synced around each renaming. Wherever this is cut, the growing file is still there, and a finished video never lacks its
pictures.
"""

from contextlib import closing, suppress
from dataclasses import dataclass
import gc

from ..clip import Clip, StoredFile
from ..errors import StorageError
from ..motion import MotionEvent
from .clip_identity import ClipIdentity, ClipOutcome, read_comment, write_comment
from .clip_names import explanation_name, part_name, thumbnail_name, video_name
from .clip_store import ClipSink, ClipSource, ClipStore
from .finished_file import FinishedFile, GrownFile, read_finished, read_grown, whole_fragments, write_finished
from .growing_clip import GrowingClip
from .thumbnail import keyframe_jpeg


def finish(store: ClipStore, growing: GrowingClip, thumbnail_jpeg: bytes, explanation_jpeg: bytes = b"") -> Clip:
    """Make the clip; the growing file stays, for whoever enters the clip in the catalogue to remove.

    Where `thumbnail_jpeg` is empty, the last keyframe before the strongest moment becomes the thumbnail, if it decodes.
    Where `explanation_jpeg` is, there is none: what moved is known to nobody then.
    Raises StorageError, StorageFullError, and ClipFormatError where nothing whole was written; no part is left then.
    """
    moment_s = growing.identity.motion_offset_s
    if growing.strongest_at_s is not None:
        moment_s = growing.strongest_at_s - growing.started_at_s
    plan = FinishPlan(
        outcome=growing.outcome,
        events=growing.events,
        moment_s=moment_s,
        thumbnail_jpeg=thumbnail_jpeg,
        explanation_jpeg=explanation_jpeg,
    )
    return finish_grown(store, growing.name, plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPlan:
    """What a growing file cannot say of its own clip."""

    outcome: ClipOutcome
    events: tuple[MotionEvent, ...] = ()
    moment_s: float | None = None
    """The moment of the thumbnail, from the clip's start; None for the motion's beginning."""
    thumbnail_jpeg: bytes = b""
    """Empty for a keyframe of that moment."""
    explanation_jpeg: bytes = b""
    """Empty for none."""


def finish_grown(store: ClipStore, name: str, plan: FinishPlan) -> Clip:
    """Make a clip of the whole fragments of a growing file; raises as `finish` does."""
    with closing(store.open(name)) as source:
        grown = read_grown(source)
        identity, _ = read_comment(grown.comment)
        moment_s = identity.motion_offset_s if plan.moment_s is None else plan.moment_s
        jpeg = plan.thumbnail_jpeg or keyframe_jpeg(whole_fragments(source), moment_s)
        parts = _Parts(store)
        try:
            thumbnail = parts.write_picture(thumbnail_name(name), jpeg)
            explanation = parts.write_picture(explanation_name(name), plan.explanation_jpeg)
            video = parts.write_video(video_name(name), source, grown, write_comment(identity, plan.outcome))
            with closing(store.open(part_name(video.name))) as part:
                finished = read_finished(part)
            parts.publish()
        except BaseException:
            parts.discard()
            raise
        finally:
            # PyAV's files and their streams refer to one another, and would keep 1 MB until a collection comes by.
            gc.collect(0)
    return clip_of(identity, plan, finished, StoredFiles(video=video, thumbnail=thumbnail, explanation=explanation))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFiles:
    """What lies on disk of a finished clip."""

    video: StoredFile
    thumbnail: StoredFile | None
    explanation: StoredFile | None


def clip_of(identity: ClipIdentity, plan: FinishPlan, finished: FinishedFile, files: StoredFiles) -> Clip:
    """The catalogue's view of a finished file."""
    return Clip(
        clip_id=identity.clip_id,
        camera_id=identity.camera_id,
        started_utc_s=identity.started_utc_s,
        duration_s=finished.duration_s,
        motion_offset_s=identity.motion_offset_s,
        reason=identity.reason,
        end=plan.outcome.end,
        kind=plan.outcome.kind,
        score=plan.outcome.score,
        video=files.video,
        thumbnail=files.thumbnail,
        explanation=files.explanation,
        codec=finished.codec,
        width_px=finished.width_px,
        height_px=finished.height_px,
        has_audio=finished.has_audio,
        events=plan.events,
        continues_clip_id=identity.continues_clip_id,
    )


class _Parts:
    """The second parts of one clip, until they are published together or removed together."""

    def __init__(self, store: ClipStore) -> None:
        self._store = store
        self._names: list[str] = []

    def write_picture(self, name: str, jpeg: bytes) -> StoredFile | None:
        if not jpeg:
            return None
        with closing(self._create(name)) as sink:
            sink.write(jpeg)
            return _synced(name, sink)

    def write_video(self, name: str, source: ClipSource, grown: GrownFile, comment: str) -> StoredFile:
        with closing(self._create(name)) as sink:
            write_finished(source, sink, grown.begins_s, comment)
            return _synced(name, sink)

    def publish(self) -> None:
        """In the order in which they were written."""
        for name in self._names:
            self._store.publish(part_name(name), name)

    def discard(self) -> None:
        """After a failure; what cannot be removed now is found by the next recovery."""
        for name in self._names:
            with suppress(StorageError):
                self._store.remove(part_name(name))

    def _create(self, name: str) -> ClipSink:
        # A part that an earlier attempt left would be in the way.
        self._store.remove(part_name(name))
        sink = self._store.create(part_name(name))
        self._names.append(name)
        return sink


def _synced(name: str, sink: ClipSink) -> StoredFile:
    sink.seal()
    sink.sync()
    return StoredFile(name=name, size_bytes=sink.size_on_disk_bytes, sha256=sink.sha256)
