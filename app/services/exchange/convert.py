"""One cell into one field value: the cleaners applied by field type, with every change and every problem told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from app.core.fields import Address as StoredAddress
from app.core.fields import Field, FieldType, Point
from app.core.i18n import t
from app.core.validation import out_of_bounds
from app.core.values import money_text
from app.db.store.drafts import point_row
from app.db.store.layout import POINT_KINDS, to_store
from app.services.cleaning.addresses import split_address
from app.services.cleaning.amounts import parse_amount, parse_bool, parse_integer, parse_number, written_minor
from app.services.cleaning.codes import match_choice
from app.services.cleaning.dates import parse_date, parse_datetime
from app.services.cleaning.emails import parse_emails
from app.services.cleaning.identity import parse_credit_code, parse_id_card
from app.services.cleaning.phone_types import Phone, display
from app.services.cleaning.phones import parse_phones
from app.services.cleaning.text import clean_text
from app.services.cleaning.values import Problem
from app.services.exchange.cell_forms import LINK_MARKS, SEPARATOR, TAG_MARKS, split_items
from app.services.exchange.plan import UNKNOWN_CHOICE, ColumnPlan

#: a value, and what to tell about it
Converted = tuple[Any, Problem | None]
Converter = Callable[[str], Converted]
#: the value as stored, what to tell, and the value as shown
Stored = tuple[Any, Problem | None, str]
_CACHED = 20_000
_ROUNDED = "amount.rounded"


_LONGEST_CHOICE = 60


@dataclass(frozen=True)
class Options:
    """What conversion depends on besides the cell. `grow`: an office's pick-list takes words it has not."""

    column: ColumnPlan
    region: str = "CN"
    date1904: bool = False
    users: Mapping[str, str] | None = None
    grow: bool = False


def converter(field: Field, options: Options) -> Converter:
    """The function from a cell to a field value."""
    plain = _BUILDERS.get(field.type, _text)(field, options)
    if field.least is None and field.most is None:
        return plain

    def within(cell: str) -> Converted:
        value, problem = plain(cell)
        wrong = out_of_bounds(field, value) if value is not None else ""
        return (None, Problem("number.bounds", wrong, "error")) if wrong else (value, problem)

    return within


def storing(field: Field, options: Options) -> Callable[[str], Stored]:
    """The function from a cell to its stored form, for all cells of one column; repeated cells are answered from memory.

    Points come as stored rows, everything else as `layout.to_store` primitives (tags and links stay tuples of text).
    """
    plain = converter(field, options)
    known: dict[str, Stored] = {}
    kind = POINT_KINDS.get(field.type, "")
    as_is = field.type in (FieldType.TAGS, FieldType.LINKS, FieldType.USER)

    def convert(cell: str) -> Stored:
        found = known.get(cell)
        if found is not None and cell.__class__ is str:
            return found
        if getattr(cell, "mark", "") == "error":
            return None, Problem("cell.error", t("单元格是错误值 {text}", text=str(cell)), "error"), ""
        value, problem = plain(cell)
        if value is None:
            stored = None
        elif kind:
            stored = tuple(point_row(kind, p) for p in value)
        else:
            stored = value if as_is else to_store(field, value)
        made = stored, problem, shown(field, value)
        if len(known) < _CACHED and cell.__class__ is str and (problem is None or problem.code != _ROUNDED):
            known[cell] = made
        return made

    return convert


def _text(field: Field, _options: Options) -> Converter:
    keep = field.type is FieldType.LONG_TEXT
    longest = field.max_length

    def convert(cell: str) -> Converted:
        value = clean_text(cell, keep)
        if len(value) > longest:
            text = t("太长：最多 {most} 个字，现在 {now} 个。", most=longest, now=len(value))
            return value[:longest], Problem("text.too_long", text, "error")
        return value or None, None

    return convert


def _choice(field: Field, options: Options) -> Converter:
    labels = {c.code: (c.code, c.zh, c.en, *c.synonyms) for c in field.choices}
    meant = {clean_text(text).casefold(): code for text, code in options.column.values.items()}
    takes_more = field.open_choices or (field.office and options.grow)

    def convert(cell: str) -> Converted:
        text = clean_text(cell)
        if not text:
            return None, None
        if text.casefold() in meant:
            return meant[text.casefold()] or None, None
        code = match_choice(text, labels)
        if code is not None:
            return code, None
        if takes_more and len(text) <= min(field.max_length, _LONGEST_CHOICE):
            return text, None
        known = "、".join(c.label for c in field.offered)
        return None, Problem(
            UNKNOWN_CHOICE, t("“{value}”不在选项里（{options}）。", value=text, options=known), "error"
        )

    return convert


def _listed(one: Converter) -> Converter:
    """A converter for cells of several points. Cells in our own writing, and cells with something wrong in them, are
    read part by part, so that what is wrong is kept by itself and comes back from an export unchanged."""

    def convert(cell: str) -> Converted:
        parts = [part.strip() for part in cell.split(SEPARATOR)] if SEPARATOR in cell else []
        if len(parts) < 2:
            return one(cell)
        each = [one(part) for part in parts if part]
        own = all(points and len(points) == 1 and _written(points[0]) in parts for points, _ in each)
        if not own:
            points, problem = one(cell)
            if problem is None or all(p.valid for p in points or ()):
                return points, problem
        merged: dict[tuple[str, str], Point] = {}
        for points, _ in each:
            for point in points or ():
                merged.setdefault((point.normal, point.extension), point)
        problems = [problem for _, problem in each if problem is not None]
        worst = next((p for p in problems if p.severity == "error"), problems[0] if problems else None)
        return tuple(merged.values()) or None, worst

    return convert


def _written(point: Point) -> str:
    return point.value + (t(" 转 {extension}", extension=point.extension) if point.extension else "")


def _phones(_field: Field, options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        found = parse_phones(cell, options.region)
        problem = found.problem
        if problem is None or problem.severity == "warning":
            return tuple(_phone_point(p) for p in found.value or ()) or None, problem
        if "destroyed" in problem.code:
            return None, problem
        # a number that cannot be right is kept as written, marked invalid: a person may still read it
        good = [_phone_point(p) for p in found.value or ()]
        text = clean_text(cell)[:250]
        points = (*good, Point(text, text.casefold(), valid=False)) if text else tuple(good)
        return points or None, Problem(problem.code, problem.text + t("，已按原文保留"), "warning")

    return _listed(convert)


def _phone_point(phone: Phone) -> Point:
    label = t("微信同号") if phone.also_wechat else ""
    return Point(phone.written or display(phone.number), phone.number, label, phone.extension, note=phone.note[:200])


def _emails(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        found = parse_emails(cell)
        points = tuple(Point(address, address.casefold()) for address in found.value or ())
        if found.failed:
            text = clean_text(cell)[:250]
            kept = (*points, Point(text, text.casefold(), valid=False)) if text else points
            assert found.problem
            return kept or None, Problem(found.problem.code, found.problem.text + t("，已按原文保留"), "warning")
        return points or None, found.problem

    return _listed(convert)


def _wechats(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        words = clean_text(cell).replace("，", " ").replace(",", " ").replace("；", " ").replace(";", " ").split()
        return tuple(Point(w, w.casefold()) for w in words) or None, None

    return convert


def _money(_field: Field, options: Options) -> Converter:
    carried = Decimal(0)

    def convert(cell: str) -> Converted:
        nonlocal carried
        found = parse_amount(cell, unit=options.column.unit)
        if found.problem is None or found.problem.code != _ROUNDED:
            return found.value, found.problem
        # what rounding takes from one row is given to the next, so that the column's sum stays exact to the cent
        exact = written_minor(cell, unit=options.column.unit) + carried
        cents = exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        carried = exact - cents
        text = t("“{text}”超过两位小数，已取到分；零头并入下一行，整列合计不变", text=str(cell))
        return int(cents), Problem(_ROUNDED, text, "warning")

    return convert


def _date(_field: Field, options: Options) -> Converter:
    column = options.column

    def convert(cell: str) -> Converted:
        found = parse_date(
            cell,
            order=column.date_order,
            certain=column.order_certain,
            date1904=options.date1904,
        )
        return found.value, found.problem

    return convert


def _datetime(_field: Field, options: Options) -> Converter:
    column = options.column

    def convert(cell: str) -> Converted:
        found = parse_datetime(
            cell,
            order=column.date_order,
            certain=column.order_certain,
            date1904=options.date1904,
        )
        value: datetime | None = found.value.astimezone() if found.value else None
        return value, found.problem

    return convert


def _cleaned(parse: Callable[[str], Any]) -> Callable[[Field, Options], Converter]:
    def build(_field: Field, _options: Options) -> Converter:
        def convert(cell: str) -> Converted:
            found = parse(cell)
            return found.value, found.problem

        return convert

    return build


def _id_card(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        found = parse_id_card(cell)
        return (found.value.number if found.value else None), found.problem

    return convert


def _tags(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        names = split_items(clean_text(cell, keep_lines=True), TAG_MARKS)
        return tuple(dict.fromkeys(name[:40] for name in names)) or None, None

    return convert


def _user(_field: Field, options: Options) -> Converter:
    users = options.users or {}

    def convert(cell: str) -> Converted:
        name = clean_text(cell)
        if not name:
            return None, None
        if name in users:
            return users[name], None
        text = t("“{name}”不是本档案的用户，改由导入者负责", name=name)
        return None, Problem("owner.unknown", text, "warning")

    return convert


def _links(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        return split_items(clean_text(cell, keep_lines=True), LINK_MARKS) or None, None

    return convert


_BUILDERS: Mapping[FieldType, Callable[[Field, Options], Converter]] = {
    FieldType.CHOICE: _choice,
    FieldType.PHONES: _phones,
    FieldType.EMAILS: _emails,
    FieldType.WECHATS: _wechats,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.INTEGER: _cleaned(parse_integer),
    FieldType.NUMBER: _cleaned(parse_number),
    FieldType.BOOL: _cleaned(parse_bool),
    FieldType.ID_CARD: _id_card,
    FieldType.CREDIT_CODE: _cleaned(parse_credit_code),
    FieldType.TAGS: _tags,
    FieldType.USER: _user,
    FieldType.LINKS: _links,
}


def address_parts(cell: str) -> tuple[StoredAddress | None, Problem | None]:
    """A full address split by 行政区划; unsplit when it is ambiguous."""
    found = split_address(cell)
    if found.value is None:
        text = clean_text(cell)
        return (StoredAddress(detail=text) if text else None), found.problem
    a = found.value
    return StoredAddress(a.province, a.city, a.district, a.detail), found.problem


def shown(field: Field, value: Any) -> str:
    """The value as a preview writes it (`→` right side)."""
    if value is None:
        return ""
    match field.type:
        case FieldType.MONEY:
            return money_text(value)
        case FieldType.DATE:
            return str(value)
        case FieldType.DATETIME:
            return str(value.strftime("%Y-%m-%d %H:%M:%S"))
        case FieldType.PHONES | FieldType.EMAILS | FieldType.WECHATS:
            return "；".join(p.value + (f" 转 {p.extension}" if p.extension else "") for p in value)
        case FieldType.TAGS | FieldType.LINKS:
            return "；".join(value)
        case FieldType.CHOICE:
            choice = field.choice(value)
            return choice.label if choice else str(value)
    return str(value)
