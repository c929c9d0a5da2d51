"""Decides which packets become which clips, and writes them to growing files as they come.

Times handed in (`at_s`) are times of arrival; decisions are made in media time, so that a network that delivers in
bursts shortens no pre-roll. Everything belongs to one thread. Nothing here raises: what goes wrong is told as a value,
detection goes on, and recording begins again by itself.
"""

from math import inf

from ..clip import ClipEnd, ClipReason
from ..errors import EngineError
from ..motion import Kind, MotionEvent
from ..reports import Answer, RecordingFailed, RecordingFault
from ..settings import RecordSettings
from ..values import Medium, Packet, StreamFormat
from .clip_in_progress import Cause, ClipInProgress, RecorderTools, write_at_once
from .event_clips import EventClips
from .growing_clip import RecorderOutput
from .recording_demand import RecordingDemand
from .recording_rules import Situation, Step, step
from .ring_buffer import RingBuffer
from .writing import Writing, failure, problem_of

_RETRY_S = 10.0
"""After a failure, before the disk is tried again."""
_ENDLESS_S = 60.0
"""How far beyond its longest length a clip may grow while no keyframe comes."""
_NO_ROOM = RecordingFailed(fault=RecordingFault.NOT_ALLOWED, detail="no room for clips")


class ClipRecorder:
    """Fed with everything that happens to one camera; answers with what came of it."""

    def __init__(
        self, settings: RecordSettings, ring: RingBuffer, tools: RecorderTools, *, allowed: bool = True
    ) -> None:
        self._settings = settings
        self._ring = ring
        self._tools = tools
        self._allowed = allowed
        self._formats: tuple[StreamFormat, ...] = ()
        self._demand = RecordingDemand()
        self._writing = Writing(tools, self._retry_later)
        self._cause: Cause | None = None
        """Of the clip to begin next; None exactly while none is wanted or one is open."""
        self._events = EventClips()
        self._now_s = -inf
        """When the newest packet arrived."""
        self._retry_at_s = -inf

    def packet(self, packet: Packet) -> tuple[RecorderOutput, ...]:
        """A packet arrived; it is remembered for pre-rolls, too."""
        self._ring.add(packet)
        self._now_s = packet.received_at_s
        if self._clip is None and self._cause is None and not self._demand.is_open:
            return ()
        return self._take(packet) if packet.medium is Medium.VIDEO else self._writing.write(packet)

    def motion_started(self, at_s: float, event_id: str, kind: Kind, score: float) -> tuple[RecorderOutput, ...]:
        """An event began in the picture that arrived at `at_s`."""
        self._events.open_event_id = event_id
        self._events.recorded(self._clip.identity.clip_id if self._clip else None)
        refused = () if self._allowed else (_NO_ROOM,)
        return refused + self.motion_continues(at_s, score, kind)

    def motion_continues(self, at_s: float, score: float, kind: Kind) -> tuple[RecorderOutput, ...]:
        """The open event's motion was seen at `at_s`.

        Must be called for every picture in which the event moves, not only for its peaks: the post-roll is counted from
        the last call.
        """
        return self._extend(at_s, self._settings.post_roll_s, score, kind)

    def demoted_continues(self, at_s: float, score: float, kind: Kind) -> tuple[RecorderOutput, ...]:
        """The same for an open event that does not alert: its recording ends where a clip is as long as it may be.

        A television must not fill the disk; what comes after its clip is told by the event alone.
        """
        if self._clip is None and self._cause is None:
            return ()
        at_dts_s = self._ring.media_time_s(at_s)
        lasts_s = self._clip.lasts_s(at_dts_s) if self._clip and at_dts_s is not None else 0.0
        rest_s = max(0.0, self._settings.longest_clip_s - lasts_s)
        return self._extend(at_s, min(self._settings.post_roll_s, rest_s), score, kind)

    def motion_named(self, since_s: float, kind: Kind) -> None:
        """The open event, which began at `since_s`, is of that kind; so is a clip that it was strongest in."""
        cause = self._clip.cause if self._clip else self._cause
        if cause:
            cause.strength.name(since_s, kind)

    def motion_ended(self, event: MotionEvent) -> tuple[RecorderOutput, ...]:
        """The quiet time has passed; the clip may have ended before."""
        self._events.open_event_id = None
        if self._clip:
            self._demand.extend(self._ring.media_time_s(event.last_motion_at_s), self._settings.post_roll_s)
            self._clip.events.append(event)
        return ()

    def clip_id_of(self, event_id: str) -> str | None:
        """The clip in which an event of late was recorded, the first one where there are several."""
        return self._events.clip_id_of(event_id)

    def record_now(self, request_id: int, duration_s: float, at_s: float) -> tuple[RecorderOutput, ...]:
        """Record from `at_s`, and the pre-roll before it; an open clip is made to last that long instead."""
        if not self._allowed or self._now_s < self._retry_at_s:
            return (Answer(request_id=request_id, problem="storage_full"),)
        self._want(at_s, duration_s, Cause(reason=ClipReason.REQUESTED))
        cause = self._clip.cause if self._clip else self._cause
        if cause and cause.request_id is None:
            cause.request_id = request_id
        outputs = self._begin_if_possible()
        problems = [problem_of(each.fault) for each in outputs if isinstance(each, RecordingFailed)]
        return (Answer(request_id=request_id, problem=problems[0] if problems else ""), *outputs)

    def keep_last(self, request_id: int, seconds: float) -> tuple[RecorderOutput, ...]:
        """Keep what the ring holds of the last seconds as a clip of its own, whatever else is being recorded."""
        newest_dts_s = self._ring.newest_dts_s
        if newest_dts_s is None or not self._formats:
            return (Answer(request_id=request_id, problem="nothing_kept"),)
        if not self._allowed:
            return (Answer(request_id=request_id, problem="storage_full"),)
        cause = Cause(reason=ClipReason.MISSED, request_id=request_id)
        try:
            clip = write_at_once(self._tools, self._formats, cause, self._ring.since(newest_dts_s - seconds))
        except EngineError as err:
            failed = failure(err)
            return (Answer(request_id=request_id, problem=problem_of(failed.fault)), failed)
        return (Answer(request_id=request_id), clip)

    def format_changed(self, formats: tuple[StreamFormat, ...]) -> tuple[RecorderOutput, ...]:
        """The packets that come have these formats, after connecting or in mid-stream."""
        if formats == self._formats:
            return ()
        self._formats = formats
        newest_dts_s = self._ring.newest_dts_s
        outputs = self._continue(ClipEnd.FORMAT_CHANGED, None)
        self._ring.clear()
        self._demand.interrupt(newest_dts_s)
        if self._cause:
            # A time of the clock before says nothing now.
            self._cause.at_dts_s = None
        return outputs

    def source_lost(self) -> tuple[RecorderOutput, ...]:
        """Nothing comes any more; what was wanted is void."""
        outputs = self._writing.end(ClipEnd.SOURCE_LOST)
        self._ring.clear()
        self._demand.clear()
        self._cause = None
        self._events.open_event_id = None
        return outputs

    def stop(self) -> tuple[RecorderOutput, ...]:
        """Close the open clip; nothing is recorded afterwards unless it is asked for anew."""
        outputs = self._writing.end(ClipEnd.STOPPED)
        self._demand.clear()
        self._cause = None
        return outputs

    def allow(self, allowed: bool) -> tuple[RecorderOutput, ...]:
        """Whether there is room for clips; an open one is closed where there is none."""
        self._allowed = allowed
        if allowed or self._clip is None:
            return ()
        self._cause = self._clip.cause.again()
        outputs = self._writing.end(ClipEnd.STORAGE_FULL)
        return (*outputs, _NO_ROOM)

    def change(self, settings: RecordSettings) -> None:
        """New settings, from the next decision on; how far the ring reaches back is its owner's concern."""
        self._settings = settings

    @property
    def is_open(self) -> bool:
        """Whether a clip grows, or is about to."""
        return self._clip is not None or self._cause is not None

    @property
    def strongest_at_s(self) -> float | None:
        """When the strongest moment so far of the clip that is open, or wanted, arrived; None without one."""
        cause = self._clip.cause if self._clip else self._cause
        return cause.strength.at_s if cause else None

    @property
    def _clip(self) -> ClipInProgress | None:
        return self._writing.clip

    @property
    def _can_begin(self) -> bool:
        has_pictures = bool(self._formats) and self._ring.newest_dts_s is not None
        return self._allowed and has_pictures and self._cause is not None and self._now_s >= self._retry_at_s

    def _take(self, packet: Packet) -> tuple[RecorderOutput, ...]:
        match step(self._situation(packet)):
            case Step.WAIT:
                if not self._demand.is_open:
                    self._cause = None
                return ()
            case Step.BEGIN:
                return self._begin()
            case Step.WRITE:
                return self._writing.write(packet)
            case Step.END:
                return self._writing.end(ClipEnd.COMPLETE, packet.dts_s)
            case Step.CUT:
                return self._continue(ClipEnd.LONGEST, packet.dts_s) + (self._begin() if self._can_begin else ())
            case Step.BREAK:
                return self._continue(ClipEnd.LONGEST, packet.dts_s)

    def _situation(self, packet: Packet) -> Situation:
        lasts_s = self._clip.lasts_s(packet.dts_s) if self._clip else 0.0
        # A continuation begins exactly where the clip before it ended, or nothing would be said by the word.
        continues = self._cause is not None and self._cause.continues_clip_id is not None
        return Situation(
            is_open=self._clip is not None,
            is_wanted=self._demand.wants(packet.dts_s),
            may_begin=self._can_begin and (packet.is_keyframe or not continues),
            is_keyframe=packet.is_keyframe,
            is_longest=lasts_s >= self._settings.longest_clip_s,
            is_endless=lasts_s >= self._settings.longest_clip_s + _ENDLESS_S,
        )

    def _extend(self, at_s: float, seconds: float, score: float, kind: Kind) -> tuple[RecorderOutput, ...]:
        self._want(at_s, seconds, Cause(reason=ClipReason.MOTION))
        cause = self._clip.cause if self._clip else self._cause
        if cause:
            cause.strength.measure(at_s, score, kind)
        return self._begin_if_possible()

    def _want(self, at_s: float, seconds: float, cause: Cause) -> None:
        at_dts_s = self._ring.media_time_s(at_s)
        self._demand.extend(at_dts_s, seconds)
        if self._clip is None and self._cause is None:
            cause.at_dts_s = at_dts_s
            self._cause = cause

    def _begin_if_possible(self) -> tuple[RecorderOutput, ...]:
        """Not only when the next packet comes: from a camera that dies now, there is none."""
        waits = self._cause is not None and self._cause.continues_clip_id is not None
        return self._begin() if self._clip is None and self._can_begin and not waits else ()

    def _begin(self) -> tuple[RecorderOutput, ...]:
        cause, self._cause = self._cause, None
        assert cause is not None
        begin_dts_s = inf if cause.at_dts_s is None else cause.at_dts_s - self._settings.pre_roll_s
        outputs = self._writing.begin(self._formats, cause, self._ring.since(begin_dts_s))
        self._events.recorded(self._writing.begun_id)
        return outputs

    def _continue(self, end: ClipEnd, end_dts_s: float | None) -> tuple[RecorderOutput, ...]:
        """End the open clip; what is still wanted becomes its continuation."""
        clip = self._clip
        outputs = self._writing.end(end, end_dts_s)
        if clip and self._cause is None:
            self._cause = Cause(
                reason=clip.cause.reason if self._events.open_event_id is None else ClipReason.MOTION,
                continues_clip_id=clip.identity.clip_id,
                strength=clip.cause.strength.inherited(),
            )
        return outputs

    def _retry_later(self, cause: Cause) -> None:
        self._retry_at_s = self._now_s + _RETRY_S
        if self._demand.is_open:
            self._cause = cause.again()
