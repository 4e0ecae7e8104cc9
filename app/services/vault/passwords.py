"""What screens need to know of passwords and recovery codes before the archive is touched."""

from __future__ import annotations

import unicodedata

from app.core.i18n import t
from app.db.secrets import GOOD_PASSWORD, MIN_PASSWORD, check_password, parse_recovery_code, password_strength
from app.errors import UserError

_LONGEST_WAIT = 30


def strength(password: str) -> tuple[int, str]:
    """A score 0 (guessed at once) to 4 (strong), and a sentence in words for the meter."""
    score, advice = password_strength(password)
    if problem(password):
        return 0, t("至少 {n} 个字符。", n=MIN_PASSWORD)
    if score == 0 and len(unicodedata.normalize("NFKC", password)) < GOOD_PASSWORD:
        return 0, t("可以用，但太短；{n} 个字符以上更安全。", n=GOOD_PASSWORD)
    return score, advice or (t("很强的密码。") if score >= 4 else t("强度不错的密码。"))


def shortest() -> int:
    """Characters a password has at least."""
    return MIN_PASSWORD


def problem(password: str) -> str:
    """Why this password is refused, "" if it is not."""
    try:
        check_password(password)
    except UserError as error:
        return str(error)
    return ""


def check_recovery_code(code: str) -> None:
    """Raise UserError for a typing error in a recovery code; whether it opens anything is not looked at."""
    parse_recovery_code(code)


def wait_after(failures: int) -> int:
    """Seconds until the next attempt after so many wrong ones: 0, 0, 1, 2, 4 … 30."""
    return 0 if failures < 2 else min(_LONGEST_WAIT, 2 ** min(failures - 2, 5))
