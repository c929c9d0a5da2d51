"""Whatever bytes come over a worker's pipe, they are a message of ours or a WireError: never anything else."""

import contextlib
from dataclasses import replace
from io import BytesIO
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.clip import Clip, ClipEnd, ClipReason, StoredFile
from custom_components.localcam.engine.commands import (
    Calibrate,
    EntityAddress,
    EntityPicture,
    Move,
    Probe,
    StreamAddress,
    Watch,
)
from custom_components.localcam.engine.errors import SourceFault, WireError
from custom_components.localcam.engine.motion import (
    Calibration,
    CalibrationFault,
    CameraProblem,
    Features,
    Kind,
    MotionEvent,
)
from custom_components.localcam.engine.reports import (
    Calibrated,
    ClipClosed,
    Copied,
    CopyFault,
    Health,
    MotionEnded,
    NotCopied,
    Picture,
    ProbeFailed,
    ProblemChanged,
    Report,
    Reported,
    ZonesMoving,
)
from custom_components.localcam.engine.settings import (
    AddressSource,
    CameraSettings,
    DemoSource,
    DetectSettings,
    EntitySource,
    RtspTransport,
    Source,
    UsbSource,
)
from custom_components.localcam.engine.wire import (
    LONGEST_MESSAGE_BYTES,
    decode_command,
    decode_reported,
    encode,
    read_message,
)
from custom_components.localcam.engine.zone_settings import Zone

EVENT = MotionEvent(
    event_id="01E",
    started_at_s=1,
    last_motion_at_s=2.5,
    peak_score=0.75,
    peak_at_s=2,
    kind=Kind.CURTAIN,
    model_version=3,
    features=Features(version=1, values={"area": 0.25}),
)
CLIP = Clip(
    clip_id="01C",
    camera_id="hall",
    started_utc_s=1e9,
    duration_s=12.5,
    motion_offset_s=5,
    reason=ClipReason.MOTION,
    end=ClipEnd.COMPLETE,
    kind=Kind.OTHER,
    score=0.75,
    video=StoredFile(name="hall/d/01C.lcv", size_bytes=9, sha256="ab"),
    thumbnail=None,
    codec="h264",
    width_px=640,
    height_px=360,
    has_audio=False,
    events=(EVENT, EVENT),
)
SOURCES: list[Source] = [
    AddressSource(url="rtsp://10.0.0.2/s", username="u", password="p", rtsp_transport=RtspTransport.UDP),
    EntitySource(entity_id="camera.hall"),
    UsbSource(device="/dev/video0"),
    DemoSource(seed=7),
]


@pytest.mark.parametrize("source", SOURCES)
def test_a_camera_of_each_kind_reaches_its_worker_as_it_was_sent(source: Source) -> None:
    zone = Zone(zone_id="01A", name="Tür", polygon=((0.0, 0.0), (0.5, 0.1), (1.0, 1.0)), sensitivity=7)
    detect = DetectSettings(zones=(zone,), noise_floor=bytes(range(256)))
    settings = CameraSettings(camera_id="hall", name="Hall", source=source, detect=detect)
    command = Watch(settings=settings, epoch=4, storage_folder="/media", may_record=True)

    assert decode_command(sent(encode(command))) == command


@pytest.mark.parametrize(
    "report",
    [
        ClipClosed(clip=CLIP, part_name="hall/d/01C.lcv.grow.part", request_id=None),
        ClipClosed(clip=replace(CLIP, thumbnail=CLIP.video), part_name="x", request_id=4),
        MotionEnded(event=EVENT, clip_id="01C"),
        Picture(request_id=1, jpeg=bytes(range(256))),
        ZonesMoving(zone_ids=("01A", "01B")),
        ZonesMoving(zone_ids=()),
        ProblemChanged(problem=CameraProblem.COVERED),
        ProblemChanged(problem=None),
        Calibrated(calibration=Calibration(fault=None, noise_floor=bytes(range(256)))),
        Calibrated(calibration=Calibration(fault=CalibrationFault.LIGHT)),
        ProbeFailed(fault=SourceFault.NO_PICTURE, detail="", of_detect_stream=True),
        Health(online=True, analysed_frames_per_s=5, dropped_packets=0, cpu_share=0.01, memory_bytes=1),
        Copied(file=CLIP.video),
        NotCopied(name=CLIP.video.name, fault=CopyFault.FULL, detail="no space"),
    ],
)
def test_reports_arrive_as_they_were_sent(report: Report) -> None:
    reported = Reported(camera_id="hall", epoch=4, sequence=17, report=report)

    assert decode_reported(sent(encode(reported))) == reported


def test_a_picture_and_an_absent_address_are_told_apart() -> None:
    for command in (
        EntityPicture(jpeg=b"\xff\xd8"),
        EntityPicture(jpeg=b""),
        EntityAddress(address=None),
        Calibrate(request_id=3, seconds=20.0),
        Move(
            spool_folder="/a", storage_folder="/b", folder_uuid="c", least_free_bytes=1, files=(CLIP.video, CLIP.video)
        ),
        EntityAddress(address=StreamAddress(url="rtsp://u:p@10.0.0.2")),
    ):
        assert decode_command(sent(encode(command))) == command


def test_messages_follow_each_other_and_the_end_is_none() -> None:
    first, second = EntityPicture(jpeg=b"1"), EntityPicture(jpeg=b"22")
    stream = BytesIO(encode(first) + encode(second))

    messages = [read_message(stream), read_message(stream), read_message(stream)]

    assert [message and decode_command(message) for message in messages] == [first, second, None]


def test_a_stream_that_ends_within_a_message_is_an_error_at_every_cut() -> None:
    whole = encode(Probe(settings=CameraSettings(camera_id="c", name="n", source=DemoSource())))
    for cut in range(1, len(whole)):
        with pytest.raises(WireError):
            read_message(BytesIO(whole[:cut]))


def test_an_announced_length_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="announced"):
        read_message(BytesIO((LONGEST_MESSAGE_BYTES + 1).to_bytes(4)))


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(WireError, match="too long"):
        encode(EntityPicture(jpeg=bytes(LONGEST_MESSAGE_BYTES)))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_message(data: bytes) -> None:
    with pytest.raises(WireError):
        decode_command(data)


@given(st.data())
def test_a_message_with_one_thing_altered_is_a_message_or_an_error(data: st.DataObject) -> None:
    whole = bytearray(
        sent(encode(Reported(camera_id="c", epoch=1, sequence=2, report=Picture(request_id=1, jpeg=b"x"))))
    )
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        assert isinstance(decode_reported(bytes(whole)), Reported)


@given(
    field=st.sampled_from(["camera_id", "epoch", "sequence", "report"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
)
def test_a_field_of_another_type_is_refused(field: str, value: object) -> None:
    body = {"type": "Reported", "camera_id": "c", "epoch": 1, "sequence": 2, "report": None} | {field: value}
    text = json.dumps({"type": "Reported", "body": body, "blobs": []}).encode()
    with pytest.raises(WireError):
        decode_reported(len(text).to_bytes(4) + text)


def test_a_number_beyond_all_bounds_is_refused() -> None:
    health = Health(online=True, analysed_frames_per_s=5, dropped_packets=0, cpu_share=0.5, memory_bytes=1)
    whole = sent(encode(Reported(camera_id="c", epoch=1, sequence=2, report=health)))
    text = whole[4:].replace(b'"cpu_share":0.5', b'"cpu_share":' + b"9" * 400)

    with pytest.raises(WireError):
        decode_reported(len(text).to_bytes(4) + text)


def test_a_password_is_in_no_text_form_of_a_command() -> None:
    source = AddressSource(url="rtsp://10.0.0.2/s", username="u", password="kanarienvogel")
    command = Watch(
        settings=CameraSettings(camera_id="c", name="n", source=source), epoch=1, storage_folder="/", may_record=True
    )

    assert "kanarienvogel" not in f"{command!r}{command}"


def sent(message: bytes) -> bytes:
    """What the other end of the pipe reads."""
    data = read_message(BytesIO(message))
    assert data is not None
    return data
