"""Video devices of the machine: each once, by the name that lasts longest."""

from pathlib import Path

from custom_components.localcam.usb_devices import stable_name, video_devices


def test_machine_without_video_devices_has_none(tmp_path: Path) -> None:
    assert video_devices(tmp_path) == []


def test_device_is_listed_once_by_id_where_it_has_one(tmp_path: Path) -> None:
    for name in ("video0", "video1", "video10", "vcs"):
        (tmp_path / name).touch()
    by_id = tmp_path / "v4l" / "by-id"
    by_id.mkdir(parents=True)
    (by_id / "usb-Webcam-video-index0").symlink_to("../../video1")

    assert video_devices(tmp_path) == [
        str(by_id / "usb-Webcam-video-index0"),
        str(tmp_path / "video0"),
        str(tmp_path / "video10"),
    ]
    assert stable_name(str(tmp_path / "video1"), tmp_path) == str(by_id / "usb-Webcam-video-index0")
    assert stable_name(str(tmp_path / "video0"), tmp_path) == str(tmp_path / "video0")


def test_other_paths_stay_as_they_are(tmp_path: Path) -> None:
    by_path = str(tmp_path / "v4l" / "by-path" / "pci-0000")
    assert stable_name(by_path, tmp_path) == by_path
