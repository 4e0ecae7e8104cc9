"""What every cleaner answers: a value, and in plain words what was wrong with the text it came from.

Cleaners never raise for bad input and never guess silently. `Marked` text (a `str` that says how its cell looked) is
understood where digits may have been lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from app.core.i18n import t

T = TypeVar("T")
Severity = Literal["error", "warning"]

CACHE_SIZE = 16_384
"""Entries a per-function cache may hold before it is emptied."""

LONGEST = 2_000
"""Characters a single-line value may have; longer text is never a phone, a date or an amount."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong. `code` is stable (`phone.too_short`), `text` a translated fragment for a person.

    "error": the text cannot be stored as this type and the person must see the cell. "warning": stored, but told.
    `words`: those of the cell that it is about, where a pick-list has not got them.
    """

    code: str
    text: str
    severity: Severity
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[T]):
    """The answer. `value` None and `problem` None = the input was blank.

    With an error `value` is normally None; a cell holding several values keeps those that are good, to be offered.
    """

    value: T | None
    problem: Problem | None = None

    @property
    def failed(self) -> bool:
        """Whether the person must look at the cell before anything is stored."""
        return self.problem is not None and self.problem.severity == "error"


BLANK: Cleaned[Any] = Cleaned(None)

_PLACEHOLDER_WORDS = """
无 沒有 没有 没 無 未知 暂无 暫無 不详 不詳 未填 未填写 待定 待补 待补充 空 空白 不知道 不明 保密 无数据 (无) （无）
- -- --- — —— – _ __ . 。 / // \\ ? ？ ?? x xx xxx n/a na #n/a null none nil nan undefined
#value! #ref! #name? #div/0! #num! #null!
"""
_PLACEHOLDERS = frozenset(_PLACEHOLDER_WORDS.split())
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d{1,3}")


def failed(code: str, text: str) -> Cleaned[Any]:
    """Nothing that could be stored."""
    return Cleaned(None, Problem(code, text, "error"))


def warned(value: T | None, code: str, text: str) -> Cleaned[T]:
    """`value` is stored, and the person is told."""
    return Cleaned(value, Problem(code, text, "warning"))


def is_placeholder(text: str) -> bool:
    """Whether the text only says that there is nothing (无, -, N/A, an error cell)."""
    return text.strip().casefold() in _PLACEHOLDERS


def nothing_said(text: str) -> Cleaned[Any]:
    """The answer for a placeholder: blank, and told."""
    return warned(None, "blank.placeholder", t("“{text}”按空白处理", text=text.strip()[:20]))


def looks_scientific(text: str) -> bool:
    """Whether a long number was shown or saved in scientific notation (1.38E+10)."""
    return _SCIENTIFIC.fullmatch(text.strip()) is not None


def digits_marked(text: str) -> bool:
    """Whether the reader of the file marked this cell as a number longer than a spreadsheet can hold."""
    return getattr(text, "mark", "") == "digits"


def digits_destroyed() -> Cleaned[Any]:
    """The answer for a long number whose last digits a spreadsheet replaced."""
    return failed(
        "digits.destroyed", t("表格软件只保留 15 位有效数字，这个号码的末尾已被改成 0，无法还原，请向原始资料核对")
    )
