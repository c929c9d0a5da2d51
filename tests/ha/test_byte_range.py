"""The Range header."""

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.byte_range import ByteRange, UnsatisfiableRangeError, parse_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=0-99", ByteRange(0, 99)),
        ("bytes=10-", ByteRange(10, 99)),
        ("bytes=90-1000", ByteRange(90, 99)),
        ("bytes=-10", ByteRange(90, 99)),
        ("bytes=-1000", ByteRange(0, 99)),
        ("BYTES = 1 - 2", ByteRange(1, 2)),
        # Answered with the whole file
        ("bytes=-", None),
        ("bytes=5-3", None),
        ("bytes=0-1,5-6", None),
        ("seconds=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_the_part_of_a_file_of_100_bytes(header: str | None, expected: ByteRange | None) -> None:
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_that_the_file_does_not_have(header: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        parse_range(header, 100)


@given(first=st.integers(0, 2000), last=st.integers(0, 2000), size=st.integers(0, 1000))
def test_a_part_lies_within_the_file_and_within_what_was_asked(first: int, last: int, size: int) -> None:
    try:
        part = parse_range(f"bytes={first}-{last}", size)
    except UnsatisfiableRangeError:
        assert first >= size
    else:
        if part is None:
            assert last < first
        else:
            assert (part.first, part.last) == (first, min(last, size - 1))
            assert 1 <= part.length <= size


@given(header=st.text(max_size=30), size=st.integers(0, 1000))
def test_any_text_gets_an_answer(header: str, size: int) -> None:
    try:
        part = parse_range(header, size)
    except UnsatisfiableRangeError:
        return
    assert part is None or 0 <= part.first <= part.last < size
