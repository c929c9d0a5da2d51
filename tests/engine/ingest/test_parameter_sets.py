"""Parameter sets are found in Annex B, in avcC and in hvcC, and a new one is told from a repeated one."""

import io

import av
from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.ingest.parameter_sets import (
    annex_b_units,
    configured_sets,
    contains,
    parameter_sets,
    restarts,
)
from tests.engine.packets import Camera, film

from .footage_files import write_mp4

SETS_OF = {"h264": 2, "hevc": 3}


@pytest.fixture(params=["h264", "hevc"])
def codec(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def mp4_extradata(codec: str) -> bytes:
    file = io.BytesIO()
    write_mp4(file, film(Camera(codec=codec), 1))
    file.seek(0)
    with av.open(file) as played:
        return bytes(played.streams.video[0].codec_context.extradata or b"")


def sets_of(camera: Camera) -> bytes:
    return parameter_sets(camera.codec, film(camera, 1).video[0].payload)


def test_all_sets_are_found_before_a_camera_s_first_picture(codec: str) -> None:
    assert len(list(annex_b_units(sets_of(Camera(codec=codec))))) == SETS_OF[codec]


def test_the_same_sets_are_found_in_an_mp4_s(codec: str) -> None:
    extradata = mp4_extradata(codec)
    assert extradata[:1] == b"\x01"
    assert configured_sets(codec, extradata) == sets_of(Camera(codec=codec))


def test_and_in_a_description_in_annex_b(codec: str) -> None:
    sets = sets_of(Camera(codec=codec))
    assert configured_sets(codec, sets) == sets


def test_the_same_sets_again_are_nothing_new_and_those_of_another_size_are(codec: str) -> None:
    sets = sets_of(Camera(codec=codec))
    assert contains(sets, sets)
    assert not contains(sets, sets_of(Camera(codec=codec, width_px=320)))


def test_a_keyframe_that_repeats_some_of_the_sets_brings_nothing_new(codec: str) -> None:
    sets = sets_of(Camera(codec=codec))
    last = list(annex_b_units(sets))[-1]
    assert contains(sets, b"\x00\x00\x00\x01" + last)


def test_a_decoder_forgets_by_itself_at_an_idr_of_h264_and_nowhere_else(codec: str) -> None:
    first, second, *_ = film(Camera(codec=codec), 1).video
    assert restarts(codec, first.payload) is (codec == "h264")
    assert not restarts(codec, second.payload)


def test_sets_behind_the_picture_belong_to_the_next_one(codec: str) -> None:
    footage = film(Camera(codec=codec), 1)
    assert parameter_sets(codec, footage.video[1].payload + sets_of(Camera(codec=codec))) == b""


units = st.lists(st.binary(min_size=1, max_size=50).map(lambda data: b"\x41" + data.replace(b"\x00", b"\x07")))


@given(units)
def test_units_are_cut_at_start_codes(wanted: list[bytes]) -> None:
    assert list(annex_b_units(b"".join(b"\x00\x00\x00\x01" + unit for unit in wanted))) == wanted


@given(st.sampled_from(["h264", "hevc"]), st.binary(max_size=200))
def test_no_bytes_break_the_reading(codec: str, data: bytes) -> None:
    parameter_sets(codec, data)
    configured_sets(codec, data)
    configured_sets(codec, b"\x01" + data)
