"""The work of a worker that finishes what a crash left in the storage folder, reports it, and ends."""

from pathlib import Path

from .commands import Salvage
from .errors import StorageError
from .record.clip_names import GROWING, VIDEO
from .record.salvage import adopt, salvage
from .reports import ClipClosed, RecordingFailed, RecordingFault, Salvaged
from .vault.names import clip_of
from .vault.vault import Vault
from .worker_outbox import Outbox


def salvage_clips(order: Salvage, outbox: Outbox) -> None:
    """Report each clip as `ClipClosed`, then `Salvaged`; what the disk refuses now is left for the next start."""
    vault = Vault(Path(order.storage_folder), _Keys(order))
    unusable: list[str] = []
    for name in (*order.unlisted_names, *order.growing_names):
        adopted = name in order.unlisted_names
        try:
            clip = adopt(vault, name) if adopted else salvage(vault, name)
        except StorageError as err:
            outbox.report(RecordingFailed(fault=RecordingFault.DISK_ERROR, detail=str(err)))
            continue
        if clip is None:
            unusable.append(name)
            continue
        part_name = name.removesuffix(VIDEO) + GROWING if adopted else name
        outbox.report(ClipClosed(clip=clip, part_name=part_name))
    outbox.report(Salvaged(unusable_names=tuple(unusable)))


class _Keys:
    """Of the clips that are salvaged."""

    def __init__(self, order: Salvage) -> None:
        self._plain = frozenset(order.plain_names)
        self._keys = {key.clip_id: key.key for key in order.keys}

    def key_of(self, name: str) -> bytes | None:
        """None for the files that are read as they are; what is made of them is sealed."""
        return None if name in self._plain else self._keys.get(clip_of(name)[0])
