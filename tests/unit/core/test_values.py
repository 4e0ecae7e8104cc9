"""Values in and out of their portable form, and as people read them."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from app.core.amounts import money_shown, money_text
from app.core.choices import Choice
from app.core.fields import Address, Field, FieldType, Link, Point
from app.core.i18n import set_language
from app.core.validation import clean_value
from app.core.values import from_json, to_json, to_text
from tests.factories.values import BY_TYPE, FIELDS_AND_VALUES, field_of

SOMEBODY = uuid.UUID(int=7)


def test_that_every_type_has_a_way_to_be_tried() -> None:
    assert set(BY_TYPE) == set(FieldType)


@given(FIELDS_AND_VALUES)
def test_that_every_value_survives_its_portable_form(pair: tuple[Field, Any]) -> None:
    field, value = pair
    portable = to_json(field, value)
    through_text = json.loads(json.dumps(portable, ensure_ascii=False))
    assert from_json(field, through_text) == value
    assert not isinstance(portable, float)


@given(FIELDS_AND_VALUES)
def test_that_cleaning_a_clean_value_changes_nothing(pair: tuple[Field, Any]) -> None:
    field, value = pair
    once = clean_value(field, value)
    assert clean_value(field, once) == once


@pytest.mark.parametrize("kind", list(FieldType))
def test_that_nothing_stays_nothing(kind: FieldType) -> None:
    field = field_of(kind)
    assert to_json(field, None) is None
    assert from_json(field, None) is None
    assert to_text(field, None) == ""


@pytest.mark.parametrize(
    ("kind", "value", "portable"),
    [
        (FieldType.MONEY, 123450, "1234.50"),
        (FieldType.MONEY, -5, "-0.05"),
        (FieldType.NUMBER, Decimal("1.10"), "1.10"),
        (FieldType.DATE, date(2026, 3, 5), "2026-03-05"),
        (FieldType.DATETIME, datetime(2026, 3, 5, 10, 0, 0, 9000, tzinfo=UTC), "2026-03-05T10:00:00.009Z"),
        (
            FieldType.PHONES,
            (Point("138", "+86138", valid=False),),
            [{"value": "138", "normal": "+86138", "valid": False}],
        ),
        (FieldType.ADDRESSES, (Address("江苏", "苏州"),), [{"province": "江苏", "city": "苏州"}]),
        (FieldType.LINKS, (Link(SOMEBODY, "恒力"),), [{"id": str(SOMEBODY), "title": "恒力"}]),
        (FieldType.TAGS, ("甲", "乙"), ["甲", "乙"]),
    ],
)
def test_that_the_portable_form_is_as_documented(kind: FieldType, value: Any, portable: Any) -> None:
    assert to_json(field_of(kind), value) == portable


@pytest.mark.parametrize(
    ("minor", "plain", "shown"),
    [(0, "0.00", "¥0"), (123450, "1234.50", "¥1,234.50"), (-100, "-1.00", "-¥1"), (5, "0.05", "¥0.05")],
)
def test_that_money_is_written_without_floats(minor: int, plain: str, shown: str) -> None:
    assert (money_text(minor), money_shown(minor)) == (plain, shown)


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        (FieldType.BOOL, True, "是", "Yes"),
        (FieldType.BOOL, False, "否", "No"),
        (
            FieldType.PHONES,
            (Point("010-8888", "", extension="12"), Point("9", "")),
            "010-8888 转 12；9",
            "010-8888 ext. 12；9",
        ),
        (FieldType.ADDRESSES, (Address("上海", "上海", "徐汇区", "1号"),), "上海徐汇区1号", "上海徐汇区1号"),
        (FieldType.LINKS, (Link(SOMEBODY, "恒力", "采购"),), "恒力（采购）", "恒力（采购）"),
        (FieldType.TAGS, ("甲", "乙"), "甲；乙", "甲；乙"),
        (FieldType.USER, SOMEBODY, "钱总", "钱总"),
    ],
)
def test_that_people_read_their_own_language(kind: FieldType, value: Any, zh: str, en: str) -> None:
    field = field_of(kind)
    assert to_text(field, value, lambda _: "钱总") == zh
    set_language("en")
    assert to_text(field, value, lambda _: "钱总") == en


def test_that_a_choice_shows_its_label_and_an_unknown_one_itself() -> None:
    field = Field("stage", "阶段", "Stage", FieldType.CHOICE, choices=(Choice("won", "成交", "Customer"),))
    assert to_text(field, "won") == "成交"
    assert to_text(field, "其他") == "其他"
    set_language("en")
    assert to_text(field, "won") == "Customer"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\u200b\u200d", None),
        ("\u202e恒力", "恒力"),
        ("恒\x08力", "恒力"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("A\u2066B", "AB"),
    ],
)
def test_that_hidden_characters_never_enter_a_value(typed, stored):
    field = Field("name", "名称", "Name", FieldType.TEXT)
    assert clean_value(field, typed) == stored
