"""Transformations in words: the menu of a column, and what each asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.core.i18n import t

Kind = Literal["text", "choice", "bool", "number", "lengths", "names", "columns"]


@dataclass(frozen=True)
class Param:
    """One thing an operation asks for. `choices`: (value, words)."""

    key: str
    kind: Kind
    label: str
    choices: Sequence[tuple[str, str]] = ()
    default: Any = ""
    hint: str = ""


def groups() -> list[tuple[str, list[str]]]:
    """The menu: title and operations of each part."""
    return [
        (t("文字"), ["trim", "collapse", "squeeze", "standard-text", "width", "case", "script", "nfc",
                   "blank-placeholders"]),
        (t("规范"), ["company", "phone", "email", "address", "date", "amount", "number", "id-card", "credit-code"]),
        (t("得出新列"), ["core", "pinyin", "region", "id-parts", "credit-check", "extract", "split", "duplicate"]),
        (t("单元格"), ["replace", "fill-down", "blank-down"]),
        (t("列"), ["rename", "move", "delete", "join", "constant"]),
    ]  # fmt: skip


def params_of(op: str, column: str) -> list[Param]:
    """What the operation asks for, in the order of the form."""
    into = Param("into", "names", t("新列名"), hint=t("留空则自动命名；多个列名用逗号分开"))
    known: dict[str, list[Param]] = {
        "width": [_choice("to", t("改成"), ("half", t("半角")), ("full", t("全角")), ("half-letters", t("只把字母数字改成半角")))],
        "case": [_choice("to", t("改成"), ("upper", t("全部大写")), ("lower", t("全部小写")), ("title", t("首字母大写")))],
        "script": [_choice("to", t("改成"), ("simplified", t("简体")), ("traditional", t("繁体")))],
        "replace": [
            Param("find", "text", t("查找")), Param("with", "text", t("替换为")),
            _choice("how", t("方式"), ("text", t("文字")), ("cell", t("整个单元格")), ("regex", t("正则表达式"))),
            Param("case", "bool", t("区分大小写"), default=True),
        ],
        "company": [
            _choice("city", t("括号里的地名"), ("keep", t("保留")), ("front", t("移到最前")), ("drop", t("去掉"))),
            _choice("branch", t("分公司"), ("keep", t("保留")), ("drop", t("只留总公司"))),
            Param("short_suffix", "bool", t("“有限责任公司”写成“有限公司”"), default=False),
        ],
        "phone": [_choice("form", t("写法"), ("shown", "138 0013 8000"), ("e164", "+8613800138000"))],
        "date": [
            _choice("order", t("短日期的顺序"), ("", t("按整列判断")), ("ymd", t("年-月-日")), ("mdy", t("月-日-年")),
                    ("dmy", t("日-月-年"))),
        ],
        "amount": [_choice("unit", t("单位"), ("1", t("元")), ("1000", t("千元")), ("10000", t("万元")))],
        "core": [_choice("form", t("取"), ("core", t("字号加行业")), ("brand", t("只取字号"))), into],
        "pinyin": [_choice("form", t("写法"), ("full", t("全拼")), ("initials", t("首字母"))), into],
        "region": [into], "id-parts": [into], "credit-check": [into],
        "extract": [Param("pattern", "text", t("正则表达式"), hint=t("每个括号取一列")), into],
        "split": [
            _choice("how", t("按"), ("separator", t("分隔符")), ("lengths", t("长度")), ("regex", t("正则表达式"))),
            Param("separator", "text", t("分隔符"), default="-"), Param("lengths", "lengths", t("每段字数"), hint="3, 4, 4"),
            Param("pattern", "text", t("正则表达式")), into,
        ],
        "duplicate": [Param("into", "text", t("新列名"), default=t("{column} 副本", column=column))],
        "rename": [Param("to", "text", t("新列名"), default=column)],
        "move": [_choice("to", t("移到"), ("first", t("最前")), ("last", t("最后")))],
        "join": [
            Param("columns", "columns", t("要合并的列")), Param("separator", "text", t("分隔符"), default=" "),
            Param("into", "text", t("新列名"), default=t("合并")),
            Param("skip_blanks", "bool", t("跳过空白"), default=True),
        ],
        "constant": [Param("into", "text", t("新列名")), Param("value", "text", t("值"))],
    }  # fmt: skip
    return known.get(op, [])


def _choice(key: str, label: str, *choices: tuple[str, str]) -> Param:
    return Param(key, "choice", label, choices, choices[0][0])


def methods() -> list[tuple[str, str]]:
    """Clustering methods in words."""
    return [
        ("fingerprint", t("指纹（词序、大小写、标点）")),
        ("ngram", t("n 元指纹（拼写细节）")),
        ("core", t("公司名核心")),
        ("core-pinyin", t("公司名核心的读音")),
        ("pinyin", t("拼音（同音字）")),
        ("phonetic", t("英文读音")),
        ("cologne", t("德文读音")),
        ("levenshtein", t("编辑距离（错字）")),
        ("jaro-winkler", t("Jaro-Winkler 相似度")),
    ]


def kinds() -> dict[str, str]:
    """Kinds of content in words."""
    return {
        "mobile": t("手机"), "phone": t("电话"), "email": t("邮箱"), "id_number": t("身份证号"),
        "credit_code": t("统一社会信用代码"), "date": t("日期"), "amount": t("金额"), "integer": t("整数"),
        "company": t("公司"), "person": t("人名"), "address": t("地址"), "url": t("网址"), "gender": t("性别"),
    }  # fmt: skip


def facet_kinds() -> list[tuple[str, str]]:
    """Kinds of facets in words."""
    return [
        ("values", t("按值")), ("mask", t("按格式")), ("number", t("按数值范围")), ("date", t("按日期范围")),
        ("text", t("按文字")),
    ]  # fmt: skip
