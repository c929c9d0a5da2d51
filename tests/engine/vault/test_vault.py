"""The storage folder takes files whole, gives them back by any range, and lets no name lead out of it."""

from collections.abc import Callable
import errno
import hashlib
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.errors import StorageError, StorageFullError
from custom_components.localcam.engine.vault.names import is_name
from custom_components.localcam.engine.vault.vault import Vault
from tests.engine.keys import vault_in

NAME = "camera-1/2026-11-23/01KAAAAAAAAAAAAAAAAAAAAAAA.lcv"
PART = NAME + ".part"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path / "clips")


def store(vault: Vault, name: str, data: bytes) -> None:
    with vault.create(name) as writer:
        writer.write(data)


def read(vault: Vault, name: str) -> bytes:
    with vault.open(name) as reader:
        return reader.read_at(0, reader.size_bytes)


def test_what_is_written_is_read_back_and_described_as_it_lies_on_disk(vault: Vault, tmp_path: Path) -> None:
    with vault.create(NAME) as writer:
        assert writer.write(b"one") == 3
        assert writer.write(memoryview(b" and two")) == 8
        writer.seal()
        writer.sync()
        assert (writer.size_bytes, writer.size_on_disk_bytes) == (11, 11 + 56 + 16)
    assert read(vault, NAME) == b"one and two"
    on_disk = tmp_path / "clips" / NAME
    assert on_disk.stat().st_mode & 0o777 == 0o600
    sealed = on_disk.read_bytes()
    assert b"one" not in sealed
    assert vault.size_on_disk(NAME) == len(sealed)
    described = vault.describe(NAME)
    assert (described.name, described.size_bytes) == (NAME, len(sealed))
    assert described.sha256 == writer.sha256 == hashlib.sha256(sealed).hexdigest()


@given(data=st.binary(max_size=300), offset=st.integers(0, 320), length=st.integers(0, 320))
def test_any_range_reads_as_a_slice(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, offset: int, length: int
) -> None:
    vault = vault_in(tmp_path_factory.mktemp("clips"))
    store(vault, NAME, data)
    reader = vault.open(NAME)
    assert reader.read_at(offset, length) == data[offset : offset + length]
    assert reader.size_bytes == len(data)
    reader.close()
    reader.close()


def test_a_second_writer_of_one_file_is_refused(vault: Vault) -> None:
    store(vault, NAME, b"first")
    with pytest.raises(StorageError):
        vault.create(NAME)
    assert read(vault, NAME) == b"first"


def _noted(steps: list[str], name: str, really: Callable[..., None]) -> Callable[..., None]:
    def noted(*arguments: Any, **options: Any) -> None:
        steps.append(name)
        really(*arguments, **options)

    return noted


def test_publishing_renames_between_two_syncs_of_the_folder(vault: Vault) -> None:
    store(vault, PART, b"video")
    steps: list[str] = []
    with (
        patch("os.fsync", side_effect=_noted(steps, "fsync", os.fsync)),
        patch("os.rename", side_effect=_noted(steps, "rename", os.rename)),
    ):
        vault.publish(PART, NAME)
    assert steps == ["fsync", "rename", "fsync"]
    assert not vault.exists(PART)
    assert read(vault, NAME) == b"video"


def test_a_new_folder_is_on_disk_before_the_file_in_it(vault: Vault) -> None:
    with patch("os.fsync", wraps=os.fsync) as fsync:
        vault.create(NAME).close()
    # The storage folder's own parent, the camera's folder and the day's folder.
    assert fsync.call_count == 3
    with patch("os.fsync", wraps=os.fsync) as fsync:
        vault.create(PART).close()
    assert fsync.call_count == 0


def test_removing_takes_empty_folders_along_and_may_be_repeated(vault: Vault, tmp_path: Path) -> None:
    store(vault, NAME, b"1")
    store(vault, PART, b"2")
    vault.remove(NAME)
    assert list(vault.names()) == [PART]
    vault.remove(PART)
    vault.remove(PART)
    assert list(vault.names()) == []
    assert list((tmp_path / "clips").iterdir()) == []
    store(vault, NAME, b"3")
    assert list(vault.names()) == [NAME]


def test_a_folder_in_which_anything_is_left_stays(vault: Vault, tmp_path: Path) -> None:
    other = NAME.replace("2026-11-23", "2026-11-24")
    for name in (NAME, other):
        store(vault, name, b"1")
    vault.remove(NAME)
    assert [folder.name for folder in (tmp_path / "clips" / "camera-1").iterdir()] == ["2026-11-24"]
    (tmp_path / "clips" / "camera-1" / "readme").write_bytes(b"theirs")
    vault.remove(other)
    assert [left.name for left in (tmp_path / "clips" / "camera-1").iterdir()] == ["readme"]


def test_a_day_that_is_removed_while_a_file_is_made_in_it_is_made_again(vault: Vault, tmp_path: Path) -> None:
    store(vault, NAME, b"1")
    opened = os.open
    emptied: list[bool] = []

    def open_after_removal(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_CREAT and not emptied:
            emptied.append(True)
            vault.remove(NAME)
        return opened(path, flags, mode, dir_fd=dir_fd)

    with patch("os.open", open_after_removal):
        store(vault, PART, b"2")
    assert list(vault.names()) == [PART]


def test_files_of_others_are_neither_listed_nor_touched(vault: Vault, tmp_path: Path) -> None:
    store(vault, NAME, b"ours")
    folder = tmp_path / "clips"
    for other in ("notes.txt", "camera-1/readme", "camera-1/2026-11-23/Ähem.mp4", "lost+found"):
        (folder / other).write_bytes(b"theirs")
    (folder / "camera-2").symlink_to(folder / "camera-1")
    assert list(vault.names()) == [NAME]


def test_a_storage_folder_that_is_gone_does_not_look_empty(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        list(vault_in(tmp_path / "not mounted").names())


@pytest.mark.parametrize(
    "name",
    [
        "../x.lcv",
        "/etc/passwd",
        "c/2026-11-23/../../x.lcv",
        "c/2026-11-23/.lcv",
        "c/today/x.lcv",
        "x.lcv",
        "",
        "c/2026-11-23/x.lcv\n",
        "c/2026-11-23/x\0.lcv",
        "c\\2026-11-23\\x.lcv",
        "c/2026-11-23/x.lcv/y",
        "c//x.lcv",
    ],
)
def test_names_that_are_not_ours_are_refused_everywhere(vault: Vault, name: str) -> None:
    for method in (vault.create, vault.open, vault.remove, vault.exists, vault.size_on_disk, vault.describe):
        with pytest.raises(StorageError):
            method(name)
    with pytest.raises(StorageError):
        vault.publish(name, NAME)


@given(st.text(max_size=40))
def test_no_name_that_is_accepted_leads_anywhere_else(name: str) -> None:
    if is_name(name):
        assert ".." not in name
        assert name.count("/") == 2
        assert name.isascii()


def test_links_are_not_followed(vault: Vault, tmp_path: Path) -> None:
    store(vault, NAME, b"x")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "2026-11-23").mkdir()
    (tmp_path / "clips" / "camera-2").symlink_to(elsewhere)
    (tmp_path / "clips" / "camera-1" / "2026-11-23" / "b.lcv").symlink_to("/etc/hostname")
    with pytest.raises(StorageError):
        vault.create("camera-2/2026-11-23/a.lcv")
    with pytest.raises(StorageError):
        vault.open("camera-1/2026-11-23/b.lcv")
    assert list((elsewhere / "2026-11-23").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StorageFullError), (errno.EDQUOT, StorageFullError), (errno.EIO, StorageError)],
)
def test_what_the_disk_says_is_told_as_an_error_of_the_engine(vault: Vault, number: int, kind: type[Exception]) -> None:
    writer = vault.create(NAME)
    for call, action in (("os.write", lambda: writer.write(bytes(1 << 14))), ("os.fsync", writer.sync)):
        with patch(call, side_effect=OSError(number, os.strerror(number), "/secret/folder")):
            with pytest.raises(kind) as caught:
                action()
            assert type(caught.value) is kind
            assert "/secret" not in str(caught.value)


def test_a_full_disk_leaves_what_it_took(vault: Vault) -> None:
    """A write that takes a part, then fails: size and digest speak of that part."""
    write = os.write
    full = iter([False, True])

    def short_write(fd: int, data: memoryview) -> int:
        if next(full):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data[:4])

    writer = vault.create(NAME)
    with patch("os.write", short_write), pytest.raises(StorageFullError):
        writer.write(bytes(1 << 14))
    writer.close()
    writer.close()
    assert writer.size_on_disk_bytes == vault.size_on_disk(NAME) == 4
    assert writer.sha256 == vault.describe(NAME).sha256
