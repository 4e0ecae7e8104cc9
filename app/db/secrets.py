"""Secrets a person holds: passwords and the recovery code, and how strong a password is."""

from __future__ import annotations

import itertools
import secrets
import unicodedata
import zlib

from app.core.i18n import t
from app.errors import UserError

MIN_PASSWORD = 6
GOOD_PASSWORD = 8
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
_COMMON = frozenset(
    "password 12345678 123456789 1234567890 88888888 66666666 11111111 00000000 qwertyui qwerty123 abc12345 abcd1234 "
    "1qaz2wsx iloveyou woaini1314 5201314 a1234567 password1 admin123 admin888 kedang123".split()
)


def password_bytes(password: str) -> bytes:
    """The password as the key derivation sees it: NFKC, so that full-width typing opens the same lock. A console that does
    not know UTF-8 hands its bytes on as they are (PEP 383)."""
    plain = password.encode(errors="surrogateescape").decode(errors="surrogateescape")
    return unicodedata.normalize("NFKC", plain).encode(errors="surrogateescape")


def password_strength(password: str) -> tuple[int, str]:
    """A score 0–4 and a sentence on what would make it better ("" when nothing is missing)."""
    text = unicodedata.normalize("NFKC", password)
    if len(text) < GOOD_PASSWORD:
        return 0, t("至少 {n} 个字符。", n=GOOD_PASSWORD)
    if text.casefold() in _COMMON or len(set(text)) <= 3:
        return 0, t("这个密码太常见，几秒钟就会被猜中。")
    kinds = sum(
        (
            any(c.islower() for c in text),
            any(c.isupper() for c in text),
            any(c.isdigit() for c in text),
            any(not c.isalnum() for c in text),
            any(ord(c) > 0x2E80 for c in text),
        )
    )
    runs = sum(abs(ord(a) - ord(b)) <= 1 for a, b in itertools.pairwise(text))
    effective = len(text) - runs // 2 + 2 * (kinds - 1)
    score = 1 + (effective >= 11) + (effective >= 14) + (effective >= 18)
    return score, "" if score >= 3 else t("更长一些，或混用字母、数字和符号会更安全；一句容易记的话也很好。")


def check_password(password: str) -> None:
    """Raise UserError when the password is too short to protect anything."""
    if len(unicodedata.normalize("NFKC", password)) < MIN_PASSWORD:
        raise UserError(t("密码太短：至少 {n} 个字符。", n=MIN_PASSWORD))


def new_recovery_code() -> tuple[str, bytes]:
    """A fresh recovery code as printed (34 symbols in groups of 5) and its 20 secret bytes."""
    raw = secrets.token_bytes(20)
    number, check = int.from_bytes(raw, "big"), zlib.crc32(raw)
    body = "".join(_ALPHABET[(number >> 5 * i) & 31] for i in range(31, -1, -1))
    text = body + _ALPHABET[check & 31] + _ALPHABET[(check >> 5) & 31]
    return "-".join(text[i : i + 5] for i in range(0, 34, 5)), raw


def parse_recovery_code(code: str) -> bytes:
    """The 20 secret bytes of a typed code; typing errors are told without touching the archive."""
    folded = unicodedata.normalize("NFKC", code).upper().translate(str.maketrans("OIL", "011"))
    symbols = "".join(c for c in folded if c in _ALPHABET)
    if len(symbols) != 34:
        raise UserError(t("恢复码应有 34 个字母和数字，现在有 {n} 个。", n=len(symbols)))
    number = 0
    for symbol in symbols[:32]:
        number = number << 5 | _ALPHABET.index(symbol)
    raw = number.to_bytes(20, "big")
    check = zlib.crc32(raw)
    if symbols[32:] != _ALPHABET[check & 31] + _ALPHABET[(check >> 5) & 31]:
        raise UserError(t("恢复码有输入错误，请逐组核对。"))
    return raw
