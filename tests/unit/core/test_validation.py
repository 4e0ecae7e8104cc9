"""One validator for every way in: what it stores, what it refuses, and in which words."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dictionary import BUILT_IN
from app.core.fields import Address, Field, FieldType, Link, Point
from app.core.validation import InvalidFields, clean_value, clean_values
from app.errors import UserError
from tests.factories.values import field_of

CUSTOMERS = BUILT_IN.entity("customers")
TEXT = Field("x", "字段", "Field", max_length=5)
SOMEBODY = uuid.UUID(int=1)


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (FieldType.TEXT, "  甲 ", "甲"),
        (FieldType.TEXT, "", None),
        (FieldType.TEXT, " \u3000", None),
        (FieldType.TEXT, "a\x00b", "ab"),
        (FieldType.TEXT, "e\u0301", "é"),
        (FieldType.TEXT, "\ud800 甲", "甲"),
        (FieldType.TAGS, ("甲", " 甲 ", "", "乙"), ("甲", "乙")),
        (FieldType.TAGS, (" ",), None),
        (FieldType.PHONES, (), None),
        (FieldType.PHONES, [], None),
        (FieldType.ADDRESSES, [], None),
        (FieldType.LINKS, [], None),
        (FieldType.PHONES, [Point(" 138 ", "")], (Point("138", "138"),)),
        (FieldType.EMAILS, [Point("A@b.cn", "")], (Point("A@b.cn", "a@b.cn"),)),
        (FieldType.LINKS, [Link(SOMEBODY, "甲"), Link(SOMEBODY, "乙")], (Link(SOMEBODY, "乙"),)),
        (FieldType.ADDRESSES, [Address(" 江苏 ")], (Address("江苏"),)),
        (FieldType.MONEY, -5, -5),
        (FieldType.BOOL, False, False),
        (
            FieldType.DATETIME,
            datetime(2026, 3, 5, 18, 0, 0, 1999, tzinfo=timezone(timedelta(hours=8))),
            datetime(2026, 3, 5, 10, 0, 0, 1000, tzinfo=UTC),
        ),
    ],
)
def test_that_values_are_stored_in_one_form(kind: FieldType, value: Any, stored: Any) -> None:
    assert clean_value(field_of(kind), value) == stored


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.INTEGER, "5"),
        (FieldType.INTEGER, True),
        (FieldType.INTEGER, 2**63),
        (FieldType.INTEGER, -(2**63)),
        (FieldType.MONEY, 1.5),
        (FieldType.NUMBER, 1.5),
        (FieldType.NUMBER, Decimal("NaN")),
        (FieldType.NUMBER, Decimal("Infinity")),
        (FieldType.NUMBER, Decimal(10) ** 13),
        (FieldType.BOOL, 1),
        (FieldType.DATE, datetime(2026, 3, 5, tzinfo=UTC)),
        (FieldType.DATE, "2026-03-05"),
        (FieldType.DATETIME, datetime(2026, 3, 5)),  # noqa: DTZ001 - without a zone on purpose
        (FieldType.DATETIME, date(2026, 3, 5)),
        (FieldType.DATETIME, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))),
        (FieldType.USER, "boss"),
        (FieldType.PHONES, "138"),
        (FieldType.PHONES, [Point("  ", "")]),
        (FieldType.ADDRESSES, ["苏州"]),
        (FieldType.LINKS, [SOMEBODY]),
        (FieldType.TAGS, ["长" * 41]),
        (FieldType.EMAILS, [Point("a" * 250 + "@b.cn", "")]),
    ],
)
def test_that_what_an_engine_could_not_keep_is_refused(kind: FieldType, value: Any) -> None:
    with pytest.raises(UserError):
        clean_value(field_of(kind), value)


def test_that_length_counts_characters_and_the_sentence_says_both_numbers() -> None:
    assert clean_value(TEXT, "一二三四五") == "一二三四五"
    with pytest.raises(UserError, match="最多 5 个字，现在 6 个"):
        clean_value(TEXT, "一二三四五六")


def test_that_a_closed_list_takes_only_its_codes_and_an_open_one_anything() -> None:
    stage, level = CUSTOMERS.field("stage"), CUSTOMERS.field("level")
    assert clean_value(stage, "won") == "won"
    with pytest.raises(UserError, match=r"潜在.*流失"):
        clean_value(stage, "成交")
    assert clean_value(level, "钻石") == "钻石"


def test_that_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidFields) as caught:
        clean_values(CUSTOMERS, {"stage": "x", "amount": 1.5, "city": "苏州"})
    assert set(caught.value.problems) == {"stage", "amount", "name"}
    assert "客户名称：必填。" in str(caught.value)


@pytest.mark.parametrize("blank", [None, "", " ", "\x00", "\ud800"])
def test_that_a_required_field_cannot_be_emptied(blank: Any) -> None:
    with pytest.raises(InvalidFields):
        clean_values(CUSTOMERS, {"name": blank}, partial=True)
    assert clean_values(CUSTOMERS, {"city": ""}, partial=True) == {"city": None}


def test_that_an_unknown_field_is_an_error() -> None:
    with pytest.raises(UserError, match="没有字段"):
        clean_values(CUSTOMERS, {"name": "x", "colour": "red"})


@given(st.text(max_size=300))
def test_that_any_typed_text_is_stored_or_refused_and_never_breaks(text: str) -> None:
    try:
        stored = clean_value(CUSTOMERS.field("name"), text)
    except UserError:
        return
    if stored is not None:
        stored.encode()
        assert stored == stored.strip()
        assert "\x00" not in stored
        assert len(stored) <= 200
