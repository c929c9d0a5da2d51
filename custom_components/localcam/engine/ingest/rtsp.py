"""How an RTSP camera is opened, by libav, and who reads it from then on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from ..clock import Clock
from ..errors import SourceError, SourceFault
from ..settings import AddressSource, RtspTransport
from ..values import SourceItem, StreamFormat
from .address import Locate
from .authorization import Authorizer
from .direct_stream import DirectStream, Suits, suits
from .libav_source import LibavSource, Opening
from .rtsp_greeting import greeted
from .rtsp_relay import RtspRelay

_GREETING_TIMEOUT_S = 5.0
_SOCKET_TIMEOUT_US = 5_000_000
_ANALYSE_US = 3_000_000
_PROBE_BYTES = 2_000_000
_KEYFRAME_S = 4.5
"""How long the first keyframe may take for a stream to be read without libav."""


def rtsp_source(source: AddressSource, *, with_sound: bool, clock: Clock, locate: Locate) -> LibavSource | RtspSource:
    """A camera at an rtsp or rtsps address; the address is resolved and checked at each `open`.

    libav speaks to a relay in this process and to nobody else: it is told neither the address nor the password.
    """
    gate = _Gate()
    prepare = _prepare(source, with_sound, clock, locate, gate)
    if source.rtsp_transport is not RtspTransport.TCP:
        return LibavSource(prepare, with_sound=with_sound, clock=clock)
    opener = LibavSource(prepare, with_sound=with_sound, clock=clock, keeps_arrivals=True, hold=gate.hold)
    return RtspSource(opener, gate, clock)


class _Gate:
    """The relay of the connection that is open, if any."""

    relay: RtspRelay | None = None

    def hold(self, holding: bool) -> None:
        if self.relay is not None:
            self.relay.hold(holding)


class RtspSource:
    """See `MediaSource`: over TCP; opened by libav, and read by it where nothing simpler will do."""

    def __init__(self, opener: LibavSource, gate: _Gate, clock: Clock) -> None:
        self._opener = opener
        self._gate = gate
        self._clock = clock
        self._direct: DirectStream | None = None
        self.keeps_arrivals = True
        """See `MediaSource`."""

    @property
    def formats(self) -> tuple[StreamFormat, ...]:
        """See `MediaSource`."""
        return self._opener.formats if self._direct is None else self._direct.formats

    @property
    def camera_sound(self) -> str | None:
        """See `LibavSource`."""
        return self._opener.camera_sound

    def open(self) -> None:
        """See `MediaSource`."""
        self._opener.open()
        relay = self._gate.relay
        assert relay is not None
        if not self._suits(relay):
            relay.forget_heard()
            return
        handed = relay.hand_over()
        self._opener.close()
        if handed is None:
            raise SourceError(SourceFault.LOST, "the camera went away while it was opened")
        self._direct = DirectStream(handed, self._opener.formats[0], self._clock)

    def packets(self) -> Iterator[SourceItem]:
        """See `MediaSource`."""
        return self._opener.packets() if self._direct is None else self._direct.packets()

    def hold(self, *, holding: bool) -> None:
        """See `MediaSource`: a connection that nobody reads needs no gate to hold it."""
        if self._direct is None:
            self._opener.hold(holding=holding)

    def close(self) -> None:
        """See `MediaSource`."""
        if self._direct is not None:
            self._direct.close()
            self._direct = None
        self._opener.close()

    def _suits(self, relay: RtspRelay) -> bool:
        """Known with the first keyframe, before which nothing can begin anyway."""
        until_s = self._clock.monotonic_s() + _KEYFRAME_S
        while (found := suits(self._opener.formats, relay.heard)) is Suits.NOT_YET:
            if (left_s := until_s - self._clock.monotonic_s()) <= 0:
                break
            relay.hear_more(left_s)
        return found is Suits.YES


def _prepare(
    source: AddressSource, with_sound: bool, clock: Clock, locate: Locate, gate: _Gate
) -> Callable[[], AbstractContextManager[Sequence[Opening]]]:
    @contextmanager
    def prepare() -> Iterator[Sequence[Opening]]:
        place = locate(source.url)
        options = {
            "rtsp_transport": source.rtsp_transport.value,
            # In microseconds; `stimeout` does nothing any more.
            "timeout": str(_SOCKET_TIMEOUT_US),
            # A sound that nobody wants is not even sent.
            "allowed_media_types": "video+audio" if with_sound else "video",
            "protocol_whitelist": "rtsp,rtp,rtcp,udp,tcp",
            "analyzeduration": str(_ANALYSE_US),
            "probesize": str(_PROBE_BYTES),
            # The frame rate is not worth holding the first second of pictures back for.
            "fpsprobesize": "0",
        }
        if source.rtsp_transport is RtspTransport.UDP:
            options["buffer_size"] = str(1 << 20)
        authorizer = Authorizer(source.username, source.password)
        with greeted(place, authorizer, clock, _GREETING_TIMEOUT_S):
            relay = RtspRelay(lambda: (place, authorizer), clock, once=True)
            relay.start()
            gate.relay = relay
            try:
                yield (Opening(address=relay.url, demuxer="rtsp", options=options, fallback=SourceFault.NO_PICTURE),)
            finally:
                relay.close()

    return prepare
