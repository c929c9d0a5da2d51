"""Makes the clip that everything plays out of a growing file: two new files, synced, then published.

Order: thumbnail part, video part, each synced, then each renamed, the thumbnail first, with the folder synced around
each renaming. Wherever this is cut, the growing file is still there, and a finished video never lacks its thumbnail.
"""

from contextlib import closing, suppress
from dataclasses import dataclass

from ..errors import StorageError
from ..values import Clip, MotionEvent, StoredFile
from .clip_identity import ClipIdentity, ClipOutcome, read_comment, write_comment
from .clip_names import part_name, thumbnail_name, video_name
from .clip_store import ClipSink, ClipSource, ClipStore, PictureOf
from .finished_file import FinishedFile, timed_tracks, write_finished
from .growing_clip import GrowingClip
from .mp4_fragments import read_grown
from .mp4_movie import TrackSamples, movie_duration_s
from .sample_entry import CODEC_OF_ENTRY, keyframe_as_annex_b
from .thumbnail import keyframe_jpeg


def finish(
    store: ClipStore, growing: GrowingClip, thumbnail_jpeg: bytes, picture_of: PictureOf = keyframe_jpeg
) -> Clip:
    """Make the clip; the growing file stays, for whoever enters the clip in the catalogue to remove.

    Where `thumbnail_jpeg` is empty, the last keyframe before the strongest moment becomes the thumbnail, if it decodes.
    Raises StorageError, StorageFullError, and ClipFormatError where nothing whole was written; no part is left then.
    """
    moment_s = growing.identity.motion_offset_s
    if growing.strongest_at_s is not None:
        moment_s = growing.strongest_at_s - growing.started_at_s

    def thumbnail(codec: str, keyframe: bytes) -> bytes:
        return thumbnail_jpeg or picture_of(codec, keyframe)

    plan = FinishPlan(outcome=growing.outcome, events=growing.events, moment_s=moment_s, thumbnail=thumbnail)
    return finish_grown(store, growing.name, plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPlan:
    """What a growing file cannot say of its own clip."""

    outcome: ClipOutcome
    events: tuple[MotionEvent, ...]
    moment_s: float | None
    """The moment of the thumbnail, from the clip's start; None for the motion's beginning."""
    thumbnail: PictureOf
    """Is given the last keyframe before that moment."""


def finish_grown(store: ClipStore, name: str, plan: FinishPlan) -> Clip:
    """Make a clip of the whole fragments of a growing file; raises as `finish` does."""
    with closing(store.open(name)) as source:
        grown = read_grown(source)
        identity, _ = read_comment(grown.comment)
        tracks = timed_tracks(grown)
        moment_s = identity.motion_offset_s if plan.moment_s is None else plan.moment_s
        jpeg = plan.thumbnail(*keyframe_before(source, tracks[0], moment_s))
        comment = write_comment(identity, plan.outcome)
        parts = _Parts(store)
        try:
            thumbnail = parts.write_bytes(thumbnail_name(name), jpeg) if jpeg else None
            video = parts.write_video(video_name(name), source, tracks, comment)
            parts.publish()
        except BaseException:
            parts.discard()
            raise
    finished = FinishedFile(
        video=tracks[0].track, has_audio=len(tracks) > 1, duration_s=movie_duration_s(tracks), comment=comment
    )
    return clip_of(identity, plan, finished, StoredFiles(video=video, thumbnail=thumbnail))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFiles:
    """What lies on disk of a finished clip."""

    video: StoredFile
    thumbnail: StoredFile | None


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
        codec=CODEC_OF_ENTRY.get(finished.video.entry[4:8], ""),
        width_px=finished.video.width_px,
        height_px=finished.video.height_px,
        has_audio=finished.has_audio,
        events=plan.events,
        continues_clip_id=identity.continues_clip_id,
    )


def keyframe_before(source: ClipSource, video: TrackSamples, moment_s: float) -> tuple[str, bytes]:
    """Codec and Annex B of the last keyframe at or before a moment, else of the first one."""
    samples = video.samples
    time, found = 0, 0
    starts = set(samples.keyframes)
    for index, duration in enumerate(samples.durations):
        if index + 1 in starts and time <= moment_s * video.track.timescale:
            found = index
        time += duration
    first_of_chunk = 0
    for at, count in zip(samples.chunk_offsets, samples.chunk_counts, strict=True):
        if found < first_of_chunk + count:
            payload = source.read_at(at + sum(samples.sizes[first_of_chunk:found]), samples.sizes[found])
            break
        first_of_chunk += count
    entry = video.track.entry
    return CODEC_OF_ENTRY.get(entry[4:8], ""), keyframe_as_annex_b(entry, payload)


class _Parts:
    """The second parts of one clip, until they are published together or removed together."""

    def __init__(self, store: ClipStore) -> None:
        self._store = store
        self._names: list[str] = []

    def write_bytes(self, name: str, data: bytes) -> StoredFile:
        with closing(self._create(name)) as sink:
            sink.write(data)
            return _synced(name, sink)

    def write_video(self, name: str, source: ClipSource, tracks: list[TrackSamples], comment: str) -> StoredFile:
        with closing(self._create(name)) as sink:
            write_finished(source, sink, tracks, comment)
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
    sink.sync()
    return StoredFile(name=name, size_bytes=sink.size_on_disk_bytes, sha256=sink.sha256)
