"""Names by sound: order, spellings, surnames with a reading of their own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.pinyin import readings, segmentations, sort_key, spoken
from tests.factories.customers import NAMES


def test_that_names_are_ordered_by_sound_and_shorter_ones_come_first() -> None:
    names = ["张三丰", "Zhao", "张三", "安然", "重庆长江", "仇英", "单雄信", "曾国藩", "apple", "李四"]
    ordered = ["安然", "apple", "重庆长江", "李四", "仇英", "单雄信", "曾国藩", "张三", "张三丰", "Zhao"]
    assert sorted(names, key=sort_key) == sorted(ordered, key=ordered.index)


@given(st.lists(st.text(min_size=1, max_size=6), max_size=6))
def test_that_the_order_is_total_and_never_fails(names: list[str]) -> None:
    assert sorted(map(sort_key, names)) == sorted(map(sort_key, reversed(names)))


@given(st.text(min_size=2, max_size=6), st.text(max_size=3))
def test_that_a_key_of_letters_only_is_the_folded_name(head: str, tail: str) -> None:
    name = head + tail
    assert (sort_key(name) == name.casefold()) or not name.isascii()


@pytest.mark.parametrize(
    ("name", "spelling", "initials"),
    [
        ("张三丰", "zhang san feng", "zsf"),
        ("单雄信", "shan xiong xin", "sxx"),
        ("单雄信", "dan xiong xin", "dxx"),
        ("曾国藩", "zeng guo fan", "zgf"),
        ("仇英", "qiu ying", "qy"),
        ("欧阳修", "ou yang xiu", "oyx"),
        ("重庆长江贸易", "chong qing chang jiang mao yi", "cqcjmy"),
        ("上海银行", "shang hai yin hang", "shyh"),
        ("吕布", "lv bu", "lb"),
    ],
)
def test_that_a_name_is_found_by_how_it_is_said(name: str, spelling: str, initials: str) -> None:
    said, short = spoken(name)
    assert spelling in said
    assert initials in short


def test_that_a_name_without_characters_is_not_said() -> None:
    assert spoken("Acme 123") == ((), ())
    assert readings("A") == ()


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("zhangs", ("zhang", "s")),
        ("xian", ("xian",)),
        ("xian", ("xi", "an")),
        ("hengli", ("heng", "li")),
        ("z", ("z",)),
        ("ouyang", ("ou", "yang")),
    ],
)
def test_that_typed_letters_are_read_as_syllables(typed: str, one: tuple[str, ...]) -> None:
    assert one in segmentations(typed)


@pytest.mark.parametrize("typed", ["xian" * 20 + "i", "an" * 45 + "v", "a" * 5000, "zhongguo" * 12, "qqqq"])
def test_that_no_typed_text_takes_long_to_read(typed: str) -> None:
    segmentations("warm")
    started = time.process_time()
    segmentations(typed)
    assert time.process_time() - started < 0.2


@given(st.text(st.sampled_from("aeinguozhx"), max_size=14))
def test_that_a_reading_spells_what_was_typed(typed: str) -> None:
    for syllables in segmentations(typed):
        assert "".join(syllables) == typed


def test_that_every_name_of_an_office_has_a_key_with_its_characters() -> None:
    for name in NAMES:
        assert all(c in sort_key(name) for c in name if "\u4e00" <= c <= "\u9fff")
