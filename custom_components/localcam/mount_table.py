"""Whether a folder lies on the network, by the system's table of mounts: nothing is asked of a share that may hang.

The format of /proc/self/mountinfo, and the signs that it escapes, are those of proc_pid_mountinfo(5).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
import os
from pathlib import Path, PurePosixPath
import re
from typing import Final

_TABLE: Final = Path("/proc/self/mountinfo")
_NETWORK: Final = frozenset(
    {
        *(
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "9p",
            "ceph",
            "afs",
            "coda",
            "davfs",
            "glusterfs",
            "lustre",
            "beegfs",
        ),
        *("fuse.sshfs", "fuse.rclone", "fuse.davfs", "fuse.davfs2", "fuse.s3fs", "fuse.glusterfs", "fuse.ceph"),
        *("fuse.ceph-fuse", "fuse.gvfsd-fuse", "fuse.curlftpfs", "fuse.smbnetfs", "fuse.juicefs", "fuse.goofys"),
        # What is mounted only when it is asked for nearly always is a share, and must not be asked.
        "autofs",
    }
)
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
_MOST_LINKS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file system somewhere in the tree."""

    point: PurePosixPath
    kind: str
    """As mount(8) calls it."""


def read_mounts() -> tuple[Mount, ...]:
    """Of this machine, or of this container; none where the system has no such table. Blocking."""
    with suppress(OSError):
        return parse_mounts(_TABLE.read_text(encoding="utf-8", errors="surrogateescape"))
    return ()


def parse_mounts(table: str) -> tuple[Mount, ...]:
    """In the table's order: a later one at the same place hides an earlier one. Lines of another form are left out."""
    mounts = []
    for line in table.splitlines():
        about, found, source = line.partition(" - ")
        fields, kinds = about.split(" "), source.split(" ")
        if found and len(fields) >= 6 and kinds[0]:
            point = _ESCAPED.sub(lambda sign: chr(int(sign[1], 8)), fields[4])
            mounts.append(Mount(point=PurePosixPath(point), kind=kinds[0]))
    return tuple(mounts)


def lies_on_network(folder: str, mounts: Sequence[Mount], read_link: Callable[[str], str] = os.readlink) -> bool:
    """Whether the folder, there or not, is on a network file system, also behind links.

    Links are read one step at a time, and none that would be on the network itself. Blocking, as a local disk is.
    """
    at = PurePosixPath("/")
    left = list(reversed(PurePosixPath(folder).parts[1:]))
    links = 0
    while left and links <= _MOST_LINKS:
        step = left.pop()
        if step == "..":
            at = at.parent
            continue
        if _kind_at(at / step, mounts) in _NETWORK:
            return True
        try:
            target = PurePosixPath(read_link(str(at / step)))
        except OSError:
            at /= step
            continue
        links += 1
        at = PurePosixPath("/") if target.is_absolute() else at
        left += reversed(target.parts[1:] if target.is_absolute() else target.parts)
    return False


def _kind_at(path: PurePosixPath, mounts: Sequence[Mount]) -> str:
    over = [(len(mount.point.parts), number) for number, mount in enumerate(mounts) if path.is_relative_to(mount.point)]
    return mounts[max(over)[1]].kind if over else ""
