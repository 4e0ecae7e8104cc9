"""The rules an office makes itself, and which built-in ones it switched off.

| kind | params |
|---|---|
| required | `when`: filter, or nothing = always |
| reference | `when`: filter; the field must be filled for the records that fit |
| format | `pattern` (RE2, the whole text) or `format` (phone, mobile, email, id_number, credit_code, url, digits, postcode, han) |
| allowed | `values`: list of texts or codes of choices |
| range | `least`, `most`: numbers as a person writes them, dates as 2026-01-31 |
| length | `least`, `most`: characters |
| unique | `with`: further fields that must be the same too |
| stale | `days`; `when` |
| custom | `where`: filter; records that fit are wrong |

Every kind takes `message` (why it is wrong, shown with the finding) and `when`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.fields import Entity, Field, FieldType
from app.core.filters import check, parse, sentence
from app.core.i18n import t
from app.core.kinds import kind_of
from app.db.office import quality_rules
from app.db.office.quality_rules import StoredRule
from app.db.store.computed import COMPUTED
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, UserError
from app.services.context import Context
from app.services.quality.builtin import JUDGED, builtin_rules
from app.services.quality.measure import fields_of
from app.services.quality.records import COMPLETENESS, CONSISTENCY, OWN_KINDS, TIMELINESS, UNIQUENESS, VALIDITY, Rule
from app.services.quality.rules import FORMATS, format_label, pattern_test

_DIMENSIONS = {
    "required": COMPLETENESS, "reference": COMPLETENESS, "format": VALIDITY, "allowed": VALIDITY, "range": VALIDITY,
    "length": VALIDITY, "unique": UNIQUENESS, "stale": TIMELINESS, "custom": CONSISTENCY,
}  # fmt: skip
MOST_PER_ENTITY = 200
_LONGEST_MESSAGE = 200


def kind_label(kind: str) -> str:
    """The kind's name for people."""
    return {
        "required": t("必填"), "reference": t("满足条件时必填"), "format": t("格式"), "allowed": t("允许的值"),
        "range": t("范围"), "length": t("字数"), "unique": t("不重复"), "stale": t("时效"),
        "custom": t("不应出现的情况"), "placeholder": t("占位词"), "region": t("行政区划"), "future": t("不在将来"),
        "pairs": t("疑似重复"), "cross": t("字段相互一致"),
    }[kind]  # fmt: skip


def kinds_for(field: Field) -> tuple[str, ...]:
    """The kinds of rules that make sense for a field."""
    kinds, of = ["required", "reference"], kind_of(field)
    if of.text or of.points:
        kinds.append("format")
    if of.text or of.listed:
        kinds.append("allowed")
    if of.text:
        kinds.append("length")
    if of.ordered:
        kinds.append("range")
    if of.text or of.points or of.numeric or field.type is FieldType.DATE:
        kinds.append("unique")
    if of.day:
        kinds.append("stale")
    return tuple(kinds)


class RuleBook:
    """Rules of the archive; everybody reads them, the administrator changes them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, entity: str) -> tuple[Rule, ...]:
        """Built-in rules in the order of the fields, then own ones in theirs."""
        kind = self._judged(entity)
        with self._context.reading() as work:
            off = quality_rules.switched_off(work.connection, entity)
            stored = quality_rules.own(work.connection, entity)
        built = [replace(rule, active=rule.key not in off) for rule in builtin_rules(kind)]
        return (*built, *(self._rule(kind, rule) for rule in stored))

    def get(self, entity: str, key: str) -> Rule:
        """The rule with this key; raises NotFound."""
        found = next((rule for rule in self.list(entity) if rule.key == key), None)
        if found is None:
            raise NotFound(t("没有规则“{key}”。", key=key))
        return found

    def add(self, entity: str, field: str, kind: str, params: Mapping[str, Any]) -> Rule:
        """A new rule, active."""
        of = self._judged(entity)
        self._context.actor.require_admin()
        cleaned = self.checked(of, field, kind, params)
        with self._context.writing() as work:
            if len(quality_rules.own(work.connection, entity)) >= MOST_PER_ENTITY:
                raise UserError(t("规则太多，每类档案最多 {n} 条。", n=MOST_PER_ENTITY))
            made = quality_rules.add(work.connection, entity, field, kind, cleaned)
            work.commit()
        return self._rule(of, made)

    def update(self, entity: str, key: str, field: str, kind: str, params: Mapping[str, Any]) -> Rule:
        """Change an own rule."""
        of = self._judged(entity)
        self._context.actor.require_admin()
        cleaned = self.checked(of, field, kind, params)
        with self._context.writing() as work:
            made = replace(self._own(work, entity, key), field=field, kind=kind, params=cleaned)
            quality_rules.change(work.connection, made)
            work.commit()
        return self._rule(of, made)

    def remove(self, entity: str, key: str) -> None:
        """Delete an own rule; a built-in one is switched off instead (`enable`)."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            quality_rules.remove(work.connection, self._own(work, entity, key).id)
            work.commit()

    def enable(self, entity: str, key: str, active: bool) -> None:
        """Switch a rule on or off."""
        self._context.actor.require_admin()
        rule = self.get(entity, key)
        with self._context.writing() as work:
            if rule.id is None:
                quality_rules.switch(work.connection, entity, rule.field, key, active)
            else:
                quality_rules.change(work.connection, replace(self._own(work, entity, key), active=active))
            work.commit()

    def reorder(self, entity: str, keys: Sequence[str]) -> None:
        """Own rules in this order."""
        self._context.actor.require_admin()
        rules = [rule for key in keys if (rule := _id_of(key)) is not None]
        with self._context.writing() as work:
            quality_rules.reorder(work.connection, entity, rules)
            work.commit()

    # ---- what a rule must look like -----------------------------------------------------------------------------------

    def checked(self, entity: Entity, field: str, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as they are stored; raises UserError that says what is missing or wrong."""
        if kind not in OWN_KINDS:
            raise UserError(t("没有“{kind}”这种规则。", kind=kind))
        if kind != "custom" and kind not in kinds_for(entity.field(field)):
            raise UserError(
                t("“{field}”不能用“{kind}”这种规则。", field=entity.field(field).label, kind=kind_label(kind))
            )
        made: dict[str, Any] = {}
        message = str(params.get("message") or "").strip()
        if len(message) > _LONGEST_MESSAGE:
            raise UserError(t("说明太长，最多 {n} 个字。", n=_LONGEST_MESSAGE))
        if message:
            made["message"] = message
        for name in ("when", "where"):
            if params.get(name):
                check(parse(params[name]), entity, self._context.registry)
                made[name] = params[name]
        if kind == "reference" and "when" not in made:
            raise UserError(t("请说明在什么条件下必须填写。"))
        if kind == "custom" and "where" not in made:
            raise UserError(t("请用筛选条件说明哪些档案是错的。"))
        if kind == "custom" and field:
            entity.field(field)
        if field and (entity.table, field) in COMPUTED and kind != "custom":
            raise UserError(t("“{field}”是算出来的，不能单独定规则。", field=entity.field(field).label))
        return made | _particular(entity, field, kind, params)

    def _judged(self, entity: str) -> Entity:
        found = self._context.registry.entity(entity)
        if entity not in JUDGED:
            names = t("、").join(self._context.registry.entity(k).label for k in JUDGED)
            raise UserError(t("{entity}没有质量规则。有规则的是：{names}。", entity=found.label, names=names))
        return found

    def _own(self, work: UnitOfWork, entity: str, key: str) -> StoredRule:
        wanted = _id_of(key)
        found = next((rule for rule in quality_rules.own(work.connection, entity) if rule.id == wanted), None)
        if found is None:
            raise NotFound(t("没有自定义规则“{key}”。内置规则只能停用。", key=key))
        return found

    def _rule(self, entity: Entity, stored: StoredRule) -> Rule:
        params = dict(stored.params)
        fields: tuple[str, ...] = (stored.field,) if stored.field else ()
        try:
            if stored.kind == "custom":
                named = fields_of(parse(params["where"]))
                fields = tuple(dict.fromkeys((*fields, *(k for k in named if entity.find(k)))))
            title = self._title(entity, stored.field, stored.kind, params)
        except UserError as error:  # a custom field it names is gone
            title = str(error)
        fields = (*fields, *params.get("with", ()))
        return Rule(
            _key(stored.id), stored.entity, fields, stored.kind, _DIMENSIONS[stored.kind], title, params, stored.active,
            False, stored.id,
        )  # fmt: skip

    def _title(self, entity: Entity, field: str, kind: str, params: Mapping[str, Any]) -> str:
        label = entity.field(field).label if field else ""
        registry = self._context.registry
        when = sentence(parse(params["when"]), entity, registry) if params.get("when") else ""
        match kind:
            case "custom":
                said = t("不应有：{what}", what=sentence(parse(params["where"]), entity, registry))
                return str(params.get("message") or said)
            case "required" | "reference":
                text = t("{field}必填", field=label)
            case "format":
                shape = params.get("pattern") or format_label(params["format"])
                text = t("{field}的格式是 {shape}", field=label, shape=shape)
            case "allowed":
                text = t("{field}只能是 {values}", field=label, values=t("、").join(map(str, params["values"][:6])))
            case "range" | "length":
                bounds = f"{params.get('least', '')} – {params.get('most', '')}"
                text = (
                    t("{field}的范围是 {bounds}", field=label, bounds=bounds)
                    if kind == "range"
                    else t("{field}的字数是 {bounds}", field=label, bounds=bounds)
                )
            case "unique":
                names = t("、").join(entity.field(k).label for k in (field, *params.get("with", ())))
                text = t("{field}不与别的档案相同", field=names)
            case _:
                text = t("{field}在 {n} 天内", field=label, n=params["days"])
        return t("{rule}（{when}）", rule=text, when=when) if when else text


def _key(id_: uuid.UUID) -> str:
    return f"own:{id_.hex}"


def _id_of(key: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key.removeprefix("own:"))
    except ValueError:
        return None


def _particular(entity: Entity, field: str, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """What only this kind needs."""
    if kind == "format":
        if params.get("pattern"):
            pattern_test(str(params["pattern"]))
            return {"pattern": str(params["pattern"])}
        if params.get("format") not in FORMATS:
            raise UserError(t("请给出格式：一个正则表达式，或 {names} 之一。", names=", ".join(FORMATS)))
        return {"format": params["format"]}
    if kind == "allowed":
        listed = params.get("values") or ()
        values = [str(v).strip() for v in listed if str(v).strip()] if isinstance(listed, list | tuple) else []
        if not values:
            raise UserError(t("请列出允许的值。"))
        return {"values": values}
    if kind in ("range", "length"):
        return _bounds(entity.field(field), kind, params)
    if kind == "unique":
        others = [str(k) for k in params.get("with") or ()]
        for key in others:
            entity.field(key)
        return {"with": others} if others else {}
    if kind == "stale":
        days = params.get("days")
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 36_500:
            raise UserError(t("请填天数，1 到 36500。"))
        return {"days": days}
    return {}


def _bounds(field: Field, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
    given = {k: params[k] for k in ("least", "most") if params.get(k) not in (None, "")}
    if not given:
        raise UserError(t("请填下限或上限。"))
    try:
        if kind == "length":
            made: dict[str, Any] = {k: int(v) for k, v in given.items()}
            order: list[Any] = list(made.values())
        elif kind_of(field).day or kind_of(field).yearly:
            order = [date.fromisoformat(str(v)) for v in given.values()]
            made = {k: str(v) for k, v in given.items()}
        else:
            order = [Decimal(str(v)) for v in given.values()]
            made = {k: str(v) for k, v in given.items()}
            if not all(number.is_finite() for number in order):
                raise InvalidOperation
    except (ValueError, InvalidOperation):
        raise UserError(t("下限和上限要是数，日期写成 2026-01-31。")) from None
    if len(order) == 2 and order[0] > order[1]:
        raise UserError(t("下限不能大于上限。"))
    return made
