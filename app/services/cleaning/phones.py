"""Telephone numbers as offices write them: several in a cell, with extensions, words and lost digits.

Mobile numbers of the mainland take one regular expression; landlines follow the national numbering plan; only numbers
of other countries load the heavy library (see `foreign_phones`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.core.i18n import t
from app.services.cleaning.foreign_phones import parse_foreign
from app.services.cleaning.phone_types import Phone, PhoneKind, display
from app.services.cleaning.text import narrow
from app.services.cleaning.values import (
    BLANK,
    LONGEST,
    Cleaned,
    Problem,
    digits_destroyed,
    digits_marked,
    failed,
    is_placeholder,
    looks_scientific,
    nothing_said,
)

__all__ = ["Phone", "PhoneKind", "display", "guess_region", "parse_phones"]

# Segments handed out to mobile operators; others of the form 1[3-9] are stored with a warning.
_SEGMENT = r"1(?:3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
_FAST = re.compile(
    rf"(?:(?:\+|00)?86[- ]?|\(86\)|（86）)?({_SEGMENT})[- ]?([0-9]{{4}})[- ]?([0-9]{{4}})(?:\.0)?", re.ASCII
)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_KNOWN_SEGMENT = re.compile(_SEGMENT)
_LANDLINE = re.compile(r"0?(10|2[0-57-9])([2-8]\d{7})|0?([3-9]\d\d)([2-8]\d{6,7})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_BUSINESS = re.compile(r"[48]00\d{7}")
_SHORT = re.compile(r"1[0-2]\d{1,3}|1[0-2]\d{6}|9[56]\d{3,6}")
_FAST_LAND = re.compile(r"(0[0-9]{2,3})-([2-8][0-9]{6,7})(?:(?:-|转)([0-9]{1,5}))?", re.ASCII)
_PREFIX = re.compile(r"(?:\+|00)86|86(?=1[3-9]\d{9}$)|86(?=0?(?:10|2\d|[3-9]\d\d)[2-8]\d{6,7}$)")
_ABROAD = re.compile(r"(?:\+|00)(?!86)[1-9]\d{4,}")

_QUIET_PAREN = re.compile(r"\(([^()\d]*)\)")
_SPLIT = re.compile(r"[/、;,|\n\r\\&]+|或者?|以及|\s+or\s+", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?:转接?|轉|分机号?|分機|内线|內線|ext(?:ension)?\.?|(?<=\d)\s*x|#)\s*[:.]?\s*(\d{1,6})(?!\d)", re.IGNORECASE
)
_DASHED_EXTENSION = re.compile(r"(.*\d)\s*[-–—~]\s*(\d{1,5})")
_NOTE_WORDS = re.compile(r"[^\d+()\-–—.\s\ue000-\uf8ff][^\d+()\ue000-\uf8ff]*")
# 310/246-1501: three groups as in North America are one number, whatever stands between the first two.
_STROKE = "\uf8ff"
_STROKED = re.compile(r"(?<![\d/])([2-9]\d\d\s*)/(\s*\d{3}[-.\s]\d{4})(?!\d)")
_THREE_GROUPS = re.compile(r"\(?([2-9]\d\d)\)?\s*[/.\-\s]?\s*(\d{3})[.\-\s](\d{4})")
_PLAIN_LABEL = re.compile(
    r"(?:联系|聯絡)?(?:电话|電話|手机|手機|座机|固话|号码)?(?:号码?)?|tel|mobile|phone|mob|cell|[tm]", re.IGNORECASE
)
# 微信同号, 同微信, （微信）: this number. 微信 abc_123 names another account.
_WECHAT = re.compile(r"微信(?!\W*[a-z])|(?:同|^).{0,2}(?:v信|wx|wechat)\W*$|(?:v信|wx|v|wechat).{0,2}同", re.IGNORECASE)
_NOT_DIGIT = re.compile(r"[^\d+]")

Outcome = Phone | Problem


def parse_phones(text: str, default_region: str = "CN") -> Cleaned[tuple[Phone, ...]]:
    """Every number in the cell. `default_region`: ISO code of the country numbers without "+" belong to.

    When some are good and some are not, `value` holds the good ones and `problem` (error) quotes the others.
    """
    if default_region == "CN":
        quick = _quick(text)
        if quick is not None:
            return quick
    if digits_marked(text):
        return digits_destroyed()
    if len(text) > LONGEST:
        return failed("phone.none", t("不是电话号码"))
    plain = narrow(text).replace("＋", "+")
    if not plain:
        return BLANK
    if is_placeholder(plain):
        return nothing_said(plain)
    if looks_scientific(plain):
        return failed("phone.destroyed", t("号码变成了科学记数法（{text}），末尾的数字可能已丢失", text=plain))
    return _gather(list(_each_piece(plain, default_region)), plain)


def _quick(text: str) -> Cleaned[tuple[Phone, ...]] | None:
    """The answer for the two commonest writings, or None. A wrong or strange number is never decided here."""
    match = _FAST.fullmatch(text)
    if match:
        return Cleaned((Phone("+86" + match[1] + match[2] + match[3], "", "mobile", ""),))
    match = _FAST_LAND.fullmatch(text)
    if match:
        land = _LANDLINE.fullmatch(match[1] + match[2])
        if land:
            return Cleaned((_landline(land, match[3] or ""),))
    return None


def _gather(found: list[Outcome], text: str) -> Cleaned[tuple[Phone, ...]]:
    good: dict[tuple[str, str], Phone] = {}
    wrong: list[Problem] = []
    told: Problem | None = None
    for one in found:
        if isinstance(one, Problem):
            wrong.append(one)
            continue
        known = good.get((one.number, one.extension))
        good[one.number, one.extension] = one if known is None else _joined(known, one)
        told = told or _caution(one)
    numbers = tuple(good.values()) or None
    if wrong:
        return Cleaned(numbers, wrong[0])
    if numbers is None:
        return failed("phone.none", t("“{text}”里没有电话号码", text=text[:30]))
    return Cleaned(numbers, told)


def _joined(one: Phone, other: Phone) -> Phone:
    note = one.note if other.note in ("", one.note) else " ".join(filter(None, (one.note, other.note)))
    return replace(one, note=note, also_wechat=one.also_wechat or other.also_wechat)


def _caution(phone: Phone) -> Problem | None:
    if phone.kind == "unknown":
        return Problem("phone.no_area", t("“{number}”没有区号", number=phone.number), "warning")
    if phone.kind == "mobile" and phone.number.startswith("+86") and not _KNOWN_SEGMENT.match(phone.number, 3):
        return Problem("phone.segment", t("“{number}”的号段没有分配给手机", number=phone.number[3:]), "warning")
    return None


def _each_piece(plain: str, region: str) -> Iterator[Outcome]:
    notes: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        notes.append(match[1].strip())
        return chr(0xE000 + min(len(notes) - 1, 0xFFF))

    # A remark in parentheses may hold separators; it travels as one character with the number it follows.
    plain = _STROKED.sub(rf"\1{_STROKE}\2", re.sub("[\ue000-\uf8ff]", "", plain))
    cell = _QUIET_PAREN.sub(stand_in, plain) if "(" in plain else plain
    before: Phone | None = None
    lone: list[str] = []
    for piece in _SPLIT.split(cell):
        own = [notes[ord(c) - 0xE000] for c in piece if "\ue000" <= c <= "\uefff"]
        bare = re.sub("[\ue000-\uefff]", " ", piece).strip()
        if not re.search(r"\d", bare):
            lone += [*own, bare]
            continue
        for one in _piece(bare, region, before):
            if isinstance(one, Problem):
                yield one
                continue
            before = _with_notes(one, [*lone, *own])
            lone = []
            yield before


def _with_notes(phone: Phone, more: list[str]) -> Phone:
    words = [phone.note, *more]
    kept = [w.strip(" :：-—.·") for w in words if w and not _PLAIN_LABEL.fullmatch(w.strip(" :：-—.·"))]
    note = " ".join(dict.fromkeys(w for w in kept if w))
    wechat = phone.also_wechat or any(_WECHAT.search(w) for w in words if w)
    return replace(phone, note=note, also_wechat=wechat) if note or wechat else phone


def _piece(piece: str, region: str, before: Phone | None) -> list[Outcome]:
    extension = ""
    match = _EXTENSION.search(piece)
    if match:
        extension, piece = match[1], piece[: match.start()] + " " + piece[match.end() :]
    words = [word.strip(" :：-—.") for word in _NOTE_WORDS.findall(piece)]
    digits = _NOTE_WORDS.sub(" ", piece).strip()
    digits = re.sub(r"(?<=\d)\.0+$", "", digits)
    one = _three_groups(digits, extension) or _number(digits.replace(_STROKE, "/"), extension, region, before)
    if isinstance(one, Problem):
        several = _several(digits, region) if not extension else None
        if several is None:
            return [one]
        return [*several[:-1], _with_notes(several[-1], words)]
    return [_with_notes(one, words)]


def _three_groups(digits: str, extension: str) -> Phone | None:
    written = digits.replace(_STROKE, "/")
    match = _THREE_GROUPS.fullmatch(written)
    if match is None or _BUSINESS.fullmatch("".join(match.groups())):
        return None
    return Phone("".join(match.groups()), extension, "foreign", "", written=written)


def _several(digits: str, region: str) -> list[Phone] | None:
    """Numbers parted by spaces only: the cut of the groups in which each part is a whole number, or None."""
    tokens = digits.split()
    if not 2 <= len(tokens) <= 12:
        return None
    # best[i]: the first way found to read tokens[:i]; shorter parts first, so no two numbers run together.
    best: list[list[Phone] | None] = [[]] + [None] * len(tokens)
    for end in range(1, len(tokens) + 1):
        for start in range(end - 1, max(-1, end - 5), -1):
            head = best[start]
            if head is None:
                continue
            one = _number("".join(tokens[start:end]), "", region, None)
            if isinstance(one, Phone) and one.kind != "unknown" and len(one.number) > 8:
                best[end] = [*head, one]
                break
    return best[-1]


def _number(digits: str, extension: str, region: str, before: Phone | None) -> Outcome:
    compact = _NOT_DIGIT.sub("", digits)
    if _ABROAD.fullmatch(compact):
        return parse_foreign("+" + compact.lstrip("+0"), region, extension, digits)
    if region != "CN" and not compact.startswith(("+86", "0086")):
        return parse_foreign(compact, region, extension, digits)
    one = _mainland(compact, extension)
    if one is None and not extension:
        match = _DASHED_EXTENSION.fullmatch(digits)
        if match:
            one = _mainland(_NOT_DIGIT.sub("", match[1]), match[2])
            one = one if one is not None and one.kind in ("landline", "service") else None
    if one is not None and one.kind == "unknown" and before is not None and before.kind == "landline":
        # 010-88886666/88887777: the second number of a cell shares the area code of the first.
        area = _area(before.number)
        land = _LANDLINE.fullmatch(area + one.number)
        one = _landline(land, one.extension) if land else one
    return one if one is not None else _why_not(compact, digits)


def _area(number: str) -> str:
    """The area code with its 0 of a stored mainland landline."""
    return "0" + (number[3:5] if number[3] in "12" else number[3:6])


def _landline(match: re.Match[str], extension: str) -> Phone:
    return Phone("+86" + (match[1] or match[3]) + (match[2] or match[4]), extension, "landline", "")


def _mainland(compact: str, extension: str) -> Phone | None:
    prefix = _PREFIX.match(compact)
    national = compact[prefix.end() :] if prefix else compact
    if "+" in national:
        return None
    if _MOBILE.fullmatch(national.removeprefix("0")):
        return Phone("+86" + national.removeprefix("0"), extension, "mobile", "")
    land = _LANDLINE.fullmatch(national)
    if land and (prefix or national.startswith("0")):
        return _landline(land, extension)
    if _BUSINESS.fullmatch(national):
        return Phone("+86" + national, extension, "service", "")
    if prefix:
        return None
    if _LOCAL.fullmatch(national):
        return Phone(national, extension, "unknown", "")
    return Phone(national, extension, "service", "") if _SHORT.fullmatch(national) else None


def _why_not(compact: str, shown: str) -> Problem:
    digits = compact.lstrip("+")
    n = len(digits)

    def error(code: str, text: str) -> Problem:
        return Problem(code, text, "error")

    if digits.startswith("1") and n < 11:
        return error("phone.too_short", t("“{text}”只有 {n} 位，手机号应为 11 位", text=shown, n=n))
    if n > 11 and digits.startswith("1"):
        return error("phone.too_long", t("“{text}”有 {n} 位，手机号应为 11 位", text=shown, n=n))
    if digits.startswith("0") and n >= 8:
        return error("phone.bad_landline", t("“{text}”的区号或位数不对", text=shown))
    if n == 11:
        return error("phone.not_mobile", t("“{text}”有 11 位但不是手机号；若是座机，可能丢了开头的 0", text=shown))
    if n < 7:
        return error("phone.too_short", t("“{text}”只有 {n} 位，不够一个号码", text=shown, n=n))
    if n > 11:
        return error("phone.too_long", t("“{text}”有 {n} 位，太长了", text=shown, n=n))
    return error("phone.unreadable", t("“{text}”不是完整的电话号码", text=shown))


def guess_region(samples: Sequence[str]) -> str:
    """The region ("CN", "TW", "HK" or "MO") under which most of the numbers without country code are good; ties: CN."""

    def good(region: str) -> int:
        return sum(1 for s in samples if (c := parse_phones(s, region)).problem is None and c.value)

    counts = {region: good(region) for region in ("CN", "TW", "HK", "MO")}
    return max(counts, key=lambda region: counts[region])
