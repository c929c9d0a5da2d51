"""The program of one camera's process: does what its first command says, until told to end."""

from contextlib import suppress
import faulthandler
import os
from pathlib import Path
import random
import resource
import sys
import threading
from typing import BinaryIO

from .clock import SystemClock
from .errors import EngineError
from .messages import Probe, Salvage, Watch
from .wire import decode_command, read_message
from .worker_inbox import Inbox, read_commands
from .worker_outbox import Outbox

_NICE = 5
"""Below Home Assistant: detection may be late, the house may not."""
_ADDRESS_SPACE_BYTES = 1 << 30
"""A camera that announces half a gigabyte must not get it: a 1080p worker maps about 260 MB."""
_OOM_SCORE = 500
"""Where memory runs out, a worker goes before Home Assistant does."""


def main() -> None:
    """Run until the work is done or the station is gone; never returns."""
    commands, reports = _take_pipes()
    _limit_process()
    threading.stack_size(1 << 20)
    # Where libav takes the process with it, this writes what Python was doing; the station keeps the end of it.
    faulthandler.enable(all_threads=False)
    threading.excepthook = _end_with_thread
    exit_code = 1
    try:
        exit_code = run(commands, reports)
    except BaseException:  # noqa: BLE001 - whatever it is, it ends this process, and is told
        sys.excepthook(*sys.exc_info())
    finally:
        # Threads may be waiting inside libav for a camera that no longer answers: nothing waits for them.
        os._exit(exit_code)


def _end_with_thread(args: threading.ExceptHookArgs) -> None:
    """A worker that lost one of its threads is none; the station starts another, and nothing is lost but seconds."""
    try:
        threading.__excepthook__(args)
    finally:
        os._exit(1)


def run(commands: BinaryIO, reports: BinaryIO) -> int:
    """Do what the first command says; returns the exit code."""
    data = read_message(commands)
    if data is None:
        return 0
    first = decode_command(data)
    clock = SystemClock()
    inbox: Inbox = Inbox.__value__()
    # Each kind of work loads only its own stages: a worker is small because it never imports what it does not need.
    match first:
        case Watch():
            from .worker_watch import CameraWatch

            outbox = Outbox(reports, first.settings.camera_id, first.epoch)
            read_commands(commands, inbox)
            CameraWatch(first, outbox, inbox, clock, random.random).run()
        case Probe():
            from .worker_probe import try_camera

            outbox = Outbox(reports, first.settings.camera_id, 0)
            try_camera(first, outbox, commands, clock)
        case Salvage():
            from .worker_salvage import salvage_clips

            salvage_clips(first, Outbox(reports, "", 0))
        case _:
            raise EngineError(f"{type(first).__name__} cannot be a worker's first command")
    return 0


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipe's ends under numbers of their own, so that a stray print cannot be taken for a message."""
    commands, reports = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return os.fdopen(commands, "rb", buffering=0), os.fdopen(reports, "wb", buffering=0)


def _limit_process() -> None:
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, _ADDRESS_SPACE_BYTES))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        os.nice(_NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
