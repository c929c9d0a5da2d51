"""Mounts a simulated disk (FUSE) that fails on request: power cuts, refused calls, no room, no writing, gone.

`FaultyDisk` is the handle of whoever makes trouble; the disk itself is this module run as a program, so that no fault
of it can block its user. Orders go over a pipe, one JSON object a line, each answered by one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import errno
import json
import os
from pathlib import Path
import random
import stat
import subprocess
import sys
import threading
from typing import Any, override

import mfusepy

from tests.faults.simulated_disk import PAGE_BYTES, Node, SimulatedDisk

_MOUNTED_S = 10.0
_COUNTED = ("write", "fsync", "rename", "create", "unlink", "mkdir", "truncate")
"""What can be refused; `fsync` is that of files and of folders."""


class FaultyDisk:
    """What can be done to the mounted disk. Each method returns once it is so."""

    def __init__(self, program: subprocess.Popen[str], folder: Path) -> None:
        self._program = program
        self.folder = folder
        """Where it is mounted."""

    def cut_power(self, *, survives: float, seed: int) -> None:
        """Forget what was not synced, but for each page and name with this probability; nothing may be open."""
        self._order(do="cut", survives=survives, seed=seed)

    def refuse(self, call: str, number: int, error: int, *, count: int = 1) -> None:
        """Refuse the calls of that name from this number on, counted from now and from 1."""
        self._order(do="refuse", call=call, number=number, error=error, count=count)

    def fail_from(self, call: str, number: int) -> None:
        """From the call of that name and number, counted from now and from 1, every call fails, until the next cut.

        A power cut right then: what is done about the failure can change nothing any more.
        """
        self._order(do="fail_from", call=call, number=number)

    def set_capacity(self, capacity_bytes: int | None) -> None:
        """How much fits; None for as much as there is."""
        self._order(do="capacity", bytes=capacity_bytes)

    def set_broken(self, error: int | None) -> None:
        """Answer every call with this error, as a disk that is gone does (EIO); None for a disk that is well."""
        self._order(do="broken", error=error)

    def set_hanging(self, hangs: bool) -> None:
        """Whether no call is answered, as of a network share whose server is gone; those that wait go on afterwards."""
        self._order(do="hang", on=hangs)

    def set_read_only(self, read_only: bool) -> None:
        """Whether every change is refused (EROFS)."""
        self._order(do="read_only", on=read_only)

    def set_delay(self, fsync_s: float) -> None:
        """How long each sync takes."""
        self._order(do="delay", seconds=fsync_s)

    def counts(self) -> dict[str, int]:
        """How often each call was made since it was last asked."""
        return dict(self._order(do="counts")["counts"])

    def _order(self, **order: object) -> Mapping[str, Any]:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline()
        if not answer:
            raise RuntimeError("the faulty disk's program has ended")
        return dict(json.loads(answer))


@contextmanager
def faulty_disk(folder: Path) -> Iterator[FaultyDisk]:
    """Mount one at an empty folder, and take it away again; RuntimeError where this machine cannot."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.faulty_disk", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _await_mount(folder, program)
        yield FaultyDisk(program, folder)
    finally:
        unmount = ["umount", "-l"] if os.geteuid() == 0 else ["fusermount3", "-u", "-z"]
        subprocess.run([*unmount, str(folder)], check=False, stderr=subprocess.DEVNULL)
        program.kill()
        program.wait()


def _await_mount(folder: Path, program: subprocess.Popen[str]) -> None:
    wait = threading.Event()
    for _ in range(int(_MOUNTED_S / 0.02)):
        if os.path.ismount(folder):
            return
        if program.poll() is not None:
            break
        wait.wait(0.02)
    raise RuntimeError("no file system of our own can be mounted here: it takes FUSE (/dev/fuse, libfuse)")


class _Refusal:
    """Which calls of one name are refused."""

    def __init__(self, number: int, error: int, count: int) -> None:
        self._first, self._last, self._error = number, number + count - 1, error

    def check(self, number: int) -> None:
        if self._first <= number <= self._last:
            raise mfusepy.FuseOSError(self._error)


class _MountedDisk(mfusepy.Operations):  # type: ignore[misc]  # it has no types
    """The disk as FUSE asks for it; one thread serves FUSE, another the orders."""

    use_ns = True

    def __init__(self) -> None:
        self._disk = SimulatedDisk()
        self._lock = threading.Lock()
        self._open: dict[int, Node] = {}
        self._next_handle = 1
        self._counts = dict.fromkeys(_COUNTED, 0)
        self._since: dict[str, int] = {}
        self._refusals: dict[str, _Refusal] = {}
        self._fails_from: tuple[str, int] | None = None
        self._capacity_bytes: int | None = None
        self._broken: int | None = None
        self._read_only = False
        self._delay_s = 0.0
        self._answers = threading.Event()
        self._answers.set()

    def obey(self, order: Mapping[str, Any]) -> dict[str, object]:
        """An order from the pipe."""
        if order["do"] == "hang":
            (self._answers.clear if order["on"] else self._answers.set)()
            return {}  # the lock may be held by a call that hangs
        with self._lock:
            match order["do"]:
                case "cut":
                    self._disk.cut_power(order["survives"], random.Random(order["seed"]))
                    self._refusals.clear()
                    self._fails_from, self._broken = None, None
                case "fail_from":
                    self._fails_from = (order["call"], self._counts[order["call"]] + order["number"])
                case "refuse":
                    self._since[order["call"]] = self._counts[order["call"]]
                    self._refusals[order["call"]] = _Refusal(order["number"], order["error"], order["count"])
                case "capacity":
                    self._capacity_bytes = order["bytes"]
                case "broken":
                    self._broken = order["error"]
                case "read_only":
                    self._read_only = order["on"]
                case "delay":
                    self._delay_s = order["seconds"]
                case "counts":
                    counts, self._counts = self._counts, dict.fromkeys(_COUNTED, 0)
                    self._refusals.clear()
                    return {"counts": counts}
                case unknown:
                    raise ValueError(f"nobody knows how to {unknown}")
        return {}

    @override
    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        with self._lock:
            node = self._node(path, fh)
            kind = stat.S_IFDIR if node.is_folder else stat.S_IFREG
            return {
                "st_mode": kind | node.mode,
                "st_nlink": 2 if node.is_folder else 1,
                "st_size": len(node.seen),
                "st_ino": node.number,
                "st_uid": os.getuid(),
                "st_gid": os.getgid(),
            }

    @override
    def readdir(self, path: str, fh: int) -> list[str]:
        with self._lock:
            return [".", "..", *self._node(path, None).names]

    @override
    def create(self, path: str, mode: int, fi: object = None) -> int:
        with self._lock:
            self._changes("create")
            return self._opened(self._disk.make(path, is_folder=False, mode=stat.S_IMODE(mode)))

    @override
    def open(self, path: str, flags: int) -> int:
        with self._lock:
            node = self._node(path, None)
            if flags & os.O_TRUNC:
                node.truncate(0)
            return self._opened(node)

    @override
    def release(self, path: str, fh: int) -> int:
        with self._lock:
            self._open.pop(fh, None)
        return 0

    @override
    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        with self._lock:
            return bytes(self._node(path, fh).seen[offset : offset + size])

    @override
    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        with self._lock:
            self._changes("write")
            node = self._node(path, fh)
            grows = max(0, offset + len(data) - len(node.seen))
            if self._capacity_bytes is not None and self._disk.used_bytes() + grows > self._capacity_bytes:
                raise mfusepy.FuseOSError(errno.ENOSPC)
            node.write(offset, data)
            return len(data)

    @override
    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        with self._lock:
            self._changes("truncate")
            self._node(path, fh).truncate(length)
        return 0

    @override
    def fsync(self, path: str, datasync: int, fh: int) -> int:
        threading.Event().wait(self._delay_s)
        with self._lock:
            self._changes("fsync")
            self._node(path, fh).sync()
        return 0

    @override
    def opendir(self, path: str) -> int:
        with self._lock:
            return self._opened(self._node(path, None))

    @override
    def releasedir(self, path: str, fh: int) -> int:
        return self.release(path, fh)

    @override
    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        return self.fsync(path, datasync, fh)

    @override
    def mkdir(self, path: str, mode: int) -> int:
        with self._lock:
            self._changes("mkdir")
            self._disk.make(path, is_folder=True, mode=stat.S_IMODE(mode))
        return 0

    @override
    def unlink(self, path: str) -> int:
        with self._lock:
            self._changes("unlink")
            self._node(path, None)
            self._disk.remove(path)
        return 0

    @override
    def rmdir(self, path: str) -> int:
        with self._lock:
            self._changes("unlink")
            if self._node(path, None).names:
                raise mfusepy.FuseOSError(errno.ENOTEMPTY)
            self._disk.remove(path)
        return 0

    @override
    def rename(self, old: str, new: str) -> int:
        with self._lock:
            self._changes("rename")
            self._node(old, None)
            self._disk.rename(old, new)
        return 0

    @override
    def chmod(self, path: str, mode: int) -> int:
        with self._lock:
            self._node(path, None).mode = stat.S_IMODE(mode)
        return 0

    @override
    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        return 0

    @override
    def statfs(self, path: str) -> dict[str, int]:
        with self._lock:
            self._well()
            used = self._disk.used_bytes()
            total = self._capacity_bytes if self._capacity_bytes is not None else 1 << 36
            free = max(0, total - used) // PAGE_BYTES
            return {
                "f_bsize": PAGE_BYTES,
                "f_frsize": PAGE_BYTES,
                "f_blocks": max(total, used) // PAGE_BYTES,
                "f_bfree": free,
                "f_bavail": free,
                "f_namemax": 255,
            }

    def _well(self) -> None:
        self._answers.wait()
        if self._broken is not None:
            raise mfusepy.FuseOSError(self._broken)

    def _changes(self, call: str) -> None:
        """Counts a call that changes something, and refuses it if that was asked for."""
        self._well()
        if self._read_only:
            raise mfusepy.FuseOSError(errno.EROFS)
        self._counts[call] += 1
        if (call, self._counts[call]) == self._fails_from:
            self._broken = errno.EIO
            self._well()
        if (refusal := self._refusals.get(call)) is not None:
            refusal.check(self._counts[call] - self._since[call])

    def _opened(self, node: Node) -> int:
        handle, self._next_handle = self._next_handle, self._next_handle + 1
        self._open[handle] = node
        return handle

    def _node(self, path: str, handle: int | None) -> Node:
        self._well()
        if handle is not None and handle in self._open:
            return self._open[handle]
        try:
            return self._disk.find(path)
        except KeyError:
            raise mfusepy.FuseOSError(errno.ENOENT) from None


def _take_orders(disk: _MountedDisk) -> None:
    for line in sys.stdin:
        print(json.dumps(disk.obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    mounted = _MountedDisk()
    threading.Thread(target=_take_orders, args=(mounted,), daemon=True).start()
    # Nothing may be remembered by the kernel: what it knew before a power cut is not so after it.
    mfusepy.FUSE(
        mounted,
        sys.argv[1],
        foreground=True,
        nothreads=True,
        entry_timeout=0,
        attr_timeout=0,
        negative_timeout=0,
        hard_remove=True,
        default_permissions=True,
    )
