"""Writes the one clip that is open, and turns what goes wrong with it into values."""

from collections.abc import Callable
from contextlib import suppress

from ..clip import ClipEnd
from ..errors import ClipFormatError, EngineError, StorageError, StorageFullError
from ..reports import RecordingFailed, RecordingFault
from ..values import Packet, StreamFormat
from .clip_in_progress import Cause, ClipInProgress, RecorderTools, create_clip
from .growing_clip import RecorderOutput


class Writing:
    """Belongs to the recorder; raises nothing."""

    def __init__(self, tools: RecorderTools, on_failure: Callable[[Cause], None]) -> None:
        """`on_failure` is told why the clip that could not be begun, or was cut short, was wanted."""
        self._tools = tools
        self._on_failure = on_failure
        self.clip: ClipInProgress | None = None
        """The open one."""
        self.begun_id: str | None = None
        """Of the clip that was begun last, also where it failed at once; None where not even its file was made."""

    def begin(
        self, formats: tuple[StreamFormat, ...], cause: Cause, packets: tuple[Packet, ...]
    ) -> tuple[RecorderOutput, ...]:
        """Open a clip with these packets, of which there must be one; no clip may be open."""
        self.begun_id = None
        try:
            self.clip = create_clip(self._tools, formats, cause, packets[0])
        except EngineError as err:
            return self._failed(cause, err)
        self.begun_id = self.clip.identity.clip_id
        for packet in packets:
            if outputs := self.write(packet):
                return outputs
        return ()

    def write(self, packet: Packet) -> tuple[RecorderOutput, ...]:
        """Append a packet to the open clip, if there is one."""
        clip = self.clip
        if clip is None:
            return ()
        try:
            clip.add(packet)
        except EngineError as err:
            return self._cut_short(clip, err)
        return ()

    def end(self, end: ClipEnd, end_dts_s: float | None = None) -> tuple[RecorderOutput, ...]:
        """Close the open clip, if there is one; `end_dts_s` as in `GrowingFile.finish`."""
        clip = self.clip
        if clip is None:
            return ()
        try:
            clip.finish(end_dts_s)
        except EngineError as err:
            return self._cut_short(clip, err)
        self.clip = None
        return (clip.closed(end, self._tools.open_event()),)

    def _cut_short(self, clip: ClipInProgress, err: EngineError) -> tuple[RecorderOutput, ...]:
        """The clip ends with what is there."""
        self.clip = None
        holds_something = False
        with suppress(StorageError):
            holds_something = clip.give_up()
        kept = (clip.closed(ClipEnd.STORAGE_FULL, self._tools.open_event()),) if holds_something else ()
        return (*kept, *self._failed(clip.cause, err))

    def _failed(self, cause: Cause, err: EngineError) -> tuple[RecorderOutput, ...]:
        self._on_failure(cause)
        return (failure(err),)


def problem_of(fault: RecordingFault) -> str:
    """The key under which whoever asked for a clip is told why there is none."""
    match fault:
        case RecordingFault.DISK_FULL | RecordingFault.NOT_ALLOWED:
            return "storage_full"
        case RecordingFault.DISK_ERROR:
            return "disk_error"
        case RecordingFault.UNRECORDABLE:
            return "unrecordable"


def failure(err: EngineError) -> RecordingFailed:
    """What the station is told of an error."""
    match err:
        case StorageFullError():
            fault = RecordingFault.DISK_FULL
        case ClipFormatError():
            fault = RecordingFault.UNRECORDABLE
        case _:
            fault = RecordingFault.DISK_ERROR
    return RecordingFailed(fault=fault, detail=str(err))
