"""The work of a worker that copies finished files from a spool to a share: it may hang there, and nobody else does."""

import os
from pathlib import Path
from typing import BinaryIO

from .clip import StoredFile
from .commands import Move
from .errors import SpooledFileError, StorageError, StorageFullError
from .reports import Copied, CopyFault, NotCopied
from .vault.names import clip_of
from .vault.transfer import MarkedFolder
from .vault.vault import Vault
from .wire import read_message
from .worker_outbox import Outbox


def move_files(order: Move, outbox: Outbox) -> None:
    """Report each file as `Copied` or `NotCopied`, and go no further where the storage folder is to blame."""
    file = order.files[0]
    spool = Vault(Path(order.spool_folder), _NoKeys())
    try:
        with MarkedFolder(Path(order.storage_folder), order.folder_uuid) as share:
            begun = ""
            for file in order.files:
                if (clip_id := clip_of(file.name)[0]) != begun:
                    share.keep_free(order.least_free_bytes)
                    begun = clip_id
                _take(share, spool, file, outbox)
    except StorageFullError as err:
        outbox.report(NotCopied(name=file.name, fault=CopyFault.FULL, detail=str(err)))
    except StorageError as err:
        outbox.report(NotCopied(name=file.name, fault=CopyFault.SHARE, detail=str(err)))


def _take(share: MarkedFolder, spool: Vault, file: StoredFile, outbox: Outbox) -> None:
    try:
        outbox.report(Copied(file=share.take(spool, file)))
    except SpooledFileError as err:
        outbox.report(NotCopied(name=file.name, fault=CopyFault.SOURCE, detail=str(err)))


def end_with(commands: BinaryIO) -> None:
    """End this process with the station: the next one's worker is to be alone with the files."""
    while read_message(commands) is not None:
        pass
    os._exit(0)


class _NoKeys:
    """What is moved is not read: it stays sealed."""

    def key_of(self, name: str) -> bytes | None:
        raise StorageError("files are moved as they are")
