"""What a column holds, told by its content: a column of 11-digit mobiles is a phone whatever its header says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.services.cleaning.addresses import split_address
from app.services.cleaning.amounts import parse_amount, parse_number
from app.services.cleaning.codes import GENDERS, match_choice
from app.services.cleaning.dates import parse_date
from app.services.cleaning.emails import parse_emails
from app.services.cleaning.identity import parse_credit_code, parse_id_card
from app.services.cleaning.names import is_company, is_person
from app.services.cleaning.phones import parse_phones
from app.services.cleaning.text import narrow
from app.services.cleaning.values import Problem, is_placeholder

Kind = Literal[
    "mobile", "phone", "email", "id_number", "credit_code", "date", "amount", "integer", "company", "person", "address",
    "url", "gender", "blank",
]  # fmt: skip

# Of kinds that fit equally well the earlier one says more.
_ORDER: tuple[Kind, ...] = (
    "id_number", "credit_code", "email", "url", "mobile", "phone", "gender", "date", "company", "person", "address",
    "integer", "amount",
)  # fmt: skip

_URL = re.compile(
    r"https?://\S+|www\.\S+\.\S+|(?:[a-z0-9-]+\.)+(?:com|cn|net|org|gov|edu|io|cc)(?:/\S*)?", re.IGNORECASE
)
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d+)?")
_STREET = re.compile(
    r"(?:路|街|大道|道|巷|弄|村|镇|乡|园区|大厦|小区|广场|胡同).{0,12}?\d+|\d+(?:号|號|弄|栋|室|楼|层)"
)
_TAIWAN = re.compile(r"0\d[\d\- ]{7,10}")
_ID_SHAPE = re.compile(r"\d{17}[\dXx]")
_CODE_SHAPE = re.compile(r"[0-9A-Z]{2}\d{6}[0-9A-Z]{10}", re.IGNORECASE)
_SEVERAL_SAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Detection:
    """`share`: part (0–1) of the samples that say something and fit the kind; for "blank" the part that says nothing."""

    kind: Kind
    share: float


def detect(samples: Sequence[str]) -> list[Detection]:
    """The kinds that fit at least one sample, best first. Looks at the first 1,000 samples."""
    taken = [narrow(sample) for sample in samples[:_SEVERAL_SAMPLES]]
    told = [sample for sample in taken if sample and not is_placeholder(sample)]
    found: list[Detection] = []
    if told:
        counts = _counts(told)
        found = [Detection(kind, counts[kind] / len(told)) for kind in _ORDER if counts[kind]]
        found.sort(key=lambda detection: -detection.share)
    if len(told) < len(taken):
        found.append(Detection("blank", 1 - len(told) / len(taken)))
    return found


def _counts(samples: Sequence[str]) -> dict[Kind, int]:
    counts: dict[Kind, int] = dict.fromkeys(_ORDER, 0)
    bare_dates = 0
    for sample in samples:
        if _NUMBER.fullmatch(sample):
            bare_dates += _is_bare_date(sample)
        for kind, fits in _TESTS.items():
            counts[kind] += fits(sample)
    # 45356 is a date only in a column where others are written as dates: alone it is a number.
    if counts["date"] > sum(1 for s in samples if _is_compact_day(s)) or not bare_dates:
        counts["date"] += bare_dates
    return counts


def _is_compact_day(text: str) -> bool:
    return len(text) == 8 and text.isdigit() and parse_date(text).problem is None


def _is_bare_date(text: str) -> bool:
    return not _is_compact_day(text) and len(text) in (5, 6) and _good(parse_date(text).problem)


def _good(problem: Problem | None) -> bool:
    return problem is None or problem.severity == "warning"


def _is_date(text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return _is_compact_day(text)
    found = parse_date(text)
    return found.value is not None or (found.problem is not None and found.problem.code in _DATE_SHAPED)


_DATE_SHAPED = frozenset({"date.no_such_day", "date.no_such_month", "date.zero"})


def _phone(text: str, *, mobile: bool) -> bool:
    if len(text) > 60:
        return False
    numbers = parse_phones(text).value or (parse_phones(text, "TW").value if _TAIWAN.fullmatch(text) else None) or ()
    if mobile:
        return any(number.kind == "mobile" for number in numbers)
    # A bare local or service number could be any number.
    return any(number.kind in ("mobile", "landline", "foreign") or len(number.number) > 10 for number in numbers)


def _is_id(text: str) -> bool:
    if _ID_SHAPE.fullmatch(text) is None and len(text) != 15:
        return False
    found = parse_id_card(text)
    if found.value is not None:
        return True
    return (
        len(text) == 18 and found.problem is not None and found.problem.code in ("identity.check", "digits.destroyed")
    )


def _is_credit_code(text: str) -> bool:
    if _CODE_SHAPE.fullmatch(text) and not _ID_SHAPE.fullmatch(text):
        return True  # A wrong check character is still a credit code somebody mistyped.
    return len(text) in (15, 18) and parse_credit_code(text).value is not None


def _is_amount(text: str) -> bool:
    return len(text) <= 40 and _good(parse_amount(text).problem)


def _is_integer(text: str) -> bool:
    return len(text) <= 12 and text.removeprefix("-").isdigit() and parse_number(text).value is not None


def _is_address(text: str) -> bool:
    if len(text) < 4 or is_company(text):
        return False
    place = split_address(text).value
    known = place is not None and bool(place.province) and (bool(place.detail) or bool(place.district))
    return known or (not text.isascii() and _STREET.search(text) is not None)


_TESTS: dict[Kind, Callable[[str], bool]] = {
    "id_number": _is_id,
    "credit_code": _is_credit_code,
    "email": lambda text: "@" in text and parse_emails(text).value is not None,
    "url": lambda text: "@" not in text and _URL.fullmatch(text) is not None,
    "mobile": lambda text: _phone(text, mobile=True),
    "phone": lambda text: _phone(text, mobile=False),
    "gender": lambda text: match_choice(text, GENDERS) is not None,
    "date": _is_date,
    "company": is_company,
    "person": is_person,
    "address": _is_address,
    "integer": _is_integer,
    "amount": _is_amount,
}
