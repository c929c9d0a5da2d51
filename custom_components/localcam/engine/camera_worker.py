"""The program of one camera's process: does what its first command says, until told to end."""

import faulthandler
import os
import sys
import threading
from typing import BinaryIO

from .clock import SystemClock
from .commands import Move, Probe, Salvage, Watch
from .errors import EngineError
from .settings import UsbSource
from .wire import decode_command, read_message
from .worker_confinement import confine, limit_process
from .worker_inbox import Inbox, read_commands
from .worker_outbox import Outbox


def main() -> None:
    """Run until the work is done or the station is gone; never returns."""
    commands, reports = _take_pipes()
    limit_process()
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
            confine(first.storage_folder, may_use_devices=isinstance(first.settings.source, UsbSource))
            read_commands(commands, inbox)
            CameraWatch(first, outbox, inbox, clock, _chance).run()
        case Probe():
            from .worker_probe import try_camera

            outbox = Outbox(reports, first.settings.camera_id, 0)
            confine(may_use_devices=isinstance(first.settings.source, UsbSource))
            try_camera(first, outbox, commands, clock)
        case Salvage():
            from .worker_salvage import salvage_clips

            confine(first.storage_folder)
            salvage_clips(first, Outbox(reports, "", 0))
        case Move():
            from .worker_move import end_with, move_files

            threading.Thread(target=end_with, args=(commands,), name="commands", daemon=True).start()
            # Made here, a folder that is not mounted would look like one that is.
            confine(first.storage_folder, makes_folder=False)
            move_files(first, Outbox(reports, "", 0))
        case _:
            raise EngineError(f"{type(first).__name__} cannot be a worker's first command")
    return 0


def _chance() -> float:
    """From 0 to 1; all that a worker would need of the module `random`, which takes 0.1 MB."""
    return int.from_bytes(os.urandom(4)) / (1 << 32)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipe's ends under numbers of their own, so that a stray print cannot be taken for a message."""
    commands, reports = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return os.fdopen(commands, "rb", buffering=0), os.fdopen(reports, "wb", buffering=0)
