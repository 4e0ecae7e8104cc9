"""Identity cards, credit codes and bank cards: check digits, dates, and digits a spreadsheet destroyed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.luhn import is_valid as luhn

from app.services.cleaning.identity import (
    credit_check_character,
    id_check_character,
    parse_bank_card,
    parse_credit_code,
    parse_id_card,
)

TODAY = dt.date(2026, 11, 21)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Marked(str):
    """A cell the reader flagged as a number longer than a spreadsheet holds."""

    __slots__ = ()
    mark = "digits"


def code_of(text: str) -> str | None:
    problem = parse_id_card(text, today=TODAY).problem
    return problem.code if problem else None


def test_that_a_published_number_tells_birth_sex_and_region() -> None:
    card = parse_id_card("350627199711275419", today=TODAY).value
    assert card is not None
    assert (card.birth_date, card.sex, card.region_code) == (dt.date(1997, 11, 27), "male", "350627")
    assert card.region_name == "福建省漳州市南靖县"


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "'110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
    ],
)
def test_that_writings_of_one_card_are_one_number(text: str) -> None:
    found = parse_id_card(text, today=TODAY)
    assert found.problem is None
    assert found.value is not None
    assert (found.value.number, found.value.sex) == ("11010519491231002X", "female")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110105194912310020", "identity.check"),
        ("1101051949123100", "identity.length"),
        ("11010519491231O02X", "identity.characters"),
        ("440305199003071000", "digits.destroyed"),
        ("1.10105E+17", "digits.destroyed"),
        (Marked("110105199003077760"), "digits.destroyed"),
        ("11010520130229012" + id_check_character("11010520130229012"), "identity.birth_date"),
        ("11010520270101012" + id_check_character("11010520270101012"), "identity.birth_date"),
        ("无", "blank.placeholder"),
    ],
)
def test_that_a_wrong_card_is_refused_with_its_reason(text: str, code: str) -> None:
    assert parse_id_card(text, today=TODAY).value is None
    assert code_of(text) == code


def test_that_a_marked_number_with_right_check_character_is_kept() -> None:
    assert code_of(Marked("350627199711275419")) is None


def test_that_fifteen_digits_are_converted_and_told() -> None:
    found = parse_id_card("110105491231002", today=TODAY)
    assert found.value is not None
    assert found.value.number == "11010519491231002X"
    assert code_of("110105491231002") == "identity.fifteen"


def test_that_an_unknown_region_only_warns() -> None:
    number = "99010119900101001" + id_check_character("99010119900101001")
    found = parse_id_card(number, today=TODAY)
    assert found.value is not None
    assert not found.failed
    assert code_of(number) == "identity.region"


def test_that_an_abolished_county_falls_back_to_what_is_known() -> None:
    number = "11010319900101001" + id_check_character("11010319900101001")
    found = parse_id_card(number, today=TODAY)
    assert found.problem is None
    assert found.value is not None
    assert found.value.region_name == "北京市崇文区"


BIRTHS = st.dates(dt.date(1900, 1, 1), TODAY)


@given(
    st.sampled_from(["110105", "440305", "210105"]), BIRTHS, st.integers(0, 999), st.integers(0, 17), st.integers(1, 9)
)
def test_that_every_right_number_passes_and_every_changed_digit_fails(
    region: str, birth: dt.date, serial: int, place: int, add: int
) -> None:
    body = f"{region}{birth:%Y%m%d}{serial:03d}"
    number = body + id_check_character(body)
    card = parse_id_card(number, today=TODAY).value
    assert card is not None
    assert card.birth_date == birth
    assert parse_id_card(card.number, today=TODAY).value == card
    if number[place] != "X":
        broken = number[:place] + str((int(number[place]) + add) % 10) + number[place + 1 :]
        assert parse_id_card(broken, today=TODAY).value is None


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_that_the_credit_code_check_agrees_with_an_independent_one(first17: str) -> None:
    assert credit_check_character(first17) == uscc.calc_check_digit(first17)


def test_that_remainder_zero_gives_zero() -> None:
    assert credit_check_character("0" * 17) == "0"
    assert parse_credit_code("0" * 18).value == "0" * 18


@pytest.mark.parametrize(
    "text", ["91350100M000100Y43", "91350100m000100y43", " 9135 0100 M000 100Y 43", "91350100-M000100Y43"]
)
def test_that_a_published_credit_code_is_read(text: str) -> None:
    found = parse_credit_code(text)
    assert (found.value, found.problem) == ("91350100M000100Y43", None)


@pytest.mark.parametrize(
    ("text", "code", "kept"),
    [
        ("91350100M000100Y44", "credit.check", False),
        ("9135O100M000100Y43", "credit.letter", False),
        ("91350100M000100Y4", "credit.length", False),
        ("91350100M0001？0Y43", "credit.characters", False),
        ("110108000000016", "credit.old", True),
        ("110108000000017", "credit.old_check", False),
        (Marked("913501000001000000"), "digits.destroyed", False),
    ],
)
def test_that_a_doubtful_credit_code_is_told(text: str, code: str, kept: bool) -> None:
    found = parse_credit_code(text)
    assert found.problem is not None
    assert found.problem.code == code
    assert (found.value is not None) is kept


@given(st.integers(10**12, 10**19 - 1).map(str))
def test_that_bank_cards_follow_luhn(number: str) -> None:
    assert (parse_bank_card(number).value is not None) is luhn(number)


def test_that_a_bank_card_whose_digits_were_destroyed_is_refused() -> None:
    for text in (Marked("6222021234567890000"), "6.22202E+18"):
        problem = parse_bank_card(text).problem
        assert problem is not None
        assert problem.code == "digits.destroyed"
