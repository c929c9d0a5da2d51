"""Whether a folder is on the network is read from the table of mounts, and nothing of the share is touched for it."""

import errno
from pathlib import PurePosixPath

import pytest

from custom_components.localcam.mount_table import Mount, lies_on_network, parse_mounts, read_mounts

TABLE = r"""
22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
30 22 0:26 / /proc rw,nosuid - proc proc rw
41 22 8:3 / /media rw,relatime shared:9 master:2 - ext4 /dev/sda3 rw
50 41 0:51 / /media/nas rw,relatime - cifs //10.0.0.2/clips rw,vers=3.1.1,username=u
51 41 0:52 / /media/with\040space\134s rw - nfs4 10.0.0.2:/clips rw,hard
52 41 0:53 / /media/phone rw - fuse.sshfs pi@10.0.0.3:/ rw
53 41 0:54 / /media/pool rw - fuse.mergerfs a:b rw
54 41 0:55 / /media/lazy rw - autofs systemd-1 rw,fd=29
55 50 8:9 / /media/nas/usb rw - ext4 /dev/sdb1 rw
60 41 0:60 / /media/once rw - nfs4 10.0.0.2:/old rw
61 60 8:10 / /media/once rw - ext4 /dev/sdc1 rw
not a line of it
"""
MOUNTS = parse_mounts(TABLE)


def no_links(path: str) -> str:
    raise OSError(errno.EINVAL, "no link")


@pytest.mark.parametrize(
    ("folder", "network"),
    [
        ("/media/localcam", False),
        ("/media/nas/localcam", True),
        ("/media/nas", True),
        ("/media/nasty/localcam", False),
        ("/media/with space\\s/localcam", True),
        ("/media/phone/a/b/c", True),
        ("/media/pool/localcam", False),
        ("/media/lazy/localcam", True),
        ("/media/once/localcam", False),
        ("/media/nas/../localcam", True),
        ("/", False),
    ],
)
def test_the_deepest_and_last_mount_over_a_folder_counts(folder: str, network: bool) -> None:
    assert lies_on_network(folder, MOUNTS, no_links) is network


@pytest.mark.parametrize(
    ("target", "network"),
    [("/media/nas/clips", True), ("nas/clips", True), ("/media/disk", False), ("../media/phone", True)],
)
def test_a_link_is_followed_and_nothing_on_a_share_is_looked_at(target: str, network: bool) -> None:
    looked_at: list[str] = []

    def read_link(path: str) -> str:
        looked_at.append(path)
        if path == "/media/link":
            return target
        raise OSError(errno.EINVAL, "no link")

    assert lies_on_network("/media/link/localcam", MOUNTS, read_link) is network
    assert not [path for path in looked_at if path.startswith(("/media/nas", "/media/phone"))]


def test_links_that_lead_to_each_other_end() -> None:
    assert not lies_on_network("/a/b", MOUNTS, lambda _: "/a/b")


def test_a_table_is_read_by_lines_of_the_right_form() -> None:
    assert len(MOUNTS) == 11
    assert MOUNTS[4] == Mount(point=PurePosixPath("/media/with space\\s"), kind="nfs4")
    assert parse_mounts("") == ()
    assert not lies_on_network("/media", (), no_links)


def test_this_machine_has_a_table() -> None:
    assert any(mount.point == PurePosixPath("/") for mount in read_mounts())
