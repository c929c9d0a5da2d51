"""JPEG pictures are judged by their header, and found in whatever surrounds them."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.jpeg import LARGEST_BYTES, JpegStream, jpeg_size

from .http_cameras import jpeg, with_claimed_size

PICTURES = [jpeg(64, 48, brightness) for brightness in (10, 90, 200)]


def test_the_header_tells_the_size() -> None:
    assert jpeg_size(jpeg(320, 180)) == (320, 180)


@pytest.mark.parametrize(("width", "height"), [(65535, 65535), (13000, 13000), (4097, 1), (1, 4097), (0, 10), (10, 0)])
def test_a_picture_that_claims_an_absurd_size_is_refused_before_anything_decodes_it(width: int, height: int) -> None:
    with pytest.raises(SourceError) as caught:
        jpeg_size(with_claimed_size(PICTURES[0], width, height))
    assert caught.value.fault is SourceFault.NOT_VIDEO


@pytest.mark.parametrize("data", [b"", b"<html>log in</html>", b"\xff\xd8\xff", PICTURES[0][:20], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        jpeg_size(data)
    assert caught.value.fault is SourceFault.NOT_VIDEO


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_header(data: bytes) -> None:
    with pytest.raises(SourceError):
        jpeg_size(b"\xff\xd8\xff" + data.replace(b"\xff", b"\x00"))


@given(
    st.lists(st.sampled_from(PICTURES), max_size=5),
    st.lists(st.binary(max_size=20).map(lambda data: data.replace(b"\xff", b"")), min_size=6, max_size=6),
    st.integers(1, 700),
)
def test_pictures_are_found_whatever_stands_between_them_and_however_they_arrive(
    pictures: list[bytes], between: list[bytes], piece: int
) -> None:
    data = between[0] + b"".join(picture + gap for picture, gap in zip(pictures, between[1:], strict=False))
    stream = JpegStream()
    found = [each for at in range(0, len(data), piece) for each in stream.feed(data[at : at + piece])]
    assert found == pictures


@settings(max_examples=40)
@given(st.integers(3, len(PICTURES[0]) - 1), st.integers(50, 7000))
def test_a_picture_that_was_cut_short_costs_no_more_than_itself(cut: int, piece: int) -> None:
    # Enough to follow: a cut right behind a marker makes two bytes of the next picture look like a length of 64 KB.
    following = PICTURES[1:] * 60
    data = PICTURES[0][:cut] + b"".join(following)
    stream = JpegStream()
    found = [each for at in range(0, len(data), piece) for each in stream.feed(data[at : at + piece])]
    assert found[-119:] == following[-119:]


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_no_bytes_break_the_search(pieces: list[bytes]) -> None:
    stream = JpegStream()
    for piece in pieces:
        assert all(picture[:3] == b"\xff\xd8\xff" for picture in stream.feed(piece))


def test_a_picture_without_end_is_given_up_and_the_next_one_found() -> None:
    stream = JpegStream()
    endless = PICTURES[0][:-2] + bytes(1 << 20)
    assert stream.feed(endless) == []
    for _ in range(LARGEST_BYTES >> 20):
        assert stream.feed(bytes(1 << 20)) == []
    assert stream.feed(PICTURES[1]) == [PICTURES[1]]
