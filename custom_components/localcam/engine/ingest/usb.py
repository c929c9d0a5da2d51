"""How a USB camera is opened: V4L2, through libav."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..clock import Clock
from ..errors import SourceError, SourceFault
from .libav_source import LibavSource, Opening

_DEVICE_FOLDER = "/dev/"


def usb_source(device: str, clock: Clock) -> LibavSource:
    """The video device at this path; without sound."""

    @contextmanager
    def prepare() -> Iterator[Sequence[Opening]]:
        if not device.startswith(_DEVICE_FOLDER) or ".." in Path(device).parts:
            raise SourceError(SourceFault.DEVICE_GONE, f"{device} is no device")
        # Nearly every camera compresses to JPEG, and only so has the bandwidth for its full size; some only to raw.
        yield tuple(
            Opening(address=device, demuxer="v4l2", options=options, fallback=SourceFault.NOT_VIDEO)
            for options in ({"input_format": "mjpeg"}, {})
        )

    return LibavSource(prepare, with_sound=False, clock=clock)
