"""Numbers that carry a check digit: identity cards, unified social credit codes, bank cards."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from app.core.i18n import t
from app.services.cleaning.regions import full_name
from app.services.cleaning.text import narrow
from app.services.cleaning.values import (
    BLANK,
    LONGEST,
    Cleaned,
    digits_destroyed,
    digits_marked,
    failed,
    is_placeholder,
    looks_scientific,
    nothing_said,
    warned,
)

Sex = Literal["male", "female"]

_SEPARATORS = re.compile(r"[\s\-'’‘`·_.]+")
_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_CHECKS = "10X98765432"
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_VALUES = {character: value for value, character in enumerate(_CODE_ALPHABET)}
_CODE_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_CODE_SHAPE = re.compile(r"[0-9A-Z]{18}")
_NEVER_IN_CODE = re.compile("[IOZSV]")
_OLDEST = 1880


@dataclass(frozen=True, slots=True)
class IdCard:
    """A resident identity card number (18 characters, X upper case) and what it says.

    `region_name` is None when even the province is unknown.
    """

    number: str
    birth_date: dt.date
    sex: Sex
    region_code: str
    region_name: str | None


def _prepared(text: str) -> Cleaned[str]:
    """The bare upper-case characters, or the answer when there is nothing to check."""
    plain = narrow(text) if len(text) <= LONGEST else text[:LONGEST]
    if not plain:
        return BLANK
    if is_placeholder(plain):
        return nothing_said(plain)
    if looks_scientific(plain):
        return digits_destroyed()
    bare = plain if plain.isalnum() else _SEPARATORS.sub("", re.sub(r"(?<=\d)\.0$", "", plain))
    return Cleaned(bare.upper())


def id_check_character(first17: str) -> str:
    """The eighteenth character for the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return _CARD_CHECKS[sum(int(c) * w for c, w in zip(first17, _CARD_WEIGHTS, strict=True)) % 11]


def parse_id_card(text: str, *, today: dt.date | None = None) -> Cleaned[IdCard]:
    """A resident identity card. 15-digit numbers are converted (warning); an unknown province only warns.

    `today` bounds the birth date (default: the clock).
    """
    prepared = _prepared(text)
    bare = prepared.value
    if bare is None:
        return Cleaned(None, prepared.problem)
    digits = bare[:-1] if len(bare) == 18 else bare
    if not (digits.isascii() and digits.isdigit() and bare[-1] in "0123456789X"):
        return failed("identity.characters", t("身份证号应为 17 位数字加一位校验码"))
    if len(bare) == 15:
        first17 = bare[:6] + "19" + bare[6:]
        return _read_card(first17 + id_check_character(first17), bare, today)
    if len(bare) != 18:
        return failed("identity.length", t("身份证号应为 18 位，这里有 {n} 位", n=len(bare)))
    wrong = id_check_character(digits) != bare[-1]
    if (digits_marked(text) and (wrong or bare.endswith("000"))) or (wrong and bare.endswith("000")):
        return digits_destroyed()
    if wrong:
        return failed("identity.check", t("身份证号的校验码不对，请核对有没有抄错"))
    return _read_card(bare, "", today)


def _read_card(number: str, old: str, today: dt.date | None) -> Cleaned[IdCard]:
    """The card behind a number whose check character is right; `old`: the 15 digits it was made from, or ""."""
    try:
        birth = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return failed("identity.birth_date", t("身份证号里的出生日期不存在：{text}", text=number[6:14]))
    if birth.year < _OLDEST or birth > (today or dt.date.today()):  # noqa: DTZ011 - a calendar day where the person is
        return failed("identity.birth_date", t("身份证号里的出生日期不合理：{text}", text=number[6:14]))
    place = full_name(number[:6])
    card = IdCard(number, birth, "male" if int(number[16]) % 2 else "female", number[:6], place)
    if old:
        return warned(card, "identity.fifteen", t("15 位旧身份证号，已换算为 18 位：{number}", number=number))
    if place is None:
        return warned(card, "identity.region", t("身份证号开头的地区代码 {code} 不在行政区划表中", code=number[:6]))
    return Cleaned(card)


def credit_check_character(first17: str) -> str:
    """The eighteenth character of a unified social credit code (GB 32100); `first17` holds only its alphabet."""
    # The second modulus is what makes remainder 0 give 0 and not 31.
    total = sum(_CODE_VALUES[c] * w for c, w in zip(first17, _CODE_WEIGHTS, strict=True))
    return _CODE_ALPHABET[(31 - total % 31) % 31]


def parse_credit_code(text: str) -> Cleaned[str]:
    """A unified social credit code, upper case; 15-digit registration numbers from before 2015 are kept with a warning."""
    prepared = _prepared(text)
    bare = prepared.value
    if bare is None:
        return prepared
    if len(bare) == 15 and bare.isascii() and bare.isdigit():
        return _old_registration(bare, text)
    if len(bare) != 18:
        return failed("credit.length", t("统一社会信用代码应为 18 位，这里有 {n} 位", n=len(bare)))
    if not _CODE_SHAPE.fullmatch(bare):
        return failed("credit.characters", t("统一社会信用代码只能由数字和大写字母组成"))
    letter = _NEVER_IN_CODE.search(bare)
    if letter:
        told = t("统一社会信用代码里不会有字母 {letter}，可能是数字看错了", letter=letter[0])
        return failed("credit.letter", told)
    if credit_check_character(bare[:17]) == bare[17]:
        return Cleaned(bare)
    if bare.isdigit() and (digits_marked(text) or bare.endswith("000")):
        return digits_destroyed()
    return failed("credit.check", t("统一社会信用代码的校验码不对，请核对有没有抄错"))


def _old_registration(bare: str, text: str) -> Cleaned[str]:
    """A 15-digit business registration number (GS 15, ISO 7064 MOD 11,10)."""
    rest = 10
    for digit in bare[:14]:
        rest = ((int(digit) + rest) % 10 or 10) * 2 % 11
    if (int(bare[14]) + rest) % 10 != 1:
        return (
            digits_destroyed() if digits_marked(text) else failed("credit.old_check", t("15 位工商注册号的校验码不对"))
        )
    return warned(bare, "credit.old", t("这是 15 位旧工商注册号，不是统一社会信用代码"))


def parse_bank_card(text: str) -> Cleaned[str]:
    """A bank card number, 13 to 19 digits with a right Luhn digit. Company accounts follow no common rule: not for them."""
    prepared = _prepared(text)
    bare = prepared.value
    if bare is None:
        return prepared
    if not (bare.isascii() and bare.isdigit() and 13 <= len(bare) <= 19):
        return failed("bank.length", t("银行卡号应为 13 到 19 位数字"))
    total = sum(int(c) if i % 2 == 0 else (int(c) * 2 - 9 if c > "4" else int(c) * 2) for i, c in enumerate(bare[::-1]))
    right = total % 10 == 0
    if len(bare) >= 16 and ((digits_marked(text) and bare.endswith("0")) or (not right and bare.endswith("000"))):
        return digits_destroyed()
    return Cleaned(bare) if right else failed("bank.check", t("银行卡号的校验位不对，请核对有没有抄错"))
