"""Pictures and films are found in texts however they were written there, and ordinary texts are left alone."""

from base64 import b64encode, urlsafe_b64encode
import json
from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from tests.engine.ingest.http_cameras import jpeg
from tests.faults.marked_pictures import MARK, SIGNS, marked_film, marked_jpegs, with_comment
from tests.faults.media_traces import media_in

PICTURE = jpeg()


@pytest.mark.parametrize(
    "text",
    [
        b"before " + PICTURE,
        PICTURE.decode("latin-1").encode(),
        json.dumps({"picture": PICTURE.decode("latin-1")}).encode(),
        repr(PICTURE).encode(),
        b'{"image": "' + b64encode(PICTURE) + b'"}',
        urlsafe_b64encode(b"x" + PICTURE * 3),
        (PICTURE * 3).hex().encode(),
        b"data:image/png;base64,AAAA",
        b"\x00\x00\x00\x1cftypisom",
    ],
)
def test_a_picture_is_found(text: bytes) -> None:
    assert media_in(text) != []


def test_what_home_assistant_says_all_day_is_no_picture() -> None:
    said = {
        "entity_picture": f"/api/camera_proxy/camera.hall?token={'0123456789abcdef' * 4}",
        "sha256": "0123456789abcdef" * 4,
        "message": "Login attempt failed from 10.77.3.2",
        "access_token": "e" * 400,
    }
    assert media_in(json.dumps(said).encode()) == []


@given(before=st.binary(max_size=9), after=st.binary(max_size=9), code=st.sampled_from([bytes, b64encode, bytes.hex]))
def test_the_mark_is_known_wherever_it_stands(before: bytes, after: bytes, code: object) -> None:
    coded = code(before + MARK + after)  # type: ignore[operator]  # one of the three above
    content = coded.encode() if isinstance(coded, str) else coded
    assert any(sign in content for sign in SIGNS)


def test_every_picture_of_a_marked_film_carries_the_mark_and_still_decodes(tmp_path: Path) -> None:
    import av

    with av.open(str(marked_film(tmp_path, plays=2))) as film:
        packets = [packet for packet in film.demux(video=0) if packet.size]
        assert all(MARK in bytes(packet) for packet in packets)
    with av.open(str(tmp_path / "marked.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == len(packets)


def test_a_marked_jpeg_still_decodes() -> None:
    import av

    assert MARK in with_comment(PICTURE)
    for picture in marked_jpegs():
        frames = av.CodecContext.create("mjpeg", "r").decode(av.Packet(picture))
        assert len(frames) == 1
