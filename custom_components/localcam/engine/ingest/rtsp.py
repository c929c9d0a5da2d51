"""How an RTSP camera is opened."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from ..clock import Clock
from ..errors import SourceFault
from ..settings import AddressSource, RtspTransport
from .address import Locate
from .authorization import Authorizer
from .libav_source import LibavSource, Opening
from .rtsp_greeting import greeted
from .rtsp_relay import RtspRelay

_GREETING_TIMEOUT_S = 5.0
_SOCKET_TIMEOUT_US = 5_000_000
_ANALYSE_US = 3_000_000
_PROBE_BYTES = 2_000_000


def rtsp_source(source: AddressSource, *, with_sound: bool, clock: Clock, locate: Locate) -> LibavSource:
    """A camera at an rtsp or rtsps address; the address is resolved and checked at each `open`.

    libav speaks to a relay in this process and to nobody else: it is told neither the address nor the password.
    """
    in_order = source.rtsp_transport is RtspTransport.TCP
    gate = _Gate()
    return LibavSource(
        _prepare(source, with_sound, clock, locate, gate),
        with_sound=with_sound,
        clock=clock,
        keeps_arrivals=in_order,
        hold=gate.hold if in_order else None,
    )


class _Gate:
    """The relay of the connection that is open, if any."""

    relay: RtspRelay | None = None

    def hold(self, holding: bool) -> None:
        if self.relay is not None:
            self.relay.hold(holding)


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
