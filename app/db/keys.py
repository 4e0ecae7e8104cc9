"""The key header: who can open the archive.

A random data key encrypts the database. Each slot (password, recovery code, device) owns an X25519 pair: the private half
is wrapped with a key derived from its secret (Argon2id for passwords, SHA-256 with salt for high-entropy secrets), the data
key is sealed to the public half. So a password changes without touching data, and an administrator can rotate the data
key without knowing anybody's password. The whole header is authenticated with a key derived from the data key and carries
a generation number that the database repeats, so that an old header put back is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from app.core.i18n import t
from app.errors import CannotUnlock, EnvironmentProblem

FORMAT = "kedang-archive"
VERSION = 1
PAGE_SIZE = 4096
KEY_BYTES = 32
PASSWORD_KDF: dict[str, Any] = {"name": "argon2id", "m": 65536, "t": 3, "p": 1}
SECRET_KDF: dict[str, Any] = {"name": "sha256"}
#: least and most of each cost that is accepted
LIMITS = {"m": (8192, 1 << 20), "t": (1, 16), "p": (1, 8)}

PASSWORD, RECOVERY, DEVICE = "password", "recovery", "device"


class Damaged(EnvironmentProblem):
    """The key header or the file is not as it was written."""


def _cannot_unlock() -> CannotUnlock:
    return CannotUnlock(t("用户名或密码不对，无法打开。"))


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def subkey(key: bytes | bytearray, purpose: bytes, length: int = 32) -> bytes:
    """A key for one purpose, derived from a uniformly random key (HKDF-Expand, RFC 5869)."""
    return HKDFExpand(hashes.SHA256(), length, purpose).derive(bytes(key))


def _derive(secret: bytes, kdf: dict[str, Any]) -> bytes:
    salt = _unb64(kdf["salt"])
    if kdf.get("name") == SECRET_KDF["name"]:
        return hashlib.sha256(salt + secret).digest()
    if kdf.get("name") != PASSWORD_KDF["name"]:
        raise _cannot_unlock()
    for key, (low, high) in LIMITS.items():
        if not (isinstance(kdf.get(key), int) and low <= kdf[key] <= high):
            raise _cannot_unlock()
    return Argon2id(salt=salt, length=KEY_BYTES, iterations=kdf["t"], lanes=kdf["p"], memory_cost=kdf["m"]).derive(
        secret
    )


@dataclass
class Slot:
    """One way in. All binary parts are base64 text."""

    id: str
    kind: str
    name: str
    kdf: dict[str, Any]
    pub: str
    commit: str = ""
    wrap: str = ""
    seal: str = ""


@dataclass
class Header:
    """The key header. `generation` rises with every change of it."""

    vault_id: str
    generation: int = 0
    slots: list[Slot] = field(default_factory=list)
    mac: str = ""

    # ---- form on disk -------------------------------------------------------------------------------------------

    @classmethod
    def create(cls) -> Header:
        return cls(uuid.uuid4().hex)

    def _body(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "vault_id": self.vault_id,
            "cipher": "sqlcipher4",
            "page_size": PAGE_SIZE,
            "generation": self.generation,
            "slots": [vars(s) for s in self.slots],
        }

    def to_bytes(self) -> bytes:
        return _canonical(self._body() | {"mac": self.mac})

    @classmethod
    def from_bytes(cls, data: bytes) -> Header:
        """Parse; raises Damaged for anything that is not a header, EnvironmentProblem for a newer one."""
        try:
            body = json.loads(data)
            if body["format"] != FORMAT:
                raise Damaged(t("这不是客档通档案。"))
            if body["version"] > VERSION:
                raise EnvironmentProblem(t("这个档案由更新版本的客档通写成，请先升级程序再打开。"))
            slots = [Slot(**s) for s in body["slots"]]
            return cls(str(body["vault_id"]), int(body["generation"]), slots, str(body["mac"]))
        except (ValueError, KeyError, TypeError):
            raise Damaged(t("档案的密钥信息已损坏。")) from None

    def copy(self) -> Header:
        return Header.from_bytes(self.to_bytes())

    # ---- authenticity -------------------------------------------------------------------------------------------

    def _mac(self, data_key: bytes | bytearray) -> str:
        return _b64(hmac.digest(subkey(data_key, b"kedang header mac"), _canonical(self._body()), "sha256"))

    def commit(self, data_key: bytes | bytearray) -> None:
        """Close a change: next generation, new MAC."""
        self.generation += 1
        self.mac = self._mac(data_key)

    def verify(self, data_key: bytes | bytearray, known_generation: int | None = None) -> None:
        """Raise Damaged when the header was altered or an older one was put back."""
        if not hmac.compare_digest(self.mac, self._mac(data_key)):
            raise Damaged(t("档案的密钥信息被改动过，已停止打开。请用备份恢复。"))
        if known_generation is not None and self.generation < known_generation:
            raise Damaged(t("档案的密钥信息是旧的一份（可能有人换回了旧文件），已停止打开。"))

    # ---- slots --------------------------------------------------------------------------------------------------

    def find(self, kind: str, name: str) -> Slot | None:
        return next((s for s in self.slots if s.kind == kind and s.name == name), None)

    def names(self, kind: str = PASSWORD) -> list[str]:
        return [s.name for s in self.slots if s.kind == kind]

    def add(self, kind: str, name: str, secret: bytes, data_key: bytes | bytearray) -> Slot:
        """A new slot for `secret`; call `commit` afterwards."""
        private = X25519PrivateKey.generate()
        slot = Slot(uuid.uuid4().hex[:12], kind, name, {}, _b64(private.public_key().public_bytes_raw()))
        self._set_secret(slot, secret, private.private_bytes_raw())
        self._seal(slot, data_key)
        self.slots.append(slot)
        return slot

    def remove(self, kind: str, name: str) -> None:
        self.slots = [s for s in self.slots if not (s.kind == kind and s.name == name)]

    def unlock(self, kind: str, name: str, secret: bytes) -> bytearray:
        """The data key. Raises the same CannotUnlock, after the same work, for every reason."""
        slot = self.find(kind, name)
        if slot is None:
            if kind == PASSWORD:
                _derive(secret, PASSWORD_KDF | {"salt": _b64(bytes(16))})
            raise _cannot_unlock()
        return self._open(slot, secret)[0]

    def change_secret(self, kind: str, name: str, old: bytes, new: bytes) -> None:
        """Re-wrap one slot; no data is touched."""
        slot = self.find(kind, name)
        if slot is None:
            raise _cannot_unlock()
        data_key, private = self._open(slot, old)
        self.verify(data_key)
        self._set_secret(slot, new, private)
        self._seal(slot, data_key)
        self.commit(data_key)

    def rotate(
        self, old_key: bytes | bytearray, new_key: bytes | bytearray, drop: frozenset[str] = frozenset()
    ) -> None:
        """Seal a new data key to every slot except those named in `drop` (their devices go too)."""
        self.verify(old_key)
        self.slots = [s for s in self.slots if s.name not in drop or s.kind == RECOVERY]
        for slot in self.slots:
            self._seal(slot, new_key)
        self.commit(new_key)

    def _bound(self, slot: Slot, what: str) -> bytes:
        return _canonical([FORMAT, VERSION, self.vault_id, what, slot.id, slot.kind, slot.name, slot.kdf, slot.pub])

    def _set_secret(self, slot: Slot, secret: bytes, private: bytes) -> None:
        slot.kdf = (PASSWORD_KDF if slot.kind == PASSWORD else SECRET_KDF) | {"salt": _b64(secrets.token_bytes(16))}
        root, nonce = _derive(secret, slot.kdf), secrets.token_bytes(12)
        slot.commit = _b64(subkey(root, b"commit", 16))  # AES-GCM alone does not commit to its key
        wrapped = AESGCM(subkey(root, b"wrap")).encrypt(nonce, private, self._bound(slot, "wrap"))
        slot.wrap = _b64(nonce + wrapped)

    def _seal(self, slot: Slot, data_key: bytes | bytearray) -> None:
        once = X25519PrivateKey.generate()
        public, mine = _unb64(slot.pub), once.public_key().public_bytes_raw()
        key = self._shared(once, public, mine + public)
        # the key is fresh for every seal, so a fixed nonce is safe
        slot.seal = _b64(mine + AESGCM(key).encrypt(bytes(12), bytes(data_key), self._bound(slot, "seal")))

    @staticmethod
    def _shared(private: X25519PrivateKey, public: bytes, salt: bytes) -> bytes:
        shared = private.exchange(X25519PublicKey.from_public_bytes(public))
        return HKDF(hashes.SHA256(), KEY_BYTES, salt, b"kedang data key").derive(shared)

    def _open(self, slot: Slot, secret: bytes) -> tuple[bytearray, bytes]:
        try:
            root = _derive(secret, slot.kdf)
            if not hmac.compare_digest(subkey(root, b"commit", 16), _unb64(slot.commit)):
                raise _cannot_unlock()
            wrap, seal, public = _unb64(slot.wrap), _unb64(slot.seal), _unb64(slot.pub)
            private = AESGCM(subkey(root, b"wrap")).decrypt(wrap[:12], wrap[12:], self._bound(slot, "wrap"))
            theirs = seal[:32]
            key = self._shared(X25519PrivateKey.from_private_bytes(private), theirs, theirs + public)
            opened = AESGCM(key).decrypt(bytes(12), seal[32:], self._bound(slot, "seal"))
        except (InvalidTag, KeyError, ValueError, TypeError):
            raise _cannot_unlock() from None
        return bytearray(opened), private
