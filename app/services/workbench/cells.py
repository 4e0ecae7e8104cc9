"""What operations do to one cell: each maker takes parameters and gives a function from text to what becomes of it.

The answer is a text, several texts (for several new columns), or `Unclear`: the cell stays as it is and is counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.core.amounts import money_text
from app.core.hidden import without_hidden
from app.core.i18n import t
from app.services.cleaning.addresses import split_address
from app.services.cleaning.amounts import parse_amount, parse_number
from app.services.cleaning.date_parts import cut_time
from app.services.cleaning.dates import Order, parse_date, parse_datetime
from app.services.cleaning.emails import parse_emails
from app.services.cleaning.identity import parse_credit_code, parse_id_card
from app.services.cleaning.names import company_brand, company_core, pinyin_full, pinyin_initials
from app.services.cleaning.phone_types import display
from app.services.cleaning.phones import parse_phones
from app.services.cleaning.text import clean_text, narrow
from app.services.cleaning.values import Problem, is_placeholder
from app.services.workbench.company_names import company_name
from app.services.workbench.patterns import compiled

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unclear:
    """The cell could not be understood; it stays."""

    why: str


Outcome = str | tuple[str, ...] | Unclear
CellFunction = Callable[[str], Outcome]

_SPACE_RUN = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_HALF = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_NARROW_ALNUM = {w: w - 0xFEE0 for w in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_FULL = {narrow_: wide for wide, narrow_ in _HALF.items()}
_GROUP = re.compile(r"\\([0-9])")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def _unclear(problem: Problem | None) -> Unclear:
    return Unclear(problem.text if problem else t("看不懂"))


# ---- writing --------------------------------------------------------------------------------------------------------


def trim(_p: Params) -> CellFunction:
    return lambda text: without_hidden(text).strip(" \t\r\n\x0b\x0c\u00a0\u3000\u2002\u2003\u2009\u202f\ufeff")


def collapse(_p: Params) -> CellFunction:
    return lambda text: _SPACE_RUN.sub(" ", without_hidden(text)).strip()


def squeeze(_p: Params) -> CellFunction:
    return lambda text: _SPACE_RUN.sub("", without_hidden(text))


def width(p: Params) -> CellFunction:
    table = {"full": _FULL, "half": _HALF, "half-letters": _NARROW_ALNUM}[p.get("to") or "half"]
    return lambda text: text.translate(table)


def case(p: Params) -> CellFunction:
    to = p.get("to") or "upper"
    if to == "title":
        return lambda text: _WORD.sub(lambda m: m[0][:1].upper() + m[0][1:].lower(), text)
    return str.lower if to == "lower" else str.upper


def normal_form(_p: Params) -> CellFunction:
    return lambda text: unicodedata.normalize("NFC", text)


@cache
def _converter(name: str) -> Any:
    from importlib import import_module

    for module in ("opencc", "opencc_purepy"):
        try:
            return import_module(module).OpenCC(name)
        except ImportError:
            continue
    raise RuntimeError("no converter between traditional and simplified characters")


def script(p: Params) -> CellFunction:
    converter = _converter("s2t" if p.get("to") == "traditional" else "t2s")
    return lambda text: text if text.isascii() else str(converter.convert(text))


def standard_text(_p: Params) -> CellFunction:
    return clean_text


def placeholder(_p: Params) -> CellFunction:
    return lambda text: "" if is_placeholder(text) else text


# ---- replacing ------------------------------------------------------------------------------------------------------


def replace_text(p: Params) -> CellFunction:
    find, with_, how = str(p["find"]), str(p.get("with") or ""), p.get("how") or "text"
    case_matters = bool(p.get("case", True))
    if how == "regex":
        pattern = compiled(find, case_matters)
        return lambda text: str(pattern.sub(lambda match: _expanded(with_, match), text))
    if how == "cell":
        if case_matters:
            return lambda text: with_ if text == find else text
        folded = find.casefold()
        return lambda text: with_ if text.casefold() == folded else text
    if case_matters:
        return lambda text: text.replace(find, with_)
    plain = re.compile(re.escape(find), re.IGNORECASE)
    return lambda text: plain.sub(lambda _m: with_, text)


def _expanded(template: str, match: Any) -> str:
    """The replacement with \\0 … \\9 as the groups of the match; groups that do not exist are nothing."""

    def group(found: re.Match[str]) -> str:
        number = int(found[1])
        return match[number] or "" if number <= match.re.groups else ""

    return _GROUP.sub(group, template)


def by_map(p: Params) -> CellFunction:
    table = map_of(p)
    return lambda text: table.get(text, text)


def map_of(p: Params) -> dict[str, str]:
    """{"map": {from: to}} or {"edits": [{"from": […], "to": …}]} as one table."""
    table = {str(k): str(v) for k, v in (p.get("map") or {}).items()}
    for edit in p.get("edits") or ():
        table.update((str(one), str(edit["to"])) for one in edit["from"])
    return table


def edit(p: Params) -> CellFunction:
    before, after = str(p["from"]), str(p["to"])
    return lambda text: after if text == before else text


def extract(p: Params) -> CellFunction:
    pattern = compiled(str(p["pattern"]), bool(p.get("case", True)))
    into = p.get("into")
    wide = len(into) if isinstance(into, list | tuple) else 1

    def find(text: str) -> Outcome:
        match = pattern.search(text) if text else None
        if match is None:
            return ("",) * wide
        groups = [g or "" for g in match.groups()] or [match[0]]
        return (*groups, *("",) * wide)[:wide]

    return find


def split(p: Params) -> CellFunction:
    """Pieces by a separator, by lengths, or by the groups of a pattern; what is left over goes with the last column."""
    how = p.get("how") or "separator"
    into = p.get("into") or []
    wide = len(into) if isinstance(into, list | tuple) else 1
    pieces = splitter(p)

    def cut(text: str) -> Outcome:
        found = pieces(text) if text else []
        if how == "separator" and len(found) > wide > 0:
            sign = str(p.get("separator") or ",")
            found = [*found[: wide - 1], sign.join(found[wide - 1 :])]
        return (*found, *("",) * wide)[:wide] if wide else tuple(found)

    return cut


def splitter(p: Params) -> Callable[[str], list[str]]:
    """The function that cuts a text into all its pieces."""
    how = p.get("how") or "separator"
    if how == "lengths":
        sizes = [int(n) for n in p["lengths"]]

        def lengths(text: str) -> list[str]:
            found, at = [], 0
            for size in sizes:
                found.append(text[at : at + size])
                at += size
            return [*found, text[at:]] if text[at:] else found

        return lengths
    if how == "regex":
        pattern = compiled(str(p["pattern"]), bool(p.get("case", True)))
        if pattern.groups:
            return lambda text: [g or "" for g in m.groups()] if (m := pattern.search(text)) else [text]
        return lambda text: [str(piece).strip() for piece in pattern.split(text)]
    sign = str(p.get("separator") or ",")
    return lambda text: [piece.strip() for piece in text.split(sign)]


# ---- meaning --------------------------------------------------------------------------------------------------------


def date(p: Params) -> CellFunction:
    order: Order = p.get("order") or "ymd"
    certain = bool(p.get("order"))
    epoch = bool(p.get("date1904"))

    def read(text: str) -> Outcome:
        found = parse_date(text, order=order, certain=certain, date1904=epoch)
        if found.value is None:
            return "" if found.problem and found.problem.severity == "warning" else _unclear(found.problem)
        if found.failed:
            return _unclear(found.problem)
        if cut_time(narrow(text))[1] is not None:
            moment = parse_datetime(text, order=order, certain=certain, date1904=epoch)
            if moment.value is None or moment.failed:
                return _unclear(moment.problem)
            return moment.value.strftime("%Y-%m-%d %H:%M:%S")
        return found.value.isoformat()

    return read


def amount(p: Params) -> CellFunction:
    unit = int(p.get("unit") or 1)

    def read(text: str) -> Outcome:
        found = parse_amount(text, unit=unit)
        if found.value is None:
            return "" if found.problem and found.problem.severity == "warning" else _unclear(found.problem)
        return money_text(found.value) if not found.failed else _unclear(found.problem)

    return read


def number(_p: Params) -> CellFunction:
    def read(text: str) -> Outcome:
        found = parse_number(text)
        if found.value is None:
            return "" if found.problem and found.problem.severity == "warning" else _unclear(found.problem)
        return format(found.value, "f") if not found.failed else _unclear(found.problem)

    return read


def phone(p: Params) -> CellFunction:
    region, e164 = p.get("region") or "CN", p.get("form") == "e164"

    def read(text: str) -> Outcome:
        found = parse_phones(text, region)
        if found.failed:
            return _unclear(found.problem)
        if e164:
            return "；".join(f"{n.number},{n.extension}" if n.extension else n.number for n in found.value or ())
        return "；".join(display(n.number, n.extension) for n in found.value or ())

    return read


def email(_p: Params) -> CellFunction:
    def read(text: str) -> Outcome:
        found = parse_emails(text)
        return _unclear(found.problem) if found.failed else "；".join(found.value or ())

    return read


def address(_p: Params) -> CellFunction:
    def read(text: str) -> Outcome:
        found = split_address(text)
        a = found.value
        if a is None:
            return "" if found.problem else text
        if found.problem is not None and not a.province:
            return _unclear(found.problem)
        return f"{a.province}{'' if a.city == a.province else a.city}{a.district}{a.detail}"

    return read


def region(_p: Params) -> CellFunction:
    """省, 市, 区 of an address."""

    def read(text: str) -> Outcome:
        found = split_address(text)
        a = found.value
        if a is None or (not a.province and found.problem is not None):
            return _unclear(found.problem) if text else ("", "", "")
        return a.province, a.city, a.district

    return read


def company(p: Params) -> CellFunction:
    city, branch = p.get("city") or "keep", p.get("branch") or "keep"
    short = bool(p.get("short_suffix"))
    return lambda text: company_name(text, city=city, branch=branch, short_suffix=short)


def core(p: Params) -> CellFunction:
    return company_brand if p.get("form") == "brand" else company_core


def id_card(_p: Params) -> CellFunction:
    """15 → 18 digits, capital X, no blanks."""

    def read(text: str) -> Outcome:
        found = parse_id_card(text)
        if found.value is None:
            return "" if found.problem and found.problem.severity == "warning" else _unclear(found.problem)
        return found.value.number

    return read


def id_parts(_p: Params) -> CellFunction:
    """Birth date, sex and region of an identity card number."""

    def read(text: str) -> Outcome:
        found = parse_id_card(text).value
        if found is None:
            return _unclear(parse_id_card(text).problem) if text else ("", "", "")
        sex = t("男") if found.sex == "male" else t("女")
        return found.birth_date.isoformat(), sex, found.region_name or ""

    return read


def credit_check(_p: Params) -> CellFunction:
    """Whether a unified social credit code is right, and why not."""

    def read(text: str) -> Outcome:
        found = parse_credit_code(text)
        if found.value is None:
            return t("无效"), found.problem.text if found.problem else t("空白")
        return t("有效"), found.problem.text if found.problem else ""

    return read


def credit_code(_p: Params) -> CellFunction:
    def read(text: str) -> Outcome:
        found = parse_credit_code(text)
        if found.value is None:
            return "" if found.problem and found.problem.severity == "warning" else _unclear(found.problem)
        return found.value

    return read


def pinyin(p: Params) -> CellFunction:
    return pinyin_initials if p.get("form") == "initials" else pinyin_full
