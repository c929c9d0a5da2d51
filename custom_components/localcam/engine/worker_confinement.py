"""What a worker may not do, whatever a camera makes of it: Linux only; elsewhere, and on old kernels, without effect.

Numbers and structures are those of the kernel's interface: prctl(2), landlock(7), and its system calls, which have the
same numbers on every architecture that Home Assistant runs on.
"""

from collections.abc import Callable
from contextlib import suppress
import ctypes
import os
from pathlib import Path
import resource
import struct
import sys

_NICE = 5
"""Below Home Assistant: detection may be late, the house may not."""
_ADDRESS_SPACE_BYTES = 640 << 20
"""A camera that announces half a gigabyte must not get it; what a worker of a 4K camera maps stays well below."""
_OOM_SCORE = 500
"""Where memory runs out, a worker goes before Home Assistant does."""

_PR_SET_NO_NEW_PRIVS = 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 0, 1 << 1, 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_OTHERS = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_SCOPE_SOCKETS_AND_SIGNALS = 1 << 0 | 1 << 1
_IN_FOLDER = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
_OF_DEVICE = _WRITE_FILE


def limit_process() -> None:
    """Little memory, no core dump, no privilege to gain, first to go where memory runs out; before anything else."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_BYTES))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        os.nice(_NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def confine(storage_folder: str = "", *, may_use_devices: bool = False, makes_folder: bool = True) -> bool:
    """From now on: start no program, signal nobody, and write only below this folder; False where the system cannot.

    For the calling thread and those that it starts. A storage folder that is missing is made, if it may be. A disk that
    is mounted at it later is another folder, in which only a new process may write; see `folder_identity`.
    """
    if sys.platform != "linux":
        return False
    system_call = ctypes.CDLL(None, use_errno=True).syscall
    version = system_call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    newer = (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    handled = _EXECUTE | _IN_FOLDER | _MAKE_OTHERS | newer
    rules = struct.pack("=QQQ", handled, 0, _SCOPE_SOCKETS_AND_SIGNALS) if version >= 6 else struct.pack("=Q", handled)
    rule_set = system_call(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), ctypes.c_uint32(0))
    if rule_set < 0:
        return False
    try:
        granted = [("/dev", _OF_DEVICE)] if may_use_devices else [("/dev/null", _OF_DEVICE)]
        if storage_folder:
            if makes_folder:
                with suppress(OSError):
                    Path(storage_folder).mkdir(parents=True, exist_ok=True)
            granted.append((storage_folder, _IN_FOLDER | newer))
        for path, access in granted:
            with suppress(OSError):
                _grant(system_call, rule_set, path, access)
        return bool(system_call(_RESTRICT_SELF, ctypes.c_int(rule_set), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rule_set)


def _grant(system_call: Callable[..., int], rule_set: int, path: str, access: int) -> None:
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, folder)
        system_call(_ADD_RULE, ctypes.c_int(rule_set), ctypes.c_int(_RULE_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(folder)


def folder_identity(folder: Path) -> tuple[int, int] | None:
    """What a folder is to the system, whatever is mounted there; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
