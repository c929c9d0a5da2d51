"""Real workers before a real camera: found, lost and found again; what moves becomes a clip, also after a crash."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
import io
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event

import av
import pytest

from custom_components.localcam.engine.clip import Clip, ClipEnd, ClipReason
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.commands import (
    ChangeSettings,
    Command,
    EntityAddress,
    KeepLast,
    RecordNow,
    Salvage,
    StreamAddress,
    WantPicture,
    Watch,
)
from custom_components.localcam.engine.errors import SourceFault
from custom_components.localcam.engine.executor import LocalExecutor, LocalWorker
from custom_components.localcam.engine.ingest.libav_source import SILENCE_S
from custom_components.localcam.engine.reports import (
    AddressWanted,
    Answer,
    ClipClosed,
    Health,
    MotionEnded,
    MotionStarted,
    Picture,
    Report,
    Reported,
    Salvaged,
    SourceBack,
    SourceLost,
)
from custom_components.localcam.engine.settings import (
    AddressSource,
    CameraSettings,
    DetectSettings,
    EntitySource,
    RecordSettings,
    Source,
)
from tests.engine.keys import clip_keys, vault_in
from tests.engine.packets import Camera, film
from tests.engine.workers import BUSY_S
from tests.rtsp_server import RtspServer, TestPattern, VideoFile

pytestmark = [pytest.mark.rtsp, pytest.mark.timeout(120)]

MOVING = TestPattern(frames_per_s=15, keyframe_every_frames=15, pattern="ball")
STILL = TestPattern(frames_per_s=15, keyframe_every_frames=15, pattern="smpte")
RECORD = RecordSettings(pre_roll_s=1, post_roll_s=1, longest_clip_s=10)
UNRESTING = replace(RECORD, post_roll_s=5)
"""The ball never rests, and where a busy machine stands still for a second, that must not pass for rest."""


class Watching:
    """A worker and what it said."""

    def __init__(self, source: Source, folder: Path, record: RecordSettings = RECORD) -> None:
        self._clock = SystemClock()
        self._inbox: SimpleQueue[tuple[float, Report] | int | None] = SimpleQueue()
        self.folder = folder
        self.settings = settings = CameraSettings(
            camera_id="hall", name="Hall", source=source, record=record, detect=DetectSettings(quiet_s=1)
        )
        first = Watch(settings=settings, epoch=1, storage_folder=str(folder), may_record=True, keys=clip_keys(9))
        worker = LocalExecutor().start(first, on_reported=self._note, on_end=self._inbox.put)
        assert isinstance(worker, LocalWorker)
        self.worker = worker

    def _note(self, reported: Reported) -> None:
        self._inbox.put((self._clock.monotonic_s(), reported.report))

    def say(self, command: Command) -> None:
        self.worker.send(command)

    def change(self, record: RecordSettings) -> None:
        self.say(ChangeSettings(settings=replace(self.settings, record=record)))

    def hear[R: Report](self, kind: type[R], timeout_s: float = 20, wanted: Callable[[R], bool] = lambda _: True) -> R:
        return self.hear_when(kind, timeout_s, wanted)[1]

    def hear_when[R: Report](
        self, kind: type[R], timeout_s: float = 20, wanted: Callable[[R], bool] = lambda _: True
    ) -> tuple[float, R]:
        """The next report of a kind, and when it came; others are passed over."""
        until_s = self._clock.monotonic_s() + timeout_s
        while (left_s := until_s - self._clock.monotonic_s()) > 0:
            try:
                heard = self._inbox.get(timeout=left_s)
            except Empty:
                break
            assert not isinstance(heard, int | None), f"the worker ended with {heard}"
            at_s, report = heard
            if isinstance(report, kind) and wanted(report):
                return at_s, report
        raise AssertionError(f"no {kind.__name__} within {timeout_s:g} s")

    def now_s(self) -> float:
        return self._clock.monotonic_s()

    def wait(self, seconds: float) -> None:
        Event().wait(seconds)

    def exit_code(self) -> int | None:
        """Once it has ended; what it said before is passed over."""
        while isinstance(heard := self._inbox.get(timeout=20), tuple):
            pass
        return heard


@contextmanager
def watching(source: Source, folder: Path, record: RecordSettings = RECORD) -> Iterator[Watching]:
    watching = Watching(source, folder, record)
    try:
        yield watching
    finally:
        watching.worker.stop(10)


def play(folder: Path, clip: Clip, *, may_end_torn: bool = False) -> int:
    """How many pictures a finished clip shows; it must decode without an error, but for the end of one that tore."""
    reader = vault_in(folder).open(clip.video.name)
    data = reader.read_at(0, reader.size_bytes)
    reader.close()
    assert len(data) < clip.video.size_bytes
    pictures = 0
    with av.open(io.BytesIO(data), "r") as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        decoder = container.streams.video[0].codec_context
        for packet in packets:
            try:
                pictures += len(decoder.decode(packet))
            except av.InvalidDataError:
                # A camera that dies in the midst of a picture has sent a part of it.
                assert may_end_torn and packet is packets[-1]  # noqa: PT018 - one thought
        pictures += len(decoder.decode(None))
    return pictures


def test_what_moves_becomes_a_clip_with_its_beginning(tmp_path: Path) -> None:
    with (
        RtspServer({"hall": MOVING}) as server,
        watching(AddressSource(url=server.url("hall")), tmp_path, UNRESTING) as hall,
    ):
        facts = hall.hear(SourceBack).facts
        assert (facts.codec, facts.width_px, facts.height_px) == ("h264", 640, 360)
        started = hall.hear(MotionStarted)
        assert started.decoded_at_s >= started.captured_at_s
        clip = hall.hear(ClipClosed).clip

        assert clip.end is ClipEnd.LONGEST
        assert clip.duration_s == pytest.approx(10, abs=1.2)
        # A busy machine's camera may send fewer pictures than it promised, but each that it sent is there.
        assert 10 * clip.duration_s < play(tmp_path, clip) <= 15 * clip.duration_s + 2
        assert clip.thumbnail is not None
        assert vault_in(tmp_path).open(clip.thumbnail.name).read_at(0, 3) == b"\xff\xd8\xff"


def film_file(path: Path, camera: Camera, seconds: float) -> Path:
    """A footage as a file that a server can play."""
    footage = film(camera, seconds)
    path.write_bytes(b"".join(packet.payload for packet in footage.video))
    return path


def test_economy_sees_what_begins_to_move_in_a_quiet_room(tmp_path: Path) -> None:
    room = Camera(
        frames_per_s=25, keyframe_interval_s=2, moves_from_s=13, moves_until_s=17, width_px=320, height_px=192
    )
    quiet_then_moving = VideoFile(path=film_file(tmp_path / "room.h264", room, 26))
    (tmp_path / "clips").mkdir()
    with (
        RtspServer({"hall": quiet_then_moving}) as server,
        watching(AddressSource(url=server.url("hall")), tmp_path / "clips") as hall,
    ):
        hall.hear(SourceBack)
        resting = hall.hear(Health, wanted=lambda health: health.economises and health.analysed_frames_per_s < 1.5)
        assert resting.dropped_packets == 0
        started = hall.hear(MotionStarted)
        clip = hall.hear(ClipClosed, wanted=lambda closed: closed.clip.reason is ClipReason.MOTION).clip

        assert started.captured_at_s <= started.decoded_at_s
        assert 1 <= clip.motion_offset_s < 4  # the pre-roll, from a keyframe
        assert play(tmp_path / "clips", clip) >= 24 * clip.duration_s - 2


def test_a_camera_that_dies_is_noticed_its_clip_is_kept_and_it_is_found_again(tmp_path: Path) -> None:
    with (
        RtspServer({"hall": MOVING}) as server,
        watching(AddressSource(url=server.url("hall")), tmp_path, UNRESTING) as hall,
    ):
        hall.hear(MotionStarted)
        hall.hear(Picture, wanted=_asking(hall))
        died_at_s = hall.now_s()
        server.kill()

        lost_at_s, lost = hall.hear_when(SourceLost)
        assert lost_at_s - died_at_s < SILENCE_S + BUSY_S
        assert lost.fault is SourceFault.LOST
        assert 0.8 <= lost.retry_in_s <= 1.2
        clip = hall.hear(ClipClosed).clip
        assert clip.end is ClipEnd.SOURCE_LOST
        assert play(tmp_path, clip, may_end_torn=True) > 15
        assert hall.hear(SourceLost).fault is SourceFault.REFUSED

        server.start()
        hall.hear(SourceBack)
        hall.hear(MotionStarted)


def test_sound_that_is_switched_on_costs_no_clip_of_a_camera_without_sound(tmp_path: Path) -> None:
    with (
        RtspServer({"hall": MOVING}) as server,
        watching(AddressSource(url=server.url("hall")), tmp_path, UNRESTING) as hall,
    ):
        hall.hear(MotionStarted)
        hall.wait(3)
        hall.change(replace(UNRESTING, sound=True))
        first = hall.hear(ClipClosed)
        second = hall.hear(ClipClosed)
        assert second.clip.continues_clip_id == first.clip.clip_id
        assert play(tmp_path, second.clip)


def test_a_camera_that_falls_silent_is_noticed_although_its_connection_stands(tmp_path: Path) -> None:
    with RtspServer({"hall": STILL}) as server, watching(AddressSource(url=server.url("hall")), tmp_path) as hall:
        hall.hear(SourceBack)
        hall.hear(Picture, wanted=_asking(hall))
        silent_at_s = hall.now_s()
        server.freeze()

        lost_at_s, lost = hall.hear_when(SourceLost)
        assert lost_at_s - silent_at_s < SILENCE_S + BUSY_S
        assert lost.fault is SourceFault.LOST
        server.thaw()
        hall.hear(SourceBack, timeout_s=30)


def _asking(hall: Watching) -> Callable[[Picture], bool]:
    """Ask for a picture, so that the test goes on once the camera was really seen."""
    hall.say(WantPicture(request_id=77))
    return lambda picture: picture.request_id == 77 and picture.jpeg.startswith(b"\xff\xd8")


def test_a_wrong_password_is_said_and_never_repeated_aloud(tmp_path: Path) -> None:
    with RtspServer({"hall": STILL}, username="me", password="right") as server:
        source = AddressSource(url=server.url("hall"), username="me", password="kanarienvogel")
        with watching(source, tmp_path) as hall:
            lost = hall.hear(SourceLost)

            assert lost.fault is SourceFault.UNAUTHORIZED
            assert "kanarienvogel" not in lost.detail
            command_line = Path(f"/proc/{hall.worker.pid}/cmdline").read_bytes()
            environment = Path(f"/proc/{hall.worker.pid}/environ").read_bytes()
            assert b"kanarienvogel" not in command_line + environment


def test_motion_is_looked_for_in_the_second_stream_and_recorded_from_the_first(tmp_path: Path) -> None:
    large = TestPattern(width_px=1280, height_px=720, frames_per_s=15, keyframe_every_frames=15, pattern="smpte")
    with RtspServer({"main": large, "small": MOVING}) as server:
        source = AddressSource(url=server.url("main"), detect_url=server.url("small"))
        with watching(source, tmp_path, RecordSettings(pre_roll_s=1, post_roll_s=1, longest_clip_s=10)) as hall:
            hall.hear(MotionStarted)  # only the small stream moves
            clip = hall.hear(ClipClosed).clip

            assert (clip.width_px, clip.height_px) == (1280, 720)


def test_the_last_seconds_and_the_next_ones_are_kept_on_request(tmp_path: Path) -> None:
    with RtspServer({"hall": STILL}) as server, watching(AddressSource(url=server.url("hall")), tmp_path) as hall:
        hall.say(KeepLast(request_id=1, seconds=2))
        assert hall.hear(Answer) == Answer(request_id=1, problem="offline")

        hall.hear(SourceBack)
        hall.hear(Picture, wanted=_asking(hall))
        hall.say(RecordNow(request_id=2, duration_s=2))
        assert hall.hear(Answer) == Answer(request_id=2)
        recorded = hall.hear(ClipClosed)
        assert (recorded.request_id, recorded.clip.reason) == (2, ClipReason.REQUESTED)
        assert recorded.clip.duration_s >= 2

        hall.say(KeepLast(request_id=3, seconds=2))
        kept = hall.hear(ClipClosed)
        assert (kept.request_id, kept.clip.reason) == (3, ClipReason.MISSED)
        assert kept.clip.duration_s >= 2
        assert play(tmp_path, kept.clip) >= 30


def test_an_entitys_address_is_asked_for_at_each_connection(tmp_path: Path) -> None:
    server = RtspServer({"hall": STILL}, username="me", password="pass:wörd/?")
    with server, watching(EntitySource(entity_id="camera.hall"), tmp_path) as hall:
        hall.hear(AddressWanted)
        hall.say(EntityAddress(address=None))
        assert hall.hear(SourceLost).fault is SourceFault.UNREACHABLE

        hall.hear(AddressWanted)
        address = server.url("hall").replace("://", "://me:pass%3Aw%C3%B6rd%2F%3F@")
        hall.say(EntityAddress(address=StreamAddress(url=address)))
        hall.hear(SourceBack)


def test_an_entitys_public_address_is_refused(tmp_path: Path) -> None:
    with watching(EntitySource(entity_id="camera.cloud"), tmp_path) as cloud:
        cloud.hear(AddressWanted)
        cloud.say(EntityAddress(address=StreamAddress(url="rtsp://203.0.113.7/live")))

        assert cloud.hear(SourceLost).fault is SourceFault.PUBLIC_ADDRESS


def test_a_worker_that_is_told_to_end_closes_its_clip_first(tmp_path: Path) -> None:
    with RtspServer({"hall": MOVING}) as server, watching(AddressSource(url=server.url("hall")), tmp_path) as hall:
        hall.hear(MotionStarted)
        hall.hear(Picture, wanted=_asking(hall))
        hall.worker.stop(10)

        clip = hall.hear(ClipClosed).clip
        assert clip.end is ClipEnd.STOPPED
        assert play(tmp_path, clip) > 0
        assert hall.exit_code() == 0


def test_a_clip_that_grew_when_its_worker_was_killed_is_salvaged(tmp_path: Path) -> None:
    record = RecordSettings(pre_roll_s=4, post_roll_s=1, longest_clip_s=60)
    with (
        RtspServer({"hall": MOVING}) as server,
        watching(AddressSource(url=server.url("hall")), tmp_path, record) as hall,
    ):
        hall.hear(MotionStarted)
        hall.wait(8)  # until whole fragments lie on disk
        hall.worker.kill()
        assert hall.exit_code() == -9
    (growing,) = [name for name in vault_in(tmp_path).names() if name.endswith(".grow.part")]

    reports: SimpleQueue[Report | None] = SimpleQueue()
    salvage = Salvage(storage_folder=str(tmp_path), growing_names=(growing,), unlisted_names=(), keys=clip_keys(9))
    LocalExecutor().start(
        salvage, on_reported=lambda each: reports.put(each.report), on_end=lambda _: reports.put(None)
    )

    closed, last = reports.get(timeout=20), reports.get(timeout=20)
    assert isinstance(closed, ClipClosed)
    assert (closed.clip.end, closed.part_name) == (ClipEnd.SALVAGED, growing)
    assert play(tmp_path, closed.clip) >= 15 * 4
    assert last == Salvaged(unusable_names=())
    assert reports.get(timeout=20) is None


def test_motion_that_ends_says_in_which_clip_it_is(tmp_path: Path) -> None:
    with RtspServer({"hall": MOVING}) as server, watching(AddressSource(url=server.url("hall")), tmp_path) as hall:
        started = hall.hear(MotionStarted)
        hall.hear(Picture, wanted=_asking(hall))
        server.kill()
        ended = hall.hear(MotionEnded)

        assert ended.event.event_id == started.event_id
        assert ended.clip_id is not None
