"""Random field values and fields of every type, for property tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from app.core.fields import Address, Field, FieldType, File, Link, Point
from app.core.hidden import without_hidden

TEXT = st.text(st.characters(codec="utf-8"), max_size=20).map(lambda s: without_hidden(s).strip())
FILLED = TEXT.filter(bool)
MOMENTS = st.integers(-(2**41), 2**42).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
POINTS = st.builds(
    Point,
    value=FILLED,
    normal=FILLED,
    label=TEXT,
    extension=TEXT,
    valid=st.booleans(),
    opt_out=st.booleans(),
    note=TEXT,
)
ADDRESSES = st.builds(Address, province=TEXT, city=TEXT, district=TEXT, detail=TEXT, label=TEXT)
LINKS = st.builds(Link, id=st.uuids(), title=TEXT, role=TEXT)
FILES = st.builds(
    File, name=FILLED, sha256=st.text("0123456789abcdef", min_size=64, max_size=64), size=st.integers(0, 2**31),
    media_type=st.sampled_from(("", "text/plain")), note=TEXT, added_at=st.none() | MOMENTS,
)  # fmt: skip
DECIMALS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False)

_POINTS = st.lists(POINTS, min_size=1, max_size=3).map(tuple)
BY_TYPE: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: FILLED,
    FieldType.LONG_TEXT: FILLED,
    FieldType.CHOICE: FILLED,
    FieldType.URL: FILLED,
    FieldType.ID_CARD: FILLED,
    FieldType.CREDIT_CODE: FILLED,
    FieldType.INTEGER: st.integers(-(2**63) + 1, 2**63 - 1),
    FieldType.NUMBER: DECIMALS,
    FieldType.MONEY: st.integers(-(2**63) + 1, 2**63 - 1),
    FieldType.DATE: st.dates(),
    FieldType.DATETIME: MOMENTS,
    FieldType.BOOL: st.booleans(),
    FieldType.USER: st.uuids(),
    FieldType.TAGS: st.lists(FILLED, min_size=1, max_size=4, unique=True).map(tuple),
    FieldType.PHONES: _POINTS,
    FieldType.EMAILS: _POINTS,
    FieldType.WECHATS: _POINTS,
    FieldType.ADDRESSES: st.lists(ADDRESSES, min_size=1, max_size=3).map(tuple),
    FieldType.FILES: st.lists(FILES, min_size=1, max_size=3).map(tuple),
    FieldType.LINKS: st.lists(LINKS, min_size=1, max_size=3, unique_by=lambda link: link.id).map(tuple),
}


def field_of(kind: FieldType) -> Field:
    """An open field of this type."""
    return Field(f"a_{kind}", "字段", "Field", kind, open_choices=True)


FIELDS_AND_VALUES = st.sampled_from(FieldType).flatmap(lambda kind: st.tuples(st.just(field_of(kind)), BY_TYPE[kind]))
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
