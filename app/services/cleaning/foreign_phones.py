"""Numbers outside the mainland plan, through the numbering plans of all countries."""

from __future__ import annotations

from app.core.i18n import t
from app.services.cleaning.phone_types import Phone, PhoneKind
from app.services.cleaning.values import CACHE_SIZE, Problem

_known: dict[tuple[str, str], Phone | None] = {}


def parse_foreign(number: str, region: str, extension: str, shown: str) -> Phone | Problem:
    """`number`: digits, with "+" when it names its country; `region`: where digits without "+" belong."""
    found = _known.get((number, region))
    if found is None and (number, region) not in _known:
        if len(_known) >= CACHE_SIZE:
            _known.clear()
        found = _known[number, region] = _look_up(number, region)
    if found is None:
        if number.startswith("+"):
            return Problem("phone.bad_foreign", t("“{text}”不是该国家或地区的有效号码", text=shown), "error")
        return Problem(
            "phone.bad_local", t("“{text}”不是本地区（{region}）的有效号码", text=shown, region=region), "error"
        )
    return Phone(found.number, extension or found.extension, found.kind, "") if extension else found


def _look_up(number: str, region: str) -> Phone | None:
    import phonenumbers as library

    try:
        parsed = library.parse(number, region)
    except library.NumberParseException:
        return None
    if not library.is_valid_number(parsed):
        return None
    kind: PhoneKind = "foreign"
    if region != "CN" and library.region_code_for_number(parsed) == region:
        kind = _kind(library.number_type(parsed))
    return Phone(library.format_number(parsed, library.PhoneNumberFormat.E164), "", kind, "")


def _kind(number_type: int) -> PhoneKind:
    from phonenumbers import PhoneNumberType as Type

    if number_type == Type.MOBILE:
        return "mobile"
    return "landline" if number_type in (Type.FIXED_LINE, Type.FIXED_LINE_OR_MOBILE) else "service"
