"""A finished clip is an ordinary MP4 that everything plays: movie box first, true duration, first picture at 0."""

from dataclasses import replace
import errno
import hashlib
import json
import os
from pathlib import Path
import subprocess
from typing import Any
from unittest.mock import patch

import av
import pytest

from custom_components.localcam.engine.clip import ClipEnd
from custom_components.localcam.engine.errors import ClipFormatError, StorageFullError
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.engine.record.clip_finish import finish
from custom_components.localcam.engine.record.mp4_boxes import file_boxes
from custom_components.localcam.engine.record.salvage import adopt
from custom_components.localcam.engine.values import Medium, Packet
from tests.engine.keys import unsealed, unsealed_copy, vault_in
from tests.engine.packets import SOUND_RATE_HZ, Camera, Footage, decode, film, positions
from tests.engine.record.growing import JPEG, finished, grow

DRAWN = b"\xff\xd8 what moved in it \xff\xd9"
CAMERAS = {
    "h264": Camera(),
    "h264 with B-frames": Camera(b_frames=2),
    "h264 with sound": Camera(sound=True),
    "hevc": Camera(codec="hevc"),
    "hevc with B-frames and sound": Camera(codec="hevc", b_frames=2, sound=True),
    "keyframes every 3 s": Camera(keyframe_interval_s=3),
    "odd frame rate": Camera(frames_per_s=7),
}


def ffprobe(path: Path, *wanted: str) -> Any:
    command = ["ffprobe", "-v", "error", "-of", "json", *wanted, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS.keys())
def test_a_clip_holds_every_picture_in_order_from_0_to_its_true_end(camera: Camera, tmp_path: Path) -> None:
    footage = film(camera, 6)
    clip, path = finished(tmp_path, footage)
    # Damage anywhere makes the decoder complain: every picture and every sound frame must be there.
    # Sound from before the first picture is in the file, but a player begins with the picture.
    first_picture_s = min(packet.pts_s for packet in footage.video)
    heard = [packet for packet in footage.sound if packet.dts_s + 1024 / SOUND_RATE_HZ > first_picture_s]
    assert decode(str(path)) == (len(footage.video), len(heard))
    columns = camera.width_px // 4
    assert positions(str(path)) == [number % columns for number in range(len(footage.video))]
    assert clip.duration_s == pytest.approx(len(footage.video) / camera.frames_per_s, abs=1e-4)
    assert (clip.width_px, clip.height_px, clip.codec) == (camera.width_px, camera.height_px, camera.codec)
    assert clip.has_audio is camera.sound
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert video.start_time == 0
        assert float((video.duration or 0) * (video.time_base or 0)) == pytest.approx(clip.duration_s, abs=1e-4)
        times = sorted(
            float(packet.pts * packet.time_base)
            for packet in container.demux(video)
            if packet.size and packet.pts is not None
        )
    expected = [number / camera.frames_per_s for number in range(len(footage.video))]
    assert times == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS.keys())
def test_the_file_is_laid_out_for_players(camera: Camera, tmp_path: Path) -> None:
    footage = film(camera, 6)
    clip, path = finished(tmp_path, footage)
    vault = vault_in(tmp_path)
    with vault.open(clip.video.name) as source:
        assert [each.kind for each in file_boxes(source)] == [b"ftyp", b"moov", b"mdat"]
    streams = ffprobe(path, "-show_streams", "-show_format")
    assert streams["streams"][0]["codec_tag_string"] == {"h264": "avc1", "hevc": "hvc1"}[camera.codec]
    assert float(streams["format"]["duration"]) == pytest.approx(clip.duration_s, abs=1e-3)
    assert float(streams["format"]["start_time"]) == 0
    data = path.read_bytes()
    if not camera.sound:
        assert b"elst" not in data
    with av.open(str(path)) as container:
        keyframes = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]
    assert keyframes == [packet.is_keyframe for packet in footage.video]


def test_ffmpeg_finds_nothing_wrong(tmp_path: Path) -> None:
    _, path = finished(tmp_path, film(Camera(codec="hevc", sound=True, b_frames=2), 4))
    command = ["ffmpeg", "-v", "warning", "-xerror", "-i", str(path), "-f", "null", "-"]
    assert subprocess.run(command, check=True, capture_output=True).stderr == b""


def test_seeking_lands_on_the_keyframe_before(tmp_path: Path) -> None:
    _, path = finished(tmp_path, film(Camera(keyframe_interval_s=2), 6))
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        container.seek(round(3.5 / video.time_base), stream=video)
        assert next(container.decode(video)).time == pytest.approx(2.0)


def test_sound_stays_where_it_was_heard(tmp_path: Path) -> None:
    """Sound that begins before and after the first picture is played by the same distance to the picture."""
    footage = film(Camera(sound=True), 4)
    for shift_s in (-0.5, 0.0, 0.75):
        shifted = tuple(
            packet
            if packet.medium is Medium.VIDEO
            else replace(packet, dts=packet.dts + round(shift_s * 16_000), pts=packet.pts + round(shift_s * 16_000))
            for packet in footage.packets
        )
        _, path = finished(tmp_path / str(shift_s), replace(footage, packets=shifted))
        sound = next(packet for packet in shifted if packet.medium is Medium.AUDIO)
        heard_s = sound.dts_s - footage.video[0].dts_s
        probed = ffprobe(path, "-select_streams", "a", "-show_entries", "packet=pts_time")
        first_s = float(probed["packets"][0]["pts_time"])
        assert first_s == pytest.approx(heard_s, abs=0.001)


def test_digest_and_size_are_those_on_disk_and_the_file_tells_the_same_story(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    growing = grow(vault, film(Camera(), 3))
    clip = finish(vault, growing, JPEG, DRAWN)
    assert len(clip.files) == 3
    for stored in clip.files:
        data = (tmp_path / stored.name).read_bytes()
        assert (stored.size_bytes, stored.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (clip.end, clip.kind, clip.score) == (ClipEnd.COMPLETE, Kind.PERSON, 0.75)
    assert clip.continues_clip_id == "01KA0000000000000000000000"
    assert adopt(vault, clip.video.name) == clip
    stem = clip.video.name.removesuffix(".lcv")
    assert list(vault.names()) == [f"{stem}.lce", f"{stem}.lct", f"{stem}.lcv", f"{stem}.lcv.grow.part"]
    assert unsealed(tmp_path, f"{stem}.lce") == DRAWN


def test_without_a_picture_the_keyframe_of_the_strongest_moment_becomes_the_thumbnail(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    footage = film(Camera(), 4)
    growing = replace(grow(vault, footage), strongest_at_s=footage.packets[0].received_at_s + 2.35)
    clip = finish(vault, growing, b"")
    assert clip.thumbnail is not None
    # The keyframe at 2 s is frame 20; a JPEG smears a little.
    assert positions(str(unsealed_copy(tmp_path, clip.thumbnail.name)))[0] == pytest.approx(20, abs=1)


def test_order_of_syncing_and_publishing(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    growing = grow(vault, film(Camera(), 2))
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def watch_fsync(fd: int) -> None:
        steps.append("sync " + Path(f"/proc/self/fd/{fd}").readlink().name.partition(".")[2])
        fsync(fd)

    def watch_rename(old: str, new: str, **fds: int) -> None:
        steps.append("rename " + new.partition(".")[2])
        rename(old, new, **fds)

    with patch("os.fsync", watch_fsync), patch("os.rename", watch_rename):
        finish(vault, growing, JPEG, DRAWN)
    assert steps == [
        *("sync lct.part", "sync lce.part", "sync lcv.part"),
        *("sync ", "rename lct", "sync "),
        *("sync ", "rename lce", "sync "),
        *("sync ", "rename lcv", "sync "),
    ]


@pytest.mark.parametrize("fails_at", range(13))
def test_a_disk_that_fails_at_any_write_leaves_no_part_and_the_growing_file(tmp_path: Path, fails_at: int) -> None:
    vault = vault_in(tmp_path)
    growing = grow(vault, film(Camera(), 5))
    write, count = os.write, iter(range(1_000))

    def failing_write(fd: int, data: memoryview) -> int:
        if next(count) == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data)

    with patch("os.write", failing_write):
        try:
            finish(vault, growing, JPEG, DRAWN)
        except StorageFullError:
            assert list(vault.names()) == [growing.name]
        else:
            assert fails_at > next(count) - 2
    assert finish(vault, growing, JPEG).duration_s == 5.0


def test_parts_that_an_earlier_attempt_left_are_no_obstacle(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    growing = grow(vault, film(Camera(), 2))
    stem = growing.name.removesuffix(".lcv.grow.part")
    for left in (".lcv.part", ".lct.part", ".lce.part", ".lct", ".lce"):
        vault.create(stem + left).close()
    assert len(finish(vault, growing, JPEG, DRAWN).files) == 3


def test_a_growing_file_without_a_whole_fragment_cannot_be_finished(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    growing = grow(vault, film(Camera(), 2))
    vault.remove(growing.name)
    vault.create(growing.name).close()
    with pytest.raises(ClipFormatError):
        finish(vault, growing, JPEG)


def test_a_clip_whose_offsets_have_no_room_keeps_its_movie_box_behind(tmp_path: Path) -> None:
    """One that would only reach 4 GiB by its movie box; here none has room."""
    footage = film(Camera(sound=True, b_frames=2), 5)
    with patch("custom_components.localcam.engine.record.finished_file.with_shifted_offsets", lambda *_: None):
        clip, path = finished(tmp_path, footage)
    vault = vault_in(tmp_path)
    with vault.open(clip.video.name) as source:
        assert [each.kind for each in file_boxes(source)][-2:] == [b"mdat", b"moov"]
    assert decode(str(path))[0] == 50
    assert positions(str(path)) == [number % 40 for number in range(50)]
    assert adopt(vault, clip.video.name) == clip


def test_uneven_frames_keep_their_times(tmp_path: Path) -> None:
    """A camera that skips frames, and pauses for 3 s."""
    footage = film(Camera(keyframe_interval_s=0.2), 4)
    kept: list[Packet] = [
        packet for number, packet in enumerate(footage.video) if number // 2 % 3 != 1 and not 20 <= number < 30
    ]
    clip, path = finished(tmp_path, Footage(formats=footage.formats, packets=tuple(kept)))
    with av.open(str(path)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx([packet.pts_s - kept[0].pts_s for packet in kept])
    assert clip.duration_s == pytest.approx(kept[-1].pts_s - kept[0].pts_s + 0.1)
