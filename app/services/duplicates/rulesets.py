"""Rule sets: who counts as the same when a record is entered, imported or looked up, as the office says it itself.

A set holds rules, any of which suffices; a rule holds conditions that must all hold: a field that is the same ("exact")
or alike ("fuzzy": names by core, sound, shape or abbreviation; numbers by their last digits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.core.fields import POINT_TYPES, Entity, FieldType
from app.core.i18n import t
from app.errors import UserError

Purpose = Literal["create", "import", "search"]
PURPOSES: tuple[Purpose, ...] = ("create", "import", "search")
EXACT, FUZZY = "exact", "fuzzy"


@dataclass(frozen=True, slots=True)
class Condition:
    """One field, and how alike it must be."""

    field: str
    how: str = EXACT


Rule = tuple[Condition, ...]
RuleSet = tuple[Rule, ...]

_IDENTITY = ("phones", "emails", "credit_code", "id_number", "wechats", "code")


def usual(entity: Entity, purpose: Purpose) -> RuleSet:
    """The set in force until the office makes its own."""
    if purpose == "import":
        return tuple(tuple(Condition(f) for f in rule) for rule in entity.match)
    alone = [(Condition(f),) for f in _IDENTITY if entity.find(f) is not None]
    return ((Condition(entity.title, FUZZY),), *alone)


def to_json(rules: RuleSet) -> list[list[dict[str, str]]]:
    """The set as JSON data."""
    return [[{"field": c.field, "how": c.how} for c in rule] for rule in rules]


def from_json(entity: Entity, purpose: Purpose, data: Any) -> RuleSet:
    """The set of this JSON data; raises UserError that names what is wrong."""
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise UserError(t("查重规则应是一个列表，每条规则是若干条件。"))
    made = []
    for rule in data:
        if not isinstance(rule, Sequence) or isinstance(rule, str) or not rule:
            raise UserError(t("查重规则应是一个列表，每条规则是若干条件。"))
        made.append(tuple(_condition(entity, purpose, item) for item in rule))
    return tuple(made)


def _condition(entity: Entity, purpose: Purpose, item: Any) -> Condition:
    if not isinstance(item, Mapping) or "field" not in item:
        raise UserError(t("查重规则的条件要写明字段，例如 {example}。", example='{"field": "phones", "how": "exact"}'))
    field, how = entity.field(str(item["field"])), str(item.get("how", EXACT))
    if how not in (EXACT, FUZZY):
        raise UserError(t("查重规则只有 exact（相同）和 fuzzy（相近）两种。"))
    if how == FUZZY and purpose == "import":
        raise UserError(t("导入时只按相同的值判断；相近的请在导入后查重。"))
    if (
        how == FUZZY
        and field.key != entity.title
        and field.type not in POINT_TYPES
        and field.type is not FieldType.TEXT
    ):
        raise UserError(t("字段“{field}”不能按相近判断。", field=field.label))
    return Condition(field.key, how)
