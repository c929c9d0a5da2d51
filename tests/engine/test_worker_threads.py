"""The worker's other threads outlive what nobody foresaw: a camera's odd bytes, a clip that cannot be finished."""

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from custom_components.localcam.engine import worker_finisher
from custom_components.localcam.engine.backoff import Backoff
from custom_components.localcam.engine.clip import ClipReason
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.record.clip_identity import SALVAGED, ClipIdentity
from custom_components.localcam.engine.record.growing_clip import GrowingClip
from custom_components.localcam.engine.reports import PictureWanted, RecordingFailed, RecordingFault, Report
from custom_components.localcam.engine.values import SourceItem, StreamFormat
from custom_components.localcam.engine.wire import decode_reported
from custom_components.localcam.engine.worker_connection import Connection
from custom_components.localcam.engine.worker_entity import EntityDesk
from custom_components.localcam.engine.worker_finisher import Finisher, FinishOrder
from custom_components.localcam.engine.worker_inbox import ClipFinished, Delivery, Disconnected, Inbox, Role
from custom_components.localcam.engine.worker_outbox import Outbox
from tests.engine.keys import vault_in

pytestmark = pytest.mark.timeout(60)


class OddSource:
    """A camera at which something breaks that nobody foresaw."""

    formats: tuple[StreamFormat, ...] = ()
    keeps_arrivals = False
    closed = 0

    def hold(self, *, holding: bool) -> None:
        """It has nothing to fetch."""

    def open(self) -> None:
        raise ZeroDivisionError("of rtsp://me:secret@10.0.0.2")

    def packets(self) -> Iterator[SourceItem]:
        yield from ()

    def close(self) -> None:
        OddSource.closed += 1


def test_a_connection_tries_again_after_an_error_that_nobody_foresaw() -> None:
    inbox: Inbox = SimpleQueue[Delivery]()
    connection = Connection(Role.MAIN, OddSource, inbox, Backoff(lambda: 0.0), SystemClock(), lambda: False)

    connection.start()
    lost = [inbox.get(timeout=10) for _ in range(2)]
    connection.stop()

    assert [type(each) for each in lost] == [Disconnected, Disconnected]
    assert isinstance(lost[0], Disconnected)
    # Its text might hold the address.
    assert (lost[0].fault, lost[0].detail) == (SourceFault.LOST, "ZeroDivisionError")
    assert OddSource.closed >= 2


def test_a_clip_that_breaks_the_finisher_costs_no_later_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox: Inbox = SimpleQueue[Delivery]()
    finisher = Finisher(vault_in(tmp_path), inbox)
    finisher.start()

    finisher.order(FinishOrder(growing=growing("1"), draw_thumbnail=_break))
    monkeypatch.setattr(worker_finisher, "finish", lambda *_: None)
    finisher.order(FinishOrder(growing=growing("2"), draw_thumbnail=bytes))
    finisher.close(10)

    first, second = inbox.get(timeout=5), inbox.get(timeout=5)
    assert isinstance(first, ClipFinished)
    assert isinstance(second, ClipFinished)
    assert (first.clip, first.part_name) == (None, growing("1").name)
    # Not of the disk's making, so it is not tried again.
    assert first.failure == RecordingFailed(fault=RecordingFault.UNRECORDABLE, detail="ZeroDivisionError")
    assert (second.part_name, second.failure) == (growing("2").name, None)


def growing(number: str) -> GrowingClip:
    return GrowingClip(
        name=f"hall/2026-11-23/{number}.lcv.grow.part",
        identity=ClipIdentity(
            clip_id=number, camera_id="hall", started_utc_s=0.0, motion_offset_s=0.0, reason=ClipReason.MOTION
        ),
        outcome=SALVAGED,
        events=(),
        started_at_s=0.0,
        strongest_at_s=None,
        request_id=None,
    )


def _break() -> bytes:
    raise ZeroDivisionError


class Station:
    """Answers each question of the desk as the test says."""

    def __init__(self, *pictures: tuple[bytes, ...]) -> None:
        self.desk = EntityDesk(Outbox(self, "hall", 1))
        self.asked: list[Report] = []
        self._pictures = list(pictures)

    def write(self, data: bytes) -> None:
        self.asked.append(decode_reported(data[4:]).report)
        for jpeg in self._pictures.pop(0) if self._pictures else ():
            self.desk.answer_picture(jpeg)

    def flush(self) -> None:
        pass


def test_a_picture_that_came_too_late_is_not_taken_for_the_next() -> None:
    station = Station((b"first", b"late"), (b"second",))

    assert [station.desk.picture(), station.desk.picture()] == [b"first", b"second"]
    assert station.asked == [PictureWanted(), PictureWanted()]


def test_an_entity_without_a_picture_or_an_address_is_no_camera_now() -> None:
    station = Station((b"",))
    with pytest.raises(SourceError) as caught:
        station.desk.picture()
    assert caught.value.fault is SourceFault.NO_IMAGE

    station.write = lambda _: station.desk.answer_address(None)  # type: ignore[method-assign,assignment]
    with pytest.raises(SourceError) as caught:
        station.desk.address()
    assert caught.value.fault is SourceFault.UNREACHABLE
