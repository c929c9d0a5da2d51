"""What a disk holds, and what of it would still be there after a power cut. No I/O: `faulty_disk` mounts it.

A disk has two states: what programs see, and what was synced. Syncing a file keeps its bytes, syncing a folder its
names. A power cut keeps what was synced, and of the rest nothing, or each page and each name by chance: that is what
real disks promise, and no more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
import random

PAGE_BYTES = 4096
ROOT = 1


@dataclass(slots=True)
class Node:
    """A file's bytes or a folder's names, as seen and as synced."""

    number: int
    is_folder: bool
    mode: int
    seen: bytearray = field(default_factory=bytearray)
    synced: bytes = b""
    dirty: set[int] = field(default_factory=set)
    """Pages of a file that were written since it was synced."""
    names: dict[str, int] = field(default_factory=dict)
    synced_names: dict[str, int] = field(default_factory=dict)

    def write(self, offset: int, data: bytes) -> None:
        """Into a file, which grows if it must."""
        end = offset + len(data)
        if len(self.seen) < end:
            self._touch(len(self.seen), end)
            self.seen.extend(bytes(end - len(self.seen)))
        self.seen[offset:end] = data
        self._touch(offset, end)

    def truncate(self, size: int) -> None:
        """Shorten or lengthen a file."""
        self._touch(min(size, len(self.seen)), max(size, len(self.seen)))
        del self.seen[size:]
        self.seen.extend(bytes(size - len(self.seen)))

    def sync(self) -> None:
        """What is seen is kept."""
        self.synced, self.synced_names = bytes(self.seen), dict(self.names)
        self.dirty.clear()

    def _touch(self, start: int, end: int) -> None:
        self.dirty.update(range(start // PAGE_BYTES, -(-end // PAGE_BYTES)))


class SimulatedDisk:
    """Inodes by number, the root first. All paths are absolute, with `/`; raises KeyError for what is not there."""

    def __init__(self) -> None:
        self._nodes = {ROOT: Node(number=ROOT, is_folder=True, mode=0o755)}
        self._next = ROOT + 1

    def find(self, path: str) -> Node:
        """The file or folder of that name."""
        node = self._nodes[ROOT]
        for name in _parts(path):
            node = self._nodes[node.names[name]]
        return node

    def make(self, path: str, *, is_folder: bool, mode: int) -> Node:
        """A new file or folder, of which nothing is synced."""
        folder, name = self._folder_of(path)
        node = Node(number=self._next, is_folder=is_folder, mode=mode)
        self._next += 1
        self._nodes[node.number] = node
        folder.names[name] = node.number
        return node

    def remove(self, path: str) -> None:
        """Take the name away; the bytes are there for whoever has the file open, and until the folder is synced."""
        folder, name = self._folder_of(path)
        del folder.names[name]

    def rename(self, old: str, new: str) -> None:
        """Another name, in place of what had it."""
        source, old_name = self._folder_of(old)
        target, new_name = self._folder_of(new)
        target.names[new_name] = source.names.pop(old_name)

    def used_bytes(self) -> int:
        """Of all files that have a name."""
        return sum(len(node.seen) for node in self._reachable(seen=True))

    def cut_power(self, survives: float, chance: random.Random) -> None:
        """Forget what was not synced, but for each page and each name with this probability."""
        for node in self._nodes.values():
            node.seen = bytearray(_after_cut(node, survives, chance))
            node.names = _names_after_cut(node, survives, chance)
        for node in self._nodes.values():
            # A name whose file was never on the disk leads to nothing.
            node.names = {name: number for name, number in node.names.items() if number in self._nodes}
        kept = {node.number for node in self._reachable(seen=True)} | {ROOT}
        self._nodes = {number: node for number, node in self._nodes.items() if number in kept}
        for node in self._nodes.values():
            node.sync()

    def _reachable(self, *, seen: bool) -> Iterable[Node]:
        waiting, known = [ROOT], {ROOT}
        while waiting:
            node = self._nodes[waiting.pop()]
            yield node
            for number in (node.names if seen else node.synced_names).values():
                if number not in known:
                    known.add(number)
                    waiting.append(number)

    def _folder_of(self, path: str) -> tuple[Node, str]:
        *above, name = _parts(path)
        return self.find("/" + "/".join(above)), name


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _after_cut(node: Node, survives: float, chance: random.Random) -> bytes:
    """A file's bytes: pages that survived over what was synced; its length is the synced one or that of a survivor."""
    kept = bytearray(node.synced)
    for page in sorted(node.dirty):
        if chance.random() < survives:
            start = page * PAGE_BYTES
            data = node.seen[start : start + PAGE_BYTES]
            if len(kept) < start + len(data):
                kept.extend(bytes(start + len(data) - len(kept)))
            kept[start : start + len(data)] = data
    if survives and len(node.seen) < len(kept) and chance.random() < survives:
        del kept[len(node.seen) :]
    return bytes(kept)


def _names_after_cut(node: Node, survives: float, chance: random.Random) -> dict[str, int]:
    names = dict(node.synced_names)
    for name in sorted(node.names.keys() | node.synced_names.keys()):
        if node.names.get(name) != node.synced_names.get(name) and chance.random() < survives:
            number = node.names.get(name)
            if number is None:
                del names[name]
            else:
                names[name] = number
    return names
