"""Stored text and comparison keys."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.cleaning.text import clean_text, key_text, simplified

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
NASTY = st.text(
    alphabet=st.sampled_from("aé张Ａ１（）㈱ \u3000\u00a0\n\r\t\x00\x1c\u200b\u200d\u202e\ufeff\ud800e\u0301👨👩️"),
    max_size=20,
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  张三\u3000", "张三"),
        ("张\x00三", "张三"),
        ("李\u202e四\u200b", "李四"),
        ("ＡＢＣ１２３（集团）", "ABC123（集团）"),
        ("张\u00a0 \u3000三", "张 三"),
        ("一\n二", "一 二"),
        ("e\u0301", "é"),
        ("坏\ud83d字", "坏字"),
        ("㈱①㎡", "㈱①㎡"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("张\u200d三", "张三"),
        ("，。：；", "，。：；"),
        ("", ""),
    ],
)
def test_that_stored_text_keeps_what_was_meant(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_that_lines_survive_only_when_asked() -> None:
    assert clean_text(" 一 \r\n  二\u2028三\n", keep_lines=True) == "一\n二\n三"
    assert clean_text("需开票\n寄总部") == "需开票 寄总部"


@given(ANY | NASTY, st.booleans())
def test_that_cleaning_twice_changes_nothing(text: str, keep_lines: bool) -> None:
    once = clean_text(text, keep_lines)
    assert clean_text(once, keep_lines) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert not any("\ud800" <= c <= "\udfff" or c == "\x00" for c in once)
    once.encode("utf-8")


@given(ANY | NASTY)
def test_that_keys_are_stable_and_equal_for_the_stored_form(text: str) -> None:
    key = key_text(text)
    assert key_text(key) == key
    assert key_text(clean_text(text)) == key
    assert not any(c.isspace() for c in key)


@pytest.mark.parametrize(
    ("one", "other"), [("ＡBC 公司", "abc公司"), ("Straße", "STRASSE"), ("（集团）", "(集团)"), ("㈱", "(株)")]
)
def test_that_two_writings_share_a_key(one: str, other: str) -> None:
    assert key_text(one) == key_text(other)


def test_that_traditional_characters_become_simplified() -> None:
    assert simplified("華信科技") == "华信科技"
    assert simplified("华信科技") == "华信科技"
