"""A sealed file gives back what was written by any range, or says that it is not as it was written."""

import os
from pathlib import Path
from random import Random

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.errors import StorageError, TamperedError
from custom_components.localcam.engine.vault.chunked_encryption import CHUNK_BYTES, HEAD_BYTES, SEALED_CHUNK_BYTES
from custom_components.localcam.engine.vault.vault import Vault
from tests.engine.keys import NoKeys, unsealed, vault_in

NAME = "camera-1/2026-11-23/01KAAAAAAAAAAAAAAAAAAAAAAA.lcv"
OTHER_CLIP = "camera-1/2026-11-23/01KAAAAAAAAAAAAAAAAAAAAAAB.lcv"
OTHER_CAMERA = "camera-2/2026-11-23/01KAAAAAAAAAAAAAAAAAAAAAAA.lcv"
THUMBNAIL = "camera-1/2026-11-23/01KAAAAAAAAAAAAAAAAAAAAAAA.lct"
GROWING = NAME + ".grow.part"
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 50_000]


def store(folder: Path, data: bytes, name: str = NAME) -> Path:
    with vault_in(folder).create(name) as writer:
        writer.write(data)
    return folder / name


def put(folder: Path, name: str, sealed: bytes) -> Vault:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(sealed)
    return vault_in(folder)


@pytest.mark.parametrize("size", SIZES)
def test_any_range_of_any_size_reads_as_a_slice(tmp_path: Path, size: int) -> None:
    data = Random(size).randbytes(size)
    path = store(tmp_path, data)
    assert path.stat().st_size == HEAD_BYTES + size + 16 * (size // CHUNK_BYTES + 1)
    near = (each + by for each in (CHUNK_BYTES, 2 * CHUNK_BYTES, size) for by in (-1, 0, 1))
    edges = sorted({0, 1, size // 2, *near})
    with vault_in(tmp_path).open(NAME) as reader:
        assert reader.size_bytes == size
        for start in edges:
            for end in edges:
                if 0 <= start <= end:
                    assert reader.read_at(start, end - start) == data[start:end]


@given(pieces=st.lists(st.integers(0, 2 * CHUNK_BYTES), max_size=6))
def test_in_whatever_pieces_it_is_written_the_same_is_read(
    pieces: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("clips")
    data = Random(1).randbytes(sum(pieces))
    at = 0
    with vault_in(folder).create(NAME) as writer:
        for length in pieces:
            writer.write(memoryview(data)[at : at + length])
            at += length
    assert unsealed(folder, NAME) == data


def test_two_files_of_one_clip_share_no_salt(tmp_path: Path) -> None:
    first, second = store(tmp_path / "1", b"same"), store(tmp_path / "2", b"same")
    assert first.read_bytes()[:HEAD_BYTES] != second.read_bytes()[:HEAD_BYTES]


def test_no_bit_that_changes_no_cut_and_no_swap_goes_unnoticed(tmp_path: Path) -> None:
    data = Random(2).randbytes(3 * CHUNK_BYTES + 100)
    sealed = store(tmp_path / "whole", data).read_bytes()
    other = store(tmp_path / "other", data).read_bytes()
    chunk = [sealed[HEAD_BYTES + k * SEALED_CHUNK_BYTES :][:SEALED_CHUNK_BYTES] for k in range(4)]
    head = sealed[:HEAD_BYTES]
    damaged = [
        *(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(0, len(sealed), 997)),
        *(sealed[:cut] for cut in range(0, len(sealed), 1_001)),
        *(sealed[: HEAD_BYTES + k * SEALED_CHUNK_BYTES] for k in range(4)),
        sealed + b"\0",
        head + chunk[1] + chunk[0] + chunk[2] + chunk[3],
        head + chunk[0] + chunk[0] + chunk[2] + chunk[3],
        head + chunk[0] + chunk[1] + chunk[3],
        other[:HEAD_BYTES] + sealed[HEAD_BYTES:],
        head + chunk[0] + other[HEAD_BYTES + SEALED_CHUNK_BYTES :],
    ]
    for number, each in enumerate(damaged):
        put(tmp_path / str(number), NAME, each)
        with pytest.raises(TamperedError):
            unsealed(tmp_path / str(number), NAME)


@pytest.mark.parametrize("name", [OTHER_CLIP, OTHER_CAMERA, THUMBNAIL, GROWING])
def test_a_file_in_the_place_of_another_cannot_be_opened_there(tmp_path: Path, name: str) -> None:
    sealed = store(tmp_path / "1", b"x" * 100).read_bytes()
    vault = put(tmp_path / "2", name, sealed)
    with pytest.raises(TamperedError):
        vault.open(name)


def test_what_is_served_is_what_was_authenticated_even_while_the_file_is_changed(tmp_path: Path) -> None:
    path = store(tmp_path, bytes(4 * CHUNK_BYTES))
    reader = vault_in(tmp_path).open(NAME)
    os.truncate(path, HEAD_BYTES + 2 * SEALED_CHUNK_BYTES)
    assert reader.read_at(0, 2 * CHUNK_BYTES) == bytes(2 * CHUNK_BYTES)
    for offset, length in ((0, 3 * CHUNK_BYTES), (2 * CHUNK_BYTES, 10), (CHUNK_BYTES, 2 * CHUNK_BYTES)):
        with pytest.raises(TamperedError):
            reader.read_at(offset, length)
    reader.close()


# Growing files


def test_a_growing_file_gives_back_every_whole_chunk_wherever_it_is_cut(tmp_path: Path) -> None:
    data = Random(3).randbytes(3 * CHUNK_BYTES + 5)
    sealed = store(tmp_path / "whole", data, GROWING).read_bytes()
    assert unsealed(tmp_path / "whole", GROWING) == data
    for cut in [*range(0, len(sealed), 501), HEAD_BYTES, HEAD_BYTES + SEALED_CHUNK_BYTES, len(sealed) - 1]:
        put(tmp_path / str(cut), GROWING, sealed[:cut])
        whole = max(0, cut - HEAD_BYTES) // SEALED_CHUNK_BYTES * CHUNK_BYTES
        assert unsealed(tmp_path / str(cut), GROWING) == data[:whole]


def test_a_hole_that_a_power_cut_left_ends_a_growing_file(tmp_path: Path) -> None:
    data = Random(4).randbytes(4 * CHUNK_BYTES)
    sealed = bytearray(store(tmp_path / "whole", data, GROWING).read_bytes())
    at = HEAD_BYTES + 2 * SEALED_CHUNK_BYTES
    sealed[at : at + 4096] = bytes(4096)
    put(tmp_path / "hole", GROWING, bytes(sealed))
    assert unsealed(tmp_path / "hole", GROWING) == data[: 2 * CHUNK_BYTES]
    put(tmp_path / "empty", GROWING, bytes(5_000))
    assert unsealed(tmp_path / "empty", GROWING) == b""


def test_nothing_can_be_written_after_the_end_nor_after_a_sync_that_failed(tmp_path: Path) -> None:
    with vault_in(tmp_path).create(NAME) as writer:
        writer.seal()
        with pytest.raises(StorageError):
            writer.write(b"x")
    orders: list[int] = []
    vault = Vault(tmp_path, vault_in(tmp_path)._keys, lambda _, fd: orders.append(fd))
    growing = vault.create(GROWING)
    growing.write(bytes(CHUNK_BYTES))
    growing.sync_soon()
    (fd,) = orders
    os.close(fd)  # as if the disk refused it
    read_only = os.open("/dev/null", os.O_RDONLY)
    growing.sync_now(read_only)
    with pytest.raises(StorageError):
        growing.write(bytes(CHUNK_BYTES))
    growing.close()


# Files of before


def test_files_of_before_are_read_as_they_are_and_none_is_written_like_them(tmp_path: Path) -> None:
    video, picture = b"\0\0\0\x1cftypisom" + bytes(20_000), b"\xff\xd8\xff\xe0" + bytes(300)
    for name, data in ((NAME, video), (THUMBNAIL, picture)):
        put(tmp_path, name, data)
        with Vault(tmp_path, NoKeys()).open(name) as reader:
            assert reader.size_bytes == len(data)
            assert reader.read_at(10, 15_000) == data[10:15_010]
    assert vault_in(tmp_path).is_plain(NAME)
    with pytest.raises(StorageError):
        Vault(tmp_path, NoKeys()).create(OTHER_CLIP)


def test_a_sealed_file_without_its_key_and_a_plain_one_with_a_key_are_not_served(tmp_path: Path) -> None:
    store(tmp_path, b"sealed")
    assert not vault_in(tmp_path).is_plain(NAME)
    with pytest.raises(TamperedError):
        Vault(tmp_path, NoKeys()).open(NAME)
    put(tmp_path, OTHER_CLIP, b"\0\0\0\x1cftypisom" + bytes(20_000))
    with pytest.raises(TamperedError):
        vault_in(tmp_path).open(OTHER_CLIP)
