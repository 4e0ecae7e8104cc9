"""A stored telephone number and how it is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.core.i18n import t

PhoneKind = Literal["mobile", "landline", "service", "foreign", "unknown"]


@dataclass(frozen=True, slots=True)
class Phone:
    """`number`: E.164 (`+8613800138000`, `+861088886666`); short service and local numbers are bare digits.

    `extension`: digits or "". `note`: words found beside the number. `also_wechat`: the words said so. `written`: how
    to show a number whose country is not known.
    """

    number: str
    extension: str
    kind: PhoneKind
    note: str
    also_wechat: bool = False
    written: str = ""


_MOBILE = re.compile(r"\+86(1[3-9]\d)(\d{4})(\d{4})")
_BUSINESS = re.compile(r"\+86([48]00)(\d{3})(\d{4})")
_LANDLINE = re.compile(r"\+86(10|2\d|[3-9]\d\d)([2-8]\d{2,3})(\d{4})")


def display(number: str, extension: str = "") -> str:
    """The number as people here write it: `138 0013 8000`, `010-8888 6666 转 801`, `+852 2345 6789`."""
    if match := _MOBILE.fullmatch(number):
        shown = " ".join(match.groups())
    elif match := _BUSINESS.fullmatch(number):
        shown = "-".join(match.groups())
    elif match := _LANDLINE.fullmatch(number):
        shown = f"0{match[1]}-{match[2]} {match[3]}"
    elif number.startswith("+"):
        shown = _international(number)
    else:
        shown = number
    return t("{number} 转 {extension}", number=shown, extension=extension) if extension else shown


def _international(number: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    shown: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown
