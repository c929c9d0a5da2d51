"""Keys for tests: every clip has one, by its id; and a house's keys whose secrets cost nothing to guess."""

import hashlib
from pathlib import Path

from custom_components.localcam.engine.commands import ClipKey
from custom_components.localcam.engine.vault.key_headers import KeyHeaders
from custom_components.localcam.engine.vault.keyring import Keyring
from custom_components.localcam.engine.vault.names import clip_of
from custom_components.localcam.engine.vault.secret_wrapping import Cost
from custom_components.localcam.engine.vault.vault import Vault

CHEAP = Cost(memory_kib=64, passes=1)


class KnownKeys:
    """The key of a clip is the digest of its id."""

    def key_of(self, name: str) -> bytes | None:
        return key_of_clip(clip_of(name)[0])


class NoKeys:
    """Of the time before clips were sealed."""

    def key_of(self, name: str) -> bytes | None:
        return None


def key_of_clip(clip_id: str) -> bytes:
    return hashlib.sha256(clip_id.encode()).digest()


def clip_keys(count: int) -> tuple[ClipKey, ...]:
    """For a worker that no station looks after."""
    ids = [f"01KB0000000000000000{number:06d}" for number in range(count)]
    return tuple(ClipKey(clip_id=clip_id, key=key_of_clip(clip_id)) for clip_id in ids)


def vault_in(folder: Path) -> Vault:
    return Vault(folder, KnownKeys())


def unsealed(folder: Path, name: str) -> bytes:
    """What is in a file of that vault."""
    with vault_in(folder).open(name) as source:
        return source.read_at(0, source.size_bytes)


def unsealed_copy(folder: Path, name: str) -> Path:
    """The same as a file that everything reads, beside the vault."""
    copy = folder.with_name(folder.name + " unsealed") / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(unsealed(folder, name))
    return copy


def cheap_keyring(folder: Path) -> Keyring:
    return Keyring(folder, CHEAP)


def keep_key(folder: Path, keyring: Keyring, name: str) -> None:
    """Do for the clip of this file what a station does before a worker begins it: `folder` is that of keys."""
    clip_id, camera_id = clip_of(name)
    headers = KeyHeaders(folder)
    if headers.read(camera_id, clip_id) is None:
        headers.write(camera_id, {clip_id: keyring.seal(key_of_clip(clip_id), clip_id, camera_id)})
