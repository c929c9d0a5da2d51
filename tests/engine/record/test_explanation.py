"""The picture that explains: what moved is orange in its place, and nothing else is changed."""

import io

import av
from hypothesis import given, settings, strategies as st
import numpy as np
import numpy.typing as npt
import pytest

from custom_components.localcam.engine.record.explanation import draw_explanation, largest_group
from custom_components.localcam.engine.zone_settings import Zone

GREY = 100
ROWS, COLUMNS = 90, 160


def picture(width_px: int = 640, height_px: int = 360, pixel_format: str = "yuv420p") -> av.VideoFrame:
    grey = np.full((height_px, width_px, 3), GREY, np.uint8)
    return av.VideoFrame.from_ndarray(grey, "rgb24").reformat(format=pixel_format, threads=1)


def cells(*, rows: slice = slice(0), columns: slice = slice(0)) -> npt.NDArray[np.bool_]:
    moving = np.zeros((ROWS, COLUMNS), np.bool_)
    moving[rows, columns] = True
    return moving


def drawn(jpeg: bytes) -> npt.NDArray[np.int16]:
    """Red, green, blue of each pixel."""
    with av.open(io.BytesIO(jpeg), "r", format="mjpeg") as container:
        frame = next(container.decode(video=0))
    return frame.to_ndarray(format="rgb24").astype(np.int16)


def is_orange(pixel: npt.NDArray[np.int16]) -> bool:
    return bool(pixel[0] > pixel[1] + 30 > pixel[2] + 60)


@pytest.mark.parametrize(("width_px", "height_px"), [(640, 360), (1920, 1080), (320, 180), (704, 576), (160, 96)])
def test_it_is_small_and_in_the_picture_s_proportions(width_px: int, height_px: int) -> None:
    height, width, _ = drawn(draw_explanation(picture(width_px, height_px), cells())).shape
    assert width == min(320, width_px)
    assert height == pytest.approx(width * height_px / width_px, abs=1)
    assert len(draw_explanation(picture(width_px, height_px), cells())) < 20_000


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv422p", "yuyv422", "rgb24", "gray"])
def test_what_moved_is_orange_in_its_place_whatever_the_camera_s_format(pixel_format: str) -> None:
    pixels = drawn(
        draw_explanation(picture(pixel_format=pixel_format), cells(rows=slice(40, 60), columns=slice(20, 40)))
    )
    assert is_orange(pixels[100, 60])  # row 50, column 30, in pixels of half the size
    for place in ((100, 100), (20, 60), (160, 60)):
        assert np.abs(pixels[place] - GREY).max() < 25, place


def test_the_picture_itself_stays_as_it_was() -> None:
    """It becomes the thumbnail; one that needs no conversion must not be drawn on either."""
    small = picture(320, 180, "yuvj420p")
    before = small.to_ndarray().copy()
    draw_explanation(small, cells(rows=slice(20, 50), columns=slice(20, 50)))
    assert np.array_equal(small.to_ndarray(), before)


def test_a_box_is_around_the_largest_group_and_specks_are_left_out() -> None:
    moving = cells(rows=slice(30, 50), columns=slice(60, 70))
    moving[51, 66] = True  # near enough to belong to it
    moving[5, 5] = moving[80, 150] = True
    assert largest_group(moving) == (30, 60, 52, 70)
    assert largest_group(cells()) is None
    pixels = drawn(draw_explanation(picture(), moving))
    assert pixels[60, 125].min() > 180  # on its upper edge
    assert pixels[60, 150].max() < 130


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1)), min_size=1, max_size=40))
def test_a_group_has_cells_at_each_of_its_sides(places: list[tuple[int, int]]) -> None:
    moving = cells()
    for place in places:
        moving[place] = True
    found = largest_group(moving)
    assert found is not None
    top, left, bottom, right = found
    group = moving[top:bottom, left:right]
    assert group[0].any()
    assert group[-1].any()
    assert group[:, 0].any()
    assert group[:, -1].any()
    # Nothing that is near was left out.
    assert moving[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2].sum() == group.sum()


def test_zones_are_outlined_green_where_motion_counts_and_red_where_not() -> None:
    square = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    counts, masked = (
        drawn(
            draw_explanation(picture(), cells(), (Zone(zone_id="door", name="door", polygon=square, include=include),))
        )
        for include in (True, False)
    )
    edge = (90, 80)  # half-way down the left side
    assert counts[edge][1] > counts[edge][0] + 30
    assert masked[edge][0] > masked[edge][1] + 30
    for pixels in (counts, masked):
        assert np.abs(pixels[90, 160] - GREY).max() < 25
        assert pixels[edge[0], 83].max() < 150


def test_a_zone_to_the_very_edge_stays_in_the_picture() -> None:
    everything = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert draw_explanation(picture(), cells(), (Zone(zone_id="all", name="all", polygon=everything),))


def test_a_picture_that_libav_cannot_convert_has_no_explanation() -> None:
    assert draw_explanation(av.VideoFrame(64, 48, "gray32le"), cells()) == b""
