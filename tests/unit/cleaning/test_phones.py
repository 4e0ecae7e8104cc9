"""Telephone numbers in the writings of real sheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.i18n import set_language
from app.services.cleaning.phones import display, guess_region, parse_phones

MOBILE = "+8613800138000"


class Marked(str):
    __slots__ = ()
    mark = "digits"


def numbers(text: str, region: str = "CN") -> list[tuple[str, str]]:
    found = parse_phones(text, region)
    assert found.problem is None, found.problem
    return [(p.number, p.extension) for p in found.value or ()]


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 13800138000",
        "+86-138-0013-8000",
        "0086-13800138000",
        "(86)13800138000",
        "（86）13800138000",
        "86 138 0013 8000",
        "8613800138000",
        "１３８００１３８０００",
        "13800138000.0",
        "手机：13800138000",
        "Tel:13800138000",
        "013800138000",
        "138\u200b0013\x078000",
        " 13800138000\u3000",
        "138.0013.8000",
    ],
)
def test_that_every_writing_of_a_mobile_gives_one_number(text: str) -> None:
    assert numbers(text) == [(MOBILE, "")]
    value = parse_phones(text).value
    assert value is not None
    assert value[0].kind == "mobile"


@pytest.mark.parametrize(
    ("text", "number", "extension"),
    [
        ("010-88886666", "+861088886666", ""),
        ("01088886666", "+861088886666", ""),
        ("(010)8888 6666", "+861088886666", ""),
        ("+86 10 8888 6666", "+861088886666", ""),
        ("861088886666", "+861088886666", ""),
        ("0571-88888888-801", "+8657188888888", "801"),
        ("0571-8888-8888", "+8657188888888", ""),
        ("021-6666 6666 转 802", "+862166666666", "802"),
        ("0532-41022680转216", "+8653241022680", "216"),
        ("010-88886666x12", "+861088886666", "12"),
        ("010 8888 6666 ext.12", "+861088886666", "12"),
        ("010-88886666 分机 12", "+861088886666", "12"),
        ("0411-8888888", "+864118888888", ""),
        ("400-820-8820", "+864008208820", ""),
        ("400-820-8820转6", "+864008208820", "6"),
        ("10086", "10086", ""),
        ("95588", "95588", ""),
        ("+852 2345 6789", "+85223456789", ""),
        ("00852 23456789", "+85223456789", ""),
        ("+886 912 345 678", "+886912345678", ""),
        ("+1 650 253 0000", "+16502530000", ""),
    ],
)
def test_that_landlines_services_and_foreign_numbers_are_read(text: str, number: str, extension: str) -> None:
    assert numbers(text) == [(number, extension)]


@pytest.mark.parametrize(
    "text",
    [
        "13800138000/010-88886666",
        "13800138000 010-88886666",
        "13800138000、010-88886666",
        "13800138000\n010-88886666",
        "13800138000或010-88886666",
        "138 0013 8000 010 8888 6666",
        "13800138000；010-88886666；13800138000",
        "手机：13800138000　办公：010-88886666",
    ],
)
def test_that_two_numbers_in_a_cell_are_two(text: str) -> None:
    assert numbers(text) == [(MOBILE, ""), ("+861088886666", "")]


def test_that_the_second_number_shares_the_area_code_of_the_first() -> None:
    assert [n for n, _ in numbers("0571-88888888/88889999")] == ["+8657188888888", "+8657188889999"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1380013800", "phone.too_short"),
        ("138001380001", "phone.too_long"),
        ("12345678901", "phone.not_mobile"),
        ("75588886666", "phone.not_mobile"),
        ("0755-12345678", "phone.bad_landline"),
        ("12", "phone.too_short"),
        ("1.38E+10", "phone.destroyed"),
        ("没有手机可用", "phone.none"),
        ("+852 1", "phone.too_short"),
        ("+852 00000000", "phone.bad_foreign"),
        ("0912-345-678", "phone.bad_landline"),
        (Marked("13800138000123456"), "digits.destroyed"),
    ],
)
def test_that_what_is_no_number_is_an_error_with_its_own_code(text: str, code: str) -> None:
    found = parse_phones(text)
    assert found.value is None
    assert found.problem is not None
    assert (found.problem.severity, found.problem.code) == ("error", code)


def test_that_a_good_number_beside_a_bad_one_is_kept_and_the_bad_one_told() -> None:
    found = parse_phones("13800138000、1390013900")
    assert [p.number for p in found.value or ()] == [MOBILE]
    assert found.failed
    assert found.problem is not None
    assert "1390013900" in found.problem.text


@pytest.mark.parametrize(("text", "code"), [("88886666", "phone.no_area"), ("14212345678", "phone.segment")])
def test_that_doubtful_numbers_are_stored_with_a_warning(text: str, code: str) -> None:
    found = parse_phones(text)
    assert found.value is not None
    assert found.problem is not None
    assert (found.problem.severity, found.problem.code) == ("warning", code)


def test_that_blank_and_placeholder_cells_hold_nothing() -> None:
    assert parse_phones(" \u3000") == parse_phones("")
    assert parse_phones("").problem is None
    placeholder = parse_phones("无")
    assert placeholder.value is None
    assert placeholder.problem is not None
    assert placeholder.problem.severity == "warning"


@pytest.mark.parametrize(
    ("text", "note", "wechat"),
    [
        ("13800138000（微信同号）", "微信同号", True),
        ("微信：13800138000", "微信", True),
        ("13800138000(微信/手机)", "微信/手机", True),
        ("13800138000 李经理", "李经理", False),
        ("电话13800138000", "", False),
    ],
)
def test_that_words_become_the_note(text: str, note: str, wechat: bool) -> None:
    value = parse_phones(text).value
    assert value is not None
    assert (value[0].number, value[0].note, value[0].also_wechat) == (MOBILE, note, wechat)


def test_that_each_number_keeps_its_own_words() -> None:
    value = parse_phones("张经理：13800138000，李工 13900139000").value
    assert value is not None
    assert [p.note for p in value] == ["张经理", "李工"]


def test_that_another_region_can_be_the_default() -> None:
    assert numbers("0912-345-678", "TW") == [("+886912345678", "")]
    assert numbers("02-2345-6789", "TW") == [("+886223456789", "")]
    assert guess_region(["0912-345-678", "02-2345-6789", "无"]) == "TW"
    assert guess_region(["13800138000", "010-88886666"]) == "CN"
    assert guess_region([]) == "CN"


@pytest.mark.parametrize(
    ("number", "extension", "shown"),
    [
        (MOBILE, "", "138 0013 8000"),
        ("+861088886666", "801", "010-8888 6666 转 801"),
        ("+864118888888", "", "0411-888 8888"),
        ("+864008208820", "", "400-820-8820"),
        ("10086", "", "10086"),
        ("+85223456789", "", "+852 2345 6789"),
    ],
)
def test_that_numbers_are_shown_as_people_write_them(number: str, extension: str, shown: str) -> None:
    assert display(number, extension) == shown


DIGITS = st.from_regex(r"1[3-9][0-9]{9}|0(10|21|755|571)[2-8][0-9]{7}|400[0-9]{7}|[2-8][0-9]{7}", fullmatch=True)


@given(DIGITS, st.from_regex("[0-9]{0,4}", fullmatch=True), st.sampled_from(["zh", "en"]))
def test_that_the_shown_form_reads_back_as_the_same_number(digits: str, extension: str, language: str) -> None:
    value = parse_phones(f"{digits}转{extension}" if extension else digits).value
    assert value is not None
    set_language(language)
    try:
        again = parse_phones(display(value[0].number, value[0].extension)).value
    finally:
        set_language("zh")
    assert again is not None
    assert (again[0].number, again[0].extension) == (value[0].number, value[0].extension)


ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
LIKE_A_NUMBER = st.text("0123456789+-/() 转x微信（）或、", max_size=40)


@given(ANYTHING | LIKE_A_NUMBER)
def test_that_no_text_is_lost_without_a_word(text: str) -> None:
    found = parse_phones(text)
    if any(c.isdigit() and c.isascii() for c in text):
        assert found.value or found.problem
