"""Wherever a growing file is cut, what was whole becomes a clip; and a finished file is known again by itself."""

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.localcam.engine.clip import ClipEnd
from custom_components.localcam.engine.record.clip_writer import open_clip
from custom_components.localcam.engine.record.salvage import adopt, salvage
from custom_components.localcam.engine.values import Packet
from custom_components.localcam.engine.vault.vault import Vault
from tests.engine.keys import unsealed, unsealed_copy, vault_in
from tests.engine.packets import Camera, Footage, decode, film, parameter_sets, positions
from tests.engine.record.growing import finished, grow, identity_of


@pytest.mark.parametrize("camera", [Camera(sound=True), Camera(codec="hevc", b_frames=2)], ids=["h264", "hevc"])
def test_a_growing_file_cut_anywhere_becomes_nothing_or_a_clip_that_decodes_fully(
    camera: Camera, tmp_path: Path
) -> None:
    vault = vault_in(tmp_path / "whole")
    footage = film(camera, 9)
    name = grow(vault, footage).name
    data = (tmp_path / "whole" / name).read_bytes()
    durations: list[float] = []
    for number, cut in enumerate([*range(0, len(data), 1_009), len(data)]):
        vault = vault_in(tmp_path / str(number))
        growing = tmp_path / str(number) / name
        growing.parent.mkdir(parents=True)
        growing.write_bytes(data[:cut])
        clip = salvage(vault, name)
        if clip is None:
            assert list(vault.names()) == [name]
            durations.append(0.0)
            continue
        path = unsealed_copy(tmp_path / str(number), clip.video.name)
        pictures, sound = decode(str(path))
        assert pictures == len(positions(str(path)))
        assert bool(sound) is clip.has_audio
        assert clip.duration_s == pytest.approx(pictures / 10, abs=0.15)
        assert (clip.clip_id, clip.end, clip.continues_clip_id) == (
            "CLIP1",
            ClipEnd.SALVAGED,
            "01KA0000000000000000000000",
        )
        assert clip.thumbnail is not None
        assert decode(str(unsealed_copy(tmp_path / str(number), clip.thumbnail.name))) == (1, 0)
        durations.append(clip.duration_s)
    assert durations == sorted(durations)
    assert durations[0] == 0.0
    assert durations[-1] == pytest.approx(9.0, abs=0.01)


def test_at_most_two_seconds_and_a_frame_are_in_memory_only(tmp_path: Path) -> None:
    """What a worker that is killed now leaves on disk, packet by packet."""
    vault = vault_in(tmp_path)
    footage = film(Camera(keyframe_interval_s=4), 12)
    for count in range(1, len(footage.video), 7):
        packets: list[Packet] = footage.video[:count]
        for old in list(vault.names()):
            vault.remove(old)
        name = _unfinished(vault, packets, footage)
        clip = salvage(vault, name)
        kept_s = clip.duration_s if clip else 0.0
        assert count / 10 - kept_s <= 2.1


def _unfinished(vault: Vault, packets: list[Packet], footage: Footage) -> str:
    name = "camera-1/2026-11-23/CLIP1.lcv.grow.part"
    writer = open_clip(vault, name, identity_of(), footage.formats)
    for packet in packets:
        writer.add(packet)
    writer.close()
    return name


def test_a_clip_whose_keyframe_does_not_decode_is_salvaged_without_a_thumbnail(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    footage = film(Camera(), 3)
    damaged = tuple(
        replace(packet, payload=parameter_sets("h264", packet.payload) + b"\0\0\0\1\x65" + b"\xff" * 40)
        if packet.is_keyframe
        else packet
        for packet in footage.packets
    )
    growing = grow(vault, footage, packets=damaged)
    clip = salvage(vault, growing.name)
    assert clip is not None
    assert clip.thumbnail is None
    assert adopt(vault, clip.video.name) == clip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_make_reading_a_growing_file_fail_otherwise(data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "grown"
    if not path.exists():
        vault = vault_in(tmp_path / "clips")
        path.write_bytes(unsealed(tmp_path / "clips", grow(vault, film(Camera(width_px=64, height_px=48), 3)).name))
    grown = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        grown[data.draw(st.integers(0, len(grown) - 1))] = data.draw(st.integers(0, 255))
    vault = vault_in(tmp_path / "clips")
    name = "camera-1/2026-11-23/CLIP1.lcv.grow.part"
    for old in list(vault.names()):
        vault.remove(old)
    with vault.create(name) as writer:
        writer.write(grown)
    clip = salvage(vault, name)
    if clip is not None:
        assert (tmp_path / "clips" / clip.video.name).stat().st_size == clip.video.size_bytes


def test_what_is_no_clip_is_not_adopted(tmp_path: Path) -> None:
    clip, path = finished(tmp_path, film(Camera(), 2))
    whole = path.read_bytes()
    vault = vault_in(tmp_path)
    name = "camera-1/2026-11-23/OTHER.lcv"
    for data in (
        b"",
        b"not an MP4 at all",
        whole[:-1],
        whole[: len(whole) // 3],
        whole.replace(b'"localcam":1', b'"localcam":2'),
    ):
        vault.remove(name)
        with vault.create(name) as writer:
            writer.write(data)
        assert adopt(vault, name) is None
    assert adopt(vault, clip.video.name) is not None
