"""Money and numbers: exact, and nothing doubtful stored silently."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.cleaning.amounts import header_unit, parse_amount, parse_bool, parse_integer, parse_number


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1200", 120000),
        ("¥1,200.50", 120050),
        ("￥1,200", 120000),
        ("RMB 1200", 120000),
        ("CNY1,200", 120000),
        ("1200元", 120000),
        ("人民币1,200元整", 120000),
        ("1，200", 120000),
        ("1 200 300.5", 120030050),
        ("1'200", 120000),
        ("1.25万", 1250000),
        ("1.25万元", 1250000),
        ("5w", 5000000),
        ("3k", 300000),
        ("3亿", 30000000000),
        ("3百万", 300000000),
        ("1.5千万", 1500000000),
        ("1亿2000万", 12000000000),
        ("3万5千", 3500000),
        ("3万2000", 3200000),
        ("12元5角", 1250),
        ("（1,200）", -120000),
        ("(1,200.00)", -120000),
        ("-1200", -120000),
        ("1200-", -120000),
        ("－１２００", -120000),
        ("负1200", -120000),
        ("-¥5", -500),
        ("¥-5", -500),
        ("壹万贰仟叁佰元整", 1230000),
        ("壹佰零伍元", 10500),
        ("壹万贰仟叁佰肆拾伍元陆角柒分", 1234567),
        ("一万二千三百元", 1230000),
        ("壹佰元零伍分", 10005),
        ("玖拾玖亿", 990000000000),
        ("0", 0),
        (".5", 50),
        ("1234.5599999999999", 123456),
        ("5,055,100.00", 505510000),
        ("7643700", 764370000),
    ],
)
def test_that_every_writing_of_an_amount_is_exact(text: str, cents: int) -> None:
    found = parse_amount(text)
    assert (found.value, found.problem) == (cents, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,23", "amount.separators"),
        ("1.234.567,00", "amount.separators"),
        ("12,34,567", "amount.separators"),
        ("3万5", "amount.ambiguous"),
        ("三百五", "amount.not_amount"),
        ("贰万叁", "amount.not_amount"),
        ("5-8万", "amount.not_exact"),
        ("约5万", "amount.not_exact"),
        ("10万+", "amount.not_exact"),
        ("$100", "amount.currency"),
        ("100美元", "amount.currency"),
        ("99999999999999", "amount.too_large"),
        ("免费", "amount.not_amount"),
        ("(-5)", "amount.not_amount"),
        ("12%", "amount.not_amount"),
    ],
)
def test_that_a_doubtful_amount_is_an_error_with_its_reason(text: str, code: str) -> None:
    found = parse_amount(text)
    assert found.value is None
    assert found.problem is not None
    assert (found.problem.severity, found.problem.code) == ("error", code)


@pytest.mark.parametrize(
    ("text", "cents", "code"),
    [
        ("12.345", 1234, "amount.rounded"),
        ("12.355", 1236, "amount.rounded"),
        ("1.2E+05", 12000000, "amount.scientific"),
        ("无", None, "blank.placeholder"),
    ],
)
def test_that_a_changed_amount_warns(text: str, cents: int | None, code: str) -> None:
    found = parse_amount(text)
    assert found.value == cents
    assert found.problem is not None
    assert (found.problem.severity, found.problem.code) == ("warning", code)


def test_that_the_header_gives_the_unit_and_the_cell_overrides_it() -> None:
    assert parse_amount("1.25", unit=header_unit("成交金额(万元)")).value == 1250000
    both = parse_amount("1.25万", unit=10_000)
    assert both.value == 1250000
    assert both.problem is not None
    assert both.problem.code == "amount.unit_twice"


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("成交金额(万元)", 10_000),
        ("金额（元）", 1),
        ("累计成交", 1),
        ("单位：万元", 10_000),
        ("产值[亿元]", 100_000_000),
        ("金额/千元", 1_000),
        ("万元户", 1),
        ("注册资本(万)", 10_000),
        ("成交金额 百万元", 1_000_000),
        ("", 1),
    ],
)
def test_that_headers_name_their_unit(header: str, unit: int) -> None:
    assert header_unit(header) == unit


@given(st.integers(-(10**14), 10**14))
def test_that_an_amount_is_read_back_from_every_writing(cents: int) -> None:
    yuan = Decimal(cents) / 100
    sign = "-" if cents < 0 else ""
    for text in (f"{yuan:.2f}", f"{yuan:,.2f}", f"{sign}¥{abs(yuan):,.2f}", f"{yuan:.2f}元", f"{yuan / 10000:.6f}万"):
        assert parse_amount(text).value == cents, text


DIGITS = "零壹贰叁肆伍陆柒捌玖"


def capitals(number: int) -> str:
    """The financial writing of 1–99,999,999 by the bank's rules, one section of four digits at a time."""
    found = ""
    for section, name in ((number // 10_000, "万"), (number % 10_000, "")):
        if not section:
            continue
        if found and section < 1000:
            found += "零"
        body, gap = "", False
        for place, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
            digit = section // place % 10
            if digit:
                body += ("零" if gap and body else "") + DIGITS[digit] + unit
            gap = digit == 0
        found += body + name
    return found + "元整"


@given(st.integers(1, 99_999_999))
def test_that_capitals_are_read_back(number: int) -> None:
    assert parse_amount(capitals(number)).value == number * 100


@given(st.text(max_size=40) | st.text("0123456789,.万亿元¥-()（） 零壹贰拾佰仟%", max_size=20))
def test_that_amounts_never_raise_and_read_back(text: str) -> None:
    found = parse_amount(text)
    if found.value is not None:
        assert parse_amount(str(Decimal(found.value) / 100)).value == found.value


def test_that_numbers_integers_and_yes_or_no_are_read() -> None:
    assert parse_number("12.5%").value == Decimal("0.125")
    assert parse_number("1,200").value == 1200
    assert parse_number("-3.5万").value == -35000
    assert parse_number("(5)").value == -5
    assert parse_number("abc").failed
    assert parse_integer("12.0").value == 12
    assert parse_integer("12.5").failed
    assert parse_integer("99999999999999999999").failed
    assert [parse_bool(s).value for s in ("是", "ｙ", "否", "N", "√", "")] == [True, True, False, False, True, None]
    assert parse_bool("男").failed
