"""One cell into one field value: the cleaners applied by field type, with every change and every problem told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from app.core.fields import Address as StoredAddress
from app.core.fields import Field, FieldType
from app.core.i18n import t
from app.core.kinds import kind_of
from app.db.store.drafts import point_row
from app.db.store.layout import POINT_KINDS, to_store
from app.services.cleaning.addresses import split_address
from app.services.cleaning.amounts import (
    parse_amount,
    parse_bool,
    parse_integer,
    parse_number,
    parse_percent,
    parse_price,
    written_minor,
)
from app.services.cleaning.dates import parse_date, parse_datetime
from app.services.cleaning.durations import parse_duration
from app.services.cleaning.identity import parse_credit_code, parse_id_card
from app.services.cleaning.month_days import parse_month_day
from app.services.cleaning.text import clean_text
from app.services.cleaning.values import Cleaned, Problem
from app.services.exchange.cells import lists as cell_lists
from app.services.exchange.cells.options import Converted, Converter, Options
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.files.cell_forms import SEPARATOR

#: the value as stored, what to tell, and the value as shown
Stored = tuple[Any, Problem | None, str]
_CACHED = 20_000
_ROUNDED = "amount.rounded"


def converter(field: Field, options: Options) -> Converter:
    """The function from a cell to a field value."""
    plain = READERS[field.type](field, options)
    if field.least is None and field.most is None:
        return plain
    kind = kind_of(field)

    def within(cell: str) -> Converted:
        value, problem = plain(cell)
        wrong = kind.outside(field, value) if value is not None else ""
        return (None, Problem("number.bounds", wrong, "error")) if wrong else (value, problem)

    return within


def storing(field: Field, options: Options) -> Callable[[str], Stored]:
    """The function from a cell to its stored form, for all cells of one column; repeated cells are answered from memory.

    Points come as stored rows, everything else as `layout.to_store` primitives (tags and links stay tuples of text).
    """
    plain = converter(field, options)
    known: dict[str, Stored] = {}
    kind = POINT_KINDS.get(field.type, "")
    as_is = field.type in _TEXTS

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


def _money(field: Field, options: Options) -> Converter:
    carried = Decimal(0)

    def convert(cell: str) -> Converted:
        nonlocal carried
        found = parse_amount(cell, unit=options.column.unit)
        if found.problem is None or found.problem.code != _ROUNDED or field.apart:
            return found.value, found.problem
        # what rounding takes from one row is given to the next, so that the column's sum stays exact to the cent
        exact = written_minor(cell, unit=options.column.unit) + carried
        cents = exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        carried = exact - cents
        text = t("“{text}”超过两位小数，已取到分；零头并入下一行，整列合计不变", text=str(cell))
        return int(cents), Problem(_ROUNDED, text, "warning")

    return convert


def _price(_field: Field, options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        found = parse_price(cell, unit=options.column.unit)
        return found.value, found.problem

    return convert


def _dated(parse: Callable[..., Cleaned[Any]]) -> Callable[[Field, Options], Converter]:
    def build(_field: Field, options: Options) -> Converter:
        column = options.column

        def convert(cell: str) -> Converted:
            order, certain = column.date_order, column.order_certain
            found = parse(cell, order=order, certain=certain, date1904=options.date1904)
            return found.value, found.problem

        return convert

    return build


def _datetime(field: Field, options: Options) -> Converter:
    written = _dated(parse_datetime)(field, options)

    def convert(cell: str) -> Converted:
        value, problem = written(cell)
        return (value.astimezone() if value else None), problem

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


#: type → what reads its cells. Addresses of one cell become parts (`address_parts`)
READERS: Mapping[FieldType, Callable[[Field, Options], Converter]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.URL: _text,
    FieldType.ADDRESSES: _text,
    FieldType.FILES: _text,
    FieldType.CHOICE: cell_lists.choice,
    FieldType.MULTI_CHOICE: cell_lists.choices,
    FieldType.PHONES: cell_lists.phones,
    FieldType.EMAILS: cell_lists.emails,
    FieldType.WECHATS: cell_lists.wechats,
    FieldType.MONEY: _money,
    FieldType.PRICE: _price,
    FieldType.PERCENT: _cleaned(parse_percent),
    FieldType.DURATION: _cleaned(parse_duration),
    FieldType.DATE: _dated(parse_date),
    FieldType.DATETIME: _datetime,
    FieldType.MONTH_DAY: _dated(parse_month_day),
    FieldType.INTEGER: _cleaned(parse_integer),
    FieldType.NUMBER: _cleaned(parse_number),
    FieldType.BOOL: _cleaned(parse_bool),
    FieldType.ID_CARD: _id_card,
    FieldType.CREDIT_CODE: _cleaned(parse_credit_code),
    FieldType.TAGS: cell_lists.tags,
    FieldType.USER: _user,
    FieldType.LINKS: cell_lists.links,
}
#: these stay texts until the records they name are found
_TEXTS = frozenset({FieldType.TAGS, FieldType.LINKS, FieldType.USER})


def address_parts(cell: str) -> tuple[StoredAddress | None, Problem | None]:
    """A full address split by 行政区划; unsplit when it is ambiguous."""
    found = split_address(cell)
    if found.value is None:
        text = clean_text(cell)
        return (StoredAddress(detail=text) if text else None), found.problem
    a = found.value
    return StoredAddress(a.province, a.city, a.district, a.detail), found.problem


def shown(field: Field, value: Any) -> str:
    """The value as a preview writes it (`→` right side); tags, links and users are texts still."""
    if value is None:
        return ""
    if field.type in _TEXTS:
        return value if isinstance(value, str) else SEPARATOR.join(value)
    return cell_text(field, value, str)
