"""The filter tree: what saved views, the search box, imports, exports and later every rule are made of.

JSON form (also of `--filter`):
    {"field": "city", "op": "eq", "value": "苏州"}
    {"and": [...]} · {"or": [...]} · {"not": {...}}
    {"relation": "activities", "where": {...}, "agg": "any"|"none"|"count", "op": "ge", "value": 3}
    {"search": "恒力"}
Relative dates: {"op": "last_days", "value": 90}, next_days, today, this_week, this_month, this_year.
The current user: {"field": "owner", "op": "me"} and "my_team".
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.fields import Entity, Field, FieldType, Registry
from app.core.i18n import t
from app.core.kinds import kind_of
from app.core.kinds.base import EMPTY
from app.errors import UserError


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """`kind` is "and" or "or"; an empty group is true."""

    kind: str
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


@dataclass(frozen=True, slots=True)
class Related:
    """Records of a relation that fulfil `where`: any, none, their count compared, or the sum of their amount field `of`
    compared (`value` as a person writes it: 50000 is ¥50,000, of lengths of time seconds; records without any have the sum 0)."""

    relation: str
    where: Filter | None = None
    agg: str = "any"
    op: str = "ge"
    value: int = 1
    of: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """Full-text search as typed by a person."""

    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Exactly these records, by id; `label` says in words which they are (a mark of a chart, a selection)."""

    ids: tuple[uuid.UUID, ...]
    label: str = ""


Filter = Condition | Group | Not | Related | Search | Listed

#: operators that compare a number of related records
COUNT_OPERATORS = ("ge", "le", "eq", "ne", "gt", "lt")
#: deeper trees than a person builds are refused before they exhaust the stack or the engine's parser
DEEPEST = 40
#: characters of one filter value
LONGEST_VALUE = 2000
NO_VALUE = frozenset({*EMPTY, "today", "this_week", "this_month", "this_year", "me", "my_team", "true", "false"})


@dataclass(frozen=True, slots=True)
class Relation:
    """A way from one entity to another: along the link field `field` of the entity itself, or (`reverse`) along the link
    field `field` of the other one."""

    target: str
    field: str
    reverse: bool


def relations(entity: Entity, registry: Registry) -> dict[str, Relation]:
    """All relations of an entity by name: its link fields under their keys, and every entity that links to it under its
    own key (`customers` → `orders`); when one links by several fields, the first of them."""
    found = {f.key: Relation(f.target, f.key, False) for f in entity.fields if f.type is FieldType.LINKS}
    for other in registry:
        field = next((f for f in other.fields if f.target == entity.key and other.key != entity.key), None)
        if field is not None:
            found.setdefault(other.key, Relation(other.key, field.key, True))
    return found


def operators(field: Field) -> tuple[str, ...]:
    """The operators that make sense for the field, the most usual first."""
    return kind_of(field).operators(field)


def parse(data: Any, _depth: int = 0) -> Filter:
    """The tree from its JSON form; raises UserError that names what is wrong."""
    if not isinstance(data, Mapping):
        raise UserError(t("筛选条件应是一个 JSON 对象。"))
    if _depth > DEEPEST:
        raise UserError(t("筛选条件嵌套太深，最多 {n} 层。", n=DEEPEST))
    if "and" in data or "or" in data:
        kind = "and" if "and" in data else "or"
        parts = data[kind]
        if not isinstance(parts, Sequence) or isinstance(parts, str):
            raise UserError(t("筛选条件“{kind}”后面应是一个列表。", kind=kind))
        return Group(kind, tuple(parse(p, _depth + 1) for p in parts))
    if "not" in data:
        return Not(parse(data["not"], _depth + 1))
    if "relation" in data:
        where = parse(data["where"], _depth + 1) if data.get("where") else None
        count = data.get("value", 1)
        if not isinstance(count, int) or isinstance(count, bool):
            raise UserError(t("关联个数“{value}”不是整数。", value=count))
        words = (str(data.get("agg", "any")), str(data.get("op", "ge")))
        return Related(str(data["relation"]), where, *words, count, str(data.get("of", "")))
    if "ids" in data:
        try:
            return Listed(tuple(uuid.UUID(str(i)) for i in data["ids"]), str(data.get("label", "")))
        except (TypeError, ValueError):
            raise UserError(t("ids 应是编号的列表。")) from None
    if "search" in data:
        return Search(str(data["search"]))
    if "field" not in data or "op" not in data:
        raise UserError(t("筛选条件需要 field 和 op。"))
    return Condition(str(data["field"]), str(data["op"]), data.get("value"))


def dump(node: Filter) -> dict[str, Any]:
    """The JSON form of the tree; `parse(dump(x)) == x`."""
    match node:
        case Group(kind, parts):
            return {kind: [dump(p) for p in parts]}
        case Not(part):
            return {"not": dump(part)}
        case Related(relation, where, agg, op, value, of):
            made: dict[str, Any] = {"relation": relation, "agg": agg, "op": op, "value": value}
            return made | ({"where": dump(where)} if where else {}) | ({"of": of} if of else {})
        case Search(text):
            return {"search": text}
        case Listed(ids, label):
            return {"ids": [str(i) for i in ids], "label": label}
        case Condition(field, op, value):
            return {"field": field, "op": op} | ({"value": value} if op not in NO_VALUE else {})


def check(node: Filter, entity: Entity, registry: Registry) -> None:
    """Raise UserError when a field, an operator or a value does not fit the entity."""
    match node:
        case Group(_, parts):
            for part in parts:
                check(part, entity, registry)
        case Not(part):
            check(part, entity, registry)
        case Related(relation, where, agg, op, _, of):
            there = relations(entity, registry).get(relation)
            if there is None or agg not in ("any", "none", "count", "sum"):
                raise UserError(t("“{entity}”没有关联“{name}”。", entity=entity.label, name=relation))
            if agg == "sum" and not kind_of(registry.entity(there.target).field(of)).summed:
                raise UserError(t("只能对金额和时长求和，“{field}”不是。", field=of))
            if op not in COUNT_OPERATORS:
                raise UserError(t("不认识的筛选方式“{op}”。", op=op))
            if where is not None:
                check(where, registry.entity(there.target), registry)
        case Condition(key, op, value):
            field = entity.field(key)
            if op not in operators(field):
                raise UserError(t("字段“{field}”不能用“{op}”筛选。", field=field.label, op=op))
            if op not in NO_VALUE and (value is None or (isinstance(value, list) and not value)):
                raise UserError(t("字段“{field}”的筛选缺少值。", field=field.label))
            if any(len(str(v)) > LONGEST_VALUE for v in (value if isinstance(value, list) else [value])):
                raise UserError(t("字段“{field}”的筛选值太长。", field=field.label))


def both(first: Filter | None, second: Filter | None) -> Filter | None:
    """Both conditions together; None means "no condition"."""
    if first is None or second is None:
        return first or second
    return Group("and", (first, second))


def op_label(op: str) -> str:
    """The operator in words."""
    return _op_words().get(op, op)


def _op_words() -> dict[str, str]:
    return {
        "eq": t("等于"), "ne": t("不等于"), "lt": t("小于"), "le": t("不大于"), "gt": t("大于"), "ge": t("不小于"),
        "between": t("介于"), "contains": t("包含"), "not_contains": t("不包含"), "starts": t("开头是"),
        "ends": t("结尾是"), "in": t("属于"), "not_in": t("不属于"), "is_empty": t("为空"), "not_empty": t("不为空"),
        "today": t("是今天"), "this_week": t("在本周"), "this_month": t("在本月"), "this_year": t("在今年"),
        "last_days": t("在最近几天内"), "next_days": t("在未来几天内"), "me": t("是我"), "my_team": t("是本组"),
        "true": t("为是"), "false": t("为否"), "has_any": t("含任一"), "has_all": t("含全部"), "has_none": t("都不含"),
    }  # fmt: skip


def sentence(node: Filter, entity: Entity, registry: Registry, users: Any = None) -> str:
    """The tree as a sentence in the language in force."""
    match node:
        case Group(kind, parts):
            joiner = t(" 且 ") if kind == "and" else t(" 或 ")
            texts = [sentence(p, entity, registry, users) for p in parts]
            wrap = [t("（{inner}）", inner=s) if isinstance(p, Group) else s for p, s in zip(parts, texts, strict=True)]
            return joiner.join(wrap) if wrap else t("全部")
        case Not(part):
            return t("不满足（{inner}）", inner=sentence(part, entity, registry, users))
        case Search(text):
            return t("搜索“{text}”", text=text)
        case Listed(ids, label):
            return label or t("选定的 {n} 条", n=len(ids))
        case Related(relation, where, agg, op, value, of):
            target = registry.entity(relations(entity, registry)[relation].target)
            inner = sentence(where, target, registry, users) if where else t("任意")
            if agg == "none":
                return t("没有{target}满足（{inner}）", target=target.label, inner=inner)
            if agg == "any":
                return t("有{target}满足（{inner}）", target=target.label, inner=inner)
            if agg == "sum":
                return t(
                    "{target}（{inner}）的{field}合计{op} {value}", target=target.label, inner=inner,
                    field=target.field(of).label, op=op_label(op), value=value,
                )  # fmt: skip
            return t(
                "{target}（{inner}）的个数{op} {value}", target=target.label, inner=inner, op=op_label(op), value=value
            )
        case Condition(key, op, value):
            return _condition_sentence(entity.field(key), op, value, users)


def _condition_sentence(field: Field, op: str, value: Any, users: Any) -> str:
    if op in NO_VALUE:
        return f"{field.label} {op_label(op)}"
    if op in ("last_days", "next_days"):
        words = t("最近 {n} 天", n=value) if op == "last_days" else t("未来 {n} 天", n=value)
        return f"{field.label} {words}"
    items = value if isinstance(value, list | tuple) else [value]
    shown = [_value_text(field, item, users) for item in items]
    if op == "between":
        return f"{field.label} {shown[0]} – {shown[-1]}"
    joined = t("、").join(shown)
    if op == "in":
        return t("{field}：{values}", field=field.label, values=joined)
    mark = {"eq": "=", "ge": "≥", "le": "≤", "gt": ">", "lt": "<"}.get(op, op_label(op))
    return f"{field.label} {mark} {joined}"


def _value_text(field: Field, value: Any, users: Any) -> str:
    if isinstance(value, Mapping):  # one linked record: its id for the engine, its title for people
        return str(value.get("title") or value.get("id"))
    if field.type is FieldType.USER and users is not None:
        return str(users(value))
    return kind_of(field).asked(field, value)
