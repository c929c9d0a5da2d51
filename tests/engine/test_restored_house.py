"""A house that is backed up, emptied and restored; that loses its keys, one by one or all; and a thief with a copy."""

from collections.abc import Iterator
from pathlib import Path
import shutil
import tarfile

import pytest

from custom_components.localcam.engine.archive.check import Depth
from custom_components.localcam.engine.clip import Clip
from custom_components.localcam.engine.errors import KeyringError, LockedError, SecretError
from custom_components.localcam.engine.safekeeping import KeyProfile
from custom_components.localcam.engine.vault.key_headers import KeyHeaders
from custom_components.localcam.engine.vault.recovery_code import looks_like_code, new_recovery_code
from tests.engine.keys import cheap_keyring
from tests.engine.record.growing import JPEG
from tests.engine.test_sealed_house import CAMERA, PASSPHRASE, Home

MAGIC = (b"ftyp", b"moov", b"mdat", b"moof", b"\xff\xd8\xff", JPEG)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    home.keeper.close()


def found(home: Home) -> set[str]:
    """What checking says of keys, without the clips' ids."""
    return {f"{each.invariant} {each.text}" for each in home.keeper.check(Depth.PRESENCE)}


def lose(home: Home, *paths: Path) -> None:
    home.keeper.close()
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


# Backup, emptied configuration, restore


def back_up(home: Home) -> Path:
    """What Home Assistant's backup holds of the configuration folder, and the clips' folder as Supervisor's would."""
    backup = home.folder / "backup.tar"
    with tarfile.open(backup, "w") as tar:
        tar.add(home.config.parent, "config")
        tar.add(home.clips_folder, "clips")
    return backup


def restore(home: Home, backup: Path) -> None:
    lose(home, home.config.parent, home.clips_folder)
    with tarfile.open(backup) as tar:
        tar.extractall(home.folder / "restored", filter="data")
    (home.folder / "restored" / "config").rename(home.config.parent)
    home.clips_folder.parent.mkdir(exist_ok=True)
    (home.folder / "restored" / "clips").rename(home.clips_folder)
    home.restart()


def test_a_house_unlocked_by_itself_is_restored_and_shows_its_clips(home: Home) -> None:
    clip = home.record()
    restore(home, back_up(home))
    assert home.read(clip)[4:8] == b"ftyp"
    assert found(home) == set()


def test_a_locked_house_is_restored_and_opens_by_its_recovery_code_and_takes_another_passphrase(home: Home) -> None:
    clip = home.record()
    code = new_recovery_code()
    home.keyring.set_code(code)
    home.keyring.keep_locked(PASSPHRASE)
    restore(home, back_up(home))
    with pytest.raises(LockedError):
        home.read(clip)
    after = home.record()
    home.keyring.unlock_by_code(code)
    for each in (clip, after):
        assert home.read(each)[4:8] == b"ftyp"
    home.keyring.keep_locked("another passphrase")
    home.restart()
    home.keyring.unlock("another passphrase")
    assert home.read(clip)[4:8] == b"ftyp"


# A thief with everything that lies on the disk


def test_a_copy_of_a_locked_house_opens_nothing_without_passphrase_or_code(home: Home) -> None:
    clips = [home.record() for _ in range(2)]
    code = new_recovery_code()
    home.keyring.set_code(code)
    home.keyring.keep_locked(PASSPHRASE)
    clips.append(home.record())
    home.keeper.close()
    stolen = home.folder / "stolen"
    shutil.copytree(home.folder / "config", stolen / "config")
    shutil.copytree(home.folder / "media", stolen / "media")
    private = home.keyring._unlocked().private_bytes_raw()
    for path in stolen.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert private not in content
            assert private.hex().encode() not in content
            assert not [word for word in MAGIC if word in content and path.suffix in {".lcv", ".lct", ".lce", ".part"}]
            for secret in (PASSPHRASE, code, code.replace("-", "")):
                assert secret.encode() not in content
    thief = Home(stolen)
    assert thief.ids() == {clip.clip_id for clip in clips}
    for clip in clips:
        with pytest.raises(LockedError):
            thief.read(clip)
    for guess in ("password", PASSPHRASE + " "):
        with pytest.raises(SecretError):
            thief.keyring.unlock(guess)
    with pytest.raises(SecretError):
        thief.keyring.unlock_by_code(new_recovery_code())
    # The control: with the code he sees everything.
    thief.keyring.unlock_by_code(code)
    assert thief.read(clips[0])[4:8] == b"ftyp"
    thief.keeper.close()


# The house's key is lost


def without_house_key(home: Home) -> None:
    lose(home, home.keys_folder)
    with pytest.raises(KeyringError, match="gone"):
        home.restart()
    home.keeper.close()


@pytest.mark.parametrize("profile", KeyProfile)
def test_the_recovery_code_brings_back_a_lost_folder_of_keys(home: Home, profile: KeyProfile) -> None:
    clip = home.record()
    code = new_recovery_code()
    home.keyring.set_code(code)
    if profile is KeyProfile.LOCKED:
        home.keyring.keep_locked(PASSPHRASE)
    without_house_key(home)
    keyring = cheap_keyring(home.keys_folder)
    assert keyring.can_be_restored
    with pytest.raises(SecretError):
        keyring.restore(new_recovery_code())
    assert not (home.keys_folder / "house.json").exists()
    keyring.restore(code.lower())
    assert keyring.state().profile is profile
    home.restart()
    if profile is KeyProfile.LOCKED:
        home.keyring.unlock(PASSPHRASE)
    assert home.read(clip)[4:8] == b"ftyp"
    assert clip.clip_id in home.headers(), "it was lost with the folder, and written anew from the catalogue"
    assert found(home) == set()
    assert home.keeper.lost_clips() == []


def test_the_passphrase_brings_it_back_too_and_a_changed_one_is_the_only_one(home: Home) -> None:
    home.record()
    home.keyring.keep_locked(PASSPHRASE)
    home.keyring.change_passphrase(PASSPHRASE, "another passphrase")
    without_house_key(home)
    keyring = cheap_keyring(home.keys_folder)
    with pytest.raises(SecretError):
        keyring.restore(PASSPHRASE)
    keyring.restore("another passphrase")


def test_of_a_house_without_secrets_there_is_no_copy_and_none_of_it_is_in_the_clear(home: Home) -> None:
    copy = home.config / "house-key-copy.json"
    home.record()
    assert not copy.exists()
    home.keyring.set_code(new_recovery_code())
    assert b'"private": null' in copy.read_bytes()
    copy.unlink()
    home.restart()
    assert copy.exists(), "it is made anew"


def test_an_owner_who_begins_anew_records_and_is_told_which_clips_nobody_can_open(home: Home) -> None:
    clip = home.record()
    code = new_recovery_code()
    home.keyring.set_code(code)
    without_house_key(home)
    cheap_keyring(home.keys_folder).begin_anew()
    home.restart()
    assert home.keeper.lost_clips() == [clip.clip_id]
    with pytest.raises(KeyringError):
        home.read(clip)
    after = home.record()
    assert home.read(after)[4:8] == b"ftyp"
    assert home.keeper.lost_clips() == [clip.clip_id]
    # What is left of the key of before is not destroyed: whoever finds the code later has not lost anything.
    (home.keys_folder / "house.json").unlink()
    (home.config / "house-key-copy.json.before").rename(home.config / "house-key-copy.json")
    keyring = cheap_keyring(home.keys_folder)
    keyring.restore(code)
    assert keyring.unseal(home.keeper.archive.sealed_key(clip.clip_id), clip.clip_id, CAMERA)  # type: ignore[arg-type]


def test_a_copy_that_is_left_of_another_house_is_kept_when_a_new_one_begins(home: Home) -> None:
    home.keyring.set_code(new_recovery_code())
    left = (home.config / "house-key-copy.json").read_bytes()
    lose(home, home.keys_folder)
    (home.config / "catalogue.db").unlink()
    home.restart()
    assert (home.config / "house-key-copy.json.before").read_bytes() == left


def test_a_damaged_key_is_set_aside_not_destroyed(home: Home) -> None:
    home.record()
    home.keeper.close()
    (home.keys_folder / "house.json").write_text("{")
    with pytest.raises(KeyringError, match="cannot be read"):
        home.restart()
    home.keeper.close()
    cheap_keyring(home.keys_folder).begin_anew()
    assert (home.keys_folder / "house.json.before").read_text() == "{"
    home.restart()


# A clip's key is lost


def strip_row(home: Home, clip: Clip) -> None:
    with home.keeper._database.transaction() as connection:
        connection.execute("DELETE FROM clip_keys WHERE clip_id = ?", (clip.clip_id,))


def test_a_lost_header_is_told_and_written_anew_at_the_next_start(home: Home) -> None:
    clip = home.record()
    before = KeyHeaders(home.keys_folder).read(CAMERA, clip.clip_id)
    KeyHeaders(home.keys_folder).erase([(CAMERA, clip.clip_id)])
    assert found(home) == {"I2 has its key in the catalogue, but no header"}
    home.restart()
    assert found(home) == set()
    assert KeyHeaders(home.keys_folder).read(CAMERA, clip.clip_id) == before is not None


def test_a_key_that_the_catalogue_lost_is_told_and_comes_back_from_the_header(home: Home) -> None:
    clip = home.record()
    before = home.keeper.archive.sealed_key(clip.clip_id)
    strip_row(home, clip)
    assert found(home) == {"I2 has its key in its header, but not in the catalogue"}
    assert home.keeper.lost_clips() == []
    home.restart()
    assert found(home) == set()
    assert home.keeper.archive.sealed_key(clip.clip_id) == before is not None


def test_a_key_that_is_nowhere_is_told_and_so_is_one_of_a_clip_that_is_not_catalogued(home: Home) -> None:
    clip, growing = home.record(), home.grown()
    KeyHeaders(home.keys_folder).erase([(CAMERA, clip.clip_id)])
    strip_row(home, clip)
    assert found(home) == {"I2 has its key nowhere"}
    assert home.keeper.lost_clips() == [clip.clip_id]
    KeyHeaders(home.keys_folder).erase([(CAMERA, growing)])
    assert home.keeper.lost_clips() == sorted([clip.clip_id, growing])
    home.restart()
    assert home.keeper.lost_clips() == sorted([clip.clip_id, growing]), "such files are left as they are"


def test_a_header_of_nothing_is_told_but_not_one_that_a_worker_has(home: Home) -> None:
    home.record()
    home.keeper.issue_keys(CAMERA, 0)
    assert found(home) == set()
    home.keeper.withdraw_keys(CAMERA)
    assert found(home) == {"I2 has a key header, but neither a row nor a file"}


def test_a_clip_of_before_clips_were_sealed_has_lost_nothing(home: Home) -> None:
    clip = home.record()
    plain = home.read(clip)
    (home.clips_folder / clip.video.name).write_bytes(plain)
    strip_row(home, clip)
    KeyHeaders(home.keys_folder).erase([(CAMERA, clip.clip_id)])
    assert not [text for text in found(home) if text.startswith("I2")]
    assert home.keeper.lost_clips() == []


def test_codes_and_passphrases_are_told_apart() -> None:
    code = new_recovery_code()
    assert looks_like_code(code)
    assert looks_like_code(code.lower().replace("-", " "))
    assert not looks_like_code(PASSPHRASE)
    assert not looks_like_code(code[:-1])
