"""Recognising a column by its content, pick-list values, and both languages of every problem."""

import ast
import json
from pathlib import Path

import pytest

from app.core.i18n import set_language
from app.core.paths import resource_dir
from app.services.cleaning.codes import GENDERS, match_choice
from app.services.cleaning.detect import detect
from app.services.cleaning.phones import parse_phones

COLUMNS = {
    "mobile": ["13800138000", "139 0013 9000", "+86-137-0013-7000", "15912345678"],
    "phone": ["010-88886666", "0571-88888888转801", "13800138000", "021-66666666"],
    "email": ["a@qq.com", "b＠163.com", "无", "c@example.cn"],
    "id_number": ["11010519491231002X", "350627199711275419", "110105194912310020"],
    "credit_code": ["91350100M000100Y43", "91350100M000100Y44", ""],
    "date": ["2024-03-05", "2024年3月", "45356", "24/3/5", "20240305"],
    "amount": ["¥1,200", "1.25万", "(300)", "505.46万"],
    "integer": ["1", "2", "45356", "100"],
    "company": ["北京华信科技有限公司", "和信集团", "光明食品厂"],
    "person": ["张伟", "李娜", "欧阳修远"],
    "address": ["广东省深圳市南山区科技园路1号", "人民路25号3栋", "北京市朝阳区"],
    "url": ["https://example.cn/a", "www.example.com", "example.com.cn"],
    "gender": ["男", "女", "M", "f", ""],
}


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_that_a_column_is_known_by_its_content(kind: str) -> None:
    found = detect(COLUMNS[kind])
    assert found[0].kind == kind
    assert found[0].share == 1.0


def test_that_shares_count_only_samples_that_say_something() -> None:
    found = {d.kind: d.share for d in detect(["13800138000", "展会", "", "无"])}
    assert found["mobile"] == 0.5
    assert found["blank"] == 0.5
    assert detect([]) == []
    assert [d.kind for d in detect(["", "-"])] == ["blank"]


def test_that_taiwanese_numbers_are_phones() -> None:
    assert detect(["0912-345-678", "02-2345-6789"])[0].kind == "phone"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("男", "male"),
        ("Ｍ", "male"),
        ("先生", "male"),
        ("f", "female"),
        ("女士", "female"),
        ("（女）", "female"),
        ("", None),
        ("x", None),
    ],
)
def test_that_values_find_their_code(text: str, code: str | None) -> None:
    assert match_choice(text, GENDERS) == code


def test_that_a_word_of_two_codes_matches_neither() -> None:
    options = {"a": ["重点", "VIP"], "b": ["vip", "普通"]}
    assert match_choice("ＶＩＰ", options) is None
    assert match_choice("重点 ", options) == "a"
    assert match_choice("★", {"top": ["★"], "low": ["☆"]}) == "top"


def literals() -> set[str]:
    """Every sentence of the package, as `t("…")` is given it."""
    found: set[str] = set()
    folder = Path(__file__).parents[3] / "app" / "services" / "cleaning"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                argument = node.args[0]
                assert isinstance(argument, ast.Constant)
                assert isinstance(argument.value, str)
                found.add(argument.value)
    return found


def test_that_every_sentence_has_its_english_and_no_other() -> None:
    entries = json.loads((resource_dir() / "translations" / "en" / "cleaning.json").read_text(encoding="utf-8"))
    assert set(entries) == literals()


def test_that_problems_follow_the_language_of_the_moment() -> None:
    set_language("en")
    try:
        problem = parse_phones("1380013800").problem
    finally:
        set_language("zh")
    assert problem is not None
    assert problem.text == "“1380013800” has only 10 digits; a mobile number has 11"
    again = parse_phones("1380013800").problem
    assert again is not None
    assert "手机号" in again.text
