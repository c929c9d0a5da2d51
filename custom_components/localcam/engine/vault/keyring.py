"""The house's keys: seals the keys of clips to the house at any time, and opens them while the house is unlocked."""

from dataclasses import replace
from pathlib import Path
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ..errors import EngineError, KeyringError, LockedError, SecretError, SecretFault
from ..safekeeping import KeyProfile, KeyringState, SealedKey
from .house_key_file import HouseKey, HouseKeyFile
from .recovery_code import looks_like_code, read_code
from .secret_wrapping import Cost, WrappedKey, unwrap, wrap

SHORTEST_PASSPHRASE = 10
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
"""HPKE (RFC 9180), base mode: 32 bytes become 80."""
_BY_PASSPHRASE = b"localcam/v1/house-key by passphrase\0"
_BY_CODE = b"localcam/v1/house-key by recovery code\0"
_GONE = (
    "The house's key is gone, and without it no clip can be seen. Restore the folder `keys` of LocalCam from a backup "
    "of Home Assistant, or see its repairs."
)


class Keyring:
    """Methods block, on the disk or on Argon2id, and may be called from any thread that may wait.

    All but `state` and `seal` raise SecretError for a secret that does not do, LockedError, StorageError, and
    KeyringError for keys that cannot be used.
    """

    def __init__(self, folder: Path, cost: Cost | None = None) -> None:
        """`folder`: the folder of keys. `cost`: of guessing a secret that is set from now on."""
        self._file = HouseKeyFile(folder)
        self._cost = cost or Cost()
        self._key: HouseKey | None = None
        self._private: X25519PrivateKey | None = None
        self._lock = Lock()
        """Held while the file is changed."""

    def open(self, *, may_create: bool) -> None:
        """Read the house's key, or make one where there may be none yet; a house that is locked stays so."""
        with self._lock:
            if self._key is not None:
                return
            key = self._file.read()
            if key is None:
                if not may_create:
                    raise KeyringError(_GONE)
                self._file.set_aside()  # a copy of another house's key, whose clips somebody may yet bring back
                made = X25519PrivateKey.generate()
                key = HouseKey(
                    public=made.public_key().public_bytes_raw(),
                    private=made.private_bytes_raw(),
                    by_passphrase=None,
                    by_code=None,
                )
                self._file.write(key)
            self._file.mend_copy(key)
            self._key = key
            self._private = None if key.private is None else _private_key(key, key.private)

    # Where the house's key is gone, and nothing was opened

    @property
    def can_be_restored(self) -> bool:
        """Whether the copy beside the folder of keys is there, which passphrase or recovery code opens."""
        try:
            return self._file.read_copy() is not None
        except EngineError:
            return False

    def restore(self, secret: str) -> None:
        """Put the house's key back from its copy, by the recovery code or the passphrase.

        A house that was unlocked by itself is so again; a locked one is unlocked until the next start.
        """
        with self._lock:
            key = self._file.read_copy()
            if key is None:
                raise KeyringError(_GONE)
            private = _by_code(key, secret) if looks_like_code(secret) else _by_passphrase(key, secret)
            if key.by_passphrase is None:
                key = replace(key, private=private.private_bytes_raw())
            self._keep(key)
            self._private = private

    def begin_anew(self) -> None:
        """Make another key pair, as the owner wants it who gives up the clips there are; they stay where they are."""
        with self._lock:
            self._file.set_aside()
            self._key = self._private = None
        self.open(may_create=True)

    def state(self) -> KeyringState:
        """How the keys are kept; raises KeyringError where they were not opened."""
        key = self._opened()
        return KeyringState(
            profile=KeyProfile.LOCKED if key.private is None else KeyProfile.UNLOCKED,
            is_locked=self._private is None,
            has_recovery_code=key.by_code is not None,
            key_id=key.key_id,
        )

    def seal(self, clip_key: bytes, clip_id: str, camera_id: str) -> SealedKey:
        """Seal a clip's key to the house, locked or not."""
        key = self._opened()
        public = X25519PublicKey.from_public_bytes(key.public)
        return SealedKey(sealed=_SUITE.encrypt(clip_key, public, _clip_info(clip_id, camera_id)), sealed_to=key.key_id)

    def unseal(self, sealed: SealedKey, clip_id: str, camera_id: str) -> bytes:
        """A clip's key; raises LockedError while the house is locked."""
        if self._private is None:
            raise LockedError("The house is locked: an administrator must unlock it.")
        try:
            return _SUITE.decrypt(sealed.sealed, self._private, _clip_info(clip_id, camera_id))
        except InvalidTag, ValueError:
            raise KeyringError("The clip's key is damaged, or was sealed to another house.") from None

    # Locking and unlocking

    def unlock(self, passphrase: str) -> None:
        """Make clips visible until the next start."""
        with self._lock:
            self._private = _by_passphrase(self._opened(), passphrase)

    def unlock_by_code(self, recovery_code: str) -> None:
        """The same for an owner who has no passphrase any more, and may now set another one."""
        with self._lock:
            self._private = _by_code(self._opened(), recovery_code)

    def lock(self) -> None:
        """Forget the private key; does nothing where the house is unlocked by itself."""
        with self._lock:
            if self._opened().private is None:
                self._private = None

    def check_code(self, recovery_code: str) -> None:
        """Return where this is the recovery code."""
        _by_code(self._opened(), recovery_code)

    def check_passphrase(self, passphrase: str) -> None:
        """Return where this is the passphrase."""
        _by_passphrase(self._opened(), passphrase)

    # How the private key is kept; all of it only while the house is unlocked

    def keep_locked(self, passphrase: str) -> None:
        """From the next start on, the house is locked until this passphrase is given; also to set another one."""
        if len("".join(passphrase.split())) < SHORTEST_PASSPHRASE:
            raise SecretError(SecretFault.TOO_SHORT)
        with self._lock:
            key, private = self._opened(), self._unlocked()
            by_passphrase = self._wrapped(private, passphrase.encode(), _BY_PASSPHRASE)
            self._keep(replace(key, private=None, by_passphrase=by_passphrase))

    def change_passphrase(self, old: str, new: str) -> None:
        """The same, for who knows the one of before."""
        self.check_passphrase(old)
        self.keep_locked(new)

    def keep_unlocked(self) -> None:
        """From the next start on, the house is unlocked by itself."""
        with self._lock:
            key, private = self._opened(), self._unlocked()
            self._keep(replace(key, private=private.private_bytes_raw(), by_passphrase=None))

    def set_code(self, recovery_code: str) -> None:
        """This code opens the house from now on, and none before it: one of `new_recovery_code`, typed back."""
        code = read_code(recovery_code)
        with self._lock:
            key, private = self._opened(), self._unlocked()
            self._keep(replace(key, by_code=self._wrapped(private, code, _BY_CODE)))

    def _keep(self, key: HouseKey) -> None:
        self._file.write(key)
        self._key = key

    def _wrapped(self, private: X25519PrivateKey, secret: bytes, purpose: bytes) -> WrappedKey:
        return wrap(private.private_bytes_raw(), secret, purpose + self._opened().public, self._cost)

    def _opened(self) -> HouseKey:
        if self._key is None:
            raise KeyringError("The house's keys were not opened.")
        return self._key

    def _unlocked(self) -> X25519PrivateKey:
        if self._private is None:
            raise LockedError("The house is locked: an administrator must unlock it.")
        return self._private


def _by_passphrase(key: HouseKey, passphrase: str) -> X25519PrivateKey:
    return _unwrapped(key, key.by_passphrase, passphrase.encode(), _BY_PASSPHRASE)


def _by_code(key: HouseKey, recovery_code: str) -> X25519PrivateKey:
    return _unwrapped(key, key.by_code, read_code(recovery_code), _BY_CODE)


def _unwrapped(key: HouseKey, wrapped: WrappedKey | None, secret: bytes, purpose: bytes) -> X25519PrivateKey:
    if wrapped is None:
        raise SecretError(SecretFault.NOT_SET)
    return _private_key(key, unwrap(wrapped, secret, purpose + key.public))


def _private_key(key: HouseKey, private: bytes) -> X25519PrivateKey:
    made = X25519PrivateKey.from_private_bytes(private)
    if made.public_key().public_bytes_raw() != key.public:
        raise KeyringError("The house's private and public keys are not of one pair: restore them from a backup.")
    return made


def _clip_info(clip_id: str, camera_id: str) -> bytes:
    return f"localcam/v1/clip-key\0{clip_id}{camera_id}".encode()
