"""USB cameras: no device is here, so what can be tried is how they are missing."""

import errno

import av
import pytest

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.usb import usb_source


def fault_of(device: str) -> SourceFault:
    source = usb_source(device, SystemClock())
    with pytest.raises(SourceError) as caught:
        source.open()
    source.close()
    return caught.value.fault


@pytest.mark.parametrize("device", ["/dev/video97", "/dev/v4l/by-id/usb-gone", "/etc/passwd", "/dev/../etc/passwd", ""])
def test_a_device_that_is_not_there_is_gone(device: str) -> None:
    assert fault_of(device) is SourceFault.DEVICE_GONE


def test_a_device_that_is_no_camera_is_no_video() -> None:
    assert fault_of("/dev/null") is SourceFault.NOT_VIDEO


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (errno.EBUSY, SourceFault.DEVICE_BUSY),
        (errno.EACCES, SourceFault.DEVICE_BUSY),
        (errno.ENODEV, SourceFault.DEVICE_GONE),
        (errno.ENXIO, SourceFault.DEVICE_GONE),
        (errno.EIO, SourceFault.NOT_VIDEO),
    ],
)
def test_what_the_driver_says_is_understood(code: int, fault: SourceFault, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[dict[str, str]] = []

    def refuse(_: str, __: str, *, options: dict[str, str], **___: object) -> None:
        tried.append(options)
        av.error.err_check(-code, "/dev/video0")

    monkeypatch.setattr(av, "open", refuse)
    assert fault_of("/dev/video0") is fault
    assert tried == [{"input_format": "mjpeg"}, {}]
