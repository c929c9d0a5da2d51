"""A source's settings -> what opens it; always something whose packets a clip can hold.

Each kind of source is loaded only where it is used: a worker is small because it never loads what it does not need.
"""

from collections.abc import Callable

from ..clock import Clock, StopSignal
from ..settings import AddressSource, DemoSource, UsbSource
from .address import Locate, locate
from .encoder import EncodedSource
from .source import MediaSource


def source_for(
    source: AddressSource | UsbSource | DemoSource,
    *,
    with_sound: bool,
    clock: Clock,
    stop: StopSignal,
    locate: Locate = locate,
) -> MediaSource:
    """A source to open once; an address is checked by `locate` when it opens."""
    match source:
        case AddressSource():
            return EncodedSource(_at_address(source, with_sound, clock, stop, locate))
        case UsbSource(device=device):
            from .usb import usb_source

            return EncodedSource(usb_source(device, clock))
        case DemoSource(seed=seed):
            from .demo_source import DemoMediaSource

            return DemoMediaSource(seed, clock, stop)


def snapshots_from(fetch: Callable[[], bytes], *, clock: Clock, stop: StopSignal) -> MediaSource:
    """A source of the JPEG pictures that `fetch` returns, one at a time; it may block and raise SourceError."""
    from .snapshots import DEFAULT_INTERVAL_S, SnapshotSource

    return EncodedSource(SnapshotSource(fetch, DEFAULT_INTERVAL_S, clock, stop))


def _at_address(source: AddressSource, with_sound: bool, clock: Clock, stop: StopSignal, locate: Locate) -> MediaSource:
    if source.url.partition(":")[0].lower() in {"http", "https"}:
        from .http_camera import HttpCamera
        from .http_source import HttpSource

        return HttpSource(HttpCamera(source.url, source.username, source.password, clock, locate), clock, stop)
    from .rtsp import rtsp_source

    # Every other scheme goes the way of RTSP, where the address is checked, and refused if it is not of that kind.
    return rtsp_source(source, with_sound=with_sound, clock=clock, locate=locate)
