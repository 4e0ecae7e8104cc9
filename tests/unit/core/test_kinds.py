"""Every kind of value: whatever it holds comes back the same from every place where it is kept or written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.fields import Choice, Field, FieldType, MonthDay
from app.core.filters import operators
from app.core.i18n import set_language
from app.core.kinds import CUSTOM_TYPES, KINDS, kind_of
from app.core.validation import clean_value
from app.core.values import from_json, shown, to_json, to_text
from app.db.store.layout import from_custom, from_store, to_custom, to_store
from app.errors import UserError
from app.services.exchange.cells.column import UNKNOWN_CHOICE, ColumnPlan
from app.services.exchange.cells.convert import READERS, converter
from app.services.exchange.cells.options import Options
from app.services.exchange.cells.shown import cell_text
from tests.factories.values import BY_TYPE, FIELDS_AND_VALUES, MONTH_DAYS, field_of

WORDS = ("甲", "乙", "重点 客户", "A/B", 'a"b', "x；y", "丙、丁")
LISTED = tuple(Choice(f"c{n}", word, word) for n, word in enumerate(WORDS))
#: types that are stored in a column or a custom value
SCALAR = [kind.type for kind in KINDS.values() if not kind.rows]

_PLAIN = st.text("abcXYZ甲乙丙12", min_size=1, max_size=20)
_MILLIONTHS = st.integers(-(10**15), 10**15).map(lambda n: Decimal(n) / 1_000_000)
_CODES = st.sampled_from([choice.code for choice in LISTED])
#: values as files may carry them: moments to the second, numbers to six decimals
WRITTEN: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: _PLAIN,
    FieldType.LONG_TEXT: st.lists(_PLAIN, min_size=1, max_size=4).map("\n".join),
    FieldType.URL: _PLAIN.map(lambda word: f"https://{word}.cn"),
    FieldType.ID_CARD: st.just("11010519491231002X"),
    FieldType.CREDIT_CODE: st.just("91350100M000100Y43"),
    FieldType.CHOICE: _CODES,
    FieldType.MULTI_CHOICE: st.lists(_CODES, min_size=1, max_size=5, unique=True).map(tuple),
    FieldType.INTEGER: st.integers(-(2**63) + 1, 2**63 - 1),
    FieldType.NUMBER: _MILLIONTHS,
    FieldType.MONEY: st.integers(-(10**15), 10**15),
    FieldType.PRICE: BY_TYPE[FieldType.PRICE],
    FieldType.PERCENT: BY_TYPE[FieldType.PERCENT],
    FieldType.DURATION: st.integers(0, 10**10),
    FieldType.DATE: st.dates(date(1901, 1, 1), date(2100, 12, 31)),
    FieldType.DATETIME: st.datetimes(datetime(1951, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - local, then UTC
        lambda moment: moment.replace(microsecond=0).astimezone(UTC)
    ),
    FieldType.MONTH_DAY: MONTH_DAYS.filter(lambda day: day.year is None or 1901 <= day.year <= 2100),
    FieldType.BOOL: st.booleans(),
}


def listed(kind: FieldType, **more: Any) -> Field:
    """A field of this type with a closed list."""
    return Field("x", "字段", "Field", kind, choices=LISTED, max_length=2000, **more)


def reading(field: Field, cell: str, **plan: Any) -> tuple[Any, Any]:
    """What an import reads in a cell."""
    return converter(field, Options(ColumnPlan("x", **plan)))(cell)


def test_that_every_type_has_a_kind_with_words_operators_and_a_reader() -> None:
    assert set(KINDS) == set(READERS) == set(FieldType)
    for kind in KINDS.values():
        field = field_of(kind.type)
        assert kind.zh
        assert kind.en
        assert operators(field)
        assert kind.rule(field) or kind.type in (FieldType.ADDRESSES, FieldType.FILES), kind
    assert len({kind.zh for kind in KINDS.values()}) == len({kind.en for kind in KINDS.values()}) == len(KINDS)
    assert set(WRITTEN) == set(SCALAR) - {FieldType.USER}


@given(FIELDS_AND_VALUES.filter(lambda pair: not kind_of(pair[0]).rows))
def test_that_a_clean_value_comes_back_from_its_column_and_as_a_custom_value(pair: tuple[Field, Any]) -> None:
    field, value = pair
    clean = clean_value(field, value)
    stored = to_store(field, clean)
    assert stored is None or isinstance(stored, str | int | bytes)
    if field.type is not FieldType.NUMBER:  # a column holds millionths of it
        assert from_store(field, stored) == clean
    text, number = to_custom(field, clean)
    assert from_custom(field, text, number) == clean
    assert (number is not None) == kind_of(field).counted
    assert from_json(field, json.loads(json.dumps(to_json(field, clean)))) == clean


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(WRITTEN))
def test_that_an_exported_cell_is_read_as_the_same_value(kind: FieldType, language: str) -> None:
    field = listed(kind)
    set_language(language)

    @given(WRITTEN[kind])
    def same(value: Any) -> None:
        cell = cell_text(field, clean_value(field, value), str)
        read, problem = reading(field, cell)
        assert (read, problem and problem.severity) in ((value, None), (value, "warning")), cell

    same()


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (FieldType.PRICE, Decimal("0.1234567"), "最多 6 位小数"),
        (FieldType.PRICE, 5, "类型"),
        (FieldType.PRICE, Decimal("NaN"), "太大"),
        (FieldType.PERCENT, Decimal("0.0000001"), "最多 6 位小数"),
        (FieldType.DURATION, -1, "负数"),
        (FieldType.DURATION, 1.5, "类型"),
        (FieldType.MULTI_CHOICE, "甲", "类型"),
        (FieldType.MULTI_CHOICE, ("没有的",), "不在选项里"),
        (FieldType.MONTH_DAY, "05-12", "日期"),
    ],
)
def test_that_a_value_that_does_not_fit_is_refused_in_words(kind: FieldType, value: Any, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        clean_value(listed(kind), value)


@pytest.mark.parametrize(
    ("kind", "value", "portable", "seen", "english"),
    [
        (FieldType.PRICE, Decimal("0.195"), "0.195", "¥0.195", "¥0.195"),
        (FieldType.PRICE, Decimal("-1234.5"), "-1234.50", "-¥1,234.50", "-¥1,234.50"),
        (FieldType.PERCENT, Decimal(15), "15", "15%", "15%"),
        (FieldType.PERCENT, Decimal("12.50"), "12.5", "12.5%", "12.5%"),
        (FieldType.DURATION, 5400, 5400, "1小时30分", "1 h 30 min"),
        (FieldType.DURATION, 172_805, 172_805, "48小时5秒", "48 h 5 s"),
        (FieldType.DURATION, 0, 0, "0秒", "0 s"),
        (FieldType.MULTI_CHOICE, ("c1", "c0"), ["c1", "c0"], "乙；甲", "乙；甲"),
        (FieldType.MONTH_DAY, MonthDay(2, 29), "--02-29", "02-29", "02-29"),
        (FieldType.MONTH_DAY, date(1985, 5, 12), "1985-05-12", "1985-05-12", "1985-05-12"),
    ],
)
def test_that_new_kinds_are_written_as_documented(
    kind: FieldType, value: Any, portable: Any, seen: str, english: str
) -> None:
    field = listed(kind)
    clean = clean_value(field, value)
    assert to_json(field, clean) == portable
    assert shown(field, clean) == seen
    set_language("en")
    assert shown(field, clean) == english


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (FieldType.PRICE, "¥1,234.50", Decimal("1234.5")), (FieldType.PRICE, "1.2万", Decimal(12000)),
        (FieldType.PRICE, "0.0145元", Decimal("0.0145")), (FieldType.PRICE, "1234.5599999999999", Decimal("1234.56")),
        (FieldType.PERCENT, "15%", Decimal(15)), (FieldType.PERCENT, "15 ％", Decimal(15)),
        (FieldType.PERCENT, "15", Decimal(15)), (FieldType.PERCENT, "5‰", Decimal("0.5")),
        (FieldType.DURATION, "1:30:00", 5400), (FieldType.DURATION, "1:30", 5400), (FieldType.DURATION, "90分钟", 5400),
        (FieldType.DURATION, "1小时30分", 5400), (FieldType.DURATION, "1.5小时", 5400), (FieldType.DURATION, "2天", 172_800),
        (FieldType.DURATION, "1h 30m", 5400), (FieldType.DURATION, "45s", 45), (FieldType.DURATION, "90", 5400),
        (FieldType.DURATION, "一", None), (FieldType.DURATION, "-5", None), (FieldType.DURATION, "半小时", 1800),
        (FieldType.MONTH_DAY, "05-12", MonthDay(5, 12)), (FieldType.MONTH_DAY, "5月12日", MonthDay(5, 12)),
        (FieldType.MONTH_DAY, "--05-12", MonthDay(5, 12)), (FieldType.MONTH_DAY, "--0512", MonthDay(5, 12)),
        (FieldType.MONTH_DAY, "1985-06-07", MonthDay(6, 7, 1985)), (FieldType.MONTH_DAY, "05/12", MonthDay(5, 12)),
        (FieldType.MONTH_DAY, "02-29", MonthDay(2, 29)), (FieldType.MONTH_DAY, "02-30", None),
        (FieldType.MONTH_DAY, "1604-05-12", MonthDay(5, 12)), (FieldType.MONTH_DAY, "May 12", MonthDay(5, 12)),
        (FieldType.MULTI_CHOICE, "甲、乙", ("c0", "c1")), (FieldType.MULTI_CHOICE, "A/B", ("c3",)),
        (FieldType.MULTI_CHOICE, "重点 客户", ("c2",)), (FieldType.MULTI_CHOICE, '"A/B"；甲', ("c3", "c0")),
    ],
)  # fmt: skip
def test_that_cells_of_new_kinds_are_read(kind: FieldType, cell: str, value: Any) -> None:
    read, problem = reading(listed(kind), cell)
    assert read == value
    assert (problem is not None) == (value is None)


def test_that_more_decimals_than_are_kept_are_rounded_half_up_and_told() -> None:
    value, problem = reading(listed(FieldType.PRICE), "0.1234565")
    assert (value, problem.severity) == (Decimal("0.123457"), "warning")
    value, problem = reading(listed(FieldType.PERCENT), "0.15")
    assert (value, problem.code) == (Decimal("0.15"), "percent.small")


def test_that_a_price_is_never_carried_to_the_next_row_and_an_amount_that_is_summed_is() -> None:
    price, amount, cost = listed(FieldType.PRICE), listed(FieldType.MONEY), listed(FieldType.MONEY, apart=True)
    of = [converter(field, Options(ColumnPlan("x"))) for field in (price, amount, cost)]
    assert [[read(cell)[0] for cell in ("0.195", "0.195")] for read in of] == [
        [Decimal("0.195"), Decimal("0.195")], [20, 19], [20, 20],
    ]  # fmt: skip


def test_that_unknown_words_of_several_are_told_each_and_the_rest_is_taken() -> None:
    field = listed(FieldType.MULTI_CHOICE)
    value, problem = reading(field, "甲；没有；也没有")
    assert (value, problem.code, problem.words) == (("c0",), UNKNOWN_CHOICE, ("没有", "也没有"))
    value, problem = reading(field, "甲；没有", values={"没有": "c1"})
    assert (value, problem) == (("c0", "c1"), None)
    value, problem = reading(listed(FieldType.MULTI_CHOICE, open_choices=True), "甲；新的")
    assert (value, problem) == (("c0", "新的"), None)


@given(MONTH_DAYS)
def test_that_a_day_of_the_year_is_written_one_way(day: MonthDay) -> None:
    assert MonthDay.parse(str(day)) == day
    assert str(day).endswith(day.yearly)


@pytest.mark.parametrize("day", [(2, 30, None), (2, 29, 1900), (13, 1, None), (1, 1, 0)])
def test_that_a_day_no_calendar_has_is_none(day: tuple[int, int, int | None]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        MonthDay(*day)


def test_that_people_may_choose_the_kinds_a_custom_value_holds() -> None:
    assert {kind for kind in CUSTOM_TYPES if KINDS[kind].rows} == {FieldType.LINKS, FieldType.FILES}
    assert {FieldType.PRICE, FieldType.PERCENT, FieldType.DURATION, FieldType.MULTI_CHOICE, FieldType.MONTH_DAY} <= set(
        CUSTOM_TYPES
    )
    assert to_text(field_of(FieldType.LONG_TEXT), "一\n二") == "一\n二"
