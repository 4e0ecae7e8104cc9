"""The filter tree: its JSON form, what it refuses, and how it reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dictionary import BUILT_IN
from app.core.fields import FieldType
from app.core.filters import (
    DEEPEST,
    LONGEST_VALUE,
    NO_VALUE,
    Condition,
    Filter,
    Group,
    Not,
    Related,
    Search,
    both,
    check,
    dump,
    op_label,
    operators,
    parse,
    sentence,
)
from app.core.i18n import set_language
from app.errors import UserError

CUSTOMERS = BUILT_IN.entity("customers")
ACTIVITIES = BUILT_IN.entity("activities")
_VALUES = st.one_of(st.text(max_size=8), st.integers(), st.lists(st.text(max_size=5), max_size=3), st.none())
_CONDITIONS = st.builds(
    lambda field, op, value: Condition(field, op, None if op in NO_VALUE else value),
    st.sampled_from([f.key for f in CUSTOMERS.fields]),
    st.sampled_from(["eq", "in", "contains", "is_empty", "me", "today", "last_days"]),
    _VALUES,
)
TREES: st.SearchStrategy[Filter] = st.recursive(
    _CONDITIONS | st.builds(Search, st.text(max_size=6)),
    lambda inner: st.one_of(
        st.builds(Group, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
        st.builds(
            Related,
            st.sampled_from(["activities", "contacts"]),
            st.none() | inner,
            st.sampled_from(["any", "none", "count"]),
            st.sampled_from(["ge", "eq"]),
            st.integers(0, 9),
        ),
    ),
    max_leaves=8,
)


@given(TREES)
def test_that_a_tree_survives_its_json_form(tree: Filter) -> None:
    assert parse(dump(tree)) == tree


@pytest.mark.parametrize(
    "data",
    [
        None, 5, "x", [], {}, {"field": "city"}, {"op": "eq"}, {"and": "x"}, {"or": 3}, {"not": []}, {"and": [1]},
        {"relation": "activities", "value": "abc"}, {"relation": "activities", "value": None},
        {"relation": "activities", "value": True}, {"relation": "activities", "where": 7},
    ],
)  # fmt: skip
def test_that_what_is_no_tree_is_refused_in_words(data: Any) -> None:
    with pytest.raises(UserError):
        parse(data)


@pytest.mark.parametrize(
    "wrap", [lambda x: {"not": x}, lambda x: {"and": [x]}, lambda x: {"relation": "a", "where": x}]
)
def test_that_a_tree_deeper_than_a_person_builds_is_refused(wrap: Any) -> None:
    data: Any = {"field": "city", "op": "is_empty"}
    for _ in range(DEEPEST):
        data = wrap(data)
    assert parse(data)
    for _ in range(5000):
        data = wrap(data)
    with pytest.raises(UserError, match="嵌套太深"):
        parse(data)


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        (Condition("nothing", "eq", "x"), "没有字段"),
        (Condition("city", "last_days", 3), "不能用"),
        (Condition("amount", "contains", "3"), "不能用"),
        (Condition("city", "eq", None), "缺少值"),
        (Condition("tags", "has_any", []), "缺少值"),
        (Condition("city", "eq", "长" * (LONGEST_VALUE + 1)), "太长"),
        (Related("ships"), "没有关联"),
        (Related("activities", agg="median"), "没有关联"),
        (Related("activities", agg="count", op="contains"), "不认识"),
        (Related("activities", Condition("city", "is_empty")), "没有字段"),
        (Not(Group("or", (Condition("city", "eq", "x"), Condition("nothing", "eq", "x")))), "没有字段"),
    ],
)
def test_that_a_filter_that_does_not_fit_is_refused(tree: Filter, says: str) -> None:
    with pytest.raises(UserError, match=says):
        check(tree, CUSTOMERS, BUILT_IN)


@pytest.mark.parametrize("entity", list(BUILT_IN), ids=lambda e: e.key)
def test_that_every_operator_offered_for_a_field_passes_and_has_a_name(entity: Any) -> None:
    for field in entity.fields:
        assert len(set(operators(field))) == len(operators(field))
        for op in operators(field):
            check(Condition(field.key, op, None if op in NO_VALUE else "1"), entity, BUILT_IN)
            assert op_label(op) != op


def test_that_operators_suit_the_type() -> None:
    by_type = {f.type: operators(f) for f in (*CUSTOMERS.fields, *ACTIVITIES.fields)}
    assert by_type[FieldType.BOOL] == ("true", "false")
    assert "me" in by_type[FieldType.USER]
    assert "has_all" in by_type[FieldType.TAGS]
    assert by_type[FieldType.MONEY][0] == "ge"


def test_that_two_conditions_join_and_nothing_is_no_condition() -> None:
    one, two = Condition("city", "is_empty"), Search("恒力")
    assert both(None, None) is None
    assert both(one, None) is one
    assert both(None, two) is two
    assert both(one, two) == Group("and", (one, two))


SENTENCES = [
    (Condition("city", "eq", "苏州"), "城市 = 苏州", "City = 苏州"),
    (Condition("stage", "in", ["won", "lost"]), "阶段：成交、流失", "Stage: Customer, Lost"),
    (Condition("stage", "not_in", ["won"]), "阶段 不属于 成交", "Stage is none of Customer"),
    (Condition("city", "is_empty"), "城市 为空", "City is empty"),
    (Condition("last_contact_on", "last_days", 90), "最近联系 最近 90 天", "Last contact in the last 90 days"),
    (Condition("last_contact_on", "last_days", 1), "最近联系 最近 1 天", "Last contact in the last 1 day"),
    (Condition("owner", "me"), "负责人 是我", "Owner is me"),
    (Condition("owner", "in", ["u1"]), "负责人：〔u1〕", "Owner: 〔u1〕"),
    (
        Group(
            "and",
            (Condition("city", "eq", "苏州"), Group("or", (Search("恒力"), Condition("tags", "has_any", ["甲"])))),
        ),
        "城市 = 苏州 且 （搜索“恒力” 或 标签 含任一 甲）",
        "City = 苏州 and (search “恒力” or Tags has any of 甲)",
    ),
    (Not(Condition("city", "eq", "苏州")), "不满足（城市 = 苏州）", "not (City = 苏州)"),
    (Group("and", ()), "全部", "All"),
    (
        Related("activities", Condition("kind", "in", ["call"]), "count", "ge", 3),
        "跟进（方式：电话）的个数不小于 3",
        "number of Activities (Kind: Call) is at least 3",
    ),
    (Related("contacts", None, "none"), "没有联系人满足（任意）", "no Contacts with (anything)"),
    (Related("contacts"), "有联系人满足（任意）", "any Contacts with (anything)"),
]


@pytest.mark.parametrize(("tree", "zh", "en"), SENTENCES)
def test_that_a_filter_reads_as_a_sentence_in_both_languages(tree: Filter, zh: str, en: str) -> None:
    assert sentence(tree, CUSTOMERS, BUILT_IN, lambda u: f"〔{u}〕") == zh
    set_language("en")
    assert sentence(tree, CUSTOMERS, BUILT_IN, lambda u: f"〔{u}〕") == en


def test_that_a_range_names_both_ends() -> None:
    assert sentence(Condition("amount", "between", ["1", "9"]), CUSTOMERS, BUILT_IN) == "累计金额 1 – 9"
