"""How libav reads and writes the files of clips: through the store's sources and sinks, never by path."""

from collections.abc import Iterator
from contextlib import contextmanager
import io

import av
from av.container import InputContainer

from ..errors import ClipFormatError, EngineError
from .clip_store import ClipSink, ClipSource

_READ = {
    # A clip's head says all that is asked of it; libav would decode pictures first, with memory that stays.
    "codec_whitelist": "none",
    "probesize": "32",
}


def open_mp4(file: SourceFile) -> InputContainer:
    """Open a clip's file; raises av.FFmpegError, StorageError."""
    return av.open(file, "r", format="mp4", options=_READ)


@contextmanager
def libav_faults(doing: str) -> Iterator[None]:
    """Raise ClipFormatError instead of what libav says; errors of the store pass through as they are."""
    try:
        yield
    except (av.FFmpegError, ValueError, OverflowError) as err:
        # Closing a file after an error of the store raises another one, which must not hide it.
        if isinstance(err.__context__, EngineError):
            raise err.__context__ from None
        raise ClipFormatError(f"{doing}: {type(err).__name__}") from err


class SinkFile:
    """A sink as libav appends to it. Errors of the sink come out of the call into libav that led to them."""

    def __init__(self, sink: ClipSink) -> None:
        self._sink = sink
        self._takes = True
        self.size_bytes = 0
        """Of what was written whole."""

    def write(self, data: bytes) -> int:
        """Called by libav; raises StorageError, StorageFullError, the first time only."""
        if self._takes:
            try:
                self._sink.write(data)
            except BaseException:
                self._takes = False
                raise
            self.size_bytes += len(data)
        return len(data)

    def end(self) -> None:
        """From now on, whatever libav still holds goes nowhere."""
        self._takes = False


class SourceFile:
    """A source, or its beginning, as libav reads it. Errors come out as they do of `SinkFile`."""

    def __init__(self, source: ClipSource, size_bytes: int | None = None) -> None:
        """`size_bytes`: how much of the source libav may see; None for all of it."""
        self._source = source
        self._size_bytes = source.size_bytes if size_bytes is None else size_bytes
        self._at = 0

    def read(self, size: int) -> bytes:
        """Called by libav; raises StorageError, the first time only."""
        try:
            data = self._source.read_at(self._at, max(0, min(size, self._size_bytes - self._at)))
        except BaseException:
            self._size_bytes = 0
            raise
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Called by libav."""
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence] + offset
        return self._at

    def tell(self) -> int:
        """Called by libav."""
        return self._at
