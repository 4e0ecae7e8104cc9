"""What the quality services answer: rules, figures with their formula and rows, findings."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.i18n import t

COMPLETENESS, VALIDITY, UNIQUENESS = "completeness", "validity", "uniqueness"
TIMELINESS, CONSISTENCY = "timeliness", "consistency"
#: in the order in which they are shown
DIMENSIONS = (COMPLETENESS, VALIDITY, UNIQUENESS, TIMELINESS, CONSISTENCY)
#: how much each counts in the overall score
WEIGHTS: Mapping[str, float] = {
    COMPLETENESS: 0.30, VALIDITY: 0.25, UNIQUENESS: 0.20, TIMELINESS: 0.10, CONSISTENCY: 0.15,
}  # fmt: skip
#: kinds of rules an office makes itself
OWN_KINDS = ("required", "reference", "format", "allowed", "range", "length", "unique", "stale", "custom")
OPEN, DISCARDED = "open", "discarded"


@dataclass(frozen=True, slots=True)
class Rule:
    """One standard. `key` is stable: findings and decisions hang on it. `fields`: what it looks at, the first is where it
    is shown. `params` as in the table of `services/quality/book.py`; `id`: the row of an own rule."""

    key: str
    entity: str
    fields: tuple[str, ...]
    kind: str
    dimension: str
    title: str
    params: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True
    builtin: bool = True
    id: uuid.UUID | None = None

    @property
    def field(self) -> str:
        return self.fields[0] if self.fields else ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """`broken` of `checked` records (or values) do not keep the rule. `problem`: why it could not be checked."""

    rule: Rule
    checked: int
    broken: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure: `good` of `n`."""

    good: int
    n: int

    @property
    def score(self) -> float | None:
        """0–100; None when there was nothing to look at."""
        return 100 * self.good / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class FieldHealth:
    """One field's figures by dimension; `weight` is its part in the completeness of the entity, 0 = does not count."""

    key: str
    label: str
    weight: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class DimensionHealth:
    """One dimension of an entity. Of completeness the score is a weighted mean of fields, of the others good ÷ n."""

    key: str
    score: float | None
    good: int
    n: int
    formula: str


@dataclass(frozen=True)
class Health:
    """The quality of an entity's records as the actor sees them. `whole`: he sees every record and field, so that the
    figures are the archive's. `broken`: rule → ids, for opening rows."""

    entity: str
    taken_at: datetime
    records: int
    overall: float | None
    dimensions: tuple[DimensionHealth, ...]
    fields: tuple[FieldHealth, ...]
    rules: tuple[RuleResult, ...]
    whole: bool
    seconds: float = 0.0
    broken: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict, repr=False, compare=False)

    def dimension(self, key: str) -> DimensionHealth:
        return next(d for d in self.dimensions if d.key == key)

    def field(self, key: str) -> FieldHealth | None:
        return next((f for f in self.fields if f.key == key), None)


@dataclass(frozen=True, slots=True)
class Score:
    """One point of the trend."""

    taken_at: datetime
    overall: float | None
    dimensions: Mapping[str, float | None]
    records: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A record that breaks a rule: what stands there now and why that is wrong."""

    entity: str
    rule: str
    record_id: uuid.UUID
    title: str
    number: str
    field_label: str
    value: str
    reason: str
    state: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """How many findings of a rule there are, and why they are wrong."""

    rule: str
    title: str
    reason: str
    dimension: str
    open: int
    discarded: int


@dataclass(frozen=True, slots=True)
class Findings:
    """A page of the review list; `total` counts all that fit the question."""

    total: int
    rows: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a standing check of one entity did. `stored` is False for somebody who does not see everything."""

    health: Health
    opened: int
    reopened: int
    fixed: int
    open: int
    stored: bool


def dimension_label(key: str) -> str:
    """The dimension's name for people."""
    return {
        COMPLETENESS: t("完整性"),
        VALIDITY: t("有效性"),
        UNIQUENESS: t("唯一性"),
        TIMELINESS: t("及时性"),
        CONSISTENCY: t("一致性"),
    }[key]


def formula(key: str) -> str:
    """How the dimension's figure is made, in words."""
    return {
        COMPLETENESS: t(
            "各字段填写率的加权平均：必填或有必填规则的字段权重 5，列表默认显示的 2，其余 1；不适用的记录不计"
        ),
        VALIDITY: t("符合格式、范围、选项，且不是占位词的值 ÷ 已填写且检查过的值"),
        UNIQUENESS: t("不与别的档案共用号码、证件、名称的档案 ÷ 填有这类信息的档案"),
        TIMELINESS: t("在规定天数内更新或联系过的（档案 × 规则）÷ 应检查的（档案 × 规则）"),
        CONSISTENCY: t("字段之间没有矛盾的档案 ÷ 检查过的档案"),
    }[key]
