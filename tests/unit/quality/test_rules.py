"""What makes a value right, as tables of cases; provinces, cities and districts against the table itself."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.cleaning.identity import credit_check_character, id_check_character
from app.services.cleaning.regions import regions, short_name
from app.services.quality import rules
from app.services.quality.rules import CROSS, FORMATS, is_junk, known_region, pattern_test, regions_agree

ID = "11010519491231002X"


@pytest.mark.parametrize(
    "text",
    ["无", "未知", "暂无", "test", "TEST", "测试", "123", "12345", "111", "000000", "-", "——", "。。。", "aaa", "???", "N/A", "x x"[:1] * 3],
)  # fmt: skip
def test_that_words_that_say_nothing_are_junk(text: str) -> None:
    assert is_junk(text)


@pytest.mark.parametrize(
    "text", ["苏州恒力", "Test & Co", "123路", "A", "张", "7", "12", "无锡", "测试仪器厂", "3M", "AAA级"]
)
def test_that_short_but_real_words_are_no_junk(text: str) -> None:
    assert not is_junk(text)


@pytest.mark.parametrize(
    ("value", "normal", "valid", "good"),
    [
        ("138 0013 8000", "+8613800138000", True, True),
        ("138 1234 5678", "+8613812345678", True, False),
        ("13888888888", "+8613888888888", True, False),
        ("0512-62345671", "+8651262345671", True, True),
        ("12", "12", True, False),
        ("13900000001", "+8613900000001", False, False),
    ],
)  # fmt: skip
def test_that_made_up_and_invalid_phones_are_told(value: str, normal: str, valid: bool, good: bool) -> None:
    assert rules.good_phones(((value, normal, valid),)) is good


@pytest.mark.parametrize(
    ("address", "good"), [("a@qq.com", True), ("a@qq.con", False), ("a b@qq.com", False), ("a@b", False)]
)
def test_that_mistyped_addresses_are_told(address: str, good: bool) -> None:
    assert rules.good_emails(((address, address, True),)) is good


@given(st.integers(0, 10**3 - 1), st.dates(date(1930, 1, 1), date(2020, 1, 1)))
def test_that_only_the_right_check_character_of_a_card_is_good(serial: int, born: date) -> None:
    first = f"320501{born:%Y%m%d}{serial:03d}"
    right = id_check_character(first)
    good = [c for c in "0123456789X" if FORMATS["id_number"](first + c)]
    assert good == [right]


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_that_only_the_right_check_character_of_a_code_is_good(first: str) -> None:
    right = credit_check_character(first)
    assert FORMATS["credit_code"](first + right)
    assert not any(FORMATS["credit_code"](first + c) for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != right)


def test_that_every_division_is_known_and_agrees_with_those_above_it() -> None:
    table = regions()
    for region in table.values():
        for name in (region.name, short_name(region.name)):
            assert known_region(name, region.level), name
        if region.level == 3:
            above = [table[code].name for code in region.path[:-1]]
            city = above[1] if len(above) > 1 else None
            assert regions_agree(above[0], city, region.name) in (True, None), region.path


@pytest.mark.parametrize(
    ("province", "city", "district", "agree"),
    [
        ("江苏省", "苏州市", "吴中区", True),
        ("江苏", "苏州", None, True),
        ("江苏省", "广州市", None, False),
        ("江苏省", "苏州市", "天河区", False),
        ("上海市", "上海市", "浦东新区", True),
        ("江苏省", "昆山市", None, True),
        ("浙江省", "昆山市", None, False),
        ("江苏省", "苏州市", "昆山市", True),
        ("江苏省", None, "天河区", False),
        ("火星省", "苏州市", None, None),
        ("江苏省", None, None, None),
        (None, None, None, None),
    ],
)  # fmt: skip
def test_that_divisions_must_lie_in_each_other(
    province: str | None, city: str | None, district: str | None, agree: bool | None
) -> None:
    assert regions_agree(province, city, district) is agree


@pytest.mark.parametrize(("name", "known"), [("California", True), ("火星省", False), ("江蘇省", True)])
def test_that_foreign_names_pass_and_invented_ones_do_not(name: str, known: bool) -> None:
    assert known_region(name, 1) is known


CASES = [
    ("kind-codes", ("person", "91350100M000100Y43", None), False),
    ("kind-codes", ("person", None, ID), True),
    ("kind-codes", ("company", None, ID), False),
    ("kind-codes", ("company", None, None), None),
    ("birthday-id", ("1949-12-31", ID, None), True),
    ("birthday-id", ("1949-12-30", ID, None), False),
    ("birthday-id", ("1949-12-30", ID, 1), None),
    ("birthday-id", ("--12-31", ID, None), True),
    ("birthday-id", ("--12-30", ID, None), False),
    ("gender-id", ("female", ID), True),
    ("gender-id", ("male", ID), False),
    ("gender-id", ("male", None), None),
    ("contact-after-deal", ("2024-01-01", "2024-01-02"), False),
    ("converted", (1, "converted"), True),
    ("converted", (1, "new"), False),
    ("outcome", ("won", b"x", "won"), True),
    ("outcome", ("won", b"x", "open"), False),
    ("closed", (None, "won"), False),
    ("closed", ("2024-01-01", "open"), False),
    ("closed", ("2024-01-01", "lost"), True),
    ("closed-order", ("2024-01-01", "2024-01-02"), False),
    ("lost-reason", (b"x", "won"), False),
    ("lost-reason", (b"x", "lost"), True),
    ("lines", (100, 100), True),
    ("lines", (100, 99), False),
    ("lines", (None, 0), True),
    ("lines", (100, None), None),
    ("refund", (101, 100), False),
    ("refund", (100, 100), True),
    ("signs", (-1, None), False),
    ("due", ("2024-01-01", "2024-01-02"), False),
    ("product", (200, 2_000_000, 1_000_000), True),
    ("product", (150, 2_000_000, 1_000_000), True),
    ("product", (250, 2_000_000, 1_000_000), False),
    ("product", (-200, 2_000_000, 1_000_000), False),
    ("product", (382_98, 1_964_000_000, 195_000), True),
    ("amount", (0,), False),
    ("resolved", (5, 6), False),
]


@pytest.mark.parametrize(("name", "values", "answer"), CASES)
def test_that_contradictions_are_seen(name: str, values: tuple[object, ...], answer: bool | None) -> None:
    cross = next(c for c in CROSS if c.name == name)
    assert cross.test(*values) is answer


def test_that_patterns_look_at_the_whole_text_and_wrong_ones_are_refused() -> None:
    assert pattern_test(r"[A-Z]{2}\d{3}")("AB123")
    assert not pattern_test(r"[A-Z]{2}\d{3}")("AB1234")
    with pytest.raises(UserError):
        pattern_test("(")
