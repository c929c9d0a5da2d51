"""The house's keys: sealing works at any time, opening while the house is unlocked, and each secret does its part."""

from collections.abc import Callable
import json
from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.errors import KeyringError, LockedError, SecretError, SecretFault
from custom_components.localcam.engine.safekeeping import KeyProfile, KeyringState, SealedKey
from custom_components.localcam.engine.vault.key_headers import KeyHeaders
from custom_components.localcam.engine.vault.keyring import Keyring
from custom_components.localcam.engine.vault.recovery_code import new_recovery_code, read_code, write_code
from tests.engine.keys import cheap_keyring

PASSPHRASE = "correct horse battery"
CLIP_KEY = bytes(range(32))
CLIP = ("01KAAAAAAAAAAAAAAAAAAAAAAA", "hall")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "localcam" / "keys"


@pytest.fixture
def keyring(folder: Path) -> Keyring:
    return opened(folder)


def opened(folder: Path, *, may_create: bool = True) -> Keyring:
    """As after a start."""
    keyring = cheap_keyring(folder)
    keyring.open(may_create=may_create)
    return keyring


def test_the_first_start_makes_keys_that_every_later_start_has(keyring: Keyring, folder: Path) -> None:
    sealed = keyring.seal(CLIP_KEY, *CLIP)
    assert len(sealed.sealed) == 80
    assert keyring.state() == KeyringState(
        profile=KeyProfile.UNLOCKED, is_locked=False, has_recovery_code=False, key_id=sealed.sealed_to
    )
    assert (folder / "house.json").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert opened(folder, may_create=False).unseal(sealed, *CLIP) == CLIP_KEY


def test_keys_that_are_gone_are_not_made_anew_where_there_are_clips(folder: Path) -> None:
    with pytest.raises(KeyringError, match="gone"):
        opened(folder, may_create=False)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"localcam": 2}', b"\xff"])
def test_keys_that_are_damaged_are_told_and_left_as_they_are(keyring: Keyring, folder: Path, damage: bytes) -> None:
    (folder / "house.json").write_bytes(damage)
    with pytest.raises(KeyringError):
        opened(folder)
    assert (folder / "house.json").read_bytes() == damage


def test_a_locked_house_seals_and_opens_nothing_until_it_is_unlocked(keyring: Keyring, folder: Path) -> None:
    before = keyring.seal(CLIP_KEY, *CLIP)
    keyring.keep_locked(PASSPHRASE)
    assert keyring.unseal(before, *CLIP) == CLIP_KEY  # until the next start

    restarted = opened(folder, may_create=False)
    assert restarted.state().is_locked
    assert restarted.state().profile is KeyProfile.LOCKED
    meanwhile = restarted.seal(CLIP_KEY, *CLIP)
    with pytest.raises(LockedError):
        restarted.unseal(before, *CLIP)
    with pytest.raises(SecretError) as caught:
        restarted.unlock("something else altogether")
    assert caught.value.fault is SecretFault.WRONG
    assert "something" not in str(caught.value)
    restarted.unlock(PASSPHRASE)
    assert restarted.unseal(before, *CLIP) == restarted.unseal(meanwhile, *CLIP) == CLIP_KEY
    restarted.lock()
    with pytest.raises(LockedError):
        restarted.unseal(before, *CLIP)


def test_nothing_in_the_folder_of_a_locked_house_is_its_private_key(keyring: Keyring, folder: Path) -> None:
    clear = bytes.fromhex(json.loads((folder / "house.json").read_text())["private"])
    old = (folder / "house.json").open("rb")
    keyring.keep_locked(PASSPHRASE)
    keyring.set_code(new_recovery_code())
    for path in folder.rglob("*"):
        assert clear.hex().encode() not in path.read_bytes()
    # Nor in the blocks of the file that was replaced.
    assert set(old.read()) == {0}
    old.close()


def test_while_locked_nothing_about_the_keys_can_be_changed(keyring: Keyring, folder: Path) -> None:
    keyring.keep_locked(PASSPHRASE)
    restarted = opened(folder)
    changes: tuple[Callable[[], object], ...] = (
        lambda: restarted.keep_locked("another passphrase"),
        restarted.keep_unlocked,
        lambda: restarted.set_code(new_recovery_code()),
    )
    for change in changes:
        with pytest.raises(LockedError):
            change()


def test_a_passphrase_is_changed_by_who_knows_it(keyring: Keyring, folder: Path) -> None:
    keyring.keep_locked(PASSPHRASE)
    with pytest.raises(SecretError):
        keyring.change_passphrase("not this one at all", "new and long enough")
    keyring.change_passphrase(PASSPHRASE, "new and long enough")
    restarted = opened(folder)
    with pytest.raises(SecretError):
        restarted.unlock(PASSPHRASE)
    restarted.unlock("new and long enough")
    with pytest.raises(SecretError) as caught:
        restarted.keep_locked("short")
    assert caught.value.fault is SecretFault.TOO_SHORT


def test_the_house_can_be_unlocked_by_itself_again(keyring: Keyring, folder: Path) -> None:
    sealed = keyring.seal(CLIP_KEY, *CLIP)
    keyring.keep_locked(PASSPHRASE)
    keyring.keep_unlocked()
    restarted = opened(folder)
    assert restarted.unseal(sealed, *CLIP) == CLIP_KEY
    with pytest.raises(SecretError) as caught:
        restarted.unlock(PASSPHRASE)
    assert caught.value.fault is SecretFault.NOT_SET


def test_the_recovery_code_opens_a_house_whose_passphrase_is_forgotten(keyring: Keyring, folder: Path) -> None:
    sealed = keyring.seal(CLIP_KEY, *CLIP)
    code = new_recovery_code()
    keyring.set_code(code)
    keyring.keep_locked(PASSPHRASE)
    restarted = opened(folder)
    assert restarted.state().has_recovery_code
    with pytest.raises(SecretError):
        restarted.unlock_by_code(new_recovery_code())
    restarted.unlock_by_code(code.lower().replace("-", " "))
    restarted.keep_locked("found another one")
    again = opened(folder)
    again.unlock("found another one")
    assert again.unseal(sealed, *CLIP) == CLIP_KEY


def test_a_new_recovery_code_ends_the_one_before(keyring: Keyring) -> None:
    first, second = new_recovery_code(), new_recovery_code()
    keyring.set_code(first)
    keyring.check_code(first)
    keyring.set_code(second)
    keyring.check_code(second)
    with pytest.raises(SecretError):
        keyring.check_code(first)


def test_a_clips_key_opens_for_that_clip_and_house_only(keyring: Keyring, tmp_path: Path) -> None:
    sealed = keyring.seal(CLIP_KEY, *CLIP)
    other_house = opened(tmp_path / "other")
    damaged = SealedKey(sealed=sealed.sealed[:-1] + bytes([sealed.sealed[-1] ^ 1]), sealed_to=sealed.sealed_to)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: keyring.unseal(sealed, CLIP[0], "kitchen"),
        lambda: keyring.unseal(sealed, "01KAAAAAAAAAAAAAAAAAAAAAAB", CLIP[1]),
        lambda: keyring.unseal(damaged, *CLIP),
        lambda: other_house.unseal(sealed, *CLIP),
        lambda: keyring.unseal(SealedKey(sealed=b"", sealed_to=""), *CLIP),
    )
    for attempt in attempts:
        with pytest.raises(KeyringError):
            attempt()


@given(st.binary(min_size=16, max_size=16))
def test_a_recovery_code_reads_back_in_any_hand(code: bytes) -> None:
    written = write_code(code)
    assert len(written) == 7 * 4 + 6
    assert read_code(written) == code
    assert read_code(f" {written.lower().replace('-', '').replace('0', 'o').replace('1', 'l')}\n") == code


@given(code=st.binary(min_size=16, max_size=16), at=st.integers(0, 33), sign=st.sampled_from("0123456789ABCDEFGHJK"))
def test_nearly_every_slip_of_the_pen_is_told(code: bytes, at: int, sign: str) -> None:
    """One in a thousand passes the check, and is then the wrong code."""
    written = write_code(code)
    slipped = written[:at] + sign + written[at + 1 :]
    try:
        read = read_code(slipped)
    except SecretError:
        assert slipped != written
    else:
        assert (read == code) is (slipped == written)


@pytest.mark.parametrize("written", ["", "ABCD", "U" * 28, "Z" * 28, "é" * 28, "0" * 27 + "1"])
def test_what_was_never_a_code_is_told_as_mistyped(written: str) -> None:
    with pytest.raises(SecretError) as caught:
        read_code(written)
    assert caught.value.fault is SecretFault.MISTYPED


def test_headers_are_kept_listed_and_overwritten_before_they_go(folder: Path, keyring: Keyring) -> None:
    headers = KeyHeaders(folder)
    sealed = keyring.seal(CLIP_KEY, *CLIP)
    headers.write("hall", {CLIP[0]: sealed})
    assert headers.read("hall", CLIP[0]) == sealed
    assert (headers.cameras(), headers.clip_ids("hall")) == (["hall"], [CLIP[0]])
    path = folder / "clips" / "hall" / f"{CLIP[0]}.key"
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open("rb") as still_open:
        headers.erase([("hall", CLIP[0]), ("hall", "01KAAAAAAAAAAAAAAAAAAAAAAB"), ("kitchen", CLIP[0])])
        assert set(still_open.read()) == {0}
    assert headers.read("hall", CLIP[0]) is None
    path.write_bytes(b"torn")
    with pytest.raises(KeyringError):
        headers.read("hall", CLIP[0])
