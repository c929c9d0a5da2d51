"""How an RTSP camera is opened."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from ..clock import Clock
from ..errors import SourceFault
from ..settings import AddressSource, RtspTransport
from .address import Resolver, locate, resolve, with_credentials
from .authorization import Authorizer
from .libav_source import LibavSource, Opening
from .rtsp_greeting import greeted

_GREETING_TIMEOUT_S = 5.0
_SOCKET_TIMEOUT_US = 5_000_000
_ANALYSE_US = 3_000_000
_PROBE_BYTES = 2_000_000


def rtsp_source(source: AddressSource, *, with_sound: bool, clock: Clock, resolve: Resolver = resolve) -> LibavSource:
    """A camera at an rtsp or rtsps address; the address is resolved and checked at each `open`."""
    return LibavSource(
        _prepare(source, with_sound, clock, resolve),
        with_sound=with_sound,
        clock=clock,
        keeps_arrivals=source.rtsp_transport is RtspTransport.TCP,
    )


def _prepare(
    source: AddressSource, with_sound: bool, clock: Clock, resolve: Resolver
) -> Callable[[], AbstractContextManager[Sequence[Opening]]]:
    @contextmanager
    def prepare() -> Iterator[Sequence[Opening]]:
        place = locate(source.url, resolve)
        options = {
            "rtsp_transport": source.rtsp_transport.value,
            # In microseconds; `stimeout` does nothing any more.
            "timeout": str(_SOCKET_TIMEOUT_US),
            # A sound that nobody wants is not even sent.
            "allowed_media_types": "video+audio" if with_sound else "video",
            "protocol_whitelist": "rtsp,rtsps,rtp,rtcp,udp,tcp,tls",
            "analyzeduration": str(_ANALYSE_US),
            "probesize": str(_PROBE_BYTES),
            # The frame rate is not worth holding the first second of pictures back for.
            "fpsprobesize": "0",
        }
        if source.rtsp_transport is RtspTransport.UDP:
            options["buffer_size"] = str(1 << 20)
        address = with_credentials(place.pinned_url, source.username, source.password)
        authorizer = Authorizer(source.username, source.password)
        with greeted(place, authorizer, clock, _GREETING_TIMEOUT_S):
            yield (Opening(address=address, demuxer="rtsp", options=options, fallback=SourceFault.NO_PICTURE),)

    return prepare
