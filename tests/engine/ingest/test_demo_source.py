"""The demo camera delivers what a camera would: H.264 in real time, until it is told to stop."""

import threading

import av
import numpy as np
import pytest

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError
from custom_components.localcam.engine.ingest.demo_room import DemoRoom
from custom_components.localcam.engine.ingest.demo_source import DemoMediaSource
from custom_components.localcam.engine.values import Medium, Packet


class SimulatedTime:
    """A clock and a stop signal in one: waiting takes no time but simulated time, and ends at `until_s`."""

    def __init__(self, until_s: float) -> None:
        self._now_s = 100.0
        self._until_s = 100.0 + until_s
        self.slow_s = 0.0
        """What each reading of the clock takes: a machine that cannot keep up."""

    def monotonic_s(self) -> float:
        self._now_s += self.slow_s
        return self._now_s

    def utc_s(self) -> float:
        raise AssertionError("wall time is for people only")

    def is_set(self) -> bool:
        return self._now_s >= self._until_s

    def wait(self, timeout: float | None = None) -> bool:
        self._now_s += timeout or 0.0
        return self.is_set()


def deliver(until_s: float, *, slow_s: float = 0.0) -> tuple[DemoMediaSource, list[Packet]]:
    time = SimulatedTime(until_s)
    time.slow_s = slow_s
    source = DemoMediaSource(1, time, time)
    source.open()
    return source, list(source.packets())


def test_packets_come_at_the_frame_rate_with_a_keyframe_every_two_seconds() -> None:
    source, packets = deliver(6.0)
    assert len(packets) == pytest.approx(90, abs=1)
    assert [packet.dts_s for packet in packets if packet.is_keyframe] == [0.0, 2.0, 4.0]
    assert all(packet.pts == packet.dts for packet in packets)
    assert [packet.dts for packet in packets] == sorted({packet.dts for packet in packets})
    assert packets[30].received_at_s == pytest.approx(102.0)
    (video,) = source.formats
    assert (video.medium, video.codec, video.width_px, video.height_px) == (Medium.VIDEO, "h264", 640, 360)
    assert {packet.time_base for packet in packets} == {video.time_base}


def test_the_packets_decode_to_the_room() -> None:
    source, packets = deliver(1.0)
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = source.formats[0].extradata
    pictures = [picture for packet in packets for picture in decoder.decode(av.Packet(packet.payload))]
    pictures += decoder.decode(None)
    assert len(pictures) == len(packets)
    plane = pictures[-1].planes[0]
    luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:360, :640].astype(int)
    room = DemoRoom(1).picture(packets[-1].pts_s)[0].astype(int)
    assert np.abs(luma - room).mean() < 4


def test_a_machine_that_cannot_keep_up_leaves_pictures_out_and_stays_in_time() -> None:
    _, packets = deliver(6.0, slow_s=0.06)
    assert 10 < len(packets) < 60
    assert packets[-1].received_at_s - 100.0 - packets[-1].pts_s < 0.5


def test_stopping_ends_the_packets_at_once() -> None:
    stop = threading.Event()
    source = DemoMediaSource(1, SystemClock(), stop)
    source.open()
    packets = source.packets()
    next(packets)
    ended = threading.Event()

    def read() -> None:
        for _ in packets:
            pass
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    stop.set()
    assert ended.wait(10)
    source.close()


def test_a_closed_camera_gives_nothing() -> None:
    source = DemoMediaSource(1, SystemClock(), threading.Event())
    with pytest.raises(SourceError):
        next(source.packets())
    source.open()
    source.close()
    with pytest.raises(SourceError):
        next(source.packets())
