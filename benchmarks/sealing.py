"""What sealing costs, and whether it holds: `scripts/bench sealing [--json]`.

Cost: processor time for one camera that records all the time, beside the same bytes written and read plainly; how much
longer files get; how long a random range of 1 MiB takes. Strength: files that were changed, cut or swapped must all be
refused; of deleted clips none may be opened from a copy of before with all that is left on disk.
"""

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress
import hashlib
import json
import os
from pathlib import Path
from random import Random
import shutil
import tempfile
import time

from custom_components.localcam.engine.clip import Clip, ClipEnd, ClipReason, StoredFile
from custom_components.localcam.engine.clip_keeper import ClipKeeper
from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.digests import sha256
from custom_components.localcam.engine.errors import TamperedError
from custom_components.localcam.engine.executor import LocalExecutor
from custom_components.localcam.engine.motion import Kind
from custom_components.localcam.engine.record.mp4_boxes import padding
from custom_components.localcam.engine.reports import ClipClosed, Reported
from custom_components.localcam.engine.safekeeping import SealedKey
from custom_components.localcam.engine.settings import HouseSettings
from custom_components.localcam.engine.vault.keyring import Keyring
from custom_components.localcam.engine.vault.vault import Vault

BYTES_PER_S = 3_000_000 // 8
"""Of a 1080p camera at 15 pictures per second."""
CLIP_S = 60
FRAGMENT_S = 1.5
READ_BYTES = 32 << 10
"""What libav asks for at a time."""
MIB = 1 << 20
CLIP = "hall/2026-11-23/01KA0000000000000000000000.lcv"


class OneKey:
    """The same for each clip."""

    def key_of(self, name: str) -> bytes | None:
        """See `vault.ClipKeys`."""
        return hashlib.sha256(b"a key").digest()


def cpu_of(work: Callable[[], object], times: int) -> float:
    """Processor time of this thread, s: the least of several tries, as what else the machine does only adds."""
    tries = []
    for _ in range(times):
        began = time.thread_time()
        work()
        tries.append(time.thread_time() - began)
    return min(tries)


class PlainWriter:
    """The same bytes to a file as they are, with a digest where the sealed one has one."""

    def __init__(self, path: Path, *, digest: bool) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._digest = sha256() if digest else None

    def write(self, data: bytes | memoryview) -> None:
        """Append."""
        os.write(self._fd, data)
        if self._digest:
            self._digest.update(data)

    def close(self) -> None:
        """End."""
        os.close(self._fd)


def record_plainly(folder: Path, video: memoryview) -> None:
    """Write a growing file and a final one, and read the growing one twice, as finishing does."""
    growing, final = PlainWriter(folder / "growing", digest=False), PlainWriter(folder / "final", digest=True)
    step = round(BYTES_PER_S * FRAGMENT_S)
    for at in range(0, len(video), step):
        for part in range(at, min(at + step, len(video)), READ_BYTES):
            growing.write(video[part : min(part + READ_BYTES, at + step)])
    growing.close()
    fd = os.open(folder / "growing", os.O_RDONLY)
    for _ in range(2):
        for at in range(0, len(video), READ_BYTES):
            os.pread(fd, READ_BYTES, at)
    os.close(fd)
    for at in range(0, len(video), READ_BYTES):
        final.write(video[at : at + READ_BYTES])
    final.close()


def record_sealed(vault: Vault, video: memoryview) -> None:
    """The same through the vault."""
    grown = CLIP + ".grow.part"
    step = round(BYTES_PER_S * FRAGMENT_S)
    with vault.create(grown) as growing:
        for at in range(0, len(video), step):
            for part in range(at, min(at + step, len(video)), READ_BYTES):
                growing.write(video[part : min(part + READ_BYTES, at + step)])
            growing.write(padding(growing.size_bytes, growing.chunk_bytes))
    with vault.open(grown) as source:
        for _ in range(2):
            for at in range(0, source.size_bytes, READ_BYTES):
                source.read_at(at, READ_BYTES)
    with vault.create(CLIP) as final:
        for at in range(0, len(video), READ_BYTES):
            final.write(video[at : at + READ_BYTES])
    vault.remove(grown)
    vault.remove(CLIP)


def cost(folder: Path) -> dict[str, float]:
    """Shares of a core, growth and times of ranges."""
    vault = Vault(folder, OneKey())
    video = memoryview(Random(1).randbytes(BYTES_PER_S * CLIP_S))
    plain_s = cpu_of(lambda: record_plainly(folder, video), 7)
    sealed_s = cpu_of(lambda: record_sealed(vault, video), 7)
    with vault.create(CLIP) as writer:
        writer.write(video[:5_000_000])
    growth = vault.size_on_disk(CLIP) / 5_000_000 - 1
    vault.remove(CLIP)
    return {
        "cpu_share": (sealed_s - plain_s) / CLIP_S,
        "cpu_share_of_all_writing_and_reading": sealed_s / CLIP_S,
        "growth_of_5_mb": growth,
        **_ranges(folder, vault, 400),
    }


def _ranges(folder: Path, vault: Vault, count: int) -> dict[str, float]:
    """As a request reads them: the clip's key is unsealed, its file opened, its end checked, 1 MiB read."""
    keyring = Keyring(folder / "range keys")
    keyring.open(may_create=True)
    size = 40 * MIB
    key = OneKey().key_of(CLIP)
    assert key is not None
    sealed = keyring.seal(key, "clip", "camera")
    with vault.create(CLIP) as writer:
        for _ in range(40):
            writer.write(os.urandom(MIB))
    random, taken = Random(2), []
    for _ in range(count):
        at = random.randrange(size - MIB)
        began = time.perf_counter()
        keyring.unseal(sealed, "clip", "camera")
        with vault.open(CLIP) as reader:
            reader.read_at(at, MIB)
        taken.append(1000 * (time.perf_counter() - began))
    vault.remove(CLIP)
    taken.sort()
    return {"range_1_mib_p50_ms": taken[count // 2], "range_1_mib_p99_ms": taken[count * 99 // 100]}


def tamper(folder: Path, count: int) -> dict[str, int]:
    """Change, cut, lengthen and swap files at random; every one must be refused."""
    random, vault = Random(3), Vault(folder, OneKey())
    files = []
    for number in range(4):
        name = CLIP.replace("0000.lcv", f"000{number}.lcv")
        with vault.create(name) as writer:
            writer.write(random.randbytes(random.randrange(40_000, 90_000)))
        files.append((name, (folder / name).read_bytes()))
    served = 0
    for _ in range(count):
        name, sealed = random.choice(files)
        damaged = _damaged(random, sealed, [other for other, _ in files if other != name], dict(files))
        path = folder / name
        path.write_bytes(damaged)
        with suppress(TamperedError), vault.open(name) as reader:
            reader.read_at(0, reader.size_bytes)
            served += 1
        path.write_bytes(sealed)
    # The control: each is still opened as it was.
    for name, _ in files:
        with vault.open(name) as reader:
            reader.read_at(0, reader.size_bytes)
        vault.remove(name)
    return {"tampered": count, "tampered_and_served": served}


def _damaged(random: Random, sealed: bytes, others: list[str], files: dict[str, bytes]) -> bytes:
    match random.randrange(6):
        case 0:
            at = random.randrange(len(sealed))
            return sealed[:at] + bytes([sealed[at] ^ 1 << random.randrange(8)]) + sealed[at + 1 :]
        case 1:
            return sealed[: random.randrange(len(sealed))]
        case 2:  # cut where a chunk ends
            return sealed[: 56 + 16_400 * random.randrange((len(sealed) - 56) // 16_400 + 1)]
        case 3:
            return sealed + random.randbytes(random.randrange(1, 40_000))
        case 4:
            return files[random.choice(others)]
        case _:  # two chunks change places, within the file or with another one's
            donor = files[random.choice([*others])] if random.random() < 0.5 else sealed[16_400:] + sealed
            at = 56 + 16_400 * random.randrange((len(sealed) - 56) // 16_400)
            return sealed[:at] + donor[at : at + 16_400].ljust(16_400, b"\0") + sealed[at + 16_400 :]


def delete(folder: Path, count: int, kept: int = 20) -> dict[str, int]:
    """Delete clips of which a copy was made before, then try all that is left on them."""
    clips_folder, config = folder / "clips", folder / "config"
    keeper = ClipKeeper(config, SystemClock(), LocalExecutor())
    keeper.open(HouseSettings(storage_folder=str(clips_folder), free_floor_share=0, free_floor_bytes=0))
    clips = [_recorded(keeper, clips_folder, number) for number in range(count + kept)]
    sealed = {clip.clip_id: keeper.archive.sealed_key(clip.clip_id) for clip in clips}
    shutil.copytree(clips_folder, folder / "copy")
    keeper.delete([clip.clip_id for clip in clips[:count]])
    keyring = keeper.keyring
    keeper.close()

    left = b"".join(path.read_bytes() for path in (*config.rglob("*"), *clips_folder.rglob("*")) if path.is_file())
    found = {
        clip_id: key
        for clip_id, key in sealed.items()
        if key is not None and (key.sealed in left or key.sealed.hex().encode() in left)
    }
    opened = {clip.clip_id for clip in clips if _opens(folder / "copy", clip, found, keyring)}
    deleted = {clip.clip_id for clip in clips[:count]}
    return {
        "deleted": count,
        "deleted_and_opened": len(opened & deleted),
        "kept": kept,
        "kept_and_opened": len(opened - deleted),
    }


def _recorded(keeper: ClipKeeper, folder: Path, number: int) -> Clip:
    key = keeper.issue_keys("hall", 3)[0]
    name = f"hall/2026-11-23/{key.clip_id}.lcv"

    class Keys:
        def key_of(self, _: str) -> bytes | None:
            return key.key

    with Vault(folder, Keys()).create(name) as writer:
        writer.write(b"clip %d" % number)
    clip = Clip(
        clip_id=key.clip_id,
        camera_id="hall",
        started_utc_s=1e9 + number,
        duration_s=1.0,
        motion_offset_s=0.0,
        reason=ClipReason.MOTION,
        end=ClipEnd.COMPLETE,
        kind=Kind.OTHER,
        score=0.5,
        video=StoredFile(name=name, size_bytes=writer.size_on_disk_bytes, sha256=writer.sha256),
        thumbnail=None,
        codec="h264",
        width_px=1,
        height_px=1,
        has_audio=False,
    )
    closed = ClipClosed(clip=clip, part_name="")
    keeper.keep(Reported(camera_id="hall", epoch=1, sequence=number + 1, report=closed), closed)
    return clip


def _opens(copy: Path, clip: Clip, found: dict[str, SealedKey], keyring: Keyring) -> bool:
    """With its own key, or any other that was found."""
    for clip_id, sealed in found.items():
        key = keyring.unseal(sealed, clip_id, "hall")

        class Keys:
            def key_of(self, _: str, key: bytes = key) -> bytes | None:
                return key

        with suppress(TamperedError), Vault(copy, Keys()).open(clip.video.name) as reader:
            return reader.read_at(0, 4) == b"clip"
    return False


def main(arguments: Sequence[str]) -> int:
    """Measure, attack, print; 1 where something was opened that must not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tamperings", type=int, default=10_000)
    parser.add_argument("--deletions", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        parts = [Path(folder) / name for name in ("cost", "tamper", "delete")]
        for part in parts:
            part.mkdir()
        costs = cost(parts[0])
        held = tamper(parts[1], wanted.tamperings) | delete(parts[2], wanted.deletions)
    failed = held["tampered_and_served"] or held["deleted_and_opened"] or held["kept_and_opened"] < held["kept"]
    if wanted.json:
        print(json.dumps(costs | held))
        return 1 if failed else 0
    print(f"a camera at 3 Mbit/s, recording all the time: {100 * costs['cpu_share']:.3f} % of a core for sealing")
    print(f"a file of 5 MB grows by                       {100 * costs['growth_of_5_mb']:.3f} %")
    print(
        f"a random range of 1 MiB, median and p99       {costs['range_1_mib_p50_ms']:.2f} ms, "
        f"{costs['range_1_mib_p99_ms']:.2f} ms"
    )
    print(f"files tampered with, and served all the same  {held['tampered']}, {held['tampered_and_served']}")
    print(f"clips deleted, and opened from what is left   {held['deleted']}, {held['deleted_and_opened']}")
    print(f"clips kept, and opened the same way           {held['kept']}, {held['kept_and_opened']}")
    return 1 if failed else 0
