"""How far two values agree, by table; and what kind a column is."""

from __future__ import annotations

import numpy as np
import pytest

from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Column, build
from app.services.duplicates.matching.forms import address_form, date_form, digits_of, name_forms, plain
from app.services.duplicates.matching.levels import levels_of

NAMES = [
    ("苏州恒力机械有限公司", "蘇州恆力機械有限公司", "same"),
    ("北京华信科技有限公司", "华信科技（北京）有限公司", "core"),
    ("北京华信科技有限公司", "华信科技", "core"),
    ("北京纷扬科技有限公司", "北京芬扬科技有限公司", "sounds"),
    ("上海恒源贸易有限公司", "上海桓源贸易有限公司", "sounds"),
    ("张伟明", "张明伟", "sounds"),
    ("张玮", "张伟", "sounds"),
    ("李未", "李末", "sounds"),
    ("苏州恒力机械设备有限公司", "苏州恒力机械", "part"),
    ("spago", "spago (los angeles)", "core"),
    ("arts delicatessen", "arts deli", "part"),
    ("张三", "李四", "different"),
    ("苏州恒力机械有限公司", "重庆长江贸易有限公司", "different"),
]
OTHERS = [
    (kinds.PHONE, "13800138000", "+86 138-0013-8000", "same"),
    (kinds.PHONE, "0512-68881234", "68881234", "same"),
    (kinds.PHONE, "13800138000", "13800183000", "near"),
    (kinds.PHONE, "13800138000", "13900139111", "different"),
    (kinds.EMAIL, "A.B@qq.com", "a.b@QQ.com", "same"),
    (kinds.EMAIL, "ab@qq.com", "ab@163.com", "user"),
    (kinds.EMAIL, "ab@qq.com", "cdef@qq.com", "different"),
    (kinds.CODE, "91350100M000100Y43", "91350100M000100Y34", "near"),
    (kinds.CODE, "91350100M000100Y43", "91310000MA1K00000X", "different"),
    (kinds.DATE, "1980-03-05", "1980/3/5", "same"),
    (kinds.DATE, "1980-03-05", "1980-05-03", "near"),
    (kinds.DATE, "1980-03-05", "1980-11-28", "year"),
    (kinds.DATE, "1980-03-05", "1991-11-28", "different"),
    (kinds.NUMBER, "100", "100.00", "same"),
    (kinds.NUMBER, "100", "102", "near"),
    (kinds.NUMBER, "100", "115", "order"),
    (kinds.NUMBER, "100", "900", "different"),
    (kinds.ADDRESS, "435 South La Cienega Boulevard", "435 s. la cienega blvd.", "same"),
    (kinds.ADDRESS, "江苏省苏州市吴中区人民路1号", "苏州市吴中区人民路1号3栋201室", "most"),
    (kinds.ADDRESS, "江苏省苏州市吴中区人民路1号", "四川省成都市武侯区科华北路99号", "little"),
    (kinds.TEXT, "adobe acrobat 8 professional for mac", "adobe acrobat 9 professional for mac", "little"),
    (kinds.TEXT, "query optimization in distributed systems", "query optimization in distributed systems", "same"),
]  # fmt: skip


def _level(kind: str, one: str, two: str) -> str:
    filler = ["词语甲 乙 丙", "unrelated words here", "zz", "2001-01-01", "7", "其它名字"]
    (feature,) = build([Column("x", "x", [one, two, *filler], kind)])
    level = int(levels_of(feature, np.array([0]), np.array([1]))[0])
    back = int(levels_of(feature, np.array([1]), np.array([0]))[0])
    assert level == back
    return feature.levels[level].key


@pytest.mark.parametrize(("one", "two", "level"), NAMES)
def test_that_names_agree_as_far_as_people_say(one: str, two: str, level: str) -> None:
    assert _level(kinds.NAME, one, two) == level


@pytest.mark.parametrize(("kind", "one", "two", "level"), OTHERS)
def test_that_values_agree_as_far_as_they_do(kind: str, one: str, two: str, level: str) -> None:
    assert _level(kind, one, two) == level


def test_that_several_phones_are_compared_each_with_each() -> None:
    values = [("13800138000", "051268881234"), ("13900139000", "0512-6888-1234"), (), ("13700137000",)]
    (feature,) = build([Column("phones", "电话", values, kinds.PHONE)])
    found = levels_of(feature, np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert found.tolist() == [2, -1, 0]


@pytest.mark.parametrize(
    ("label", "values", "kind"),
    [
        ("soc_sec_id", [f"{5304218 + 7919 * i}" for i in range(50)], kinds.CODE),
        ("date_of_birth", [f"19{50 + i}0{1 + i % 9}1{i % 9}" for i in range(40)], kinds.DATE),
        ("mail", [f"a{i}@b.cn" for i in range(9)], kinds.EMAIL),
        ("phone", [f"310/246-{1500 + i}" for i in range(30)], kinds.PHONE),
        ("state", ["nsw", "vic", "qld"] * 40, kinds.CATEGORY),
        ("title", [f"a study of the {w} in large systems {i}" for i, w in enumerate("abcdefgh")], kinds.TEXT),
        ("addr", [f"{i} main street" for i in range(30)], kinds.ADDRESS),
        ("price", [f"{i}.50" for i in range(30)], kinds.NUMBER),
        ("surname", ["neumann", "tchen", "white", "o'brien"], kinds.NAME),
        ("empty", ["", "", ""], None),
        ("same", ["x", "x", "x"], None),
    ],
)
def test_that_the_kind_of_a_column_is_told_from_its_values(label: str, values: list[str], kind: str | None) -> None:
    assert kinds.kind_of(label, values) == kind


def test_that_forms_fold_what_does_not_matter() -> None:
    assert plain("Ｃａｆé　 Zürich") == "cafe zurich"
    assert digits_of("0086 138-0013-8000") == digits_of("+86 13800138000") == "13800138000"
    assert date_form("1980年3月5日") == date_form("3/5/1980") == "19800305"
    assert address_form("747 ninth avenue") == address_form("747 9th ave.")
    assert name_forms("李总").core == "李"
